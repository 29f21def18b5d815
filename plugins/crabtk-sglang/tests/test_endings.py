"""However a run ends, no process of the engine is left, and what was answered is kept."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

if find_spec("sglang") is None:
    pytest.skip("needs sglang", allow_module_level=True)

from crabtk.testing.endings import check_endings
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


def test_endings(model: str, arguments: dict[str, Any]) -> None:
    options = {"model": model, **SMALL, "engine": {**arguments, **MEMORY}}
    check_endings(SglangBackend, options, kill=_kill_scheduler, says="engine died", loading=_loads)


def _kill_scheduler(processes: Sequence[psutil.Process]) -> None:
    next(process for process in processes if "scheduler" in _name(process)).kill()


def _loads(processes: Sequence[psutil.Process]) -> bool:
    return any("sglang::" in _name(process) for process in processes)


def test_other_children_of_a_run_are_left_alone(model: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    options = {**SMALL, "engine": {**arguments, **MEMORY}}
    script.write_text(SCRIPT.replace("OPTIONS", repr(options)))
    with subprocess.Popen([sys.executable, str(script), model], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "answered\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(60) != 0
        assert run.stdout.read().endswith("other None\n")


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
