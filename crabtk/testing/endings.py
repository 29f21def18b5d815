"""The conformance suite of how engines end: ``check_endings(MyBackend, {"model": "…"})``; needs the package psutil."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import psutil

from crabtk.errors import BackendError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.protocols import Backend
from crabtk.testing.ended_run import IDENTITY, REQUESTS, client, requests

Processes = Sequence[psutil.Process]

_FEW = 48
_LOADING_SECONDS = 2.0
_STORED_WITHIN_SECONDS = 1.5
_ENDINGS = ("Ctrl-C while it loads", "Ctrl-C", "SIGINT", "SIGTERM", "SIGKILL")
_SIGNALS = {"SIGTERM": signal.SIGTERM, "SIGKILL": signal.SIGKILL}


def check_endings(
    backend: type[Backend],
    options: Mapping[str, Any],
    *,
    kill: Callable[[Processes], None] | None = None,
    says: str | None = None,
    loading: Callable[[Processes], bool] | None = None,
    patience: float = 60.0,
) -> None:
    """Check that however a run ends, no process is left and no answer lost; an ``AssertionError`` says what was.

    Runs of their own, in new processes, are ended by Ctrl-C (as a terminal sends it, to all processes), by SIGINT and
    SIGTERM to the one process (as a scheduler does), by SIGKILL, and while they load. In this process, the engine is
    killed in mid-run, and a second backend goes on. Takes seven times as long as the engine takes to open; use the
    smallest model that it runs.

    Args:
        backend: The class; runs import it by its module and name.
        options: For its constructor, ``model`` among them; as JSON has them.
        kill: Kills the engine, given the processes that were started since it was opened; the run must then end in
            ``BackendError``, or be answered all the same. None for an engine that has no process of its own.
        says: What that error must hold, where there must be one.
        loading: Whether the processes below a run say that the model is being loaded. None: that there is one; for an
            engine without (``kill`` is None), that two seconds have passed.
        patience: Seconds after which nothing may be left.
    """
    _check_killed_engine(backend, options, kill, says, patience)
    for ending in _ENDINGS:
        with TemporaryDirectory() as folder:
            seen = _check_ended_run(backend, options, ending, kill, loading, patience, Path(folder, "cache.sqlite"))
            assert seen or kill is None, f"a run that {ending} ended must have had a process that could be left"


def _check_killed_engine(
    backend: type[Backend],
    options: Mapping[str, Any],
    kill: Callable[[Processes], None] | None,
    says: str | None,
    patience: float,
) -> None:
    """Kill an engine in mid-run; a second one in this process must go on where the first ended."""
    before = set(_below())
    killed = False

    def progress(done: int, _: int) -> None:
        nonlocal killed
        if done and kill is not None and not killed:
            killed = True
            kill([process for process in _below() if process not in before])

    def open_backend() -> Backend:
        return backend(**options)

    with TemporaryDirectory() as folder, ResponseCache(Path(folder, "responses.sqlite")) as cache:
        try:
            with client(open_backend, cache) as first:
                first.complete(requests(0, _FEW), progress)
        except BackendError as error:
            assert killed, f"an engine that nobody killed must answer, not: {error}"
            assert says is None or says in str(error), f"the error of a killed engine must hold {says!r}: {error}"
        else:
            assert says is None, "a killed engine must be an error"
        kept = cache.stats().entries
        assert kept, "what was answered before the engine died must be kept"
        _assert_gone(set(_below()) - before, patience, "a closed or dead engine")
        with client(open_backend, cache) as second:
            answers = second.complete(requests(0, _FEW + 4))
        assert second.usage.cached == kept, f"{kept} answers were kept, and {second.usage.cached} were used again"
        errors = [answer.error for answer in answers if answer.finish_reason == "error"]
        assert not errors, f"a second backend in the same process must answer, not: {errors[0]}"
        _assert_gone(set(_below()) - before, patience, "a second backend")


def _check_ended_run(
    backend: type[Backend],
    options: Mapping[str, Any],
    ending: str,
    kill: Callable[[Processes], None] | None,
    loading: Callable[[Processes], bool] | None,
    patience: float,
    cache_file: Path,
) -> set[psutil.Process]:
    """End a run of its own; return the processes that it had."""
    named = f"{backend.__module__}:{backend.__qualname__}"
    command = [sys.executable, "-m", "crabtk.testing.ended_run", named, json.dumps(dict(options)), str(cache_file)]
    # A session of its own, so that the signal of a terminal does not end this one.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:  # noqa: S603
        seen: set[psutil.Process] = set()
        try:
            assert run.stdout is not None and run.stdout.readline() == "opening\n", "the run must begin"
            stored = 0
            if ending == "Ctrl-C while it loads":
                seen = _wait_for_loading(run, loading, None if kill is None else patience)
            else:
                stored = _wait_for_answers(run.stdout)
                seen = set(_below(run.pid))
            if ending.startswith("Ctrl-C"):
                os.killpg(run.pid, signal.SIGINT)
            else:
                run.send_signal(_SIGNALS.get(ending, signal.SIGINT))
            try:
                code = run.wait(patience)
            except subprocess.TimeoutExpired:
                raise AssertionError(f"{ending} must end a run within {patience:.0f} seconds") from None
            assert code != 0, f"a run that {ending} ended must not report success"
            said = [int(line) for line in run.stdout.read().split()]
        finally:
            run.kill()
    _assert_gone(seen, patience, ending)
    if stored:
        # Ctrl-C leaves the time to store what was answered; the others may take the last half-second's with them.
        must = max([stored, *said]) if ending in ("Ctrl-C", "SIGINT") else stored
        with ResponseCache(cache_file) as cache:
            kept = len(cache.get_many([request_key(IDENTITY, request) for request in requests(0, REQUESTS)]))
        assert kept >= must, f"{ending} lost answers: {must} were reported, {kept} are kept"
    return seen


def _wait_for_loading(
    run: subprocess.Popen[str], loading: Callable[[Processes], bool] | None, patience: float | None
) -> set[psutil.Process]:
    """Return the processes below a run that loads its model; ``patience`` is None where there may be none."""
    end = time.monotonic() + (_LOADING_SECONDS if patience is None else patience)
    seen: set[psutil.Process] = set()
    while not (loading or bool)(list(seen)) and (loading or time.monotonic() < end):
        assert run.poll() is None, "the run ended before its engine was loaded"
        time.sleep(0.1)
        seen |= set(_below(run.pid))
    return seen


def _wait_for_answers(said: IO[str]) -> int:
    """Return how many answers were reported long enough ago to be stored."""
    first = 0
    begun = time.monotonic()
    for line in said:
        if not first:
            first, begun = int(line), time.monotonic()
        if time.monotonic() - begun > _STORED_WITHIN_SECONDS:
            return first
    raise AssertionError(f"the run ended by itself before it had answered its {REQUESTS} requests, or was too quick")


def _below(pid: int | None = None) -> list[psutil.Process]:
    """Return the processes below one, this one if none is named."""
    return psutil.Process(pid).children(recursive=True)


def _assert_gone(processes: Collection[psutil.Process], patience: float, after: str) -> None:
    end = time.monotonic() + patience
    while left := [process for process in processes if not _gone(process)]:
        if time.monotonic() > end:
            names = [_name(process) for process in left]
            for process in left:
                process.kill()
            raise AssertionError(f"{after} must leave no process, but {names} were there after {patience:.0f} s")
        time.sleep(0.2)


def _gone(process: psutil.Process) -> bool:
    # Python's own tracker of resources is shared by all of a process, and ends with it.
    try:
        return (
            not process.is_running() or process.status() == psutil.STATUS_ZOMBIE or "resource_tracker" in _name(process)
        )
    except psutil.NoSuchProcess:
        return True


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
