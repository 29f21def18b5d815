"""The gate before a reward: whether a response answers the instruction at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import NamedTuple

from crabtk.constraints.stopwords import stopwords
from crabtk.inference.refusals import is_refusal
from crabtk.pipeline.ask import Complete, question
from crabtk.pipeline.formats import one_line
from crabtk.pipeline.judge import NO, YES, p_yes
from crabtk.scoring.claims import without_claims
from crabtk.scoring.gaming import READ_AT_MOST, gaming
from crabtk.scoring.topic import on_topic
from crabtk.text import has_word
from crabtk.types import Completion, Request, Sampling

JUDGED_AT_MOST = 20_000
"""Characters of a response that the judge reads."""
SURE_ENOUGH = 0.5
"""Smallest P(yes) of the judge that passes."""

_ANSWER_IS_GIVEN = frozenset(("copy", "reverse", "choice"))
"""Families whose constraints ask for a copy, a reversal or a given line in the place of an answer."""
_MARKER = r"(?:^[ \t]*(?:[-*•]|[(\[]?[0-9a-z]{1,2}[.)\]])[ \t]*)?"
"""What stands before a listed constraint; it goes with it, and alone it may be an answer ("4.", "a)")."""
_LISTED = ("en", "es", "de", "fr", "hi")


def instruction_of(messages: Sequence[Mapping[str, str]], wordings: Iterable[str]) -> str:
    """Return what a prompt asks: its last user message without its constraints and what crabtk frames them with.

    Args:
        messages: The prompt; earlier turns are demonstrations or history.
        wordings: The constraints as the prompt states them; those that it does not hold are passed over.
    """
    return without(next((m["content"] for m in reversed(messages) if m["role"] == "user"), ""), wordings)


def without(text: str, wordings: Iterable[str]) -> str:
    """Leave constraints and what frames them out of a text, be it a prompt or a response that repeats it."""
    shown = {shown for wording in wordings for shown in (wording, one_line(wording)) if shown.strip()}
    for part in (*sorted(shown, key=len, reverse=True), *_frames()):
        if part in text:
            text = re.sub(_MARKER + re.escape(part), "\n", text, flags=re.MULTILINE)
    return text.strip()


def answers_by_words(instruction: str, response: str, wordings: Iterable[str], types: Iterable[str]) -> bool | None:
    """Tell by words whether a response answers an instruction.

    Args:
        instruction: Without its constraints; see ``instruction_of``.
        response: Without hidden reasoning.
        wordings: Of the constraints; repeating them is no answer.
        types: Of the constraints.

    Returns:
        False for the empty response, loops, stuffing, echoes, claims of compliance, refusals, and what has nothing to
        do with the instruction. None where words cannot tell.
    """
    if answer_is_given(types):
        return None
    said = without(response, wordings)
    if gaming(instruction, said) is not None or is_refusal(said):
        return False
    return on_topic(instruction, without_claims(instruction, said[:READ_AT_MOST]), _function_words())


class Case(NamedTuple):
    """A response and what was asked of it; the arguments of ``answers_by_words``."""

    instruction: str
    response: str
    wordings: Sequence[str] = ()
    types: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge found.

    Attributes:
        answers: Whether P(yes) is at least ``SURE_ENOUGH``; False for an unreadable answer, or none.
        error: Why there is no answer, where the engine failed; None where it did not.
    """

    answers: bool
    error: str | None = None


def answers_by_judge(complete: Complete, cases: Sequence[Case]) -> list[Judged]:
    """Ask a judge whether responses answer instructions; one question each.

    Args:
        complete: Answers requests.
        cases: What is plain by form is not asked: such a response does not answer. Where constraints ask for a copy, a
            reversal or a given line, a response without a word alone is plain, and the judge reads these constraints
            as part of the instruction.

    Returns:
        For each case what the judge found.
    """
    plain = [_plain_by_form(case) for case in cases]
    requests = [_request(case) for case, refused in zip(cases, plain, strict=True) if not refused]
    answers = iter(complete(requests) if requests else ())
    return [Judged(False) if refused else _judged(next(answers)) for refused in plain]


def answer_is_given(types: Iterable[str]) -> bool:
    """Tell whether constraints of these types hold the answer itself, so that its words tell nothing."""
    return not _ANSWER_IS_GIVEN.isdisjoint(type_.partition(":")[0] for type_ in types)


def _plain_by_form(case: Case) -> bool:
    if answer_is_given(case.types):
        return not has_word(case.response)
    return gaming(case.instruction, without(case.response, case.wordings)) is not None


def _request(case: Case) -> Request:
    given = [wording for wording, type_ in zip(case.wordings, case.types, strict=True) if answer_is_given((type_,))]
    asked = question("intent", "\n".join((case.instruction, *given)), case.response[:JUDGED_AT_MOST])
    return Request(asked, Sampling(max_tokens=3), choices=(YES, NO))


def _judged(completion: Completion) -> Judged:
    if completion.finish_reason == "error":
        return Judged(False, completion.error or "no reason given")
    probability = p_yes(completion)
    return Judged(probability is not None and probability >= SURE_ENOUGH)


@cache
def _frames() -> tuple[str, ...]:
    """Return what stands around instruction and constraints in composed prompts, the longest first."""
    texts = tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
    parts = {part for template in (*texts["lists"], *texts["running"]) for part in re.split(r"\{\w+\}", template)}
    return tuple(sorted((part.strip() for part in parts if part.strip()), key=len, reverse=True))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word for language in _LISTED for word in stopwords(language))
