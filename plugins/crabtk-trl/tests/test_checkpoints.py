"""Which checkpoints are trusted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from crabtk_trl.checkpoints import Checkpoints, identity
from crabtk_trl.jobfile import JobFile


def checkpoint(folder: Path, step: int) -> Path:
    made = folder / f"checkpoint-{step}"
    made.mkdir()
    (made / "model.safetensors").write_bytes(b"weights")
    (made / "trainer_state.json").write_text("{}")
    return made


def test_the_newest_complete_checkpoint_is_taken_and_the_rest_is_deleted(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    assert checkpoints.last("a") is None
    for step in (9, 10, 11, 12):
        checkpoint(checkpoints.folder, step)
    for step in (9, 10, 11):
        checkpoints.seal(step)
    (checkpoints.folder / "checkpoint-11" / "trainer_state.json").unlink()  # a kill while it was deleted
    found = checkpoints.last("a")
    assert found is not None and found.step == 10
    assert sorted(path.name for path in checkpoints.folder.glob("checkpoint-*")) == ["checkpoint-10", "checkpoint-9"]


def test_a_shortened_file_is_found_out(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.last("a")
    made = checkpoint(checkpoints.folder, 1)
    checkpoints.seal(1)
    (made / "model.safetensors").write_bytes(b"wei")
    assert checkpoints.last("a") is None


def test_checkpoints_of_another_job_are_not_used(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.last("a")
    checkpoint(checkpoints.folder, 1)
    checkpoints.seal(1)
    assert checkpoints.last("b") is None


def test_identity_follows_contents_not_paths(tmp_path: Path) -> None:
    jobs = []
    for place in ("one", "two"):
        model = tmp_path / place
        model.mkdir()
        (model / "config.json").write_text("{}")
        (tmp_path / f"{place}.jsonl").write_text("rows")
        jobs.append(JobFile(str(model), str(tmp_path / f"{place}.jsonl"), place, place, 1, {"lora": False}))
    one, two = jobs
    assert identity(one, Path(one.model)) == identity(two, Path(two.model))
    assert identity(one, Path(one.model)) != identity(dataclasses.replace(one, seed=2), Path(one.model))
    Path(two.examples).write_text("others")
    assert identity(one, Path(one.model)) != identity(two, Path(two.model))
