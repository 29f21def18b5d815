"""Rows over processes, in order: the result never depends on how many, or on the chunk size."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, TypeVar

Row = TypeVar("Row")
Out = TypeVar("Out")

_AHEAD = 4
"""Chunks for each process that are read before their results are fetched."""

_work: Callable[[Any], Any] | None = None


def map_rows(
    work: Callable[[Row], Out],
    rows: Iterable[Row],
    *,
    processes: int = 1,
    chunk_size: int = 64,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Out]:
    """Yield ``work(row)`` for each row, in the order of the rows.

    Rows are read as they are needed, a few chunks ahead of the processes, so that a stream of any length fits
    into memory.

    Args:
        work: Picklable; sent once to each process, so it may hold large tables and keep what it computes.
        rows: A sequence, or a stream.
        processes: 1 stays in this process.
        chunk_size: Rows that a process takes at a time.
        progress: Called with rows done and total; the total of a stream is None.
    """
    total = len(rows) if isinstance(rows, Sized) else None
    done = 0
    for results in _chunk_results(work, _chunks(rows, chunk_size), total, processes, chunk_size):
        for result in results:
            yield result
            done += 1
        if progress:
            progress(done, total)


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    stream = iter(rows)
    while chunk := list(islice(stream, size)):
        yield chunk


def _chunk_results(
    work: Callable[[Row], Out], chunks: Iterator[list[Row]], total: int | None, processes: int, chunk_size: int
) -> Iterator[Iterable[Out]]:
    """Yield each chunk's results; here, where that is all the work there is."""
    first = list(islice(chunks, 2))
    if processes == 1 or len(first) < 2:
        yield from (map(work, chunk) for chunk in chain(first, chunks))
        return
    if total is not None:
        processes = min(processes, -(-total // chunk_size))
    # Not fork: the parent runs threads of polars, whose locks a forked child would inherit.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _receive, (work,)) as pool:
        others = set(multiprocessing.active_children())
        waiting: deque[Future[list[Out]]] = deque()
        try:
            for chunk in chain(first, chunks):
                with _uninterrupted():
                    waiting.append(pool.submit(_chunk, chunk))
                if len(waiting) >= _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except (KeyboardInterrupt, GeneratorExit):
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
