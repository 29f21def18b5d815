"""The judge's stage in a run: what it could not answer is in the ledger, and a judge that only fails stops the run."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

import pytest
from rich.console import Console

from crabtk.console import say_findings
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


class AsksWell(Asks):
    answerable: ClassVar[frozenset[str]] = frozenset({"1", "2"})


class LacksData(Asks):
    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Any) -> Sequence[Grade]:
        raise BenchmarkError("its grader needs data that is not there")


class FailsOnAll(Asks):
    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Any) -> Sequence[Grade]:
        raise ZeroDivisionError


class FailsOnOne(Asks):
    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Any) -> Sequence[Grade]:
        if item.item_id == "1" and "rehearsal" in response.raw:
            raise ZeroDivisionError
        return ()


@pytest.mark.parametrize(("benchmark", "says"), [(LacksData, "needs data"), (FailsOnAll, "ZeroDivisionError")])
def test_what_a_grader_lacks_is_known_before_a_model_is_asked(
    workshop: Workshop, benchmark: type[Asks], says: str
) -> None:
    with Run(workshop.settings(CHANGES), workshop.registry(benchmark=benchmark), STAGES) as run:
        run.materialize(upstream("crab"))
        for name in upstream("responses"):
            if name != "responses":
                run.stage(name)
        with pytest.raises(BenchmarkError, match=says):
            run.stage("responses")
        assert run.engines.client("default").usage.calls == 0


def test_a_grader_that_fails_on_the_rehearsed_text_is_told_and_asked_again_about_responses(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(materialize(workshop, FailsOnOne).table()) == 2
    (said,) = (record.getMessage() for record in caplog.records if record.name == "crabtk.scoring")
    assert "failed for 1 of 2 prompts of toy, first with ZeroDivisionError" in said


def materialize(workshop: Workshop, benchmark: type[Asks], **registered: Any) -> Any:
    changes = {**CHANGES, "runtime.retry_errors": bool(registered)}
    with Run(workshop.settings(changes), workshop.registry(benchmark=benchmark, **registered), STAGES) as run:
        run.materialize(upstream("judgements"))
        return run.result("judgements")


def test_unanswered_questions_stand_in_the_ledger(workshop: Workshop) -> None:
    stored = materialize(workshop, Asks)
    assert stored.table()["finish_reason"].to_list() == ["stop", "error"]
    (row,) = stored.ledger().to_dicts()
    assert (row["stage"], row["file"], row["key"]) == ("judgements", "toy", "2")
    assert "the toy backend knows no regular expressions" in row["reason"]


@pytest.mark.parametrize(("benchmark", "failed"), [(Asks, 1), (AsksWell, 0)])
def test_the_end_of_a_run_tells_how_many_and_how_to_ask_again(
    workshop: Workshop, benchmark: type[Asks], failed: int
) -> None:
    said = io.StringIO()
    with Run(workshop.settings(CHANGES), workshop.registry(benchmark=benchmark), STAGES) as run:
        say_findings(Console(file=said), run, [run.stage(name) for name in upstream("judgements")])
    told = f"failed to answer: judgements {failed}; the rejected rows say why"
    remedy = "ask for these again: --set runtime.retry_errors=true"
    assert [part in said.getvalue() for part in (told, remedy)] == [bool(failed)] * 2


def test_what_an_engine_failed_to_answer_is_asked_again_where_the_settings_say_so(
    workshop: Workshop, toy: ModuleType
) -> None:
    asked: list[Request] = []

    class Mended(toy.ToyBackend):  # type: ignore[name-defined]
        def generate(self, requests: Sequence[Request]) -> list[Completion]:
            asked.extend(requests)
            return [Completion("no") for _ in requests]

    failed = materialize(workshop, Asks)
    assert materialize(workshop, Asks).record == failed.record
    mended = materialize(workshop, Asks, backend=Mended)
    assert mended.table()["finish_reason"].to_list() == ["stop", "stop"]
    assert mended.ledger() is None
    assert [request.regex for request in asked] == ["yes|no"]
    again = materialize(workshop, Asks, backend=Mended)
    assert (again.record, len(asked)) == (mended.record, 1)


def test_a_judge_that_answers_nothing_stops_the_run(workshop: Workshop) -> None:
    with pytest.raises(BenchmarkError, match=r"answered none of 2 questions.*scoring\.judge"):
        materialize(workshop, AsksInVain)
