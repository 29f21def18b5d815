"""What of a failed run's log tells why, where a launcher and several processes wrote to it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TRACEBACK = "Traceback (most recent call last):"
_LAUNCHER_FAILED = "torch.distributed.elastic.multiprocessing.errors.ChildFailedError"
_RANK = re.compile(r"\s*rank\s*: (\d+) ")
_KILLED = re.compile(r"\s*exitcode\s*: -(\d+) ")
_ENDED_BY_THE_LAUNCHER = 15
_LAUNCHER = re.compile(r"[A-Z]\d{4} \S+ \d+ \S*torch/distributed/elastic/")
# torch writes it before each line of a traceback once processes are joined.
_RANK_FAILED = re.compile(rf"(\[rank\d+\]: ){re.escape(_TRACEBACK)}")


def killed(lines: Sequence[str]) -> tuple[int, int] | None:
    """Return a process of several that was killed, and the signal; such a one leaves no traceback.

    Those that the launcher itself ended, since another had failed, do not count.
    """
    rank = 0
    for line in lines:
        if found := _RANK.match(line):
            rank = int(found[1])
        elif (found := _KILLED.match(line)) and int(found[1]) != _ENDED_BY_THE_LAUNCHER:
            return rank, int(found[1])
    return None


def telling(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines without the launcher's own; where a process marked its traceback as its own, only that.

    The first such process counts: the others fail for want of it.
    """
    kept = [line for line in _before_the_launchers_end(lines) if not _LAUNCHER.match(line)]
    failed = next(filter(None, map(_RANK_FAILED.match, kept)), None)
    return [line for line in kept if line.startswith(failed[1])] if failed else kept


def _before_the_launchers_end(lines: Sequence[str]) -> Sequence[str]:
    end = next((number for number, line in enumerate(lines) if line.startswith(_LAUNCHER_FAILED)), None)
    if end is None:
        return lines
    starts = [number for number, line in enumerate(lines[:end]) if line == _TRACEBACK]
    return lines[: starts[-1]] if starts else lines[:end]
