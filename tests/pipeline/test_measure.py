"""Measuring: a type that misbehaves costs only itself, and the figures are what they say."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.reference import satisfied_by
from crabtk.pipeline.measure import measure
from crabtk.text import ParsedText
from crabtk.types import Params
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import seed, seeds


class Longest(ConstraintType):
    """The length of the longest word, which code finds again."""

    name = "toy:longest"
    wordings = ("Use no word of more letters than asked.",)

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {"letters": max(map(len, text.words))} if text.words else None

    def check(self, text: ParsedText, params: Params) -> bool:
        return all(len(word) <= params["letters"] for word in text.words)


def broken(what: str, **methods: Callable[..., Any]) -> ConstraintType:
    return type(what, (Longest,), {"name": f"toy:{what}", **methods})()


def fail(*_: Any) -> Any:
    raise KeyError("no such part")


def fail_oddly(*_: Any) -> Any:
    raise ValueError("half a character: \ud83d")


def only_short(self: Any, text: ParsedText, params: Params) -> bool:
    return len(text.words) < 5 or fail()


BROKEN = {
    "raises": (broken("raises", measure=fail), "raised KeyError: 'no such part'"),
    "odd": (broken("odd", measure=fail_oddly), "raised ValueError: half a character: ?"),
    "lies": (broken("lies", check=lambda *_: False), 'it measured {"letters":6} and then does not find it (the law'),
    "mute": (broken("mute", render=lambda *_: " "), "it worded '{\"letters\":6}' as ' ', which no table can hold"),
    "wordless": (broken("wordless", render=lambda *_: None), "as None, which no table can hold"),
    "half": (broken("half", render=lambda *_: "Use \ud83d here."), "which no table can hold"),
    "infinite": (
        broken("infinite", measure=lambda *_: {"n": float("inf")}, check=lambda *_: True),
        "raised ValueError: Out of range float",
    ),
    "listless": (broken("listless", measure=lambda *_: [1, 2], check=lambda *_: True), "raised TypeError"),
    "elsewhere": (broken("elsewhere", check=only_short), "raised KeyError"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_type_that_breaks_its_law_or_raises_costs_only_itself(what: str) -> None:
    type_, reason = BROKEN[what]
    table = seeds([seed(1, response="Harbor pilots work."), seed(2, response="One two three four five six seven.")])
    rows, ledger = measure(table, [type_, Longest()], seed=1, reference_sample=5)
    schemas.Constraints.validate(rows)
    assert rows["constraint_id"].to_list() == ["made-00000001/toy:longest", "made-00000002/toy:longest"]
    assert ledger["key"].to_list() == [f"made-00000001/toy:{what}", f"made-00000002/toy:{what}"]
    assert reason in ledger["reason"][0] and f"constraint type toy:{what} raised" in ledger["reason"][0]
    assert ledger["raw"][0] == "Harbor pilots work."


def test_what_is_measured_holds_and_carries_its_evidence(sample: Sample) -> None:
    schemas.Constraints.validate(sample.measured)
    responses = dict(sample.seeds.select("seed_id", "response").iter_rows())
    for row in sample.measured.to_dicts():
        type_ = sample.types[row["type"]]
        params = json.loads(row["params"])
        assert type_.check(ParsedText(responses[row["seed_id"]]), params)
        assert type_.parse(row["text"]) == params
        assert (row["verdict"], row["score"], row["judged_by"], row["origin"]) == ("holds", 1.0, "code", "measured")


def test_informative_is_looked_up_in_the_shipped_table(sample: Sample) -> None:
    rows, _ = measure(sample.seeds.head(3), TYPES, seed=17, reference_sample=100)
    known = [row for row in rows.to_dicts() if satisfied_by(row["type"], json.loads(row["params"])) is not None]
    assert len(known) > 0.9 * len(rows)
    for row in known:
        assert row["informative"] == round(1 - (satisfied_by(row["type"], json.loads(row["params"])) or 0.0), 4)


def test_without_it_informative_is_the_share_of_other_responses_that_do_not_satisfy_it(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crabtk.pipeline.measure.satisfied_by", lambda type_, params: None)
    some = sample.seeds.head(12)
    rows, _ = measure(some, TYPES, seed=17, reference_sample=100)
    texts = {row["seed_id"]: ParsedText(row["response"], row["language"]) for row in some.to_dicts()}
    assert 0.0 < rows["informative"].mean() < 1.0  # type: ignore[operator]
    for row in rows.to_dicts():
        others = [text for owner, text in texts.items() if owner != row["seed_id"]]
        held = [sample.types[row["type"]].check(text, json.loads(row["params"])) for text in others]
        assert row["informative"] == round(1 - sum(held) / len(others), 4)


def test_a_reference_sample_counts_so_many_others_and_never_the_seed_itself() -> None:
    table = seeds([seed(n, response=f"{'a' * (n + 1)} b c.") for n in range(20)])
    rows, _ = measure(table, [Longest()], seed=1, reference_sample=4)
    assert all((row["informative"] * 4).is_integer() for row in rows.to_dicts())
    # The longest word of all satisfies every other response; the shortest none.
    assert rows["informative"][19] == 0.0 and rows["informative"][0] == 1.0
    (alone,) = measure(table.head(1), [Longest()], seed=1, reference_sample=4)[0].to_dicts()
    assert alone["informative"] is None


def test_chat_is_not_measured() -> None:
    rows, ledger = measure(seeds([seed(1, use="chat")]), TYPES, seed=1, reference_sample=4)
    assert rows.is_empty() and ledger.is_empty()


def test_no_result_depends_on_processes_chunks_or_the_order_of_types(sample: Sample) -> None:
    some = sample.seeds.head(6)
    expected = measure(some, TYPES, seed=17, reference_sample=5)
    seen: list[tuple[int, int | None]] = []
    for types, processes, chunk_size in ((TYPES[::-1], 1, 2), (TYPES, 2, 4)):
        found = measure(
            some,
            types,
            seed=17,
            reference_sample=5,
            processes=processes,
            chunk_size=chunk_size,
            progress=lambda done, total: seen.append((done, total)),
        )
        assert [a.equals(b) for a, b in zip(found, expected, strict=True)] == [True, True]
    assert seen == [(2, 6), (4, 6), (6, 6), (4, 6), (6, 6)]


def test_a_seed_keeps_its_constraints_wherever_it_stands(sample: Sample) -> None:
    some = sample.seeds.head(9)
    one, _ = measure(some, TYPES, seed=17, reference_sample=5)
    other, _ = measure(some.reverse(), TYPES, seed=17, reference_sample=5)
    assert one.sort("constraint_id").equals(other.sort("constraint_id"))
    assert one["seed_id"].unique(maintain_order=True).is_in(some["seed_id"].implode()).all()
    assert isinstance(one, pl.DataFrame)
