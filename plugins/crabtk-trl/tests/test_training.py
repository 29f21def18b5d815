"""Real training runs of a tiny model, in child processes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError
from crabtk.types import TrainingJob, TrainingOutcome, TrainingProgress
from crabtk_trl import TrlTrainer

OPTIONS: dict[str, Any] = {
    "learning_rate": 1e-2, "epochs": 3, "max_length": 128, "accumulation": 2, "checkpoint_every": 4, "device": "cpu",
    "dtype": "float32",
}  # fmt: skip


def train(
    model: Path, rows: Path, root: Path, **options: Any
) -> tuple[TrainingOutcome, list[TrainingProgress], TrainingJob]:
    job = TrainingJob(str(model), rows, root / "model", root / "work", seed=5)
    root.mkdir(exist_ok=True)
    reports: list[TrainingProgress] = []
    return TrlTrainer(**(OPTIONS | options)).train(job, reports.append), reports, job


@pytest.fixture(scope="module")
def full(tiny: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return train(tiny, rows, tmp_path_factory.mktemp("full"))


def test_the_loss_falls_and_is_reported(full: Any) -> None:
    outcome, reports, _ = full
    losses = [line["loss"] for line in outcome.history]
    assert losses[-1] < 0.6 * losses[0]
    assert [report.step for report in reports] == list(range(1, outcome.figures["steps"] + 1))
    assert reports[-1].values["tokens"] == 3 * outcome.figures["tokens_total"]


def test_figures_count_the_examples(full: Any) -> None:
    figures = full[0].figures
    assert figures["examples"] == figures["end_of_turn_in_loss"] == 48
    assert figures["examples_truncated"] == figures["examples_dropped"] == 0
    assert figures["sequences"] < 48


def test_the_history_holds_no_times(full: Any) -> None:
    for line in full[0].history:
        assert set(line) == {"step", "epoch", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy"}
        assert all(math.isfinite(value) for value in line.values())


def test_the_model_folder_names_no_place(full: Any, tiny: Path, digest: Callable[[Path], str]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    job = full[2]
    assert not list(job.output.parent.glob(".*"))
    assert sorted(file.name for file in job.output.iterdir()) == [
        "README.md", "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors",
        "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    for file in job.output.iterdir():
        assert str(tiny.parent).encode() not in file.read_bytes()
        assert str(job.work.parent).encode() not in file.read_bytes()
    model = AutoModelForCausalLM.from_pretrained(job.output)
    assert model.config.use_cache and model.dtype == AutoModelForCausalLM.from_pretrained(tiny).dtype
    text = AutoTokenizer.from_pretrained(job.output).apply_chat_template(
        [{"role": "user", "content": "Hi"}], tokenize=False
    )
    assert text == "<|im_start|>user\nHi<|im_end|>\n"


def test_an_output_that_is_not_empty_is_left_alone(full: Any, tiny: Path, rows: Path) -> None:
    with pytest.raises(TrainingError, match="not empty"):
        train(tiny, rows, full[2].output.parent)


@pytest.mark.slow
def test_lora_is_merged_into_a_model_of_its_own(tiny: Path, rows: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    outcome, _, job = train(tiny, rows, tmp_path, lora=True, learning_rate=3e-2, max_steps=6)
    assert outcome.history[-1]["loss"] < outcome.history[0]["loss"]
    assert not list(job.output.glob("adapter*"))
    before, after = (AutoModelForCausalLM.from_pretrained(folder).state_dict() for folder in (tiny, job.output))
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert len(changed) == 14 and all("_proj" in name for name in changed)


@pytest.mark.slow
@pytest.mark.parametrize("quantization", ["nf4", "int8"])
def test_adapters_on_quantized_weights_are_merged_into_the_whole_ones(
    tiny: Path, rows: Path, tmp_path: Path, quantization: str
) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    pytest.importorskip("bitsandbytes")
    options = {"lora": True, "quantization": quantization, "learning_rate": 3e-2, "keep_adapter": True}
    outcome, _, job = train(tiny, rows, tmp_path, **options)
    assert outcome.history[-1]["loss"] < 0.96 * outcome.history[0]["loss"]
    base = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32)
    merged = PeftModel.from_pretrained(base, str(job.output / "adapter")).merge_and_unload().state_dict()
    finished = AutoModelForCausalLM.from_pretrained(job.output).state_dict()
    assert finished.keys() == merged.keys()
    for name, value in merged.items():
        torch.testing.assert_close(finished[name], value, rtol=1e-5, atol=1e-6)
    for file in job.output.rglob("*"):
        assert file.is_dir() or str(tiny).encode() not in file.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["rslora", "dora"])
def test_variants_of_adapters_learn(tiny: Path, rows: Path, tmp_path: Path, variant: str) -> None:
    outcome, _, _ = train(tiny, rows, tmp_path, lora=True, lora_variant=variant, learning_rate=3e-2)
    assert outcome.history[-1]["loss"] < 0.96 * outcome.history[0]["loss"]


@pytest.mark.slow
def test_a_failure_tells_the_log_and_its_last_lines(tiny: Path, rows: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"train\.log:\n(.*\n)+.*nosuch"):
        train(tiny, rows, tmp_path, scheduler="nosuch")


@pytest.mark.slow
def test_a_refusal_of_the_data_reaches_the_caller(
    model_with: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    with pytest.raises(TrainingError, match=r"would not learn to stop.*train\.log"):
        train(model_with(template), rows, tmp_path)


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(full: Any, tiny: Path, rows: Path, tmp_path: Path, digest: Any) -> None:
    outcome, _, job = train(tiny, rows, tmp_path)
    assert digest(job.output) == digest(full[2].output)
    assert outcome == full[0]


@pytest.mark.slow
def test_a_run_that_diverges_is_stopped(tiny: Path, rows: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="diverged"):
        train(tiny, rows, tmp_path, learning_rate=1e30, scheduler="constant", max_grad_norm=1e30)


@pytest.mark.slow
def test_a_report_that_raises_ends_the_training(tiny: Path, rows: Path, tmp_path: Path) -> None:
    def fail(progress: TrainingProgress) -> None:
        raise KeyboardInterrupt

    job = TrainingJob(str(tiny), rows, tmp_path / "model", tmp_path / "work", seed=5)
    with pytest.raises(KeyboardInterrupt):
        TrlTrainer(**OPTIONS).train(job, fail)
    assert not job.output.exists()
    assert json.loads((job.work / "job.json").read_text())["seed"] == 5
