"""Accepting: every translated constraint ends in the table or in the ledger, with the verdict that it earned."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk import schemas
from crabtk.constraints.builtin import TYPES
from crabtk.pipeline.accept import accept
from crabtk.pipeline.audit import Finding
from crabtk.types import Completion, Constraint, Request
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import REFINED, Model, Row, constraint, constraints, question, seed, seeds, translated

BY_NAME = {type_.name: type_ for type_ in TYPES}
TRUSTED = Finding(True, "trusted", 0.95, 0.9, 1.0, 0.7, 0.8, 0.05, 40, 40, 0)
UNTRUSTED = Finding(False, "not trusted", 0.5, 0.4, 0.6, None, 0.0, 0.0, 40, 40, 0)
LIST = seed(1, response="Pack these things:\n\n- a warm coat\n- a map\n- a lamp\n\nThen walk.")


def run(
    answer: Callable[[Request], Any],
    rows: list[Row],
    *,
    measured: tuple[Row, ...] = (),
    finding: Finding = TRUSTED,
    repair: bool = True,
    max_rouge_l: float = 0.6,
    owners: tuple[Row, ...] = (LIST,),
) -> tuple[pl.DataFrame, pl.DataFrame, Model]:
    model = Model(answer)
    table, ledger = accept(
        seeds(owners),
        constraints(measured),
        constraints(rows),
        BY_NAME,
        finding,
        model,
        repair=repair,
        max_rouge_l=max_rouge_l,
    )
    schemas.Constraints.validate(table)
    schemas.Ledger.validate(ledger)
    return table, ledger, model


def verdicts(table: pl.DataFrame) -> dict[str, tuple[str, float | None]]:
    return {row["constraint_id"].split("/", 1)[1]: (row["verdict"], row["score"]) for row in table.to_dicts()}


def scripted(scores: dict[str, Any], repairs: dict[str, Any] | None = None) -> Callable[[Request], Any]:
    """Score constraints and repair them by tables of their texts."""

    def answer(request: Request) -> Any:
        known = scores if request.choices else repairs or {}
        found = known[next(text for text in known if text in question(request))]
        if request.choices:
            return found
        return found if isinstance(found, Completion) else json.dumps({"constraint": found})

    return answer


def test_the_threshold_decides_and_an_unreadable_verdict_is_unknown() -> None:
    texts = {
        "Write warmly to a friend.": 0.7,
        "Use the passive voice.": 0.699,
        "Speak of cold weather.": Completion("?"),
    }
    types = ("style:writing", "style:grammatical_structure", "content:semantic_elements")
    rows = [translated(LIST, type_, text) for type_, text in zip(types, texts, strict=True)]
    table, ledger, _ = run(scripted(texts), rows, repair=False)
    assert verdicts(table) == {
        "style:writing": ("holds", 0.7),
        "style:grammatical_structure": ("fails", 0.699),
        "content:semantic_elements": ("unknown", None),
    }
    assert set(table["judged_by"]) == {"model"} and ledger.is_empty()


def test_an_untrusted_judge_is_never_asked_and_code_still_speaks() -> None:
    rows = [
        translated(LIST, "style:writing", "Write warmly to a friend."),
        translated(LIST, "format:item_listing", "Use exactly 3 bullet points."),
    ]

    def refuse(_: Request) -> str:
        raise AssertionError("nobody may be asked")

    table, ledger, model = run(refuse, rows, finding=UNTRUSTED, measured=(constraint(LIST, "markdown:absent"),))
    assert not model.asked and ledger.is_empty()
    rows_by_type = {row["type"]: row for row in table.to_dicts()}
    writing = rows_by_type["style:writing"]
    assert (writing["verdict"], writing["score"], writing["judged_by"]) == ("unknown", None, None)
    assert rows_by_type["list:bullets"]["verdict"] == rows_by_type["markdown:absent"]["verdict"] == "holds"


def test_what_counts_is_checked_by_code_or_dropped_and_no_judge_hears_of_it() -> None:
    rows = [
        translated(LIST, "format:item_listing", "use  exactly three bullet points"),
        translated(LIST, "format:paragraphs", "The response must have exactly 7 paragraphs."),
        translated(LIST, "content:hierarchy", "Name four reasons before the conclusion."),
        translated(LIST, "content:semantic_elements", "Use exactly 1 bullet point."),
    ]
    table, ledger, model = run(scripted({}), rows)
    assert not model.asked
    (row,) = table.to_dicts()
    assert (row["type"], json.loads(row["params"])) == ("list:bullets", {"relation": "exactly", "n": 3})
    assert (row["verdict"], row["score"], row["judged_by"], row["origin"]) == ("holds", 1.0, "code", "translated")
    assert BY_NAME["list:bullets"].parse(row["text"]) is None, "the wording stays the model's"
    reasons = {row["key"].split("/")[1]: (row["reason"], row["raw"]) for row in ledger.to_dicts()}
    assert reasons["content:hierarchy"] == ("it counts something, and no measured type can check it", rows[2]["text"])
    assert reasons["content:semantic_elements"][0] == "code (list:bullets) finds it false"
    assert set(reasons) == {"format:paragraphs", "content:hierarchy", "content:semantic_elements"}


def test_what_is_measured_already_is_not_grounded_twice() -> None:
    text = "Use exactly 3 bullet points."
    rows = [translated(LIST, "format:item_listing", text), translated(LIST, "format:morphological", text)]
    table, ledger, _ = run(scripted({}), rows)
    assert len(table) == 1 and ledger["reason"].to_list() == ["list:bullets is stated of this response already"]
    measured = constraint(LIST, "list:bullets", "Use at least 2 bullet points.", params='{"n":2,"relation":"at_least"}')
    table, ledger, _ = run(scripted({}), rows, measured=(measured,))
    assert table["origin"].to_list() == ["measured"] and len(ledger) == 2


def test_a_repaired_constraint_is_judged_again() -> None:
    first, second, third = "Write in anger throughout.", "Praise the sea at length.", "Ask the reader a riddle."
    good, bad = "Write in a plain and practical manner.", "Praise the hills at length."
    rows = [
        translated(LIST, "style:writing", first),
        translated(LIST, "content:semantic_elements", second),
        translated(LIST, "content:specific_sentence", third),
    ]
    scores = {first: 0.1, second: 0.2, third: 0.3, good: 0.95, bad: 0.4}
    table, ledger, model = run(scripted(scores, {first: good, second: bad, third: None}), rows)
    assert verdicts(table) == {
        "style:writing": ("fails", 0.1),
        "style:writing/repaired": ("holds", 0.95),
        "content:semantic_elements": ("fails", 0.2),
        "content:semantic_elements/repaired": ("fails", 0.4),
        "content:specific_sentence": ("fails", 0.3),
    }
    assert ledger.is_empty()
    repaired = table.filter(pl.col("constraint_id").str.ends_with("repaired"))
    assert set(repaired["origin"]) == {"repaired"} and set(repaired["text"]) == {good, bad}
    assert len(model.asked) == 3 + 3 + 2, "what failed twice is not asked for a third time"


def test_a_repair_that_withdraws_nothing_is_not_judged() -> None:
    first = "Write in the calm tone of a bedtime story."
    again = "The response should be written in the calm tone of a bedtime story."
    table, ledger, _ = run(
        scripted({first: 0.1, again: 0.99}, {first: again}), [translated(LIST, "style:writing", first)]
    )
    assert "repaired" not in table["origin"].to_list()
    assert ledger["reason"].to_list() == ["the repair withdraws nothing of what was found not to hold"]


def test_unknown_verdicts_and_refined_instructions_are_not_repaired() -> None:
    rows = [
        translated(LIST, "style:writing", "Write warmly to a friend."),
        translated(LIST, REFINED, "As a guide, pack."),
    ]
    table, _, model = run(scripted({"Write warmly to a friend.": Completion("?"), "As a guide, pack.": 0.1}), rows)
    assert {verdict for verdict, _ in verdicts(table).values()} == {"unknown", "fails"}
    assert len(model.asked) == 2 and all(request.choices for request in model.asked)


def test_a_repair_that_counts_is_grounded_or_dropped() -> None:
    first, second = "Write in anger throughout.", "Praise the sea at length."
    rows = [translated(LIST, "style:writing", first), translated(LIST, "content:semantic_elements", second)]
    repairs = {first: "Use exactly 3 bullet points.", second: "Name five good reasons."}
    table, ledger, model = run(scripted({first: 0.1, second: 0.1}, repairs), rows)
    holding = table.filter(pl.col("verdict") == "holds").to_dicts()
    assert [(row["type"], row["judged_by"], row["origin"]) for row in holding] == [("list:bullets", "code", "repaired")]
    assert ledger["reason"].to_list() == ["it counts something, and no measured type can check it"]
    assert len(model.asked) == 4


@pytest.mark.parametrize(
    ("repair", "reason"),
    [
        (Completion("Sorry!"), "the repair is unreadable: the answer is no JSON"),
        (Completion("", "error", error="down"), "the repair is unreadable: the engine gave no answer: down"),
        (Completion('{"constraint": "Wri', "length"), "the repair is unreadable: the answer was cut off"),
        (Completion('{"constraint": ["a"]}'), "the repair is unreadable: the answer's constraint is neither"),
        ("Be calm.", "it has fewer than three words"),
        ("Write: pack these things, a warm coat, a map, a lamp, then walk.", "it quotes 10 or more words"),
        ("x" * 300, "it was cut off at 240 characters"),
        ("Write with a \ud800 sign in it.", "it holds a control character or half"),
    ],
)
def test_a_repair_that_cannot_be_used_is_in_the_ledger_under_its_own_key(repair: Any, reason: str) -> None:
    first = "Write in anger throughout."
    table, ledger, _ = run(scripted({first: 0.1}, {first: repair}), [translated(LIST, "style:writing", first)])
    assert verdicts(table) == {"style:writing": ("fails", 0.1)}
    (row,) = ledger.to_dicts()
    assert row["key"] == "made-00000001/style:writing/repaired" and row["reason"].startswith(reason)
    raw = repair.text if isinstance(repair, Completion) else repair
    assert row["raw"] == raw.replace("\ud800", "?")


def test_thinning_drops_translated_constraints_only_and_keeps_the_better() -> None:
    alike = "Describe each thing that the walker has to pack"
    rows = [
        translated(LIST, "style:writing", f"{alike} carefully."),
        translated(LIST, "content:hierarchy", f"{alike} well."),
        translated(LIST, "content:semantic_elements", "Speak of walking in the cold season."),
    ]
    measured = (constraint(LIST, "toy:one", "Keep it very short."), constraint(LIST, "toy:two", "Keep it very short."))
    scores = {rows[0]["text"]: 0.8, rows[1]["text"]: 0.9, rows[2]["text"]: 0.75}
    table, ledger, _ = run(scripted(scores), rows, measured=measured)
    assert set(table["type"]) == {"toy:one", "toy:two", "content:hierarchy", "content:semantic_elements"}
    (row,) = ledger.to_dicts()
    assert row["key"] == "made-00000001/style:writing"
    assert row["reason"] == "it is worded too much like made-00000001/content:hierarchy (ROUGE-L over 0.6)"
    everything, ledger, _ = run(scripted(scores), rows, measured=measured, max_rouge_l=1.0)
    assert len(everything) == 5 and ledger.is_empty()


def test_a_measured_constraint_stays_and_its_likeness_goes_whichever_name_comes_first() -> None:
    measured = constraint(LIST, "zzz:last", "Use exactly 3 bullet points here.")
    table, ledger, _ = run(
        scripted({}), [translated(LIST, "format:item_listing", "Use exactly 3 bullet points.")], measured=(measured,)
    )
    assert table["type"].to_list() == ["zzz:last"]
    assert "worded too much like made-00000001/zzz:last" in ledger["reason"][0]


def test_conflicts_are_mutual_true_and_only_among_what_holds(sample: Sample) -> None:
    rows = {row["constraint_id"]: row for row in sample.constraints.to_dicts()}
    assert sum(map(len, sample.constraints["conflicts"])) > 0
    for name, row in rows.items():
        for other in row["conflicts"]:
            assert name in rows[other]["conflicts"] and rows[other]["seed_id"] == row["seed_id"]
            assert rows[other]["verdict"] == row["verdict"] == "holds"
    for _, group in sample.constraints.group_by("seed_id"):
        made = [(r, Constraint(r["type"], json.loads(r["params"]), r["text"])) for r in group.to_dicts()]
        for row, one in made:
            for other_row, other in made:
                if row is not other_row:
                    types = sample.types
                    clash = types[one.type].conflicts(one.params, other) or types[other.type].conflicts(
                        other.params, one
                    )
                    assert clash == (other_row["constraint_id"] in row["conflicts"])


def test_what_fails_conflicts_with_nothing_and_two_of_a_type_always_do() -> None:
    first, good = "Write in anger throughout.", "Write in a plain and practical manner."
    table, _, _ = run(scripted({first: 0.1, good: 0.9}, {first: good}), [translated(LIST, "style:writing", first)])
    assert table["conflicts"].to_list() == [[], []]
    twins = (
        constraint(LIST, "toy:one", "Be round."),
        constraint(LIST, "toy:one", "Stay flat.", constraint_id="twin-id"),
    )
    table, _, _ = run(scripted({}), [], measured=twins)
    assert sorted(table["conflicts"].to_list()) == [["made-00000001/toy:one"], ["twin-id"]]


def test_rows_come_by_seed_in_the_order_of_the_seeds() -> None:
    owners = (seed(3), seed(1), seed(2))
    rows = [translated(owner, "style:writing", f"Write warmly of number {n}.") for n, owner in enumerate(owners[::-1])]
    table, _, _ = run(
        lambda _: 0.9, rows, owners=owners, measured=tuple(constraint(o, "toy:one") for o in owners), finding=UNTRUSTED
    )
    assert table["seed_id"].unique(maintain_order=True).to_list() == [owner["seed_id"] for owner in owners]


TEXTS = st.sampled_from(
    [
        "Write warmly to a good friend.",
        "Write warmly to a dear friend.",
        "Use exactly 3 bullet points.",
        "Use exactly 9 bullet points.",
        "Give five reasons for it.",
        "Speak of walking in the cold season.",
        "Ask the reader a riddle about lamps.",
    ]
)
KINDS = ["style:writing", "content:hierarchy", "content:semantic_elements", "format:item_listing", REFINED]
ANSWER = st.one_of(st.floats(0, 1), st.sampled_from([Completion("?"), Completion("", "error", error="down")]))
REPAIR = st.one_of(TEXTS.map(lambda text: json.dumps({"constraint": text})), st.sampled_from(["null", "{}", "["]))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(KINDS), TEXTS), st.data(), st.booleans(), st.booleans())
def test_every_translated_constraint_ends_in_the_table_or_in_the_ledger(
    chosen: dict[str, str], data: st.DataObject, trusted: bool, repair: bool
) -> None:
    rows = [translated(LIST, type_, text) for type_, text in chosen.items()]
    measured = (constraint(LIST, "toy:one", "Write warmly to a friend."),)
    finding = TRUSTED if trusted else UNTRUSTED
    table, ledger, model = run(
        lambda request: data.draw(ANSWER if request.choices else REPAIR),
        rows,
        measured=measured,
        finding=finding,
        repair=repair,
    )
    kept, refused = table["constraint_id"].to_list(), ledger["key"].to_list()
    assert len(kept) == len(set(kept)) and len(refused) == len(set(refused))
    assert set(kept).isdisjoint(refused)
    assert {row["constraint_id"] for row in (*rows, *measured)} <= set(kept) | set(refused)
    assert measured[0]["constraint_id"] in kept
    assert trusted or not model.asked
    for row in table.filter(pl.col("verdict") == "holds").to_dicts():
        assert row["judged_by"] == "code" or row["score"] >= 0.7
