"""Keeping an engine full: requests go in as others come out."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from enum import Enum

from crabtk.types import Completion, Request
from crabtk_sglang.process import EngineProcess

_AHEAD = 2
"""Requests that the engine holds for each that it works on, so that none of its places stays empty for a step."""

_MOST = 4096
"""Requests taken ahead at most: with much memory SGLang has thousands of places."""


class _End(Enum):
    REACHED = 0


def stream(process: EngineProcess, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
    """Yield each request's number with its completion as soon as that is ready; see ``SglangBackend.stream``."""
    most = min(_AHEAD * process.width, _MOST)
    places: dict[int, int] = {}
    numbered = enumerate(requests)
    ended = False
    try:
        while True:
            while not ended and len(places) < most:
                taken = next(numbered, _End.REACHED)
                if taken is _End.REACHED:
                    ended = True
                else:
                    place, request = taken
                    places[process.ask(request)] = place
            if not places:
                return
            for number, completion in process.answers():
                # Those of an earlier stream, which was closed, have none.
                found = places.pop(number, None)
                if found is not None:
                    yield found, completion
    finally:
        if places:
            process.cancel(list(places))
