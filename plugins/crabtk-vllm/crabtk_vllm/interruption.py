"""Ctrl-C while an engine is opened."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class _Interrupted(BaseException):
    """A KeyboardInterrupt by another name: while it waits for its engine, vLLM drops one that bears its own."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT end what is inside with KeyboardInterrupt, whatever vLLM catches.

    Only where Python's own handler is installed and in the main thread, which alone receives signals.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    except _Interrupted:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise _Interrupted
