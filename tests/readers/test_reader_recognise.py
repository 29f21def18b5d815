"""Which reader a source gets, and what the errors say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import SeedReadError, UnknownNameError
from crabtk.readers.builtin import READERS
from crabtk.readers.recognise import choose
from crabtk.readers.sources import read_source, source_digest, source_name
from crabtk.settings import Source
from crabtk.types import Pair, Record, Rejected

ALPACA = {"instruction": "Q", "output": "A"}
PROMPT = {"prompt": "Q", "completion": "A"}
BROKEN = Rejected("seeds", "f", 1, None, "broken JSON", "{")


def records(*values: Any) -> list[Record | Rejected]:
    return [v if isinstance(v, Rejected) else Record(v, "f", row) for row, v in enumerate(values, start=1)]


def test_most_rows_decide_and_none_is_lost() -> None:
    items = records(None, PROMPT, BROKEN, ALPACA, ALPACA)
    reader, again = choose(iter(items), "auto", READERS, "f")
    assert reader.name == "alpaca"
    assert list(again) == items


def test_only_the_first_fifty_records_are_looked_at() -> None:
    taken = 0

    def source() -> Iterator[Record | Rejected]:
        nonlocal taken
        for item in records(*[ALPACA] * 50, *[PROMPT] * 100):
            taken += 1
            yield item

    reader, again = choose(source(), "auto", READERS, "f")
    assert (reader.name, taken, len(list(again))) == ("alpaca", 50, 150)


def test_a_name_decides_alone() -> None:
    assert choose(records(ALPACA), "messages", READERS, "f")[0].name == "messages"
    with pytest.raises(UnknownNameError, match=r'no seed format "alpacas"\. Known: auto, alpaca-comparisons, '):
        choose(records(ALPACA), "alpacas", READERS, "f")


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (records({"frage": 1, "antwort": 2}, 3), r"my/file: none of its first 2 rows .* Keys seen: frage, antwort\. "),
        (records([1]), r"The first is a list\. Known formats: alpaca-comparisons, oasst-trees"),
        (records(BROKEN), r"not one of its first 1 rows can be decoded\. The first: f, row 1: broken JSON"),
        ([], r"my/file is empty"),
    ],
)
def test_errors_name_file_keys_and_formats(items: Iterable[Record | Rejected], message: str) -> None:
    with pytest.raises(SeedReadError, match=message):
        choose(items, "auto", READERS, "my/file")


class Faulty:
    """A reader that breaks its contract."""

    name = "faulty"

    def recognises(self, value: Any) -> bool:
        """See protocol."""
        return True

    def read(self, records: Iterable[Record]) -> Iterator[Pair | Rejected]:
        """See protocol."""
        for record in records:
            yield Pair(record.value["instruction"], record.value["nothing"], record.file, record.row)


def test_a_faulty_reader_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ALPACA))
    with pytest.raises(SeedReadError, match=r'the seed reader "faulty" failed: KeyError'):
        list(read_source(Source(path=str(path)), [Faulty()]))


def test_broken_rows_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(["{", json.dumps(ALPACA), "[", json.dumps(ALPACA), "}"]))
    found = list(read_source(Source(path=str(path)), READERS))
    assert [(type(item).__name__, item.row) for item in found] == [
        ("Rejected", 1),
        ("Pair", 2),
        ("Rejected", 3),
        ("Pair", 4),
        ("Rejected", 5),
    ]
    named = read_source(Source(path=str(path), name="mine"), READERS)
    assert {item.file for item in found} == {"a.jsonl"} and {item.file for item in named} == {"mine/a.jsonl"}


def test_the_shipped_samples_are_a_source() -> None:
    source = Source(path="crabtk:samples")
    found = list(read_source(source, READERS))
    assert found and all(isinstance(item, Pair) for item in found)
    assert source_name(source) == "crabtk:samples"
    assert {item.file.partition("/")[0] for item in found} == {"crabtk:samples"}


def test_the_digest_follows_content_and_not_place(tmp_path: Path) -> None:
    digests = []
    for folder, text in (("a", "1"), ("b", "1"), ("c", "2")):
        path = tmp_path / folder / "seeds.json"
        path.parent.mkdir()
        path.write_text(text)
        digests.append(source_digest(Source(path=str(path))))
    assert digests[0] == digests[1] != digests[2]
    assert source_digest(Source(path=str(tmp_path / "a" / "seeds.json"), name="other")) != digests[0]
    assert source_digest(Source(path="hf:owner/a")) != source_digest(Source(path="hf:owner/b"))
    with pytest.raises(SeedReadError, match="There is no file"):
        source_digest(Source(path=str(tmp_path / "absent")))
