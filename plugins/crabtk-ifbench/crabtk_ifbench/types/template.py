"""A template of labels."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import regex
from typing_extensions import override

from crabtk import ConstraintType, Params, ParsedText, QuotedList

_WORD = regex.compile(r"[\p{L}\p{N}]")


class Template(ConstraintType):
    """The labels in their order, each followed by text, no text before the first; on one line or several."""

    name = "ifbench:template"
    fields: ClassVar[Mapping[str, Any]] = {"labels": QuotedList()}
    wordings = (
        "Exact template: {labels}, in this order, each with text behind it, on one line or more.",
        "Use this exact template, on one line or several: {labels}, every label followed by text, and no text before "
        "the first.",
        "Your response must fit the template {labels}: these labels in this order, written just so, each followed by "
        "its text, with nothing ahead of the first; line breaks are up to you.",
        "Begin with the first of the labels {labels} and go through them in this order, giving each of them text, with "
        "or without line breaks.",
        "Could you fill in the form {labels}, with text behind each label, in this order and without any text before "
        "the form, line breaks or not?",
        "Nothing stands before the labels {labels}, which follow one another in this order with text behind each; line "
        "breaks do not matter.",
        "I cut your answer into pieces at the labels {labels}, so keep to that order, write them exactly like this, "
        "put some text behind each, and start with the first one; I do not look at line breaks.",
        "With or without line breaks, write {labels} in this order, text after each and none before the first.",
        "Labels to keep, in order, from the very start, and to give text to, whether or not on lines of their own: "
        "{labels}.",
        "Put text after each of {labels}, leave their order as it is and write nothing before them; lines are free.",
    )
    evaluation_only = True
    example_params: ClassVar[Sequence[Params]] = ({"labels": ["Claim:", "Reason:", "Example:"]},)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        labels = list(map(str, params["labels"]))
        starts: list[int] = []
        end = 0
        for label in labels:
            start = text.raw.find(label, end)
            if start < 0:
                break
            starts.append(start)
            end = start + len(label)
        parts = [
            text.raw[start + len(label) : following]
            for start, label, following in zip(starts, labels, [*starts[1:], len(text.raw)], strict=False)
        ]
        clear = bool(starts) and not _WORD.search(text.raw, 0, starts[0])
        return (sum(bool(_WORD.search(part)) for part in parts) + clear) / (len(labels) + 1)
