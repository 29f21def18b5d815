"""The reference's verdicts on texts made by hand."""

from __future__ import annotations

from typing import Any

import pytest
from cases import CASES

from crabtk import ParsedText
from crabtk_ifbench.instruction_set import IFBench

EVERY = [(id_, *case) for id_, found in CASES.items() for case in found]


def test_every_id_has_six_cases_of_both_verdicts() -> None:
    assert set(CASES) == set(IFBench.ids)
    for id_, found in CASES.items():
        assert len(found) >= 6, id_
        assert {holds for *_, holds in found} == {True, False}, id_


@pytest.mark.parametrize(("id_", "kwargs", "text", "holds"), EVERY)
def test_upstream_judges_as_the_reference(id_: str, kwargs: dict[str, Any], text: str, holds: bool) -> None:
    assert IFBench().upstream(id_, kwargs, "", 0)(ParsedText(text)) is holds
