"""Which of a prompt's constraints each of its responses satisfies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crabtk.pipeline.ask import Complete
from crabtk.pipeline.judge import judge
from crabtk.pipeline.parallel import map_rows
from crabtk.pipeline.sampled_prompts import STAGE, Asked
from crabtk.protocols import ConstraintType
from crabtk.text import ParsedText
from crabtk.types import Holds, Rejected

Verdicts = dict[str, Holds]
"""By constraint_id, in the order in which the prompt asks for them."""

_Case = tuple[str, Sequence[tuple[str, str]]]
"""A response, with type and parameters (JSON) of each constraint that code is to check on it."""


def verdicts(
    prompts: Sequence[Asked],
    responses: Sequence[Sequence[str]],
    types: Mapping[str, ConstraintType],
    complete: Complete,
    threshold: float | None,
    *,
    processes: int = 1,
    chunk_size: int = 64,
) -> tuple[list[list[Verdicts]], list[Rejected]]:
    """Judge each response on each constraint of its prompt: code where the type is measured, else a judge.

    Args:
        prompts: What was asked.
        responses: To each prompt.
        types: Measured types by name.
        complete: Answers the judge's requests; called only where a constraint needs a judge and there is a threshold.
        threshold: Smallest P(yes) that counts as "holds", from the judge's audit; None where no judge is believed.
        processes: For the checks by code; no result depends on it, nor on ``chunk_size``.
        chunk_size: Responses that a process takes at a time.

    Returns:
        Verdicts of each response. ``unknown`` is what nobody could tell: a judge's unreadable answer, a type that
        raised (then it is also in the second list), or a constraint for a judge where none is believed.
    """
    flat = [(asked, text) for asked, texts in zip(prompts, responses, strict=True) for text in texts]
    cases: list[_Case] = [(text, [(c["type"], c["params"]) for c in _by_code(asked)]) for asked, text in flat]
    checked = map_rows(_Check(types), cases, processes=processes, chunk_size=chunk_size)
    found: list[Verdicts] = []
    rejected: list[Rejected] = []
    for (asked, text), results in zip(flat, checked, strict=True):
        known: Verdicts = {c["constraint_id"]: "unknown" for c in asked.constraints}
        for constraint, (verdict, fault) in zip(_by_code(asked), results, strict=True):
            known[constraint["constraint_id"]] = verdict
            if fault:
                key = f"{asked.example_id}/{constraint['constraint_id']}"
                rejected.append(Rejected(STAGE, "constraints", None, key, f"its verdict stays unknown: {fault}", text))
        found.append(known)
    if threshold is not None:
        _ask(flat, found, complete, threshold)
    rest = iter(found)
    return [[next(rest) for _ in texts] for texts in responses], rejected


def _by_code(asked: Asked) -> list[Mapping[str, Any]]:
    return [c for c in asked.constraints if c["judged_by"] == "code"]


class _Check:
    """The work on one response, which processes share out."""

    def __init__(self, types: Mapping[str, ConstraintType]) -> None:
        self.types = types

    def __call__(self, case: _Case) -> list[tuple[Holds, str | None]]:
        text = ParsedText(case[0])
        return [self._verdict(text, type_, params) for type_, params in case[1]]

    def _verdict(self, text: ParsedText, type_: str, params: str) -> tuple[Holds, str | None]:
        if type_ not in self.types:
            return "unknown", f"the constraint type {type_} is not among those that measuring.types selects"
        try:
            return ("holds" if self.types[type_].check(text, json.loads(params)) else "fails"), None
        except Exception as error:  # a type is a plugin: its failure costs the verdict, never the run
            return "unknown", f"constraint type {type_} raised {type(error).__name__}: {error}"


def _ask(flat: Sequence[tuple[Asked, str]], found: Sequence[Verdicts], complete: Complete, threshold: float) -> None:
    """Fill in the judge's verdicts; questions on one response stand together and share its prefix."""
    cases: list[tuple[Mapping[str, str], str, str]] = []
    places: list[tuple[Verdicts, str]] = []
    for (asked, text), known in zip(flat, found, strict=True):
        # The seed's own instruction, as in the audit that set the threshold.
        shown = {"instruction": asked.one.seed["instruction"], "response": text}
        for constraint in asked.constraints:
            if constraint["judged_by"] != "code":
                cases.append((shown, constraint["type"], constraint["text"]))
                places.append((known, constraint["constraint_id"]))
    for score, (known, name) in zip(judge(complete, cases) if cases else [], places, strict=True):
        if score is not None:
            known[name] = "holds" if score >= threshold else "fails"
