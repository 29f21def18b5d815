"""An answer written backwards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from crabtk import ConstraintType, OneOf, Params, ParsedText, Quoted


class BackwardsAnswer(ConstraintType):
    """The response is one sentence and, read backwards by words or by letters, holds the answer, case ignored.

    By words, marks between them do not matter; by letters, all that counts are the characters.
    """

    name = "ifbench:backwards_answer"
    fields: ClassVar[Mapping[str, Any]] = {
        "answer": Quoted(),
        "unit": OneOf({"words": "word by word", "letters": "letter by letter"}),
    }
    wordings = (
        "Backwards, {unit}: one sentence that holds {answer} when turned round, in any letter case.",
        "Respond with one sentence, reversed {unit}; put back in order it holds {answer}, letter case aside.",
        "Write a single sentence the wrong way round, {unit}, so that the right way round it contains {answer} "
        "(capitals do not matter).",
        "Your response must be one sentence in reverse, {unit}, and whoever turns it round must find {answer} there, "
        "in capitals or not.",
        "Could you say it in one sentence that is reversed {unit}, so that {answer} appears in any letter case once it "
        "is turned round?",
        "Give one sentence only, with its order reversed {unit}; reversing it again must bring out {answer}, upper or "
        "lower case.",
        "We play with mirrors in class, so make one sentence of your answer, turn it round {unit}, and see to it that "
        "whoever reads it from its end finds {answer} in it, whatever the letter case may be.",
        "One sentence, reversed {unit}, that reads {answer} somewhere from the end, ignoring case.",
        "Reverse your sentence {unit}; there is just one, and {answer} is in it when read from the end, ignoring case.",
        "Turned round {unit}, your one-sentence response must hold {answer}, no matter in which letter case.",
    )
    evaluation_only = True
    example_params = ({"answer": "bald eagle", "unit": "words"}, {"answer": "bald eagle", "unit": "letters"})

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        if len(text.sentences) != 1:
            return False
        answer = str(params["answer"])
        if params["unit"] == "letters":
            return answer.lower() in text.raw.lower()[::-1]
        return _holds(text.lower_words[::-1], ParsedText(answer).lower_words)


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return bool(wanted) and any(
        words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1)
    )
