"""The weighted loss against TRL's own and against its formula, and the evaluation loss against its formula."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

OPTIONS: dict[str, Any] = {
    "max_length": 96, "accumulation": 2, "device": "cpu", "dtype": "float32", "max_steps": 3, "log_every": 1,
    "scheduler": "constant", "warmup_ratio": 0.0, "learning_rate": 1e-2, "chat_template": "", "max_grad_norm": 1e9,
    "checkpoint_every": 100,
}  # fmt: skip


def weighted_rows(rows: Path, folder: Path, weights: Sequence[float | None]) -> Path:
    """Give the rows these weights in turn."""
    path = folder / "weighted.jsonl"
    with path.open("w") as file:
        for i, line in enumerate(rows.read_text().splitlines()):
            weight = weights[i % len(weights)]
            file.write(json.dumps(json.loads(line) | ({} if weight is None else {"weight": weight})) + "\n")
    return path


def trainer_on(model: Path, examples: Path, work: Path, dev: Path | None = None, **options: Any) -> Any:
    from crabtk_trl import TrlTrainer
    from crabtk_trl.jobfile import JobFile
    from crabtk_trl.sft_child import make_trainer

    trainer = TrlTrainer(**(OPTIONS | options))
    evaluation = None if dev is None else str(dev)
    job = JobFile(str(model), str(examples), "", str(work), 5, OPTIONS, evaluation=evaluation)
    made, _, figures = make_trainer(job, trainer, model)
    return made, figures


def log_of(trainer: Any) -> list[dict[str, float]]:
    trainer.train()
    return [{k: line[k] for k in ("loss", "grad_norm")} for line in trainer.state.log_history if "loss" in line]


@pytest.mark.slow
@pytest.mark.parametrize("packing", [True, False])
def test_equal_weights_train_as_trl_does(tiny: Path, rows: Path, tmp_path: Path, packing: bool) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTTrainer

    equal = weighted_rows(rows, tmp_path, [0.5])
    ours, _ = trainer_on(tiny, equal, tmp_path, packing=packing, batch_size=2)
    bare = SFTTrainer(
        AutoModelForCausalLM.from_pretrained(tiny, attn_implementation="sdpa"),
        args=ours.args,
        train_dataset=ours.train_dataset,
        processing_class=AutoTokenizer.from_pretrained(tiny),
    )
    assert "weights" not in ours.train_dataset.column_names
    assert log_of(ours) == log_of(bare)


def token_losses(model: Any, row: dict[str, Any]) -> tuple[Any, Any]:
    """Return loss and weight of each token that the loss covers, each example of a packed row computed alone."""
    import torch

    lengths = row.get("seq_lengths") or [len(row["input_ids"])]
    losses, weights, start = [], [], 0
    for length in lengths:
        part = slice(start, start + length)
        ids, labels = torch.tensor(row["input_ids"][part]), torch.tensor(row["labels"][part])
        logits = model(ids[None]).logits[0, :-1]
        learnt = labels[1:] != -100
        losses.append(torch.nn.functional.cross_entropy(logits[learnt], labels[1:][learnt], reduction="none"))
        weights.append(torch.tensor(row.get("weights", [1.0] * len(row["input_ids"]))[part][1:])[learnt])
        start += length
    return torch.cat(losses), torch.cat(weights)


def formula(model: Any, rows: Sequence[dict[str, Any]]) -> Any:
    """Sum of weighted token losses over the sum of weights."""
    parts = [token_losses(model, row) for row in rows]
    return sum((loss * weight).sum() for loss, weight in parts) / sum(weight.sum() for _, weight in parts)


@pytest.mark.slow
@pytest.mark.parametrize(("packing", "batch_size"), [(True, 1), (True, 2), (False, 2)])
def test_weights_multiply_losses_and_divide_by_their_sum(
    tiny: Path, rows: Path, tmp_path: Path, packing: bool, batch_size: int
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    mixed = weighted_rows(rows, tmp_path, [1.0, 0.25, None, 3.0])
    trainer, _ = trainer_on(tiny, mixed, tmp_path, packing=packing, batch_size=batch_size, max_steps=1)
    order = torch.randperm(len(trainer.train_dataset), generator=torch.Generator().manual_seed(5)).tolist()
    (step,) = log_of(trainer)
    model = AutoModelForCausalLM.from_pretrained(tiny, attn_implementation="sdpa")
    first = [trainer.train_dataset[i] for i in order[: 2 * batch_size]]
    expected = formula(model, first)
    expected.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters()])
    assert step["loss"] == pytest.approx(expected.item(), rel=1e-5)
    assert step["grad_norm"] == pytest.approx(norm.item(), rel=1e-4)
    unweighted = formula(model, [{k: v for k, v in row.items() if k != "weights"} for row in first])
    assert abs(step["loss"] - unweighted.item()) > 1e-4


@pytest.mark.parametrize(("packing", "batch_size"), [(True, 1), (False, 1), (False, 5)])
def test_the_evaluation_loss_is_that_of_all_tokens_however_they_are_laid(
    tiny: Path, rows: Path, tmp_path: Path, packing: bool, batch_size: int
) -> None:
    from transformers import AutoModelForCausalLM

    dev = weighted_rows(rows, tmp_path, [1.0, 0.5])
    trainer, figures = trainer_on(tiny, rows, tmp_path, dev, packing=packing, batch_size=batch_size)
    model = AutoModelForCausalLM.from_pretrained(tiny)
    assert trainer.evaluate()["eval_loss"] == pytest.approx(formula(model, list(trainer.eval_dataset)).item(), rel=1e-5)
    assert figures["evaluation_examples"] == 48


def test_several_processes_evaluate_single_rows() -> None:
    """Of batches, those that are filled up with repeated rows would count those rows again."""
    from crabtk_trl import TrlDpoTrainer, TrlTrainer
    from crabtk_trl.setup import evaluation_batch

    for trainer in (TrlTrainer, TrlDpoTrainer):
        assert evaluation_batch(trainer(batch_size=4)) == 4
        assert evaluation_batch(trainer(batch_size=4, distributed="ddp", processes=2)) == 1


def test_an_example_of_weight_0_is_left_out_and_counted(tiny: Path, rows: Path, tmp_path: Path) -> None:
    _, figures = trainer_on(tiny, weighted_rows(rows, tmp_path, [1.0, 0.0]), tmp_path, packing=False)
    assert (figures["examples"], figures["examples_weightless"], figures["sequences"]) == (48, 24, 24)


@pytest.mark.parametrize("weight", ["1", True, -1.0, float("nan"), [1.0]])
def test_a_weight_that_is_none_is_refused_with_its_row(tiny: Path, rows: Path, tmp_path: Path, weight: Any) -> None:
    from crabtk.errors import TrainingError

    with pytest.raises(TrainingError, match=r"Row 2 .*weight"):
        trainer_on(tiny, weighted_rows(rows, tmp_path, [1.0, weight]), tmp_path)
