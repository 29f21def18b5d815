"""The caller's side: start the child, pass its reports on, tell how it failed.

Training has a process of its own so that the caller neither imports torch nor keeps its memory.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from crabtk import TrainingOutcome, TrainingProgress
from crabtk.errors import TrainingError
from crabtk_trl.distribution import command
from crabtk_trl.environment import child_environment
from crabtk_trl.failure_log import killed, telling
from crabtk_trl.jobfile import JobFile

_LAST_LINES = 12


def launch(job: JobFile, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
    """Run a job in a child process.

    Raises:
        TrainingError: The output folder has files, or the child reported an error or died (then it names the log).
    """
    work, output = Path(job.work), Path(job.output)
    if output.is_dir() and any(output.iterdir()):
        raise TrainingError(f"The output folder {output} is not empty: remove it or choose another.")
    work.mkdir(parents=True, exist_ok=True)
    log = work / "train.log"
    with log.open("ab") as stream:
        start = stream.tell()
        child = _start(job.write(), job.options, stream)
        try:
            outcome, error = _forward(child, report)
            code = child.wait()
        finally:
            # Reached on Ctrl-C and when ``report`` raises, too: no training goes on without a caller.
            child.kill()
            child.wait()
            _await_end(child)
    if code == 0 and outcome:
        return TrainingOutcome(tuple(outcome["history"]), outcome["figures"])
    raise TrainingError(_failure(error, code, log, start))


def _start(job_file: Path, options: Mapping[str, Any], log: IO[bytes]) -> subprocess.Popen[bytes]:
    arguments = [str(job_file), str(os.getpid())]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        command(options, arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=child_environment(options),
    )


def _await_end(child: subprocess.Popen[bytes]) -> None:
    """Wait for the processes that a launcher started: each holds the pipe of reports, and ends with that of input."""
    if child.stdin:
        child.stdin.close()
    if child.stdout:
        child.stdout.read()
        child.stdout.close()


def _forward(
    child: subprocess.Popen[bytes], report: Callable[[TrainingProgress], None]
) -> tuple[Mapping[str, Any] | None, str | None]:
    """Pass progress on; return the outcome, and the first error: later ones of other processes follow from it."""
    outcome, error = None, None
    for line in child.stdout or ():
        message = json.loads(line)
        if "progress" in message:
            report(TrainingProgress(**message["progress"]))
        outcome = message.get("outcome", outcome)
        error = error or message.get("error")
    return outcome, error


def _killed(signal: int) -> str:
    return f"was killed by signal {signal}" + (" (often: out of memory)" if signal == 9 else "")


def _failure(error: str | None, code: int, log: Path, start: int) -> str:
    if error is not None:
        return f"{error} (log: {log})"
    with log.open("rb") as stream:
        stream.seek(start)
        lines = stream.read().decode("utf-8", "replace").splitlines()
    how = f"ended with status {code}"
    if code < 0:
        how = _killed(-code)
    elif victim := killed(lines):
        how = f"ended with status {code}: its process {victim[0]} {_killed(victim[1])}"
    return "\n".join([f"Training {how}; the last lines of {log}:", *telling(lines)[-_LAST_LINES:]])
