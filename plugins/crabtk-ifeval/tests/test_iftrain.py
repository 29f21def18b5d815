"""Hand-made cases for each of IFTrain's 29 ids, for both registries."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crabtk import Constraint, ParsedText
from crabtk_ifeval import IFTRAIN

FOLDER = Path(__file__).parent / "iftrain_cases"
TABLE: dict[str, list[tuple[dict[str, Any], list[tuple[Any, ...]]]]] = {
    id_: groups for path in sorted(FOLDER.glob("*.py")) for id_, groups in runpy.run_path(str(path))["CASES"].items()
}


def cases(id_: str) -> Iterator[tuple[dict[str, Any], str, bool, bool]]:
    """Yield keyword arguments, response, upstream's and the fixed verdict."""
    for kwargs, group in TABLE[id_]:
        for response, upstream, *fixed in group:
            yield kwargs, response, upstream, fixed[0] if fixed else upstream


def test_each_id_has_twenty_cases_and_both_verdicts() -> None:
    assert set(TABLE) == set(IFTRAIN.ids)
    for id_ in TABLE:
        found = list(cases(id_))
        assert len(found) >= 20, id_
        assert {upstream for _, _, upstream, _ in found} == {True, False}, id_


@pytest.mark.parametrize("id_", sorted(IFTRAIN.ids))
def test_upstream(id_: str) -> None:
    for kwargs, response, upstream, _ in cases(id_):
        check = IFTRAIN.upstream(id_, kwargs, "", 0)
        # An empty response is the caller's to refuse.
        found = bool(response.strip()) and check(ParsedText(response))
        assert found is upstream, (kwargs, response)


@pytest.mark.parametrize("id_", sorted(IFTRAIN.ids))
def test_fixed(id_: str, holds: Callable[[list[Constraint], str], bool]) -> None:
    for kwargs, response, _, fixed in cases(id_):
        assert holds(list(IFTRAIN.canonical(id_, kwargs, "")), response) is fixed, (kwargs, response)
