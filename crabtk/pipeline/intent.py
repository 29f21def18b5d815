"""The gate before a reward: whether a response answers the instruction at all."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

from crabtk.constraints.stopwords import stopwords
from crabtk.inference.refusals import is_refusal
from crabtk.pipeline.ask import Complete, question
from crabtk.pipeline.formats import one_line
from crabtk.pipeline.judge import NO, YES, p_yes
from crabtk.scoring.claims import without_claims
from crabtk.scoring.gaming import READ_AT_MOST, gaming
from crabtk.scoring.topic import on_topic
from crabtk.types import Completion, Request, Sampling

JUDGED_AT_MOST = 20_000
"""Characters of a response that the judge reads."""
SURE_ENOUGH = 0.5
"""Smallest P(yes) of the judge that passes."""

_ANSWER_IS_GIVEN = frozenset(("copy", "reverse", "choice"))
"""Families whose constraints ask for a copy, a reversal or a given line in the place of an answer."""
_BARE_MARKER = re.compile(r"^[ \t]*(?:[-*•]|[(\[]?[0-9a-z]{1,2}[.)\]])[ \t]*$", re.MULTILINE)
"""What is left of a listed constraint."""
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
        text = text.replace(part, "\n")
    return _BARE_MARKER.sub("", text).strip()


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
    if not _ANSWER_IS_GIVEN.isdisjoint(type_.partition(":")[0] for type_ in types):
        return None
    said = without(response, wordings)
    if gaming(instruction, said) is not None or is_refusal(said):
        return False
    return on_topic(instruction, without_claims(instruction, said[:READ_AT_MOST]), _function_words())


def answers_by_judge(complete: Complete, cases: Sequence[tuple[str, str]]) -> list[bool]:
    """Ask a judge whether responses answer instructions; one question each.

    Args:
        complete: Answers requests.
        cases: Instruction and response. What is plain by form is not asked: such a response does not answer.

    Returns:
        For each case, whether P(yes) is at least ``SURE_ENOUGH``; an unreadable answer, or none, is no.
    """
    plain = [gaming(instruction, response) is not None for instruction, response in cases]
    requests = [_request(*case) for case, refused in zip(cases, plain, strict=True) if not refused]
    answers = iter(complete(requests) if requests else ())
    return [not refused and _yes(next(answers)) for refused in plain]


def _request(instruction: str, response: str) -> Request:
    asked = question("intent", instruction, response[:JUDGED_AT_MOST])
    return Request(asked, Sampling(max_tokens=3), choices=(YES, NO))


def _yes(completion: Completion) -> bool:
    probability = p_yes(completion)
    return probability is not None and probability >= SURE_ENOUGH


@cache
def _frames() -> tuple[str, ...]:
    """Return what stands around instruction and constraints in composed prompts, the longest first."""
    texts = tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
    parts = {part for template in (*texts["lists"], *texts["running"]) for part in re.split(r"\{\w+\}", template)}
    return tuple(sorted((part.strip() for part in parts if part.strip()), key=len, reverse=True))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word for language in _LISTED for word in stopwords(language))
