"""Planted sets of constraints: impossible ones are found with their culprits, possible ones are let be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.satisfiable import satisfiable
from crabtk.quantities import PREFIXES, QUANTITIES, Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}


class Limits(ConstraintType):
    """Whatever its parameters say."""

    name = "test:limits"

    def measure(self, text: ParsedText, rng: Any) -> None:
        return None

    def check(self, text: ParsedText, params: Any) -> bool:
        return False

    def limits(self, params: Any) -> list[Limit]:
        return [Limit(**params)]


def arithmetic(*limits: Limit) -> str:
    """Ask with one type per limit, so that nothing but arithmetic decides."""
    names = [f"test:limits{number}" for number in range(len(limits))]
    types = {name: Limits() for name in names}
    found = [
        Constraint(name, {"quantity": x.quantity, "low": x.low, "high": x.high, "per": x.per})
        for name, x in zip(names, limits, strict=True)
    ]
    return satisfiable(found, types).holds


IMPOSSIBLE = [
    (Limit("sections", 3, 3), Limit("words", 100, per="sections"), Limit("words", high=200)),
    (Limit("words", 100), Limit("sentences", high=4), Limit("words", high=20, per="sentences")),
    (Limit("words", 301), Limit("paragraphs", 3, 3), Limit("words", high=100, per="paragraphs")),
    (Limit("characters", high=100), Limit("words", 60)),
    (Limit("bullets", 5), Limit("headings", 3), Limit("lines", high=7)),
    (Limit("phrase:red tea", 6), Limit("words", high=11)),
    (Limit("questions", 3), Limit("exclamations", 3), Limit("sentences", high=5)),
    (Limit("sentences", 2, 2, per="paragraphs"), Limit("paragraphs", 4), Limit("sentences", high=7)),
    (Limit("unique_words", 80), Limit("sentences", 5, 5), Limit("words", high=15, per="sentences")),
    (Limit("paragraphs", 9), Limit("lines", high=8)),
    (Limit("mark:comma", 9), Limit("characters", high=8)),
    (Limit("numbers", 4), Limit("digits", high=3)),
]
POSSIBLE = [
    (Limit("sections", 3, 3), Limit("words", 100, per="sections"), Limit("words", high=300)),
    (Limit("words", 80, 80), Limit("sentences", high=4), Limit("words", high=20, per="sentences")),
    (Limit("words", 300), Limit("paragraphs", 3, 3), Limit("words", high=100, per="paragraphs")),
    (Limit("characters", high=119), Limit("words", 60)),
    (Limit("bullets", 5), Limit("headings", 3), Limit("lines", high=8)),
    (Limit("phrase:red tea", 6), Limit("words", high=12)),
    (Limit("questions", 3), Limit("exclamations", 2), Limit("sentences", high=5)),
    (Limit("words", 20), Limit("words", high=20)),
    (),
]


@pytest.mark.parametrize("limits", IMPOSSIBLE)
def test_impossible_arithmetic_is_found(limits: tuple[Limit, ...]) -> None:
    assert arithmetic(*limits) == "fails"
    assert arithmetic(*reversed(limits)) == "fails"


@pytest.mark.parametrize("limits", POSSIBLE)
def test_possible_arithmetic_is_let_be(limits: tuple[Limit, ...]) -> None:
    assert arithmetic(*limits) == "unknown"


def test_the_culprits_are_a_smallest_set() -> None:
    constraints = [
        Constraint("list:bullets", {"relation": "at_least", "n": 3}),
        Constraint("length:words", {"relation": "at_least", "words": 100}),
        Constraint("list:numbered", {"relation": "at_least", "n": 4}),
        Constraint("length:lines", {"relation": "at_most", "n": 6}),
    ]
    found = satisfiable(constraints, BY_NAME)
    assert found.holds == "fails"
    assert {c.type for c in found.culprits} == {"list:bullets", "list:numbered", "length:lines"}
    assert "list:numbered" in found.why


def test_a_witness_settles_it() -> None:
    text = ParsedText("Red tea is hot. We like it.")
    constraints = [
        Constraint("keyword:include", {"phrases": ["red tea"]}),
        Constraint("length:sentences", {"relation": "exactly", "n": 2}),
    ]
    assert satisfiable(constraints, BY_NAME, text).holds == "holds"
    assert satisfiable(constraints, BY_NAME, ParsedText("No tea.")).holds == "unknown"
    assert satisfiable([], BY_NAME, text).holds == "unknown"


def test_what_one_demands_the_other_must_allow() -> None:
    found = satisfiable(
        [
            Constraint("keyword:include", {"phrases": ["yes, please"]}),
            Constraint("punctuation:absent", {"mark": "comma"}),
        ],
        BY_NAME,
    )
    assert found.holds == "fails"


def test_a_strangers_constraint_is_passed_over() -> None:
    assert satisfiable([Constraint("toy:shape", {}), Constraint("toy:colour", {})], BY_NAME).holds == "unknown"


def test_limits_name_known_quantities(responses: list[tuple[str, str | None]]) -> None:
    """And what a type measures of a text never contradicts what the others measure of it."""
    import random

    for number, (raw, language) in enumerate(responses[:20]):
        text = ParsedText(raw, language)
        found = []
        for type_ in TYPES:
            params = type_.measure(text, random.Random(number))
            if params is None:
                continue
            found.append(Constraint(type_.name, params))
            for limit in type_.limits(params):
                for name in (limit.quantity, *([limit.per] if limit.per else [])):
                    assert name in QUANTITIES or name.partition(":")[0] in PREFIXES, (type_.name, name)
        arithmetic_only = {name: Only(type_) for name, type_ in BY_NAME.items()}
        verdict = satisfiable(found, arithmetic_only)
        assert verdict.holds == "unknown", (verdict.why, raw)


class Only:
    """A type of which nothing is known but limits, demands and what it allows."""

    def __init__(self, type_: ConstraintType) -> None:
        self.type_ = type_
        self.limits, self.demands, self.allows = type_.limits, type_.demands, type_.allows

    def conflicts(self, params: Any, other: Constraint) -> bool:
        return False


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["words", "sentences", "paragraphs", "lines", "bullets", "characters"]),
            st.integers(0, 40),
            st.integers(0, 40),
            st.sampled_from([None, None, "sentences", "paragraphs"]),
        ),
        max_size=5,
    )
)
def test_a_text_that_meets_all_limits_is_never_called_impossible(parts: list[tuple[str, int, int, str | None]]) -> None:
    text = ParsedText("One two three. Four five!\n\n- six seven\n- eight")
    counts = {
        "words": len(text.words),
        "sentences": len(text.sentences),
        "paragraphs": len(text.paragraphs),
        "lines": sum(1 for line in text.lines if line.strip()),
        "bullets": len(text.bullet_items),
        "characters": len(text.raw),
    }
    limits = [Limit(q, low=low, high=low + wide, per=per if per != q else None) for q, low, wide, per in parts]
    met = all(
        x.low * (counts[x.per] if x.per else 1) <= counts[x.quantity] <= x.high * (counts[x.per] if x.per else 1)
        for x in limits
        if x.low is not None and x.high is not None
    )
    if met:
        assert arithmetic(*limits) == "unknown"
