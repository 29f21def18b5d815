"""Training on preference pairs: what it measures from, what it reports, what it refuses."""

from __future__ import annotations

import io
import json
import math
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import SettingsError, TrainingError
from crabtk.testing import check_trainer
from crabtk.types import TrainingJob
from crabtk_trl import TrlDpoTrainer, TrlTrainer

OPTIONS: dict[str, Any] = {
    "learning_rate": 5e-3, "max_steps": 4, "batch_size": 4, "accumulation": 1, "max_length": 128, "device": "cpu",
    "threads": 1, "warmup_ratio": 0.0, "log_every": 1,
}  # fmt: skip
NAMES = {"loss", "rewards/accuracies", "rewards/margins", "rewards/chosen", "rewards/rejected", "logps/chosen"}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 pairs that prefer small letters."""
    words = ("crab", "shell", "tide", "sand", "reef", "kelp")
    rows = (
        {
            "prompt": [{"role": "user", "content": f"Say {word} {n} times."}],
            "chosen": [{"role": "assistant", "content": " ".join([word] * n)}],
            "rejected": [{"role": "assistant", "content": " ".join([word.upper()] * n)}],
        }
        for word in words
        for n in range(1, 5)
    )
    path = tmp_path_factory.mktemp("pairs") / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tuned(tiny: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model after fine-tuning in this very process, as a run makes it in one go."""
    from crabtk_trl import sft_child

    root = tmp_path_factory.mktemp("tuned")
    options = TrlTrainer(learning_rate=1e-2, max_steps=3, max_length=128, device="cpu", threads=1)
    sft_child.run(job_of(root, tiny, rows, options), silent())
    return root / "model"


def silent() -> Any:
    from crabtk_trl.channel import Channel

    return Channel(io.StringIO())


def job_of(root: Path, model: Path, rows: Path, options: Any, **given: Any) -> Any:
    from crabtk_trl.jobfile import JobFile

    (root / "work").mkdir(parents=True, exist_ok=True)
    job = TrainingJob(str(model), rows, root / "model", root / "work", seed=5, **given)
    return JobFile.of(job, options.method, asdict(options), options.section)


def weights(model: Any) -> dict[str, Any]:
    from safetensors.torch import load_file

    if isinstance(model, Path):
        return load_file(model / "model.safetensors")
    kept = model.state_dict()
    return {name: kept[name] for name in kept if name != "lm_head.weight"}  # tied


def equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    import torch

    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def trainer_of(root: Path, model: Path, pairs: Path, **options: Any) -> Any:
    from crabtk_trl.dpo_child import make_trainer
    from crabtk_trl.dpo_reference import reference_folder

    made = TrlDpoTrainer(**OPTIONS | {key: value for key, value in options.items() if key != "reference"})
    job = job_of(root, model, pairs, made, reference=options.get("reference"))
    trainer, _, _ = make_trainer(job, made, model, reference_folder(job, model, made))
    return trainer


def first_loss(trainer: Any) -> tuple[float, dict[str, float]]:
    import torch

    batch = next(iter(trainer.get_train_dataloader()))
    with torch.no_grad(), trainer.accelerator.autocast():  # as a step computes
        loss = float(trainer.compute_loss(trainer.model, trainer._prepare_inputs(batch)))
    metrics = trainer._metrics["train" if trainer.model.training else "eval"]
    return loss, {name: values[-1] for name, values in metrics.items()}


def test_the_reference_is_the_fine_tuned_model(tiny: Path, tuned: Path, pairs: Path, tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, tuned, pairs)
    assert equal(weights(trainer.ref_model), weights(tuned))
    assert not equal(weights(trainer.ref_model), weights(tiny))
    assert trainer.ref_model is not trainer.model
    loss, metrics = first_loss(trainer)
    assert loss == pytest.approx(math.log(2), abs=1e-7)
    assert metrics["rewards/chosen"] == metrics["rewards/rejected"] == metrics["rewards/margins"] == 0.0


@pytest.mark.parametrize("options", [{"lora": True}, {"precompute_ref": True}])
def test_without_a_second_model_the_loss_starts_at_the_same_place(
    options: dict[str, Any], tuned: Path, pairs: Path, tmp_path: Path
) -> None:
    trainer = trainer_of(tmp_path, tuned, pairs, **options)
    assert trainer.ref_model is None
    loss, metrics = first_loss(trainer)
    assert loss == pytest.approx(math.log(2), abs=1e-5)
    assert metrics["rewards/margins"] == pytest.approx(0.0, abs=1e-4)


def test_another_reference_is_refused_unless_asked_for(tiny: Path, tuned: Path, pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds other weights.*other_reference"):
        trainer_of(tmp_path, tuned, pairs, reference=str(tiny))
    trainer = trainer_of(tmp_path, tuned, pairs, reference=str(tiny), other_reference=True)
    assert equal(weights(trainer.ref_model), weights(tiny))
    assert first_loss(trainer)[0] != pytest.approx(math.log(2), abs=1e-3)


def test_a_copy_of_the_model_is_no_other_reference(tuned: Path, pairs: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tuned, tmp_path / "copy")
    trainer = trainer_of(tmp_path, tuned, pairs, reference=str(copy))
    assert first_loss(trainer)[0] == pytest.approx(math.log(2), abs=1e-7)


def test_a_run_learns_the_preference_and_reports_it(tuned: Path, pairs: Path, tmp_path: Path) -> None:
    from crabtk_trl import dpo_child

    options = TrlDpoTrainer(**OPTIONS)
    outcome = dpo_child.run(job_of(tmp_path, tuned, pairs, options, evaluation=pairs), silent())
    history, figures = outcome["history"], outcome["figures"]
    assert [line["step"] for line in history] == [1, 2, 3, 4]
    assert all(line.keys() >= NAMES for line in history)
    assert history[0]["loss"] == pytest.approx(math.log(2), abs=1e-7)
    assert history[-1]["eval_loss"] < 0.5 < history[-1]["eval_rewards/margins"]
    assert (figures["pairs_kept"], figures["eval_pairs"], figures["steps"], figures["best_step"]) == (24, 24, 4, 4)
    assert not equal(weights(tmp_path / "model"), weights(tuned))


@pytest.mark.slow
def test_a_run_killed_after_its_last_checkpoint_takes_no_further_step(
    tuned: Path, pairs: Path, tmp_path: Path, digest: Any
) -> None:
    """Four steps of six in an epoch; dev pairs that prefer the opposite make the first model the best."""
    from crabtk_trl import dpo_child

    rows = [json.loads(line) for line in pairs.read_text().splitlines()]
    dev = tmp_path / "dev.jsonl"
    swapped = ({**row, "chosen": row["rejected"], "rejected": row["chosen"]} for row in rows)
    dev.write_text("".join(json.dumps(row) + "\n" for row in swapped))
    options = TrlDpoTrainer(**OPTIONS | {"checkpoint_every": 1, "keep_best": True})
    job = job_of(tmp_path, tuned, pairs, options, evaluation=dev)
    whole = dpo_child.run(job, silent())
    assert whole["figures"]["best_step"] == 1
    finished = (tmp_path / "model").rename(tmp_path / "finished")
    assert dpo_child.run(job, silent()) == whole
    assert digest(tmp_path / "model") == digest(finished)


def test_dev_pairs_that_teach_nothing_are_no_error(tuned: Path, pairs: Path, tmp_path: Path) -> None:
    from crabtk_trl.dpo_child import make_trainer

    dev = tmp_path / "dev.jsonl"
    same = [{"role": "assistant", "content": "same"}]
    dev.write_text(json.dumps({"prompt": [{"role": "user", "content": "Hi"}], "chosen": same, "rejected": same}) + "\n")
    options = TrlDpoTrainer(**OPTIONS)
    trainer, figures, _ = make_trainer(job_of(tmp_path, tuned, pairs, options, evaluation=dev), options, tuned, tuned)
    assert trainer.eval_dataset is None
    assert figures["eval_pairs"] == 0


def test_a_number_of_tokens_is_refused(tiny: Path, pairs: Path, tmp_path: Path) -> None:
    job = TrainingJob(str(tiny), pairs, tmp_path / "model", tmp_path / "work", seed=5, tokens=1000)
    with pytest.raises(TrainingError, match=r"trl-dpo takes no number of tokens.*max_steps"):
        TrlDpoTrainer().train(job, lambda progress: None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"beta": 0.0}, r"dpo\.options\.beta"),
        ({"label_smoothing": 0.1}, r"label_smoothing = 0\.1 must be 0 with this loss_type"),
        ({"loss_type": "robust", "label_smoothing": 0.5}, r"in \[0, 0\.5\)"),
        ({"loss_type": "exo_pair"}, r'above 0 with "exo_pair"'),
        ({"max_prompt_length": 0}, "max_prompt_length"),
        ({"batch_size": 0}, r"dpo\.options\.batch_size"),
        (
            {"precompute_ref": True, "distributed": "ddp", "processes": 2},
            r'precompute_ref = True must be false with distributed = "ddp"',
        ),
    ],
)
def test_options_that_cannot_be_are_refused_with_their_key(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        TrlDpoTrainer(**options)


def test_one_process_alone_asks_the_reference_beforehand() -> None:
    from crabtk_trl.dpo_reference import needs_loading, precomputes

    folder = Path("model")
    one, several = TrlDpoTrainer(device="cuda"), TrlDpoTrainer(device="cuda", distributed="ddp", processes=2)
    assert precomputes(one) and not needs_loading(folder, folder, one)
    assert not precomputes(several) and needs_loading(folder, folder, several)


def test_to_select_by_dev_pairs_there_must_be_some(tiny: Path, pairs: Path, tmp_path: Path) -> None:
    from crabtk_trl import dpo_child

    options = TrlDpoTrainer(**OPTIONS, early_stopping=2)
    with pytest.raises(TrainingError, match=r"dpo\.options sets early_stopping, and the job has no dev rows"):
        dpo_child.run(job_of(tmp_path, tiny, pairs, options), silent())


@pytest.mark.slow
def test_two_processes_start_at_the_reference_and_learn(tuned: Path, pairs: Path, tmp_path: Path) -> None:
    options = TrlDpoTrainer(**OPTIONS | {"batch_size": 2}, distributed="ddp", processes=2)
    job = TrainingJob(str(tuned), pairs, tmp_path / "model", tmp_path / "work", seed=5)
    losses = [line["loss"] for line in options.train(job, lambda progress: None).history]
    assert losses[0] == pytest.approx(math.log(2), abs=1e-6)
    assert losses[-1] < 0.6
    assert not equal(weights(job.output), weights(tuned))


@pytest.mark.slow
def test_an_evaluation_is_the_same_in_any_batches_and_processes(
    tiny: Path, tuned: Path, pairs: Path, tmp_path: Path
) -> None:
    """Five pairs: the last batch is short or filled up. Another reference, so that pairs have losses apart."""
    dev = tmp_path / "dev.jsonl"
    dev.write_text("".join(pairs.read_text().splitlines(keepends=True)[::5]))
    assert len(dev.read_text().splitlines()) == 5
    still = OPTIONS | {"learning_rate": 1e-30, "max_steps": 1, "other_reference": True, "dtype": "float32"}
    figures = []
    ways = {"single": {"batch_size": 1}, "batches": {"batch_size": 4}}
    for name, several in (ways | {"processes": {"distributed": "ddp", "processes": 2}}).items():
        root = tmp_path / name
        job = TrainingJob(str(tuned), pairs, root / "model", root / "work", seed=5, evaluation=dev, reference=str(tiny))
        outcome = TrlDpoTrainer(**still | several).train(job, lambda progress: None)
        figures.append({key: value for key, value in outcome.history[-1].items() if key.startswith("eval_")})
    assert len(figures[0]) == 7
    assert figures[1] == pytest.approx(figures[0], rel=1e-5)
    assert figures[2] == pytest.approx(figures[0], rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("loss_type", ["sigmoid_norm", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair",
    "sppo_hard", "aot", "aot_unpaired", "apo_zero", "apo_down", "discopop"])  # fmt: skip
def test_every_loss_for_pairs_trains(loss_type: str, tuned: Path, pairs: Path, tmp_path: Path) -> None:
    from crabtk_trl import dpo_child

    smooth = 0.01 if loss_type == "exo_pair" else 0.0
    options = TrlDpoTrainer(**OPTIONS | {"max_steps": 2, "loss_type": loss_type, "label_smoothing": smooth})
    outcome = dpo_child.run(job_of(tmp_path, tuned, pairs, options), silent())
    assert all(math.isfinite(line["loss"]) for line in outcome["history"])


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"lora": True}, {"precompute_ref": True}])
def test_it_keeps_the_promises_of_trainers(options: dict[str, Any], tiny: Path) -> None:
    check_trainer(lambda: TrlDpoTrainer(**OPTIONS | {"checkpoint_every": 3} | options), tiny)
