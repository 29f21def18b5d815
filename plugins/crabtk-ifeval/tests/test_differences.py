"""Every documented difference between the registries is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from crabtk import Constraint, InstructionSet, ParsedText
from crabtk_ifeval.difference import Difference
from crabtk_ifeval.differences import DIFFERENCES

ENTRIES = [(name, entry) for name, entries in DIFFERENCES.items() for entry in entries]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=lambda part: getattr(part, "id", str(part)))
def test_verdicts_differ_as_documented(
    name: str,
    entry: Difference,
    sets: Mapping[str, InstructionSet],
    holds: Callable[[list[Constraint], str], bool],
) -> None:
    upstream = sets[name].upstream(entry.id, entry.kwargs, "", 0)(ParsedText(entry.response))
    assert upstream is entry.upstream_holds
    assert holds(list(sets[name].canonical(entry.id, entry.kwargs, "")), entry.response) is not upstream


def test_every_id_has_an_entry(sets: Mapping[str, InstructionSet]) -> None:
    for name, found in sets.items():
        assert {entry.id for entry in DIFFERENCES[name]} == set(found.ids)
