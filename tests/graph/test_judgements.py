"""The judge's stage in a run: what it could not answer is in the ledger, and a judge that only fails stops the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from crabtk.errors import BenchmarkError
from crabtk.graph.run import Run
from crabtk.graph.stages import STAGES, upstream
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Message, Request
from tests.graph.conftest import Workshop

CHANGES: Mapping[str, Any] = {
    "translation.enabled": False,
    "training.enabled": False,
    "scoring.benchmarks": ["toy"],
    "scoring.judge": "default",
}


class Asks:
    """Two prompts; the toy's judge answers the questions with choices, and no others."""

    name: ClassVar[str] = "toy"
    answerable: ClassVar[frozenset[str]] = frozenset({"1"})

    def items(self, tables: Mapping[str, Any]) -> Sequence[BenchmarkItem]:
        return [BenchmarkItem(n, (Message("user", f"Sing song {n}."),), {}) for n in ("1", "2")]

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Any) -> Sequence[Grade]:
        return ()

    def questions(self, item: BenchmarkItem, response: str) -> Sequence[Request]:
        asked = (Message("user", f"Is this a song? {response}"),)
        if item.item_id in self.answerable:
            return [Request(asked, choices=("yes", "no"))]
        return [Request(asked, regex="yes|no")]

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> Sequence[Grade]:
        return [Grade("toy:song", answer.text == "yes", judged_by="judge") for answer in answers]


class AsksInVain(Asks):
    answerable: ClassVar[frozenset[str]] = frozenset()


class LacksData(Asks):
    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Any) -> Sequence[Grade]:
        raise BenchmarkError("its grader needs data that is not there")


def test_what_a_grader_lacks_is_known_before_a_model_is_asked(workshop: Workshop) -> None:
    with Run(workshop.settings(CHANGES), workshop.registry(benchmark=LacksData), STAGES) as run:
        run.materialize(upstream("crab"))
        for name in upstream("responses"):
            if name != "responses":
                run.stage(name)
        with pytest.raises(BenchmarkError, match="needs data"):
            run.stage("responses")
        assert run.engines.client("default").usage.calls == 0


def materialize(workshop: Workshop, benchmark: type[Asks]) -> Any:
    with Run(workshop.settings(CHANGES), workshop.registry(benchmark=benchmark), STAGES) as run:
        run.materialize(upstream("judgements"))
        return run.result("judgements")


def test_unanswered_questions_stand_in_the_ledger(workshop: Workshop) -> None:
    stored = materialize(workshop, Asks)
    assert stored.table()["finish_reason"].to_list() == ["stop", "error"]
    (row,) = stored.ledger().to_dicts()
    assert (row["stage"], row["file"], row["key"]) == ("judgements", "toy", "2")
    assert "the toy backend knows no regular expressions" in row["reason"]


def test_a_judge_that_answers_nothing_stops_the_run(workshop: Workshop) -> None:
    with pytest.raises(BenchmarkError, match=r"answered none of 2 questions.*scoring\.judge"):
        materialize(workshop, AsksInVain)
