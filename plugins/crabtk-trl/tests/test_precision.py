"""Adapters on quantized weights are trained in float32, from the first step on and after a kill."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import crabtk_trl
from crabtk.types import TrainingJob

SHARED: dict[str, Any] = {
    "learning_rate": 3e-3, "max_steps": 6, "batch_size": 4, "accumulation": 1, "checkpoint_every": 3, "device": "cpu",
    "threads": 1, "lora": True, "quantization": "nf4",
}  # fmt: skip
METHODS: dict[str, dict[str, Any]] = {
    "TrlTrainer": {"max_length": 128, "packing": False},
    "TrlDpoTrainer": {"max_length": 128},
    "TrlGrpoTrainer": {"num_generations": 4, "max_completion_length": 12},
}


def test_only_what_is_trained_on_quantized_weights_is_made_float32() -> None:
    import torch

    from crabtk_trl.precision import train_in_float32

    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)).to(torch.bfloat16)
    model[0].requires_grad_(False)
    train_in_float32(model, crabtk_trl.TrlTrainer(lora=True))
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    train_in_float32(model, crabtk_trl.TrlTrainer(lora=True, quantization="int8"))
    assert (model[0].weight.dtype, model[1].weight.dtype) == (torch.bfloat16, torch.float32)


def write_rows(path: Path) -> Path:
    """Write rows that every method can read."""
    asked = json.dumps([{"type": "case:lower", "params": {}, "text": "Use no capital letter."}])
    with path.open("w", encoding="utf-8") as file:
        for word in ("crab", "shell", "tide", "sand", "reef", "kelp", "wave", "gull"):
            prompt = [{"role": "user", "content": f"Say {word}."}]
            row: dict[str, Any] = {"prompt": prompt, "constraints": asked, "kind": "prompt"}
            for name, text in (("completion", word), ("chosen", word), ("rejected", word.upper())):
                row[name] = [{"role": "assistant", "content": text}]
            file.write(json.dumps(row) + "\n")
    return path


def run(trainer: Any, model: Path, rows: Path, root: Path, name: str) -> dict[str, Any]:
    from crabtk_trl.channel import Channel
    from crabtk_trl.jobfile import JobFile

    job = TrainingJob(str(model), rows, root / name, root / "work", seed=5)
    file = JobFile.of(job, trainer.method, asdict(trainer), trainer.section)
    outcome: dict[str, Any] = import_module(f"crabtk_trl.{trainer.method}_child").run(file, Channel(io.StringIO()))
    return outcome


@pytest.mark.slow
@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_resumed_run_ends_with_the_same_bytes(
    method: str, tiny: Path, tmp_path: Path, digest: Callable[[Path], str]
) -> None:
    import torch
    from safetensors.torch import load_file

    pytest.importorskip("bitsandbytes")
    trainer = getattr(crabtk_trl, method)(**SHARED | METHODS[method])
    rows = write_rows(tmp_path / "rows.jsonl")
    (tmp_path / "work").mkdir()
    whole = run(trainer, tiny, rows, tmp_path, "model")
    kept = tmp_path / "work" / "checkpoints"
    adapters = load_file(kept / "checkpoint-3" / "adapter_model.safetensors")
    assert {value.dtype for value in adapters.values()} == {torch.float32}
    shutil.rmtree(kept / "checkpoint-6")
    assert run(trainer, tiny, rows, tmp_path, "again") == whole
    assert digest(tmp_path / "again") == digest(tmp_path / "model")
