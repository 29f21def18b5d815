"""The conformance suite refuses a type that breaks any of its promises, and says which."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from crabtk.constraints.base import ConstraintType
from crabtk.testing import check_constraint_type
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field


class Lines(ConstraintType):
    """A type in fifteen lines, as a third party would write it."""

    name = "toy:lines"
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = ("Write {n} {n|line|lines}.", "Lines: {n}.", "Give me {n} {n|line|lines}.")

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {"n": len(text.lines)} if text.words else None

    def check(self, text: ParsedText, params: Params) -> bool:
        return len(text.lines) == params["n"]


class BadName(Lines):
    name = "lines"


class BreaksTheLaw(Lines):
    def check(self, text: ParsedText, params: Params) -> bool:
        return len(text.lines) < params["n"]


class ReadsBackWrong(Lines):
    def parse(self, wording_: str) -> Params | None:
        return {"n": 0}


class GenerousScore(Lines):
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0


class ScoreBeyondOne(Lines):
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0 if self.check(text, params) else 2.0


class NoJson(Lines):
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {"n": {len(text.lines)}} if text.words else None

    def check(self, text: ParsedText, params: Params) -> bool:
        return True


class KeepsState(Lines):
    calls = 0

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        self.calls += 1
        return {"n": self.calls}

    def check(self, text: ParsedText, params: Params) -> bool:
        return True


class Silent(Lines):
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None


class NotABool(Lines):
    def check(self, text: ParsedText, params: Params) -> Any:
        return int(len(text.lines) == params["n"])


class Unpicklable(Lines):
    def __init__(self) -> None:
        self.rule = lambda text: True


def test_a_sound_type_passes() -> None:
    check_constraint_type(Lines(), wordings=3)
    assert Lines.counts
    assert not ConstraintType.counts


@pytest.mark.parametrize(
    ("type_", "problem"),
    [
        (Lines(), "has 3 wordings where 6 are asked for"),
        (BadName(), "no family:name"),
        (BreaksTheLaw(), "law is broken"),
        (ReadsBackWrong(), "reads back as"),
        (GenerousScore(), "though check says False"),
        (ScoreBeyondOne(), r"outside \[0, 1\]"),
        (NoJson(), "cannot be written as JSON"),
        (KeepsState(), "equal generators"),
        (Silent(), "measured nothing"),
        (NotABool(), "not a bool"),
    ],
)
def test_a_broken_type_is_named(type_: ConstraintType, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem) as caught:
        check_constraint_type(type_)
    assert type_.name in str(caught.value)


def test_a_type_that_cannot_be_pickled_is_refused() -> None:
    with pytest.raises(AssertionError, match="pickled"):
        check_constraint_type(Unpicklable())
