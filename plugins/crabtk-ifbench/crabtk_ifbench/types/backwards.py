"""An answer written backwards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from crabtk import ConstraintType, OneOf, Params, ParsedText, Quoted

_ENDS = ".!?…"


class BackwardsAnswer(ConstraintType):
    """Read backwards by words or by letters, the response is one sentence that holds the answer, case ignored.

    There is one sentence forwards, too; its mark may stand at either end or behind the first word. By words, marks
    between the words of the answer do not matter; by letters, all that counts are the characters.
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
        bare = _bare(text.raw, str(params["unit"]))
        turned = ParsedText(bare[::-1] if params["unit"] == "letters" else " ".join(bare.split()[::-1]))
        if not len(turned.sentences) == len(ParsedText(bare).sentences) == 1:
            return False
        answer = str(params["answer"])
        if params["unit"] == "letters":
            return answer.lower() in turned.raw.lower()
        return _holds(turned.lower_words, ParsedText(answer).lower_words)


def _bare(raw: str, unit: str) -> str:
    """Return a text without the marks at its ends and, where words are turned round, behind its first word."""
    bare = raw.strip().strip(_ENDS)
    if unit == "letters":
        return bare
    first, *others = bare.split() or [""]
    return " ".join([first.rstrip(_ENDS), *others])


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return bool(wanted) and any(
        words[start : start + len(wanted)] == wanted for start in range(len(words) - len(wanted) + 1)
    )
