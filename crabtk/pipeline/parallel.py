"""Rows over processes, in order: the result never depends on how many, or on the chunk size."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Row = TypeVar("Row")
Out = TypeVar("Out")

_work: Callable[[Any], Any] | None = None


def map_rows(
    work: Callable[[Row], Out],
    rows: Sequence[Row],
    *,
    processes: int = 1,
    chunk_size: int = 64,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Out]:
    """Yield ``work(row)`` for each row, in the order of the rows.

    Args:
        work: Picklable; sent once to each process, so it may hold large tables and keep what it computes.
        processes: 1 stays in this process.
        chunk_size: Rows that a process takes at a time.
        progress: Called with rows done and total.
    """
    chunks = [rows[start : start + chunk_size] for start in range(0, len(rows), chunk_size)]
    done = 0
    if processes == 1 or len(chunks) < 2:
        for chunk in chunks:
            for row in chunk:
                yield work(row)
            done += len(chunk)
            if progress:
                progress(done, len(rows))
        return
    # Not fork: the parent runs threads of polars, whose locks a forked child would inherit.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(chunks)), context, _receive, (work,)) as pool:
        others = set(multiprocessing.active_children())
        try:
            with _uninterrupted():
                found = pool.map(_chunk, chunks)
            for chunk, results in zip(chunks, found, strict=True):
                yield from results
                done += len(chunk)
                if progress:
                    progress(done, len(rows))
        except KeyboardInterrupt:
            # Else they would finish the chunks that they have.
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back; processes started meanwhile never see it, so that the parent alone answers it."""
    held: list[int] = []
    in_main_thread = threading.current_thread() is threading.main_thread()
    # The mask is for the processes, which inherit it; here another thread may still receive the signal.
    handler = signal.signal(signal.SIGINT, lambda number, _: held.append(number)) if in_main_thread else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if in_main_thread:
            signal.signal(signal.SIGINT, handler)
    if held:
        signal.raise_signal(signal.SIGINT)


def _receive(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when the parent is gone: one that was killed can no longer tell its processes to."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _chunk(rows: Sequence[Any]) -> list[Any]:
    assert _work is not None  # noqa: S101 - set by the initialiser
    return [_work(row) for row in rows]
