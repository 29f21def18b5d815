"""``crabtk cache`` on real files: figures, checks, pruning while others write, export, and refusals."""

from __future__ import annotations

import json
import math
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner, Result

from crabtk.cli import cli
from crabtk.commands.cache_units import days, shown_bytes, size
from crabtk.errors import StoreError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.cache_file import pruning, rows
from crabtk.inference.cache_file.layout import PAGE_BYTES
from crabtk.inference.identity import engine_identity
from crabtk.types import Completion

HUB = engine_identity("vllm", "", "hub:owner/small@main", {"dtype": "bf16"})
LOCAL = engine_identity("transformers", "", f"sha256:{'ab' * 32}", {})
TODAY = rows.current_day()


def run(command: str, store: Path, *arguments: object) -> Result:
    words = ["cache", command, "--store", str(store), *map(str, arguments)]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def as_json(command: str, store: Path, *arguments: object) -> Any:
    return json.loads(run(command, store, "--json", *arguments).stdout)


def fill(store: Path, keys: Iterable[str], engine: str | None, day: int = TODAY, characters: int = 3000) -> None:
    with pytest.MonkeyPatch.context() as patch, ResponseCache(store / "responses.sqlite") as cache:
        patch.setattr(rows.time, "time", lambda: day * 86_400)
        made = {key: Completion(f"{key} ".ljust(characters, "x"), generated_tokens=2, cost=0.25) for key in keys}
        cache.put_many(made, engine)


def kept(store: Path) -> set[str]:
    with sqlite3.connect(store / "responses.sqlite") as database:
        return {key for (key,) in database.execute("SELECT key FROM completions")}


def damage(store: Path, change: str) -> None:
    with sqlite3.connect(store / "responses.sqlite") as database:
        database.execute(f"UPDATE completions SET {change}")


def iso(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(day)).isoformat()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Thirty entries, made over thirty days by two engines."""
    for number in range(30):
        fill(tmp_path, [f"k{number}"], HUB if number % 3 else LOCAL, TODAY - 29 + number)
    return tmp_path


def test_stats_tell_engines_sizes_and_hit_rates(store: Path) -> None:
    fill(store, ["odd"], None)
    fill(store, ["free text"], "some engine")
    with ResponseCache(store / "responses.sqlite") as cache:
        cache.get_many(["k1", "k2", "k3", "absent"])
    found = as_json("stats", store)
    assert found["entries"] == 32
    assert found["bytes"] == (store / "responses.sqlite").stat().st_size
    by_identity = {share["identity"]: share for share in found["engines"]}
    assert by_identity.keys() == {HUB, LOCAL, None, "some engine"}
    hub = by_identity[HUB]
    assert (hub["backend"], hub["model"], hub["options"]) == ("vllm", "hub:owner/small@main", {"dtype": "bf16"})
    assert (hub["entries"], hub["generated_tokens"], hub["cost"]) == (20, 40, 5.0)
    assert hub["bytes"] == 20 * 3000
    assert by_identity[LOCAL]["first_made"] == iso(TODAY - 29)
    assert by_identity[LOCAL]["last_used"] == iso(TODAY), "k3 was read today"
    assert found["lookups"]["today"] == {"hits": 3, "misses": 1, "hit_rate": 0.75}
    assert found["days"] == [{"day": iso(TODAY), "hits": 3, "misses": 1}]
    shown = run("stats", store).stdout
    for text in ("32 entries", "vllm owner/small@main", "transformers sha256:abababababab\n", "unknown", "75.0%"):
        assert text in shown


def test_hit_rates_cover_their_days_and_no_more(store: Path) -> None:
    with sqlite3.connect(store / "responses.sqlite") as database:
        days_back = {6: (10, 0), 7: (0, 10), 29: (30, 0), 30: (0, 1000)}
        database.executemany("INSERT INTO lookups VALUES (?, ?, ?)", [(TODAY - n, *c) for n, c in days_back.items()])
    found = as_json("stats", store)["lookups"]
    assert found["today"]["hit_rate"] is None
    assert found["last 7 days"] == {"hits": 10, "misses": 0, "hit_rate": 1.0}
    assert found["last 30 days"] == {"hits": 40, "misses": 10, "hit_rate": 0.8}


def test_an_empty_cache_has_stats(tmp_path: Path) -> None:
    fill(tmp_path, [], None)
    assert "0 entries" in run("stats", tmp_path).stdout
    assert as_json("verify", tmp_path)["entries"] == 0
    assert "0 entries deleted" in run("prune", tmp_path, "--larger-than", "1kB").stdout


def test_verify_finds_what_is_unreadable_and_repair_deletes_it(store: Path) -> None:
    assert run("verify", store).exit_code == 0
    damage(store, "text = CAST('no' AS BLOB) WHERE key IN ('k4', 'k5')")
    damage(store, "made = 'no day' WHERE key = 'k6'")
    for command in ("stats", "verify"):
        run(command, store)
    result = run("verify", store)
    assert result.exit_code == 1
    assert "30 entries read, 3 unreadable, 0 deleted" in result.stdout
    assert kept(store) >= {"k4", "k5"}, "only --repair deletes"
    assert as_json("verify", store)["unreadable"] == ["k4", "k5", "k6"]
    result = run("verify", store, "--repair")
    assert result.exit_code == 0
    assert "3 unreadable, 3 deleted" in result.stdout
    assert kept(store) == {f"k{number}" for number in range(30)} - {"k4", "k5", "k6"}
    assert run("verify", store).exit_code == 0


def test_verify_makes_a_damaged_index_anew(store: Path) -> None:
    path = store / "responses.sqlite"
    with sqlite3.connect(path) as database:
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_completions_1'"
        ).fetchone()
        (page_bytes,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    place = content.index(b"k11", (page - 1) * page_bytes)
    content[place : place + 3] = b"k99"
    path.write_bytes(content)
    result = run("verify", store)
    assert result.exit_code == 1
    assert "SQLite says: " in result.stdout
    assert run("verify", store, "--repair").exit_code == 0
    with ResponseCache(path) as cache:
        assert len(cache.get_many(f"k{number}" for number in range(30))) == 30


def test_verify_says_what_to_do_with_a_file_beyond_repair(store: Path) -> None:
    path = store / "responses.sqlite"
    fill(store, map(str, range(200)), HUB)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xaa" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    result = run("verify", store, "--repair")
    assert result.exit_code == 1
    assert f'delete it with "rm {path}*"' in result.stdout


def test_prune_by_age_counts_the_last_use(store: Path) -> None:
    with ResponseCache(store / "responses.sqlite") as cache:
        cache.get_many(["k2"])
    with sqlite3.connect(store / "responses.sqlite") as database:
        database.execute("INSERT INTO uses VALUES (4711, 1)")  # of an entry that is gone
    result = run("prune", store, "--older-than", "20d", "--dry-run")
    assert "8 entries would be deleted" in result.stdout
    assert len(kept(store)) == 30
    assert "8 entries deleted" in run("prune", store, "--older-than", "20d").stdout
    assert kept(store) == {"k2", *(f"k{number}" for number in range(9, 30))}
    with sqlite3.connect(store / "responses.sqlite") as database:
        assert database.execute("SELECT count(*) FROM uses").fetchone() == (1,)


def test_prune_by_engine(store: Path) -> None:
    fill(store, ["odd"], None)
    assert "10 entries deleted" in run("prune", store, "--engine", "Transformers").stdout
    assert "1 entries deleted" in run("prune", store, "--engine", "unknown").stdout
    assert kept(store) == {f"k{number}" for number in range(30) if number % 3}
    with pytest.raises(StoreError, match=r'No engine in .* has "llama" in its identity'):
        run("prune", store, "--engine", "llama")


def test_conditions_narrow_together(store: Path) -> None:
    run("prune", store, "--engine", "vllm", "--older-than", "26d", "--larger-than", "1kB")
    assert kept(store) == {"k0", *(f"k{number}" for number in range(3, 30))}


def test_prune_by_size_takes_the_least_recently_used_and_shrinks_the_file(tmp_path: Path) -> None:
    for day in range(10):
        fill(tmp_path, [f"{day}-{number}" for number in range(100)], HUB, TODAY - 10 + day)
    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        cache.get_many(f"0-{number}" for number in range(100))
    path = tmp_path / "responses.sqlite"
    limit = path.stat().st_size * 6 // 10
    estimated = run("prune", tmp_path, "--larger-than", f"{limit}B", "--dry-run").stdout
    assert path.stat().st_size > limit
    run("prune", tmp_path, "--larger-than", f"{limit}B")
    assert 0.9 * limit < path.stat().st_size <= limit
    assert run("verify", tmp_path).exit_code == 0
    left = kept(tmp_path)
    assert abs(int(estimated.split()[0]) - (1000 - len(left))) < 30
    assert {f"{day}-{number}" for day in (0, 7, 8, 9) for number in range(100)} <= left
    assert not {f"{day}-{number}" for day in (1, 2, 3) for number in range(100)} & left
    assert "0 entries deleted" in run("prune", tmp_path, "--larger-than", f"{limit}B").stdout


def test_space_is_given_back_in_steps_of_many_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, map(str, range(3_000)), HUB, TODAY - 9)
    before = as_json("stats", tmp_path)["bytes"]
    pauses: list[float] = []
    monkeypatch.setattr(pruning.time, "sleep", pauses.append)
    run("prune", tmp_path, "--older-than", "8d")
    assert before > 500 * PAGE_BYTES
    assert as_json("stats", tmp_path)["free_bytes"] == 0
    assert (tmp_path / "responses.sqlite").stat().st_size < before / 20
    assert len(pauses) < 10, "one for each 1,000 entries and each 256 pages"


def test_a_file_that_cannot_shrink_bit_by_bit_is_written_anew(store: Path) -> None:
    path = store / "responses.sqlite"
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA auto_vacuum=NONE")
        database.execute("VACUUM")
    before = path.stat().st_size
    run("prune", store, "--older-than", "3d")
    assert path.stat().st_size < 0.6 * before
    assert len(kept(store)) == 4


WRITER = """
import sys
from crabtk.inference.cache import ResponseCache
from crabtk.types import Completion
with ResponseCache(sys.argv[1]) as cache:
    for batch in range(150):
        mine = {f"w{batch}-{number}": Completion("y" * 2000) for number in range(16)}
        cache.put_many(mine, "writer")
        assert cache.get_many(mine) == mine
        print(batch, flush=True)
"""


def test_all_commands_work_while_a_run_writes(tmp_path: Path) -> None:
    fill(tmp_path, map(str, range(2_000)), HUB, TODAY - 50)
    command = [sys.executable, "-c", WRITER, str(tmp_path / "responses.sqlite")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        assert as_json("stats", tmp_path)["entries"] > 2_000
        assert as_json("verify", tmp_path)["unreadable"] == []
        run("export", tmp_path, tmp_path / "all.jsonl")
        assert "2,000 entries deleted" in run("prune", tmp_path, "--older-than", "30d").stdout
        process.stdout.read()
    assert process.returncode == 0
    assert kept(tmp_path) == {f"w{batch}-{number}" for batch in range(150) for number in range(16)}
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) >= 2_000


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.zst"])
def test_export_writes_a_line_per_readable_entry(store: Path, name: str) -> None:
    odd = Completion("\ud800 ü", "length", choice_logprobs={"yes": -0.5, "no": -math.inf}, retries=1)
    with ResponseCache(store / "responses.sqlite") as cache:
        cache.put_many({"ab" * 32: odd})
        cache.get_many(["k1"])
    damage(store, "text = x'00' WHERE key = 'k7'")
    result = run("export", store, store / name)
    assert "30 entries written; 1 unreadable ones left out" in result.stderr
    content = (store / name).read_bytes()
    if name.endswith(".zst"):
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    found = {row["key"]: row for row in map(json.loads, content.decode().splitlines())}
    assert found.keys() == {f"k{number}" for number in range(30)} - {"k7"} | {"ab" * 32}
    assert found["k1"] == {
        "key": "k1",
        "engine": HUB,
        "text": "k1 ".ljust(3000, "x"),
        "finish_reason": "stop",
        "prompt_tokens": 0,
        "cached_tokens": 0,
        "generated_tokens": 2,
        "choice_logprobs": None,
        "error": None,
        "retries": 0,
        "cost": 0.25,
        "made": iso(TODAY - 28),
        "last_used": iso(TODAY),
    }
    assert found["ab" * 32]["text"] == "\ud800 ü"
    assert found["ab" * 32]["engine"] is None
    assert found["ab" * 32]["choice_logprobs"] == {"yes": -0.5, "no": None}
    assert sorted(path.name for path in store.iterdir() if "all" in path.name) == [name]


def test_export_overwrites_nothing_and_names_a_missing_folder(store: Path) -> None:
    (store / "there.jsonl").write_text("mine")
    with pytest.raises(StoreError, match=r"there\.jsonl exists already"):
        run("export", store, store / "there.jsonl")
    assert (store / "there.jsonl").read_text() == "mine"
    with pytest.raises(StoreError, match="cannot be written"):
        run("export", store, store / "no folder" / "all.jsonl")


@pytest.mark.parametrize("command", [["stats"], ["verify"], ["prune", "--engine", "x"], ["export", "all.jsonl"]])
def test_where_there_is_no_cache_none_is_made(tmp_path: Path, command: list[str]) -> None:
    with pytest.raises(StoreError, match=r"There is no response cache at .* --store"):
        run(command[0], tmp_path / "none", *command[1:])
    assert list(tmp_path.iterdir()) == []


def test_the_file_itself_may_be_named(store: Path) -> None:
    assert as_json("stats", store / "responses.sqlite")["entries"] == 30


def test_prune_needs_a_condition(store: Path) -> None:
    result = run("prune", store)
    assert result.exit_code == 2
    assert "--older-than, --larger-than or --engine" in result.stderr


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--older-than", "30", "30d, 6w or 1y"),
        ("--older-than", "12h", "30d, 6w or 1y"),
        ("--older-than", "-3d", "30d, 6w or 1y"),
        ("--older-than", "1.5d", "30d, 6w or 1y"),
        ("--older-than", "٣d", "30d, 6w or 1y"),
        ("--larger-than", "2", "as in 2GiB"),
        ("--larger-than", "2G", "as in 2GiB"),
        ("--larger-than", "", "as in 2GiB"),
        ("--larger-than", "1e3MB", "as in 2GiB"),
    ],
)
def test_bad_durations_and_sizes_are_explained(store: Path, option: str, value: str, message: str) -> None:
    result = run("prune", store, option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.stderr
    assert message in result.stderr
    assert len(kept(store)) == 30


def test_durations_and_sizes() -> None:
    assert [days(value) for value in ("0d", "30d", "6 w", "1y")] == [0, 30, 42, 365]
    assert [size(value) for value in ("7B", "2kB", "1.5MiB", "2gib", "1 TB")] == [7, 2000, 1_572_864, 2**31, 10**12]
    assert [shown_bytes(value) for value in (0, 1023, 1024, 2**31, 2**50)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "2.0 GiB",
        "1024.0 TiB",
    ]
