"""The response cache trusts nothing that it cannot verify, and serves several processes."""

import math
import sqlite3
from pathlib import Path

import pytest

from crabtk.errors import StoreError
from crabtk.inference.cache import ResponseCache, request_key
from crabtk.inference.cache_file import notes, rows
from crabtk.inference.cache_file.layout import PAGE_BYTES
from crabtk.inference.client import Client
from crabtk.protocols import Backend
from crabtk.testing.fakes import ScriptedBackend, StreamingScriptedBackend
from crabtk.types import Completion, Message, Request, Sampling

FULL = Completion(
    text="yes 🦀 \ud800",
    finish_reason="length",
    prompt_tokens=3,
    cached_tokens=2,
    generated_tokens=1,
    choice_logprobs={"yes": -0.25, "no": -math.inf},
    retries=2,
    cost=0.1 + 0.2,
)
DIGEST = "0123456789abcdef" * 4


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


@pytest.mark.parametrize("key", ["a", "ключ", DIGEST, DIGEST.upper(), DIGEST[:-1] + " ", DIGEST[:-2] + "zz", ""])
def test_any_key_is_kept_as_it_is_spelt(path: Path, key: str) -> None:
    others = {"b": Completion("b"), "0" * 64: Completion("zeros"), "\x01" * 32: Completion("bytes")}
    with ResponseCache(path) as cache:
        cache.put_many({**others, key: FULL})
        assert cache.get_many([key, *others]) == {**others, key: FULL}


@pytest.mark.parametrize(
    "completion",
    [
        Completion(""),
        Completion("\0 nul \n"),
        Completion("x", finish_reason="refusal", error="odd \ud83e, all the same"),
        Completion("x", choice_logprobs={}),
        Completion("x", choice_logprobs={"\udc00": -1e-300}),
        Completion("x", cost=0.0),
        Completion("x", cost=math.inf),
        Completion("x", prompt_tokens=2**62),
        FULL,
    ],
)
def test_every_field_comes_back(path: Path, completion: Completion) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({DIGEST: completion})
        assert cache.get_many([DIGEST]) == {DIGEST: completion}


def test_a_cost_that_is_no_number_is_none_rather_than_a_miss_for_ever(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": Completion("x", cost=math.nan), "b": Completion("x", cost=3)})
        assert cache.get_many(["a", "b"]) == {"a": Completion("x"), "b": Completion("x", cost=3.0)}


def test_fields_of_another_version_default_or_are_passed_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = {"retries": 2, "of_tomorrow": [1]}
    monkeypatch.setattr(rows, "_encode_others", lambda completion: str(newer).replace("'", '"').encode())
    with ResponseCache(path) as cache:
        cache.put_many({"a": Completion("yes")})
        assert cache.get_many(["a"]) == {"a": Completion("yes", retries=2)}


@pytest.mark.parametrize(
    "damage",
    [
        "text = replace(CAST(text AS TEXT), 'yes', 'nay')",
        "text = CAST(replace(CAST(text AS TEXT), 'yes', 'nay') AS BLOB)",
        "text = x'ff00'",
        "text = 7",
        "checksum = ''",
        "checksum = checksum + 1",
        "finish_reason = 'stop'",
        "finish_reason = CAST(x'ff' AS TEXT)",
        "prompt_tokens = 4",
        "cached_tokens = 'many'",
        "generated_tokens = 2",
        "cost = 0.5",
        "others = NULL",
        "others = CAST(replace(CAST(others AS TEXT), '-0.25', '-0.35') AS BLOB)",
        "engine = 7",
        "made = made + 1",
    ],
)
def test_corrupt_entry_counts_as_absent_and_is_overwritten(path: Path, damage: str) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": FULL}, "engine")
    with sqlite3.connect(path) as database:
        database.execute(f"UPDATE completions SET {damage}")
    with ResponseCache(path) as cache:
        assert cache.get_many(["a"]) == {}
        cache.put_many({"a": FULL}, "engine")
        assert cache.get_many(["a"]) == {"a": FULL}


def test_entry_under_another_key_is_not_trusted(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": Completion("yes")})
    with sqlite3.connect(path) as database:
        database.execute("UPDATE completions SET key = 'b'")
    with ResponseCache(path) as cache:
        assert cache.get_many(["b"]) == {}


def test_batch_is_stored_whole_or_not_at_all(path: Path) -> None:
    with ResponseCache(path) as cache:
        with pytest.raises(OverflowError):
            cache.put_many({"a": Completion("a"), "b": Completion("b", prompt_tokens=2**70)})
        assert cache.get_many(["a", "b"]) == {}
        cache.put_many({"a": Completion("a")})
        assert cache.stats().entries == 1


def test_entries_know_their_engine(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": FULL, "b": FULL}, "one")
        cache.put_many({"c": FULL}, "two")
        cache.put_many({"d": FULL})
    with ResponseCache(path) as cache:
        cache.put_many({"b": FULL}, "two")
        query = "SELECT key, identity FROM completions LEFT JOIN engines ON engines.id = engine ORDER BY key"
        assert cache._database.execute(query).fetchall() == [("a", "one"), ("b", "two"), ("c", "two"), ("d", None)]
        assert cache.stats().entries == 4


class Clock:
    """The day, and the seconds since something, both at will."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.day = 20_000
        self.seconds = 0.0
        monkeypatch.setattr(rows.time, "time", lambda: self.day * 86_400 + 7)
        monkeypatch.setattr(notes.time, "monotonic", lambda: self.seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def used(cache: ResponseCache) -> list[tuple[str, int, int | None]]:
    """Key, day of making, day of last use where it is another one."""
    query = "SELECT key, made, day FROM completions LEFT JOIN uses ON completion = id ORDER BY key"
    return cache._database.execute(query).fetchall()


def test_the_day_of_last_use_is_renewed_once_a_day(path: Path, clock: Clock) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": FULL, "b": FULL})
        cache.get_many(["a", "b"])
    clock.day += 1
    with ResponseCache(path) as cache:
        assert used(cache) == [("a", 20_000, None), ("b", 20_000, None)]
        cache.get_many(["a"])
    with ResponseCache(path) as cache:
        assert used(cache) == [("a", 20_000, 20_001), ("b", 20_000, None)]
        before = cache._database.total_changes
        cache.get_many(["a"])
        cache._notes.write()
        assert cache._database.total_changes == before + 1, "the day's count of hits, and nothing of the entry"
        clock.day -= 1
        cache.get_many(["a"])
        clock.day += 3
        cache.put_many({"b": FULL})
    with ResponseCache(path) as cache:
        assert used(cache) == [("a", 20_000, 20_001), ("b", 20_003, None)], "a clock set back takes nothing back"


def lookups(cache: ResponseCache) -> list[tuple[int, int, int]]:
    return cache._database.execute("SELECT day, hits, misses FROM lookups ORDER BY day").fetchall()


def test_hits_and_misses_are_counted_by_day_and_written_rarely(path: Path, clock: Clock) -> None:
    with ResponseCache(path) as cache:
        cache.get_many(["a", "b"])
        cache.get_many(["a", "b"])
        cache.put_many({"a": FULL})
        cache.get_many(["a", "b"])
        assert lookups(cache) == [], "not with each look"
        clock.seconds += 6
        cache.get_many(["a"])
        assert lookups(cache) == [(20_000, 2, 2)], "what is looked up again before it is answered is one miss"
        clock.day += 1
        cache.get_many(["a"])
        assert lookups(cache) == [(20_000, 2, 2)]
    with ResponseCache(path) as cache:
        assert lookups(cache) == [(20_000, 2, 2), (20_001, 1, 0)]


@pytest.mark.parametrize("backend", [ScriptedBackend, StreamingScriptedBackend])
def test_a_client_names_its_engine_and_misses_each_request_once(path: Path, backend: type[Backend]) -> None:
    requests = [_request(str(number)) for number in range(10)]
    for _ in range(2):
        with ResponseCache(path) as cache, Client(backend, cache, "the engine", 4) as client:
            client.complete(requests)
    with ResponseCache(path) as cache:
        assert [row[1:] for row in lookups(cache)] == [(10, 10)]
        query = "SELECT identity, count(*) FROM completions JOIN engines ON engines.id = engine"
        assert cache._database.execute(query).fetchall() == [("the engine", 10)]


def test_reading_waits_for_no_lock_to_write_statistics(path: Path, clock: Clock) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({"a": FULL})
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            clock.seconds += 6
            assert cache.get_many(["a"]) == {"a": FULL}
            assert lookups(cache) == []
            other.execute("ROLLBACK")
        clock.seconds += 6
        cache.get_many(["a"])
        assert lookups(cache) == [(20_000, 2, 0)], "nothing is lost"


def test_damaged_file_is_named_with_the_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match=r"responses\.sqlite is damaged .* delete it"):
        ResponseCache(path)


def test_damage_inside_the_file_is_named(path: Path) -> None:
    with ResponseCache(path) as cache:
        cache.put_many({str(number): Completion("x" * 5000) for number in range(50)})
    content = bytearray(path.read_bytes())
    content[PAGE_BYTES:] = b"\xaa" * (len(content) - PAGE_BYTES)
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
