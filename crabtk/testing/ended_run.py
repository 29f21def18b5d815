"""A run that answers requests until something ends it: ``python -m crabtk.testing.ended_run CLASS OPTIONS CACHE``.

CLASS is ``module:Name`` of a backend, OPTIONS its options as JSON, CACHE the file of the response cache. Writes
``opening`` and then how many requests are answered, a line each time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.protocols import Backend
from crabtk.types import Message, Request, Sampling

REQUESTS = 5_000
IDENTITY = "ended run"
"""Under which all of these runs share their answers."""
_BATCH = 4


def requests(first: int, last: int) -> list[Request]:
    """Return different short requests, by their numbers."""
    return [Request((Message("user", f"Say {number}."),), Sampling(max_tokens=16)) for number in range(first, last)]


def client(open_backend: Callable[[], Backend], cache: ResponseCache) -> Client:
    """Return a client whose answers are those of all runs here."""
    return Client(open_backend, cache, IDENTITY, _BATCH)


def _main() -> None:
    named, options, cache_file = sys.argv[1:]
    module, _, name = named.partition(":")
    backend = getattr(import_module(module), name)
    given: dict[str, Any] = json.loads(options)
    with ResponseCache(Path(cache_file)) as cache, client(lambda: backend(**given), cache) as answering:
        _say("opening")
        answering.complete(requests(0, REQUESTS), lambda done, _: _say(done))


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _main()
