"""The conformance suite of benchmarks: it passes what keeps its promises and names the promise that is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from crabtk.protocols import Checks
from crabtk.testing.benchmarks import check_benchmark
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Completion, Grade, Graded, Message, Metric, Request

CHECKS = Checks({}, {})


class Sound:
    """Keeps every promise: two turns, a judge and a figure of its own."""

    name: ClassVar[str] = "sound"

    def items(self, tables: Any) -> list[BenchmarkItem]:
        first = BenchmarkItem("1", (Message("user", "Sing."),), {"n": 1})
        return [first, replace(first, item_id="2", after="1")]

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> list[Grade]:
        return [Grade("a:b", len(response.raw) > 3, True)]

    def questions(self, item: BenchmarkItem, response: str) -> list[Request]:
        return [Request((Message("user", response),))]

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> list[Grade]:
        return [Grade("a:song", answer.text == "yes", judged_by="judge", score=0.5) for answer in answers]

    def metrics(self, graded: Sequence[Graded]) -> list[Metric]:
        return [Metric("share", "all", 0.5, len(graded))]


def test_what_keeps_its_promises_passes() -> None:
    check_benchmark(Sound, CHECKS)


class Empty(Sound):
    def items(self, tables: Any) -> list[BenchmarkItem]:
        return []


class Twins(Sound):
    def items(self, tables: Any) -> list[BenchmarkItem]:
        return [super().items(tables)[0]] * 2


class Backwards(Sound):
    def items(self, tables: Any) -> list[BenchmarkItem]:
        return super().items(tables)[::-1]


class Unwritable(Sound):
    def items(self, tables: Any) -> list[BenchmarkItem]:
        return [replace(item, payload={"n": {1, 2}}) for item in super().items(tables)]


class Forgetful(Sound):
    """Leaves out the grade of an empty response, which raises the share of those that hold."""

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> list[Grade]:
        return super().grade(item, response, checks) if response.raw.strip() else []


class Unnamed(Sound):
    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> list[Grade]:
        return [Grade("song", True)]


class Fickle(Sound):
    def __init__(self) -> None:
        self.calls = 0

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> list[Grade]:
        self.calls += 1
        return [Grade("a:b", self.calls % 2 == 0)]


class Credulous(Sound):
    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> list[Grade]:
        return [Grade("a:song", answer.text != "no") for answer in answers]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Empty, "has no item"),
        (Twins, "two items have the id 1"),
        (Backwards, "2 comes after no item before it"),
        (Unwritable, "more than JSON values"),
        (Forgetful, "has other grades for"),
        (Unnamed, '"song" of 1 is no family:name'),
        (Fickle, "differently the second time"),
        (Credulous, "an unreadable answer on 1 holds"),
    ],
)
def test_a_broken_promise_is_named(broken: type[Sound], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_benchmark(broken, CHECKS)
