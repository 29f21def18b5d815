"""A model that is no longer made of numbers is never handed over."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk_trl import TrlDpoTrainer, TrlTrainer


def told(values: dict[str, float], root: Path, options: Any) -> str:
    """Report one line of a log at step 7; return what the parent gets."""
    from transformers import TrainerControl, TrainerState

    from crabtk_trl.callbacks import Reporter
    from crabtk_trl.channel import Channel
    from crabtk_trl.checkpoints import Checkpoints

    stream, none = io.StringIO(), Any
    reporter = Reporter(Channel(stream), Checkpoints(root), options, None)
    reporter.on_log(none, TrainerState(global_step=7), TrainerControl(), logs=values)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"loss": math.nan, "grad_norm": 1.0}, "loss is nan"),
        ({"loss": 1.0, "grad_norm": math.inf}, "norm of the gradient is inf"),
        ({"eval_loss": math.nan}, "evaluation loss is nan"),
    ],
)
def test_what_is_no_number_ends_the_run_where_it_shows(values: dict[str, float], what: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=rf"The {what} at step 7: training diverged.*dpo\.options\.learning_rate"):
        told(values, tmp_path, TrlDpoTrainer())
    assert '"step": 7' in told({"loss": 1.0, "grad_norm": 2.0}, tmp_path, TrlTrainer())


def test_the_best_evaluation_is_one_with_a_number() -> None:
    from crabtk_trl.selection import Best, best

    log = [{"step": 1, "eval_loss": math.nan}, {"step": 2, "eval_loss": 3.0}, {"step": 3, "loss": 1.0}]
    assert best(log) == Best(2, 3.0)
    assert best(log[:1]) is None


def trained(model: Path, rows: Path, root: Path, **options: Any) -> Path:
    """Train in this process; return where the model should be."""
    from crabtk_trl.channel import Channel
    from crabtk_trl.jobfile import JobFile
    from crabtk_trl.sft_child import run

    given = {"max_length": 128, "device": "cpu", "threads": 1, "max_steps": 1, "warmup_ratio": 0.0, "chat_template": ""}
    (root / "work").mkdir()
    places = (str(model), str(rows), str(root / "model"), str(root / "work"))
    run(JobFile(*places, 5, given | {"dtype": "float32", "scheduler": "constant"} | options), Channel(io.StringIO()))
    return root / "model"


def test_the_last_update_is_looked_at_too(tiny: Path, rows: Path, tmp_path: Path) -> None:
    """The loss of the only step is finite: it is computed before the update that breaks the model."""
    with pytest.raises(
        TrainingError, match=r"The weight model\.\S+ .*not finite: training diverged\. Lower training\."
    ):
        trained(tiny, rows, tmp_path, learning_rate=1e38, weight_decay=1e30)
    assert not (tmp_path / "model").exists()


def test_weights_that_the_saved_precision_cannot_hold_are_saved_in_another(caplog: pytest.LogCaptureFixture) -> None:
    import torch

    from crabtk_trl.export import precision

    model = torch.nn.Linear(2, 2)
    assert precision(model, "auto", torch.float16) == torch.float16
    assert precision(model, "auto", None) == torch.float32
    assert precision(model, "bfloat16", torch.float16) == torch.bfloat16
    assert caplog.records == []
    with torch.no_grad():
        model.weight.fill_(1e6)
    assert precision(model, "auto", torch.bfloat16) == torch.bfloat16
    assert precision(model, "auto", torch.float16) == torch.float32
    assert "the weight weight is too large for torch.float16" in caplog.text
