"""Grades: how much of each response holds, by code and by a judge."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from crabtk.errors import BenchmarkError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.ledger import printable, storable
from crabtk.protocols import Benchmark, Checks, JudgedBenchmark
from crabtk.schemas import Grades, Judgements, columns
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Graded, Rejected, Request

JUDGEMENTS = columns(Judgements)
GRADES = columns(Grades)


def judge_responses(
    responses: pl.DataFrame, benchmark: Benchmark, items: Sequence[BenchmarkItem], complete: Complete
) -> tuple[pl.DataFrame, list[Rejected]]:
    """Ask a judge what a benchmark wants to know of its responses; all models' questions go out together.

    Returns:
        Schema ``Judgements``: empty if the benchmark asks nothing. Of what could not be answered nothing is asked. And
        the questions that the judge could not answer, by the item's id; they keep their row, without an answer.

    Raises:
        BenchmarkError: The judge answered not one question; names the first cause.
    """
    if not isinstance(benchmark, JudgedBenchmark):
        return pl.DataFrame(schema=JUDGEMENTS), []
    known = {item.item_id: item for item in items}
    asked = [
        (row, place, request)
        for row in _of(responses, benchmark).filter(pl.col("finish_reason") != "error").iter_rows(named=True)
        for place, request in enumerate(benchmark.questions(known[row["item_id"]], row["response"]))
    ]
    answers = complete([request for _, _, request in asked]) if asked else []
    rows = [
        (
            row["model"], benchmark.name, row["item_id"], place, storable(answer.text), answer.finish_reason,
            None if answer.choice_logprobs is None else json.dumps(dict(answer.choice_logprobs)),
        )
        for (row, place, _), answer in zip(asked, answers, strict=True)
    ]  # fmt: skip
    failed = [
        _unanswered(row, benchmark.name, place, request, answer)
        for (row, place, request), answer in zip(asked, answers, strict=True)
        if answer.finish_reason == "error"
    ]
    if failed and len(failed) == len(rows):
        raise BenchmarkError(
            f'Benchmark "{benchmark.name}": the judge answered none of {len(rows):,} questions. The first, on '
            f"{failed[0].key}: {failed[0].reason}. Mend the engine that scoring.judge names (address, model, limits), "
            "and start again."
        )
    return pl.DataFrame(rows, schema=JUDGEMENTS, orient="row"), failed


def _unanswered(row: Mapping[str, str], benchmark: str, place: int, request: Request, answer: Completion) -> Rejected:
    messages = json.dumps([{"role": m.role, "content": m.content} for m in request.messages], ensure_ascii=False)
    reason = f"the judge did not answer question {place + 1} on {row['model']}'s response: {answer.error}"
    return Rejected("judgements", benchmark, None, row["item_id"], reason, printable(messages))


def grade(
    responses: pl.DataFrame,
    benchmark: Benchmark,
    items: Sequence[BenchmarkItem],
    checks: Checks,
    judgements: pl.DataFrame | None = None,
) -> dict[str, list[Graded]]:
    """Grade a benchmark's responses.

    Args:
        responses: Schema ``Responses``; those of other benchmarks are passed over.
        benchmark: Whose.
        items: As ``choose_items`` gave them.
        checks: What it may grade by.
        judgements: Schema ``Judgements``; None where no judge was asked, and then only code's grades are given.

    Returns:
        By model, in the order of ``responses``. An item without a response counts as failed.
    """
    known = {item.item_id: item for item in items}
    answers = _answers(judgements, benchmark.name)
    found: dict[str, list[Graded]] = {}
    for row in _of(responses, benchmark).iter_rows(named=True):
        item, answered = known[row["item_id"]], row["finish_reason"] != "error"
        grades = list(benchmark.grade(item, ParsedText(row["response"]), checks))
        if judgements is not None and isinstance(benchmark, JudgedBenchmark):
            given = answers.get((row["model"], row["item_id"]), [])
            given = given or [Completion("", "error") for _ in benchmark.questions(item, row["response"])]
            grades += benchmark.judged(item, row["response"], given)
        found.setdefault(row["model"], []).append(
            Graded(item, row["response"], tuple(grades if answered else map(_failed, grades)))
        )
    return found


def _of(responses: pl.DataFrame, benchmark: Benchmark) -> pl.DataFrame:
    return responses.filter(pl.col("benchmark") == benchmark.name)


def _failed(grade: Grade) -> Grade:
    """Return the grade of what was not answered: by no reading, however lenient, does it hold."""
    return replace(
        grade,
        strict=False,
        loose=None if grade.loose is None else False,
        score=None if grade.score is None else 0.0,
    )


def _answers(judgements: pl.DataFrame | None, benchmark: str) -> dict[tuple[str, str], list[Completion]]:
    found: dict[tuple[str, str], list[Completion]] = {}
    if judgements is not None:
        rows = judgements.filter(pl.col("benchmark") == benchmark).sort("question", maintain_order=True)
        for row in rows.iter_rows(named=True):
            logprobs = None if row["choice_logprobs"] is None else json.loads(row["choice_logprobs"])
            completion = Completion(row["answer"], row["finish_reason"], choice_logprobs=logprobs)
            found.setdefault((row["model"], row["item_id"]), []).append(completion)
    return found


def grade_table(graded: Mapping[str, Sequence[Graded]], benchmark: str) -> pl.DataFrame:
    """Return the grades of one benchmark's responses by model as schema ``Grades``; variants as ``name:variant``."""
    items = {answer.item.item_id: answer.item for answers in graded.values() for answer in answers}
    clusters = {name: _cluster(item, items) for name, item in items.items()}
    rows = [
        row
        for model, answers in graded.items()
        for answer in answers
        for row in _rows(model, benchmark, answer, clusters[answer.item.item_id])
    ]
    return pl.DataFrame(rows, schema=GRADES, orient="row")


def _cluster(item: BenchmarkItem, items: Mapping[str, BenchmarkItem]) -> str:
    """Return what an item shares with those that it depends on; a turn that was not graded is known by id only."""
    while item.cluster is None and item.after is not None:
        if item.after not in items:
            return item.after
        item = items[item.after]
    return item.cluster or item.item_id


def _rows(model: str, benchmark: str, graded: Graded, cluster: str) -> Iterator[tuple[object, ...]]:
    for g in graded.grades:
        name = f"{benchmark}:{g.variant}" if g.variant else benchmark
        yield model, name, graded.item.item_id, g.type, g.strict, g.loose, g.score, g.judged_by, cluster
