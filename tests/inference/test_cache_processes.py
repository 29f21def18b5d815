"""Several processes write, read and are killed; what was acknowledged stays."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random
from time import sleep

import pytest

from crabtk.inference.cache import ResponseCache
from crabtk.types import Completion


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "responses.sqlite"


WRITER = """
import sys
from crabtk.inference.cache import ResponseCache
from crabtk.types import Completion
with ResponseCache(sys.argv[1]) as cache:
    for batch in range(40):
        keys = [f"{sys.argv[2]}-{batch}-{number}" for number in range(8)]
        cache.put_many({key: Completion(key) for key in keys} | {"both": Completion("both")}, sys.argv[2])
        assert len(cache.get_many(keys)) == 8
"""


def test_processes_write_at_once(path: Path) -> None:
    names = ("one", "two", "three")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in names]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    with ResponseCache(path) as cache:
        assert cache.stats().entries == 3 * 40 * 8 + 1
        assert len(cache.get_many([*(f"{name}-39-7" for name in names), "both"])) == 4
        assert cache._database.execute("SELECT sum(hits), sum(misses) FROM lookups").fetchall() == [(3 * 40 * 8, 0)]


ENDLESS = """
import sys
from itertools import count
from crabtk.inference.cache import ResponseCache
from crabtk.types import Completion
with ResponseCache(sys.argv[1]) as cache:
    for batch in count():
        keys = [f"{sys.argv[2]}-{batch}-{number}" for number in range(16)]
        cache.put_many({key: Completion(f"{key} " * 500, generated_tokens=batch) for key in keys}, "engine")
        cache.get_many(keys)
        print(batch, flush=True)
"""


def kill_while_writing(path: Path, name: str, milliseconds: float) -> int:
    """Start a writer, kill it some time after its first acknowledgement; return how many it gave."""
    command = [sys.executable, "-c", ENDLESS, str(path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = process.stdout.readline()
        sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    # A number whose line end is missing was not written whole.
    return (first + rest).count("\n")


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_what_was_acknowledged_survives_kills(path: Path, kills: int) -> None:
    random = Random(kills)
    acknowledged: dict[str, Completion] = {}
    for kill in range(kills):
        batches = kill_while_writing(path, str(kill), random.uniform(0, 60))
        for batch in range(batches):
            keys = [f"{kill}-{batch}-{number}" for number in range(16)]
            acknowledged |= {key: Completion(f"{key} " * 500, generated_tokens=batch) for key in keys}
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with ResponseCache(path) as cache:
        assert cache.get_many(acknowledged) == acknowledged
        # At most one batch more for each kill: stored, and killed before it could say so.
        assert len(acknowledged) <= cache.stats().entries <= len(acknowledged) + 16 * kills
        assert len(acknowledged) >= 16 * kills
