"""However a run ends, no process of Ray or of an actor is left; and what no cluster gives is said."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

pytest.importorskip("ray")

from crabtk.errors import BackendError
from crabtk.testing.endings import check_endings
from crabtk.types import Message, Request
from crabtk_ray import RayBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("backend", ["mortal", "mortal-stream"])
def test_endings(backend: str, mortal: None) -> None:
    options = {"model": "m", "backend": backend, "actors": 2, "num_cpus": 0.5, "batch_size": 4}
    # Two small agents of Ray look for the rest of it for a minute when nobody could tell them.
    check_endings(RayBackend, {**options, "options": {"seconds": 0.2}}, kill=_kill_actor, patience=100)


def _kill_actor(processes: Sequence[psutil.Process]) -> None:
    # Ray's agents have names of that kind, too; with one of them the whole of Ray would die.
    next(process for process in processes if _name(process).startswith("ray::Worker")).kill()


def _name(process: psutil.Process) -> str:
    """Return the command of a process; nothing of one that ended since it was found."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_dead_ray_is_an_error(mortal: None) -> None:
    asked = [Request((Message("user", f"Say {number}."),)) for number in range(1000)]
    with (
        pytest.raises(BackendError, match=r"Ray died on this machine"),
        RayBackend("m", backend="mortal", num_cpus=0.5, batch_size=1, options={"seconds": 0.2}) as backend,
    ):
        answers = backend.stream(iter(asked))
        next(answers)
        next(process for process in psutil.Process().children() if "/raylet " in _name(process)).kill()
        list(answers)


ALONE = """
import os, sys, time, psutil
from crabtk.errors import BackendError
from crabtk.types import Message, Request
from crabtk_ray import RayBackend

while os.getppid() == int(sys.argv[1]):
    time.sleep(0.1)
try:
    with RayBackend("m", backend="mortal", num_cpus=0.5, batch_size=1, options={"seconds": 0.2}) as backend:
        answers = backend.stream(iter([Request((Message("user", f"Say {number}."),)) for number in range(1000)]))
        next(answers)
        next(process for process in psutil.Process().children() if process.name() == "raylet").kill()
        list(answers)
except BackendError as error:
    print(error, flush=True)
"""


def test_a_dead_ray_is_told_by_a_run_whose_terminal_is_gone(mortal: None, tmp_path: Path) -> None:
    script = tmp_path / "alone.py"
    script.write_text(ALONE)
    # The shell ends at once, and what it started has a parent that is none of its own.
    shell = f'"{sys.executable}" "{script}" $$ > "{tmp_path}/said.txt" 2>&1 & echo $!'
    started = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True, start_new_session=True)
    psutil.wait_procs([psutil.Process(int(started.stdout))], 200)
    assert "Ray died on this machine" in (tmp_path / "said.txt").read_text()


def test_a_closed_backend_leaves_no_process_and_no_handler(mortal: None) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    # A pool of processes in an earlier test leaves Python's own tracker of resources until Python ends.
    before = set(psutil.Process().children(recursive=True))
    with RayBackend("m", backend="mortal", num_cpus=0.5) as backend:
        assert backend.generate([]) == []
        names = {process: _name(process) for process in psutil.Process().children(recursive=True)}
    assert any("raylet" in name for name in names.values())
    _, left = psutil.wait_procs(set(names) - before, 90)
    assert not [names[process] for process in left]
    assert signal.getsignal(signal.SIGTERM) is handler


def test_what_this_machine_does_not_have_is_named(mortal: None) -> None:
    start = time.monotonic()
    with (
        pytest.raises(BackendError, match=r"2 actors need 2 GPUs and 2000 CPUs; Ray finds .* Lower the options"),
        RayBackend("m", backend="mortal", actors=2, num_gpus=1.0, num_cpus=1000.0),
    ):
        pass
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_no_cluster_at_an_address_is_named_soon(mortal: None, scheme: str) -> None:
    with socket.socket() as nobody:  # holds the port, and does not listen
        nobody.bind(("127.0.0.1", 0))
        address = f"{scheme}127.0.0.1:{nobody.getsockname()[1]}"
        start = time.monotonic()
        with (
            pytest.raises(BackendError, match=rf"no Ray cluster at {address}: .*refused.*ray start --head"),
            RayBackend("m", backend="mortal", address=address),
        ):
            pass
    assert time.monotonic() - start < 60


def test_an_address_that_is_none_is_named(mortal: None) -> None:
    with (
        pytest.raises(BackendError, match=r"no Ray cluster at head:many: ValueError: .*ray start --head"),
        RayBackend("m", backend="mortal", address="head:many"),
    ):
        pass
