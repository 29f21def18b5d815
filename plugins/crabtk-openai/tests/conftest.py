"""Fixtures: servers of our own on the loopback interface."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Tests are imported by path, so a module beside them has to be put within reach.
sys.path.append(str(Path(__file__).parent))
from openai_server import KEY, Behaviour, Server, ServerMaker


@pytest.fixture
def serve(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ServerMaker:
    """Starts servers that end with the test; the key is set."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)

    def start(behave: Behaviour, **how: Any) -> Server:
        server = Server(behave, **how)
        server.__enter__()
        request.addfinalizer(lambda: server.__exit__())
        return server

    return start


@pytest.fixture
def threads_end() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.name == "crabtk-openai"]
    assert not left


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait long before it is tried again."""
    monkeypatch.setattr("crabtk_openai.backoff._FIRST_SECONDS", 0.01)
    monkeypatch.setattr("crabtk_openai.servers._PROBES_EVERY", (0.05,))
    monkeypatch.setattr("crabtk_openai.opening._ATTEMPTS_SECONDS", (0.0, 0.01))
