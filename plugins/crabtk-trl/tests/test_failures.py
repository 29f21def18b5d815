"""What the caller is told where one of several processes fails."""

from __future__ import annotations

import io
import json
import select
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crabtk.types import TrainingProgress
from crabtk_trl.channel import Channel
from crabtk_trl.failure_log import killed, telling
from crabtk_trl.launch import _failure, _forward

START = "Traceback (most recent call last):"
LAUNCHER = [
    "W1123 12:21:39.942000 1067 .venv/lib/torch/distributed/elastic/multiprocessing/api.py:1028] Sending process 1077",
    "E1123 12:21:40.006000 1067 .venv/lib/torch/distributed/elastic/multiprocessing/api.py:1002] failed (exitcode: 1)",
    START,
    '  File "run.py", line 1032, in <module>',
    "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ",
    "==========",
    "crabtk_trl FAILED",
]


def forwarded(*messages: dict[str, Any]) -> tuple[Any, Any, list[TrainingProgress]]:
    lines = io.BytesIO(b"".join(json.dumps(message).encode() + b"\n" for message in messages))
    reports: list[TrainingProgress] = []
    outcome, error = _forward(SimpleNamespace(stdout=lines), reports.append)  # type: ignore[arg-type]
    return outcome, error, reports


def test_the_first_error_of_any_process_is_kept() -> None:
    progress = {"progress": {"step": 1, "steps": 2, "values": {}}}
    outcome, error, reports = forwarded(progress, {"error": "first"}, progress, {"error": "second"}, progress)
    assert (outcome, error, len(reports)) == (None, "first", 3)
    assert forwarded(progress, {"outcome": {"history": []}})[:2] == ({"history": []}, None)


def test_a_process_that_does_not_report_still_sends_errors() -> None:
    stream = io.StringIO()
    channel = Channel(stream, only_errors=True)
    channel.send(progress={"step": 1})
    channel.send(outcome={})
    channel.send(error="no room")
    assert stream.getvalue() == '{"error": "no room"}\n'


@pytest.mark.parametrize("text", ["x" * 9000, '"é😀' * 3000])
def test_an_error_is_one_write_of_a_pipe(text: str) -> None:
    stream = io.StringIO()
    Channel(stream).send(error=text)
    assert len(stream.getvalue().encode()) <= select.PIPE_BUF
    sent = json.loads(stream.getvalue())["error"]
    assert sent.endswith("…") and text.startswith(sent[:-1]) and len(sent) > 300


def test_the_launchers_own_lines_are_left_out() -> None:
    assert telling(["INFO one", START, "  File", "ValueError: nosuch", *LAUNCHER]) == [
        "INFO one", START, "  File", "ValueError: nosuch",
    ]  # fmt: skip
    assert telling(["INFO one", "Killed"]) == ["INFO one", "Killed"]


def ended(rank: int, code: int) -> list[str]:
    return [f"  rank      : {rank} (local_rank: {rank})", f"  exitcode  : {code} (pid: {8899 + rank})  (SIG)"]


def test_a_process_that_was_killed_is_named(tmp_path: Path) -> None:
    others = [f"[rank0]: {line}" for line in (START, "  File", "RuntimeError: Connection closed by peer")]
    log = tmp_path / "train.log"
    log.write_text("\n".join([*others, *LAUNCHER, "Failures:", *ended(0, -15), "Root Cause:", *ended(1, -9)]))
    says = _failure(None, 1, log, 0)
    assert says.startswith("Training ended with status 1: its process 1 was killed by signal 9 (often: out of memory);")
    assert says.endswith("RuntimeError: Connection closed by peer")
    assert killed([*LAUNCHER, *ended(0, -15), *ended(1, 1)]) is None


def test_the_traceback_of_the_process_that_failed_first_is_what_counts() -> None:
    first = [f"[rank1]: {line}" for line in (START, "  File", "OutOfMemoryError: 1")]
    then = [f"[rank0]: {line}" for line in (START, "  File", "RuntimeError: Connection closed by peer")]
    log = ["[rank0]:[W1123 ProcessGroup.cpp:1250] Warning", *first[:2], *then[:1], *first[2:], *then[1:], *LAUNCHER]
    assert telling(log) == first
