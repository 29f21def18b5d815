"""Each documented difference between the registries is there."""

from __future__ import annotations

import pickle

import pytest

from crabtk import ConstraintType, ParsedText
from crabtk.constraints.builtin import TYPES
from crabtk_ifbench import register_constraint_types
from crabtk_ifbench.difference import Difference
from crabtk_ifbench.differences import DIFFERENCES
from crabtk_ifbench.instruction_set import IFBench

KNOWN: dict[str, ConstraintType] = {type_.name: type_ for type_ in TYPES}
register_constraint_types(lambda type_: KNOWN.update({type_.name: type_}))

SAME: set[str] = set()
"""Ids of which no difference is known."""


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: f"{difference.id}: {difference.upstream}")
def test_upstream_and_fixed_differ_as_documented(difference: Difference) -> None:
    text, kwargs = ParsedText(difference.response), difference.kwargs
    assert IFBench().upstream(difference.id, kwargs, "", 0)(text) is difference.holds
    constraints = IFBench().canonical(difference.id, kwargs, "")
    assert all(KNOWN[constraint.type].check(text, constraint.params) for constraint in constraints) is not (
        difference.holds
    )


def test_every_other_id_is_documented() -> None:
    assert {difference.id for difference in DIFFERENCES} == set(IFBench.ids) - SAME


def test_entries_say_what_differs() -> None:
    assert len({(difference.id, difference.upstream) for difference in DIFFERENCES}) == len(DIFFERENCES)
    assert all(difference.upstream != difference.fixed for difference in DIFFERENCES)


def test_upstream_verdicts_never_flip() -> None:
    for difference in DIFFERENCES:
        texts = [ParsedText(difference.response) for _ in range(20)]
        checks = [IFBench().upstream(difference.id, difference.kwargs, "", 0) for _ in texts]
        assert {check(text) for check, text in zip(checks, texts, strict=True)} == {difference.holds}
        again = pickle.loads(pickle.dumps(checks[0]))
        assert again(texts[0]) is difference.holds
