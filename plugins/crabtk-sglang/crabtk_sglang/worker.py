"""The process of an engine: ``python -m crabtk_sglang.worker DESCRIPTOR``, started by ``EngineProcess``.

SGLang starts its processes afresh, and each imports this module: what is heavy is imported where it is needed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import NoReturn

from crabtk_sglang.messages import Failed, Opened, Opening

_LOOKED_EVERY_SECONDS = 0.5


def main(descriptor: int) -> None:
    """Open an engine, and answer what the process at the other end of the connection asks, until it closes it."""
    os.set_inheritable(descriptor, False)
    connection = Connection(descriptor)
    threading.Thread(target=_end_with, args=(os.getppid(),), name="crabtk-parent", daemon=True).start()
    try:
        opening: Opening = connection.recv()
    except EOFError:
        return
    try:
        from crabtk_sglang.service import Service, open_engine

        engine = open_engine(opening)
    except Exception as error:  # SGLang's own have no common base
        connection.send(Failed(_reason(opening, error)))
        return
    connection.send(Opened(engine.width))
    try:
        Service(engine, connection, end_at_once).run()
    finally:
        engine.close()
    os._exit(0)  # The interpreter's own way takes seconds, with nothing left to give back.


def end_at_once() -> NoReturn:
    """Kill this process and all that it started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _end_with(parent: int) -> None:
    """Watch the process that opened the engine: one that was killed, or ended by SIGTERM, closes nothing."""
    while os.getppid() == parent:
        time.sleep(_LOOKED_EVERY_SECONDS)
    end_at_once()


def _reason(opening: Opening, error: Exception) -> str:
    from crabtk.errors import BackendError

    if isinstance(error, BackendError):
        return str(error)
    return (
        f"SGLang cannot start {opening.named['model_path']}: {type(error).__name__}: {error}. What it wrote above says "
        'more; engine = { log_level = "info" } has it write all'
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
