"""The finished dataset's truth, checked once more."""

from __future__ import annotations

import polars as pl

from crabtk.pipeline.compose import compose
from crabtk.pipeline.recheck import recheck
from crabtk.settings import Composition
from tests.pipeline.conftest import Sample


def test_every_code_checked_constraint_of_the_shipped_sample_holds(sample: Sample) -> None:
    crab, _ = compose(sample.seeds, sample.constraints, settings=Composition(), seed=17)
    asked = crab.filter(kind="forward")["constraint_ids"].list.len().sum()
    assert recheck(crab, sample.constraints, sample.types) == {"checked": asked, "held": asked}


def test_a_response_that_was_tampered_with_is_noticed(sample: Sample) -> None:
    crab, _ = compose(sample.seeds, sample.constraints, settings=Composition(demonstrated=0.0), seed=17)
    forward = crab.filter(kind="forward").to_dicts()
    for row in forward:
        row["messages"][-1]["content"] = "?"
    found = recheck(pl.DataFrame(forward, schema=crab.schema), sample.constraints, sample.types)
    assert found["held"] < 0.2 * found["checked"]
    assert recheck(crab, sample.constraints, {}) == {"checked": 0, "held": 0}
