"""A few steps of DPO and GRPO on a real model; finds it by CRABTK_SMOLLM2."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest

from crabtk.types import TrainingJob, TrainingOutcome
from crabtk_trl import TrlDpoTrainer, TrlGrpoTrainer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("CRABTK_SMOLLM2" not in os.environ, reason="CRABTK_SMOLLM2 names no SmolLM2 folder"),
]

ASKED = (
    "Name a fruit that grows on trees.", "Tell me how bread is made.", "What do bees collect?", "Why is the sky blue?",
    "How does a kettle work?", "What is a library for?", "Describe a beach.", "Why do leaves fall?",
)  # fmt: skip
CONSTRAINTS = [
    {"type": "case:lower", "params": {}, "text": "Use no capital letter."},
    {"type": "punctuation:absent", "params": {"mark": "comma"}, "text": "Use no comma."},
]
SHARED: dict[str, Any] = {"max_steps": 3, "device": "cpu", "threads": 1, "warmup_ratio": 0.0, "checkpoint_every": 3}


def train(trainer: Any, rows: list[dict[str, Any]], root: Path, **given: Any) -> TrainingOutcome:
    path = root / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    model = os.environ["CRABTK_SMOLLM2"]
    outcome: TrainingOutcome = trainer.train(
        TrainingJob(model, path, root / "model", root / "work", seed=3, **given), lambda progress: None
    )
    return outcome


def messages(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def test_dpo_moves_the_model_from_its_own_reference(tmp_path: Path) -> None:
    answer = "I would say that it depends, and that there is much to tell about it."
    rows = [
        {
            "prompt": messages("user", f"{ask} Use no capital letter."),
            "chosen": messages("assistant", answer.lower()),
            "rejected": messages("assistant", answer.upper()),
        }
        for ask in ASKED
    ]
    trainer = TrlDpoTrainer(**SHARED, learning_rate=5e-6, batch_size=2, accumulation=1, max_length=128)
    history = train(trainer, rows, tmp_path).history
    assert history[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert history[-1]["rewards/margins"] > 0 < history[-1]["rewards/accuracies"]


def test_grpo_is_rewarded_by_the_checkers(tmp_path: Path) -> None:
    asked = json.dumps(CONSTRAINTS)
    rows = [
        {
            "prompt": messages("user", f"{ask} Use no capital letter. Use no comma."),
            "constraints": asked,
            "kind": "trip_wire" if n < 2 else "prompt",
        }
        for n, ask in enumerate(ASKED)
    ]
    trainer = TrlGrpoTrainer(
        **SHARED, learning_rate=1e-6, batch_size=4, num_generations=4, max_completion_length=48, beta=0.04
    )
    outcome = train(trainer, rows, tmp_path)
    lines = {line["step"]: line for line in outcome.history}
    assert list(lines) == [0, 1, 2, 3]
    assert all(0 <= lines[step]["reward"] <= 1 for step in (1, 2, 3))
    assert lines[1]["kl"] == pytest.approx(0.0, abs=1e-3)
    assert all(0 <= lines[step]["trip_wire/reward"] <= 1 for step in (0, 3))
    written = [json.loads(line) for line in (tmp_path / "work" / "completions.jsonl").read_text().splitlines()]
    assert all(len(row["satisfied"]) == 2 for row in written)
