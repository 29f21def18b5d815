"""A process of the engine ends when the one that started it is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from crabtk_vllm.orphans import VARIABLE

SCRIPT = """
import multiprocessing, os, sys, time
from crabtk_vllm.orphans import end_with_parent, marked

def child():
    end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(120)

if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=child)
    if "marked" in sys.argv:
        with marked():
            process.start()
    else:
        process.start()
    process.join()
"""


@pytest.mark.slow
@pytest.mark.parametrize("mark", [True, False])
def test_a_child_ends_with_a_killed_parent_that_marked_it(mark: bool, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), *(["marked"] if mark else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        parent.wait()
        end = time.monotonic() + (20 if mark else 2)
        while time.monotonic() < end and not _gone(child):
            time.sleep(0.1)
        try:
            assert _gone(child) is mark, "only processes that an open engine started are watched"
        finally:
            if not _gone(child):
                os.kill(child.pid, signal.SIGKILL)


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_mark_is_taken_back() -> None:
    from crabtk_vllm.orphans import marked

    before = os.environ.get(VARIABLE)
    with marked():
        assert os.environ[VARIABLE] == str(os.getpid())
    assert os.environ.get(VARIABLE) == before
