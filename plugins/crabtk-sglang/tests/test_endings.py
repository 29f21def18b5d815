"""However a run ends, no process of the engine is left, and what was answered is kept."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

if find_spec("sglang") is None:
    pytest.skip("needs sglang", allow_module_level=True)

from crabtk.errors import BackendError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.types import Message, Request, Sampling
from crabtk_sglang import SglangBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL: dict[str, Any] = {"context_length": 512, "max_running_requests": 4}
MEMORY = {"max_total_tokens": 4096}

# Without a guard of the main module: the engine's process must not run it again.
SCRIPT = """
import subprocess, sys
from itertools import count
from crabtk.types import Message, Request, Sampling
from crabtk_sglang import SglangBackend

other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
asked = (Request((Message("user", f"Say {n}."),), Sampling(max_tokens=100)) for n in count())
try:
    with SglangBackend(sys.argv[1], **OPTIONS) as backend:
        for number, completion in backend.stream(asked):
            print("answered", flush=True)
finally:
    print("other", other.poll(), flush=True)
    other.kill()
"""


@pytest.mark.parametrize(
    ("number", "loading"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGKILL, False), (signal.SIGINT, True)],
    ids=str,
)
def test_an_ended_run_leaves_no_process(
    number: signal.Signals, loading: bool, model: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    script = tmp_path / "run.py"
    options = {**SMALL, "engine": {**arguments, **MEMORY}}
    script.write_text(SCRIPT.replace("OPTIONS", repr(options)))
    with subprocess.Popen([sys.executable, str(script), model], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        if loading:
            while not any("sglang::" in _name(process) for process in _below(run.pid).values()):
                assert run.poll() is None, "it ended before its engine was loaded"
                time.sleep(0.1)
        else:
            assert run.stdout.readline() == "answered\n"
        seen = _below(run.pid)
        other = next(process for process in seen.values() if "time.sleep(600)" in _name(process))
        assert len(seen) >= 4, "SGLang has several processes"
        # To the one process, not to its group, as a scheduler does.
        run.send_signal(number)
        assert run.wait(60) != 0
        if number is signal.SIGINT:
            assert run.stdout.read().endswith("other None\n"), "SGLang left the run's other children alone"
    if number is not signal.SIGINT:
        other.kill()
    left = _left(seen, 30)
    for process in left:
        process.kill()
    assert not left


def test_a_killed_engine_is_an_error_and_what_was_answered_is_kept(
    model: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    requests = [Request((Message("user", f"Say {n}."),), Sampling(max_tokens=10)) for n in range(60)]
    before = set(_below(os.getpid()))
    engine: dict[int, psutil.Process] = {}

    def kill(done: int, _: int) -> None:
        if done and not engine:
            engine.update({pid: process for pid, process in _below(os.getpid()).items() if pid not in before})
            next(process for process in engine.values() if "scheduler" in _name(process)).kill()

    def open_backend() -> SglangBackend:
        return SglangBackend(model, **SMALL, engine={**arguments, **MEMORY})

    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        with pytest.raises(BackendError, match="engine died"), Client(open_backend, cache, "sglang", 1) as client:
            client.complete(requests, kill)
        kept = cache.stats().entries
        assert 0 < kept < len(requests)
        assert not _left(engine, 30)
        # A second engine in this process goes on where the first one ended.
        with Client(open_backend, cache, "sglang", 1) as client:
            answers = client.complete(requests)
        assert client.usage.cached == kept
        assert all(answer.finish_reason in ("stop", "length") for answer in answers)
    assert not [pid for pid in _below(os.getpid()) if pid not in before]


def _below(pid: int) -> dict[int, psutil.Process]:
    return {process.pid: process for process in psutil.Process(pid).children(recursive=True)}


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _left(processes: dict[int, psutil.Process], seconds: float) -> list[psutil.Process]:
    end = time.monotonic() + seconds
    while True:
        left = [process for process in processes.values() if not _gone(process)]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.5)


def _gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
