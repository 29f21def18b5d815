"""The options as settings see them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crabtk.errors import SettingsError, TrainingError
from crabtk.plugins import Plugin, check_options
from crabtk.types import TrainingJob
from crabtk_trl import TrlDpoTrainer, TrlGrpoTrainer, TrlTrainer, cores
from crabtk_trl.environment import child_environment
from crabtk_trl.extras import require_packages

ALONE = asdict(TrlTrainer())
PLUGIN = Plugin("trainer", "trl", TrlTrainer, "crabtk-trl", "0", "crabtk_trl")


def test_known_options_pass_and_unknown_ones_are_named() -> None:
    check_options(PLUGIN, {"lora": True, "dtype": "float32", "threads": 1, "learning_rate": 1e-4}, "training.options")
    with pytest.raises(SettingsError, match=r"training\.options\.dtype"):
        check_options(PLUGIN, {"dtype": "float8"}, "training.options")
    with pytest.raises(SettingsError, match="learning_rate"):
        check_options(PLUGIN, {"lr": 1}, "training.options")


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"warmup_ratio": 1.0}, "warmup_ratio"),
        ({"max_steps": 0}, "max_steps"),
        ({"quantization": "nf4"}, "quantization"),
        ({"keep_adapter": True}, "keep_adapter"),
        ({"processes": 2}, "processes"),
        ({"device": "gpu"}, r"device = 'gpu' must be \"auto\", \"cpu\""),
        ({"device": "cuda:1", "distributed": "ddp"}, r'"cuda" with distributed = "ddp".*CUDA_VISIBLE_DEVICES'),
    ],
)
def test_values_that_make_no_sense_are_refused(options: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        TrlTrainer(**options)


def test_the_caller_imports_no_trainer_library() -> None:
    code = f"import sys; sys.path[:0] = {sys.path!r}; import crabtk_trl; print({{'torch', 'trl'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_child_is_offline_keeps_memory_and_uses_the_asked_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_TOP_PAD_", raising=False)
    monkeypatch.setattr("platform.libc_ver", lambda: ("glibc", "2.39"))
    environment = child_environment(ALONE | {"device": "cpu", "threads": 3})
    assert environment["HF_HUB_OFFLINE"] == environment["HF_HUB_DISABLE_TELEMETRY"] == "1"
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["MALLOC_TOP_PAD_"] == "268435456"
    assert "MALLOC_TOP_PAD_" not in child_environment(ALONE | {"device": "cuda", "threads": 3})


@pytest.mark.parametrize(
    ("listed", "device", "seen"), [(None, "cuda:1", "1"), ("4,7", "cuda:1", "7"), ("4,7", "auto", "4")]
)
def test_one_accelerator_is_visible(
    monkeypatch: pytest.MonkeyPatch, listed: str | None, device: str, seen: str
) -> None:
    if listed is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert child_environment(ALONE | {"device": device})["CUDA_VISIBLE_DEVICES"] == seen


def test_several_processes_see_the_callers_accelerators_and_share_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    monkeypatch.setattr("crabtk_trl.environment.physical_cores", lambda: 9)
    environment = child_environment(ALONE | {"distributed": "fsdp", "processes": 2})
    assert (environment["CUDA_VISIBLE_DEVICES"], environment["OMP_NUM_THREADS"]) == ("4,7", "4")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"lora": True, "quantization": "nf4"},
            r'quantization = "nf4" .*bitsandbytes: pip install "crabtk-trl\[qlora\]"',
        ),
        ({"optimizer": "adamw_8bit"}, r"adamw_8bit.*qlora"),
        ({"optimizer": "paged_adamw_32bit"}, r"paged_adamw_32bit.*qlora"),
        ({"distributed": "deepspeed"}, r"crabtk-trl\[deepspeed\]"),
    ],
)
def test_a_missing_package_is_named_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], says: str
) -> None:
    monkeypatch.setattr("crabtk_trl.extras.find_spec", lambda name: None)
    with pytest.raises(TrainingError, match=says):
        require_packages(ALONE | options)


def test_every_optimiser_of_bitsandbytes_is_known_to_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers.trainer_optimizer import _BITSANDBYTES_OPTIMIZERS, _TORCHAO_OPTIMIZERS
    from transformers.training_args import OptimizerNames

    monkeypatch.setattr("crabtk_trl.extras.find_spec", lambda name: None)
    for name in _BITSANDBYTES_OPTIMIZERS:
        with pytest.raises(TrainingError, match="bitsandbytes"):
            require_packages(ALONE | {"optimizer": str(name.value)})
    for name in (*_TORCHAO_OPTIMIZERS, OptimizerNames.ADAMW_TORCH_FUSED, OptimizerNames.RMSPROP):
        require_packages(ALONE | {"optimizer": str(name.value)})


@pytest.mark.parametrize(
    ("trainer", "section"), [(TrlTrainer, "training"), (TrlDpoTrainer, "dpo"), (TrlGrpoTrainer, "rl")]
)
def test_a_chat_template_that_cannot_be_read_is_an_error_at_once(trainer: Any, section: str, tmp_path: Path) -> None:
    job = TrainingJob("model", tmp_path / "rows", tmp_path / "out", tmp_path / "work", 1)
    with pytest.raises(SettingsError, match=rf"^{section}\.options\.chat_template = .*nowhere\.jinja"):
        trainer(chat_template="nowhere.jinja").train(job, lambda progress: None)
    assert not job.work.exists()


@pytest.mark.parametrize(
    ("trainer", "device", "says"),
    [
        (TrlTrainer, "cuda", r'^training\.options\.device = "cuda", but torch .* finds no such device'),
        (TrlDpoTrainer, "cuda:3", r'^dpo\.options\.device = "cuda:3"'),
        (TrlGrpoTrainer, "mps", r'^rl\.options\.device = "mps"'),
    ],
)
def test_a_device_that_is_not_there_is_refused(
    trainer: Any, device: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from crabtk_trl.child import prepare_torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(TrainingError, match=says):
        prepare_torch(trainer(device=device, threads=1))
    prepare_torch(trainer(threads=torch.get_num_threads()))  # ``auto`` takes what is there


def test_sharding_that_cannot_be_names_the_section() -> None:
    from crabtk_trl.sharding import prepare_sharding

    trainer: Any = SimpleNamespace(is_fsdp_enabled=False)
    with pytest.raises(TrainingError, match=r'Set dpo\.options\.distributed = "ddp"'):
        prepare_sharding(trainer, TrlDpoTrainer(distributed="fsdp", processes=2))


def test_a_containers_quota_bounds_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text("100000 100000")
    monkeypatch.setattr(cores, "_QUOTA", quota)
    assert cores.physical_cores() == 1
    quota.write_text("max 100000")
    assert cores.physical_cores() >= 1
