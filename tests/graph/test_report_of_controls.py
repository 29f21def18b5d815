"""The report of a run with controls, through every stage."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.graph.conftest import Workshop

CHANGES = {
    "translation.enabled": False,
    "controls.arms": ("plain", "official", "ours"),
    "controls.repeats": 2,
    "composition.kept_out": ("keyword",),
    "scoring.limit": 8,
}


@pytest.mark.slow
def test_controls_are_trained_scored_and_compared(workshop: Workshop) -> None:
    class TokenTrainer(workshop.toy.ToyTrainer):  # type: ignore[name-defined, misc]
        """The toy's, which also tells its tokens."""

        def train(self, job: Any, report: Any) -> Any:
            outcome = super().train(job, report)
            return replace(outcome, figures={**outcome.figures, "tokens_total": 100, "tokens_trained": 100})

    workshop.run(CHANGES, workshop.registry(trainer=TokenTrainer))
    numbers = json.loads((workshop.root / "out" / "summary.json").read_text("utf-8"))
    repeats = [f"{arm}#{n}" for arm in ("plain", "official", "ours") for n in (1, 2)]
    assert [each["name"] for each in numbers["trainings"]] == ["sft", *repeats]
    table = numbers["controls"][0]
    assert (table["benchmark"], table["reference"]) == ("held_out", "ours")
    assert [row["arm"] for row in table["rows"][:3]] == ["ours", "plain", "official"]
    assert numbers["scores"][0]["models"] == ["base", "sft", "plain", "official", "ours"]
    assert {row["group"] for row in numbers["scores"][0]["training"]} == {"seen", "kept out"}
    # The toy's trainer copies the model, so that none can differ from another.
    assert {row["p_value"] for row in table["rows"]} == {None}
    assert "no more than chance explains" in numbers["headline"]["control_sentences"][1]
    html = (workshop.root / "out" / "report.html").read_text("utf-8")
    assert "mean of" in html and 'id="controls"' in html
