"""No process of the engine outlives the run, however the run ends.

vLLM ends its processes when the one that started them closes the engine. One that is killed, or ended by SIGTERM,
closes nothing. So each process of the engine watches the one that started it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "CRABTK_VLLM_RUN"
"""Set while an engine is open, to the process that opened it: processes of other users of vLLM are left alone."""

_LOOKED_EVERY_SECONDS = 0.5
_TIME_TO_END_SECONDS = 10.0


@contextmanager
def marked() -> Iterator[None]:
    """Mark the processes that are started inside as this process's own."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(os.getpid())
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def end_with_parent() -> None:
    """Watch, in a process of an engine, the process that started it; vLLM calls this in each of its processes."""
    parent = multiprocessing.parent_process()
    run = os.environ.get(VARIABLE)
    if parent is None or run is None or run == str(os.getpid()):
        return
    threading.Thread(target=_watch, args=(parent.pid,), name="crabtk-orphans", daemon=True).start()


def _watch(parent: int | None) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKED_EVERY_SECONDS)
    # The engine's own way to end, which gives back its memory and processes; and, if it is stuck, the hard way.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_TIME_TO_END_SECONDS)
    os._exit(1)
