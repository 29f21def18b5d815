"""Files and folders: every kind is decoded, and no state of the bytes is a crash."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crabtk.errors import SeedReadError
from crabtk.readers.files import read_files
from crabtk.types import RAW_LIMIT, Record, Rejected

ROWS = [{"instruction": "Grüße", "output": "one\ntwo"}, {"instruction": "日本", "output": "{[,]}"}]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda raw: raw,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def read(folder: Path, name: str, content: bytes | str) -> list[Record | Rejected]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_files(path))


def values(items: list[Record | Rejected]) -> list[Any]:
    return [item.value for item in items if isinstance(item, Record)]


def reasons(items: list[Record | Rejected]) -> dict[int | None, str]:
    return {item.row: item.reason for item in items if isinstance(item, Rejected)}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
@pytest.mark.parametrize(
    "text",
    [
        LINES.decode(),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2, ensure_ascii=False),
        "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
        "\n\n".join(json.dumps(row, indent=1) for row in ROWS),
        LINES.decode().replace("\n", "\r\n"),
    ],
    ids=["lines", "list", "pretty list", "list by line", "pretty objects", "crlf"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_content_decides_how_json_is_read(tmp_path: Path, packing: str, name: str, text: str, encoding: str) -> None:
    items = read(tmp_path, name + packing, PACKINGS[packing](text.encode(encoding)))
    assert values(items) == ROWS
    assert not reasons(items)


def test_rows_are_numbered_by_line_or_position_and_blank_lines_count(tmp_path: Path) -> None:
    assert [item.row for item in read(tmp_path, "a.jsonl", b"\n" + LINES)] == [2, 3]
    assert [item.row for item in read(tmp_path, "a.json", json.dumps(ROWS, indent=2))] == [1, 2]
    assert {item.file for item in read(tmp_path, "a.jsonl", LINES)} == {"a.jsonl"}


def test_a_single_object_is_one_row(tmp_path: Path) -> None:
    for text in (json.dumps(ROWS[0]), json.dumps(ROWS[0], indent=2)):
        assert values(read(tmp_path, "a.json", text)) == ROWS[:1]


def test_parquet_is_known_by_content(tmp_path: Path) -> None:
    pl.DataFrame({"messages": [[{"role": "user", "content": "Q"}], []]}).write_parquet(tmp_path / "a.parquet")
    items = read(tmp_path, "b.json", (tmp_path / "a.parquet").read_bytes())
    assert values(items) == [{"messages": [{"role": "user", "content": "Q"}]}, {"messages": []}]
    assert [item.row for item in items] == [1, 2]


def test_a_folder_is_read_in_order_of_paths(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.json", ".hidden/c.jsonl", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"from": name}))
    items = list(read_files(tmp_path, "mine"))
    assert values(items) == [{"from": "a/z.json"}, {"from": "b.jsonl"}]
    assert [item.file for item in items] == ["mine/a/z.json", "mine/b.jsonl"]


@pytest.mark.parametrize("first", ['{"a": 1', "{", "[", '[{"a"', '{"a": "b', "?", '"', "[1]"])
def test_a_broken_first_line_hides_no_other(tmp_path: Path, first: str) -> None:
    rows = [{"a": number} for number in range(5)]
    lines = [first, *map(json.dumps, rows)]
    assert values(read(tmp_path, "a.jsonl", "\n".join(lines)))[-5:] == rows
    if first not in ("{", "["):
        assert values(read(tmp_path, "a.json", "\n".join(lines)))[-5:] == rows
    if first == "{":
        assert values(read(tmp_path, "a.jsonl", "\n".join(["{", "[", *lines]))) == rows


BAD_LINES = {
    '{"a": 1': "broken JSON: Expecting ',' delimiter at character 8",
    "plain text": "broken JSON: Expecting value at character 1",
    '{"a": "half of a pair \\ud83d"}': "lone surrogate",
    '{"a": NaN}': "NaN is no JSON; write null",
    '{"a": -Infinity}': "-Infinity is no JSON",
    '{"a": 1e999}': "the number 1e999 is too large",
    '{"a": ' + "9" * 5000 + "}": "a number of 5000 digits is too large",
    "[" * 100_000: "nested too deeply",
    '{"a": ' * 100_000: "nested too deeply",
    '{"a": 1} {"a": 2}': "more text follows the JSON value at character 9",
    '{"a": "tab\tinside"}': "Invalid control character",
}


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:20])
def test_a_bad_line_costs_itself_only(tmp_path: Path, line: str) -> None:
    items = read(tmp_path, "a.jsonl", LINES + line.encode() + b"\n" + LINES)
    assert values(items) == ROWS * 2
    ((row, reason),) = reasons(items).items()
    assert row == 3 and BAD_LINES[line] in reason
    (refused,) = (item for item in items if isinstance(item, Rejected))
    assert refused.raw == line[:RAW_LIMIT]
    assert (refused.stage, refused.file, refused.key) == ("seeds", "a.jsonl", None)


@pytest.mark.parametrize("line", [line for line in BAD_LINES if line.startswith("{") and "} {" not in line])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_bad_element_costs_itself_only(tmp_path: Path, line: str, indent: int | None) -> None:
    good = [{"a": number, "b": [{"c": "x"}] * 3} for number in range(4)]
    text = json.dumps(good, indent=indent)
    broken = text.replace(json.dumps(good[2], indent=indent).replace("\n", "\n  "), line)
    assert broken != text
    items = read(tmp_path, "a.json", broken)
    assert values(items) == [good[0], good[1], good[3]]
    assert list(reasons(items)) == [3]


def test_a_list_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    text = json.dumps([{"a": number} for number in range(3)])
    for cut, row in ((text[:-3], 3), (text[:-1], 4)):
        items = read(tmp_path, "a.json", cut)
        assert values(items) == [{"a": number} for number in range(row - 1)]
        assert list(reasons(items)) == [row]
    assert "the remaining 6 bytes are left out" in reasons(read(tmp_path, "a.json", text[:-3]))[3]


def test_text_after_a_list_is_reported(tmp_path: Path) -> None:
    items = read(tmp_path, "a.json", '[\n{"a": 1}\n]\n{"b": 2}')
    assert values(items) == [{"a": 1}]
    assert reasons(items) == {2: "8 bytes follow the end of the list and are left out"}


def test_wrong_encodings_cost_their_own_row(tmp_path: Path) -> None:
    latin = '{"instruction": "Gr\xfc\xdfe", "output": "x"}'.encode("latin-1")
    items = read(tmp_path, "a.jsonl", LINES + latin + b"\n" + LINES)
    assert values(items) == ROWS * 2 and "not UTF-8" in reasons(items)[3]
    items = read(tmp_path, "a.json", b"[" + latin + b", " + json.dumps(ROWS[1]).encode() + b"]")
    assert values(items) == [ROWS[1]] and "not UTF-8" in reasons(items)[1]
    items = read(tmp_path, "b.jsonl", LINES.decode().encode("utf-16") + b"\x00")
    assert values(items) == ROWS and "not UTF-8" in reasons(items)[3]


def test_elements_longer_than_a_piece_are_read_whole(tmp_path: Path) -> None:
    rows = [{"a": "x" * 3_000_000}, {"a": 12345}, {"a": "{" * 200_000}]
    assert values(read(tmp_path, "a.json", json.dumps(rows))) == rows
    assert values(read(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))) == rows
    assert values(read(tmp_path, "a.json", json.dumps(list(range(20_000))))) == list(range(20_000))


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_a_compressed_file_that_is_cut_off_is_noticed(tmp_path: Path, packing: str) -> None:
    lines = "".join(json.dumps({"a": n, "b": str(hash(n * 7919))}) + "\n" for n in range(20_000)).encode()
    packed = PACKINGS[packing](lines)
    items = read(tmp_path, f"a.jsonl{packing}", packed[: len(packed) // 2])
    *good, last = items
    assert isinstance(last, Rejected) and "cut off" in last.reason and last.row == len(good) + 1
    twice = read(tmp_path, f"b.jsonl{packing}", PACKINGS[packing](LINES) * 2)
    assert values(twice) == ROWS * 2 and not reasons(twice)


def test_a_damaged_parquet_file_is_one_rejected_row(tmp_path: Path) -> None:
    for content in (b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1"):
        (refused,) = read(tmp_path, "a.parquet", content)
        assert isinstance(refused, Rejected) and "no readable Parquet file" in refused.reason


def test_what_cannot_be_a_source_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SeedReadError, match="There is no file or folder"):
        list(read_files(tmp_path / "absent.json"))
    with pytest.raises(SeedReadError, match="holds no data file"):
        list(read_files(tmp_path))
    with pytest.raises(SeedReadError, match="neither JSON, JSON Lines nor Parquet"):
        read(tmp_path, "a.csv", "instruction,output\n")
    assert values(read(tmp_path, "a.txt", LINES)) == ROWS


PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"\\ud800", b"\xff", b"1", b"-", b"null", LINES]
)
BYTES = st.binary(max_size=60) | st.lists(PIECES | st.binary(max_size=3), max_size=30).map(b"".join)
MAGIC = st.sampled_from(
    [b"", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"PAR1", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(magic=MAGIC, content=BYTES, name=st.sampled_from(["a.json", "a.jsonl", "a.json.gz", "a.parquet"]))
def test_no_bytes_crash_it(tmp_path: Path, magic: bytes, content: bytes, name: str) -> None:
    for item in read(tmp_path, name, magic + content):
        assert item.row is not None and item.row >= 1
        if isinstance(item, Rejected):
            item.reason.encode()
            item.raw.encode()
            assert item.reason and len(item.raw) <= RAW_LIMIT
        else:
            json.dumps(item.value, ensure_ascii=False, allow_nan=False).encode()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.dictionaries(st.text(max_size=3), st.text() | st.integers() | st.none(), min_size=1), min_size=1),
    indent=st.sampled_from([None, 1]),
    data=st.data(),
)
def test_a_damaged_list_keeps_what_came_before(tmp_path: Path, rows: Any, indent: int | None, data: Any) -> None:
    raw = json.dumps(rows, indent=indent).encode()
    place = data.draw(st.integers(1, len(raw) - 1))
    before = sum(
        len(json.dumps(rows[:count], indent=indent)) - (2 if indent else 1) < place for count in range(1, len(rows) + 1)
    )
    items = read(tmp_path, "a.json", raw[:place] + b"\xff\xff" + raw[place + 1 :])
    assert values(items)[:before] == rows[:before]
    assert any(isinstance(item, Rejected) for item in items)
