"""The process of an engine, seen from the one that opened it.

SGLang's engine takes over the process that it runs in: it installs handlers of SIGTERM and SIGQUIT, and when it ends
or one of its processes fails it kills every child of that process, its own or not, or the process itself. So it gets a
process of its own, in a session of its own: its end is one signal to that session's group, and Ctrl-C does not reach
it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection, Pipe

from crabtk.errors import BackendError
from crabtk.types import Completion, Request
from crabtk_sglang.environment import environment
from crabtk_sglang.messages import Answered, Asked, Cancelled, Closing, Failed, Opened, Opening

_TIME_TO_CLOSE_SECONDS = 30.0
_TIME_TO_VANISH_SECONDS = 10.0


class EngineProcess:
    """An open engine: requests in, completions out; every call is made by one thread.

    Args:
        opening: What to open.

    Attributes:
        width: Requests that it works on at a time.

    Raises:
        BackendError: SGLang cannot start the engine.
    """

    def __init__(self, opening: Opening) -> None:
        self._numbers = count()
        self._connection, theirs = Pipe()
        try:
            self._process = _start(theirs)
        except BaseException:
            self._connection.close()
            raise
        finally:
            theirs.close()
        try:
            self.width = self._open(opening)
        except BaseException:  # Ctrl-C among them: loading a model takes minutes
            self._kill()
            raise

    def ask(self, request: Request) -> int:
        """Hand in a request and return its number, which its answer will bear.

        Raises:
            BackendError: The engine died.
        """
        number = next(self._numbers)
        try:
            self._connection.send(Asked(number, request))
        except OSError as error:
            raise _died() from error
        return number

    def answers(self) -> list[tuple[int, Completion]]:
        """Wait for at least one answer and return those that are there, with their numbers.

        Raises:
            BackendError: The engine died.
        """
        found = [self._answer()]
        # What came before the engine died is handed out first.
        with suppress(OSError):
            while self._connection.poll():
                try:
                    found.append(self._answer())
                except BackendError:
                    break
        return found

    def cancel(self, numbers: Sequence[int]) -> None:
        """Cancel requests; a dead engine has none."""
        with suppress(OSError):
            self._connection.send(Cancelled(tuple(numbers)))

    def close(self) -> None:
        """End the engine and its processes."""
        with suppress(OSError):
            self._connection.send(Closing())
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_TIME_TO_CLOSE_SECONDS)
        self._kill()

    def _open(self, opening: Opening) -> int:
        model = opening.named["model_path"]
        try:
            self._connection.send(opening)
            message = self._connection.recv()
        except (EOFError, OSError) as error:
            raise BackendError(
                f"SGLang cannot start {model}: its process ended. What it wrote above says why; "
                'engine = { log_level = "info" } has it write all'
            ) from error
        if isinstance(message, Failed):
            raise BackendError(message.message)
        opened: Opened = message
        return opened.width

    def _answer(self) -> tuple[int, Completion]:
        try:
            answered: Answered = self._connection.recv()
        except (EOFError, OSError) as error:
            raise _died() from error
        return answered.number, answered.completion

    def _kill(self) -> None:
        self._connection.close()
        # The number of a group is not given out again while a process of it is left.
        if self._process.poll() is None or _has_members(self._process.pid):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end = time.monotonic() + _TIME_TO_VANISH_SECONDS
        while _has_members(self._process.pid) and time.monotonic() < end:
            time.sleep(0.05)


def _died() -> BackendError:
    return BackendError(
        "SGLang's engine died; what it had answered is kept, and the same command goes on from there. What SGLang "
        "wrote above says why; where it wrote nothing, its process was killed, as the system does when memory "
        "runs out: lower mem_fraction_static, max_running_requests or context_length"
    )


def _start(connection: Connection) -> subprocess.Popen[bytes]:
    descriptor = connection.fileno()
    return subprocess.Popen(  # noqa: S603 - this module's own
        [sys.executable, "-m", "crabtk_sglang.worker", str(descriptor)],
        env=environment(),
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        # Standard output belongs to the command that the user runs.
        stdout=2,
        start_new_session=True,
    )


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
