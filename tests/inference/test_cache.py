"""The response cache trusts nothing that it cannot verify, and serves several processes."""

import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crabtk.errors import StoreError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.types import Completion, Message, Request, Sampling

FULL = Completion(
    text="yes 🦀 \ud800",
    finish_reason="length",
    prompt_tokens=3,
    cached_tokens=2,
    generated_tokens=1,
    choice_logprobs={"yes": -0.25, "no": -math.inf},
)


def _request(text: str = "Hello", **fields: object) -> Request:
    return Request((Message("user", text),), **fields)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "responses.sqlite"


def test_completions_survive_closing(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": FULL, "b": Completion("b")})
    with ResponseCache(path) as cache:
        assert cache.get_many(["b", "a", "absent", "a"]) == {"a": FULL, "b": Completion("b")}
        assert cache.stats().entries == 2
        assert cache.stats().bytes > 0


def test_many_keys(path: Path) -> None:
    completions = {str(number): Completion(str(number)) for number in range(40_000)}
    with ResponseCache(path) as cache:
        cache.put_many(completions)
        assert cache.get_many(completions) == completions


def test_every_field_of_a_request_is_in_its_key() -> None:
    requests = [
        _request(),
        _request("Hallo"),
        Request((Message("system", "Hello"),)),
        _request(sampling=Sampling(max_tokens=1)),
        _request(sampling=Sampling(temperature=0.5)),
        _request(sampling=Sampling(top_p=0.5)),
        _request(sampling=Sampling(seed=1)),
        _request(json_schema={"properties": {"a": {}, "b": {}}}),
        _request(json_schema={"properties": {"b": {}, "a": {}}}),
        _request(regex="a"),
        _request(choices=("a", "b")),
    ]
    keys = {request_key("engine", request) for request in requests} | {request_key("other", requests[0])}
    assert len(keys) == len(requests) + 1
    assert request_key("engine", _request()) == request_key("engine", _request())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE completions SET value = replace(CAST(value AS TEXT), 'yes', 'nay')",
        "UPDATE completions SET value = x'ff00'",
        "UPDATE completions SET value = 7",
        "UPDATE completions SET checksum = ''",
    ],
)
def test_corrupt_entry_counts_as_absent_and_is_overwritten(path: Path, damage: str) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": Completion("yes")})
    with sqlite3.connect(path) as database:
        database.execute(damage)
    with ResponseCache(path) as cache:
        assert cache.get_many(["a"]) == {}
        cache.put_many({"a": Completion("yes")})
        assert cache.get_many(["a"]) == {"a": Completion("yes")}


def test_entry_under_another_key_is_not_trusted(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": Completion("yes")})
    with sqlite3.connect(path) as database:
        database.execute("UPDATE completions SET key = 'b'")
    with ResponseCache(path) as cache:
        assert cache.get_many(["b"]) == {}


def test_batch_is_stored_whole_or_not_at_all(path: Path) -> None:
    with ResponseCache(path) as cache:
        with pytest.raises(sqlite3.ProgrammingError):
            cache._database.executemany("INSERT INTO completions VALUES (?, ?, ?)", [("a",)])
        with pytest.raises(StoreError), cache._errors_named(), cache._transaction():
            cache._database.execute("INSERT INTO completions VALUES ('a', 'b', 'c')")
            cache._database.execute("INSERT INTO completions VALUES ('a', 'b', 'c')")
        assert cache.stats().entries == 0


def test_damaged_file_is_named_with_the_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match=r"responses\.sqlite is damaged .* delete it"):
        ResponseCache(path)


def test_damage_inside_the_file_is_named(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({str(number): Completion("x" * 5000) for number in range(50)})
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    with ResponseCache(path) as cache, pytest.raises(StoreError, match=r"damaged .* delete it"):
        cache.get_many(map(str, range(50)))


def test_database_of_something_else_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreError, match="is not a response cache"):
        ResponseCache(path)


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        ResponseCache(tmp_path)


WRITER = """
import sys
from crabtk.inference.cache import ResponseCache
from crabtk.types import Completion
with ResponseCache(sys.argv[1]) as cache:
    for batch in range(40):
        keys = [f"{sys.argv[2]}-{batch}-{number}" for number in range(8)]
        cache.put_many({key: Completion(key) for key in keys} | {"both": Completion("both")})
        assert len(cache.get_many(keys)) == 8
"""


def test_two_processes_write_at_once(path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("one", "two")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with ResponseCache(path) as cache:
        assert cache.stats().entries == 2 * 40 * 8 + 1
        assert cache.get_many(["one-39-7", "two-39-7", "both"]).keys() == {"one-39-7", "two-39-7", "both"}
