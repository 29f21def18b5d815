"""The suite of endings passes a tidy backend and tells each way to end badly."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from crabtk.protocols import Backend
from crabtk.testing.endings import check_endings

pytestmark = pytest.mark.slow

FOLDER = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([FOLDER, os.environ.get("PYTHONPATH", "")]))
    yield
    sys.modules.pop("mortal_backends", None)


def named(name: str) -> type[Backend]:
    import mortal_backends

    backend: type[Backend] = getattr(mortal_backends, name)
    return backend


def kill(processes: Sequence[psutil.Process]) -> None:
    (process,) = processes
    process.kill()


def test_a_tidy_backend_passes() -> None:
    check_endings(named("Tidy"), {"model": "m"}, kill=kill, patience=20)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("LeavesItsChild", r"a closed or dead engine must leave no process, but .*time\.sleep\(600\).* were there"),
        ("Deaf", "Ctrl-C .*must end a run within 1 seconds"),
        ("Forgets", "a second backend in the same process must answer, not: opened twice"),
    ],
)
def test_a_bad_end_is_named(name: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_endings(named(name), {"model": "m"}, patience=1)
