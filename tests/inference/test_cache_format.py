"""A cache that an earlier version wrote keeps what was paid for."""

import hashlib
import json
import math
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from time import sleep

import pytest

from crabtk.errors import StoreError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.inference.cache_file import layout
from crabtk.types import Completion, Message, Request

FORMAT_1 = Path(__file__).parent / "data" / "responses-format-1.sqlite"
"""Written by the code of format 1; the entry "early" by that from before completions had retries and costs."""

ENTRIES = {
    "short": Completion("yes 🦀 \ud800", "length", 3, 2, 1, {"yes": -0.25, "no": -math.inf}),
    "paid": Completion("An answer.", prompt_tokens=12, generated_tokens=3, retries=2, cost=0.0125),
    "long": Completion("word " * 1500, generated_tokens=1500),
    "early": Completion("Early.", prompt_tokens=5, generated_tokens=2),
}
KEYS = {name: request_key("engine", Request((Message("user", name),))) for name in (*ENTRIES, "damaged")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(FORMAT_1, tmp_path / "responses.sqlite"))


def format_1(path: Path, entries: int) -> None:
    """Write a file as format 1 did."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE completions (key TEXT PRIMARY KEY, value BLOB NOT NULL, checksum TEXT NOT NULL)")
    for number in range(entries):
        value = json.dumps({"text": f"{number} " * 1000}).encode()
        checksum = hashlib.sha256(str(number).encode() + b"\0" + value).hexdigest()[:16]
        database.execute("INSERT INTO completions VALUES (?, ?, ?)", (str(number), value, checksum))
    database.execute("PRAGMA user_version=1")
    database.commit()
    database.close()


def user_version(path: Path) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def test_a_file_of_format_1_keeps_what_was_paid_for(path: Path) -> None:
    expected = {KEYS[name]: completion for name, completion in ENTRIES.items()}
    with ResponseCache(path) as cache:
        assert cache.get_many(KEYS.values()) == expected
        assert cache.stats().entries == len(ENTRIES), "what cannot be read is not carried over"
        assert cache._file.number("PRAGMA user_version") == 2
        assert cache._database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        cache.put_many({KEYS["damaged"]: Completion("anew")}, "engine")
    with ResponseCache(path) as cache:
        assert cache.get_many(KEYS.values()) == {**expected, KEYS["damaged"]: Completion("anew")}


def test_what_is_migrated_counts_as_made_today_by_an_unknown_engine(path: Path) -> None:
    with ResponseCache(path) as cache:
        found = cache._database.execute("SELECT DISTINCT engine, made FROM completions").fetchall()
        assert found == [(None, layout.current_day())]


def test_a_large_file_does_not_double(path: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.sqlite"
    format_1(large, 3_500)
    before = large.stat().st_size
    with ResponseCache(large) as cache:
        assert cache.stats().entries == 3_500
        assert cache._file.number("PRAGMA freelist_count") == 0
        assert cache._file.number("PRAGMA auto_vacuum") == 2, "so that it can shrink bit by bit"
    assert large.stat().st_size < 1.1 * before


def test_a_migration_that_breaks_off_leaves_format_1(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(layout, "_rows", lambda chunk: [()])
        with pytest.raises(sqlite3.ProgrammingError):
            ResponseCache(path)
    assert user_version(path) == 1
    with ResponseCache(path) as cache:
        assert cache.get_many([KEYS["paid"]]) == {KEYS["paid"]: ENTRIES["paid"]}


READER = """
import sys
from crabtk.inference.cache import ResponseCache
with ResponseCache(sys.argv[1]) as cache:
    assert len(cache.get_many(map(str, range(2_000)))) == 2_000
"""


def test_kills_while_migrating_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "large.sqlite"
    format_1(path, 2_000)
    found = []
    for milliseconds in (60, 80, 100, 120, 150, 180, 220):
        reader = subprocess.Popen([sys.executable, "-c", READER, str(path)])
        sleep(milliseconds / 1000)
        reader.kill()
        reader.wait()
        found.append(user_version(path))
        with sqlite3.connect(path) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert found == sorted(found)
    assert subprocess.run([sys.executable, "-c", READER, str(path)], check=False).returncode == 0


def test_several_processes_open_a_file_of_format_1_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.sqlite"
    format_1(path, 2_000)
    readers = [subprocess.Popen([sys.executable, "-c", READER, str(path)]) for _ in range(3)]
    assert [reader.wait(timeout=60) for reader in readers] == [0, 0, 0]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_other_databases_are_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (a)")
        database.execute(f"PRAGMA user_version={version}")
    with pytest.raises(StoreError, match=rf"is not a response cache of format 2 \(its format is {version}\)"):
        ResponseCache(path)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    assert user_version(path) == version
