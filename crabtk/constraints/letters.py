"""Single letters: how often they occur, that they are missing, and how many words begin with one."""

from __future__ import annotations

import random
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import COUNTED, CountedType
from crabtk.constraints.numbers import lower_bound, share, upper_bound
from crabtk.constraints.plain_text import simple
from crabtk.constraints.running_text import list_labels
from crabtk.constraints.tokens import joined, readings, spaced
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_FEWEST_WORDS = 40
_MOST_EXACT = 5
_MOST_COUNTED = 60
_LETTERS = string.ascii_lowercase
_GROUPS = {
    letters: bytes(code for code in range(128) if chr(code) not in letters)
    for letters in ("etaoinshr", "bcdfgjklmpquvwxyz")
}
"""The third of the letters that makes up two thirds of a text, and the rest, each with what is not in the group.

Letters are counted sooner in a text from which all others are deleted.
"""
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_NO_WORDS = bytes(code for code in range(128) if not chr(code).isalnum())


@dataclass(frozen=True)
class _Named:
    """A quoted sign with its kind before it: ``letter "e"``, ``character "#"``."""

    pattern: str = f"(?:letter|character) {Quoted().pattern}"

    def write(self, value: Any) -> str:
        """Return the kind and the quoted sign."""
        return f"{'letter' if str(value).isalpha() else 'character'} {Quoted().write(value)}"

    def read(self, written: str) -> str:
        """Return the sign."""
        return Quoted().read(written.partition(" ")[2])


_LETTER: Mapping[str, Field] = {"letter": Quoted(), "letter.named": _Named()}


class LetterFrequency(CountedType):
    """How often a letter, or any other character but white space, occurs anywhere in the response, case ignored."""

    name = "letter:frequency"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, **_LETTER}
    wordings = (
        "Use the {letter.named} {relation} {n} {n|time|times}, in upper or lower case.",
        "The {letter.named} must occur {relation.firm} {n} {n|time|times} in your response, counting capitals and "
        "small letters alike.",
        "{relation.limit} number of times that the {letter.named} occurs, ignoring case: {n}.",
        "Could you use the {letter.named} {n} {n|time|times}{relation.tail}, whatever its case?",
        "In the whole text, case ignored, there should be {relation} {n} {n|occurrence|occurrences} of the "
        "{letter.named}.",
        "Going through the response sign by sign, I expect to meet the {letter.named} {relation} {n} {n|time|times}, "
        "whatever its case.",
        "{relation.cap} {n} {n|time|times}, as a capital or otherwise, the text should hold the {letter.named}.",
        "Over the entire response, the number of times that the {letter.named} occurs, upper and lower case together, "
        "{relation.must} {n}.",
        "Tally for the {letter.named}, in any case: {relation} {n}.",
        "I set type by hand and know what is left in my boxes: use the {letter.named} {relation.firm} {n} "
        "{n|time|times}, with capitals and small letters added up.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.part(_latin):
            return None
        sure = text.part(_sure_letters)
        letters = [letter for letter in _LETTERS if 2 <= sure[letter] <= _MOST_COUNTED]
        if not letters:
            return None
        letter = rng.choice(letters)
        low, high = sure[letter], text.part(_all_letters).count(letter)
        relation = rng.choice(("at_least", "at_most", "exactly"))
        if relation == "exactly" and low == high <= _MOST_EXACT:
            return {"letter": letter, "relation": relation, "n": low}
        if relation == "at_most" and 2 * low > high:
            return {"letter": letter, "relation": relation, "n": upper_bound(high, rng)}
        return {"letter": letter, "relation": "at_least", "n": lower_bound(low, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.raw.lower().count(params["letter"].lower())

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        if not _single(params["letter"]):
            return ()
        return (counted(f"letter:{params['letter'].lower()}", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        held = phrase.lower().count(params["letter"].lower())
        return params["relation"] == "at_least" or held <= int(params["n"])


class LetterAbsent(ConstraintType):
    """A letter, or any other character but white space, that occurs nowhere, case ignored: a lipogram."""

    name = "letter:absent"
    fields: ClassVar[Mapping[str, Field]] = _LETTER
    wordings = (
        "Do not use the {letter.named}, in upper or lower case.",
        "Your response must not contain the {letter.named} anywhere, be it a capital or not.",
        "Avoid the {letter.named} from start to end, in either case.",
        "No part of the text may hold the {letter.named}; case makes no difference.",
        "Could you write this without the {letter.named}, whatever its case?",
        "Forbidden in upper and lower case: the {letter.named}.",
        "The {letter.named} must be missing from the whole text, names and code included, in any case.",
        "Leave out everything that would need the {letter.named}, capitalised or otherwise.",
        "One key of my keyboard is broken, so do without the {letter.named} altogether, be it as a capital or in "
        "lower case.",
        "Write a lipogram: the {letter.named} may not occur at all, in either case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.part(_latin):
            return None
        held = text.part(_all_letters)
        absent = [letter for letter in _LETTERS if letter not in held]
        return {"letter": rng.choice(absent)} if absent else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and params["letter"].lower() not in text.raw.lower()

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        letter, tokens = params["letter"].lower(), text.raw.lower().split()
        if not _single(letter):
            return float(self.check(text, params))
        return share(sum(letter not in token for token in tokens), len(tokens))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        of_letters = other.type in ("letter:frequency", "letter:initial")
        same = of_letters and other.params["letter"].lower() == params["letter"].lower()
        return super().conflicts(params, other) or same

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit(f"letter:{params['letter'].lower()}", high=0),) if _single(params["letter"]) else ()

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return params["letter"].lower() not in phrase.lower()


class LetterInitial(CountedType):
    """How many words begin with a letter, case ignored, each as often as it occurs.

    Apostrophes and hyphens belong to a word; measured so that it holds where they do not.
    """

    name = "letter:initial"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, "letter": Quoted()}
    wordings = (
        "Use {relation} {n} {n|word|words} beginning with the letter {letter}, capital or small; repeated words count "
        "each time.",
        "Your response must contain {relation.firm} {n} {n|word|words} starting with the letter {letter}, in upper or "
        "lower case, every occurrence counted.",
        "{relation.limit} number of words with the letter {letter} at the beginning, case ignored and repetitions "
        "counted: {n}.",
        "{relation.cap} {n} {n|word|words} in the text should start with the letter {letter}, whatever its case, and "
        "a word counts again when it recurs.",
        "Could you begin {n} {n|word|words}{relation.tail} with the letter {letter}, capitalised or not, repeats "
        "included?",
        "Words with the initial letter {letter}, in any case and with repetitions: {relation} {n}.",
        "Of all your words, {relation} {n} should have the letter {letter} at the start, be it a capital or not, "
        "counting repeats.",
        "The count of words whose first letter is {letter}, upper and lower case together and each repetition counted, "
        "{relation.must} {n}.",
        "For a game of initials, let {relation} {n} {n|word|words} start with the letter {letter}, ignoring case and "
        "counting a word as often as it occurs.",
        "When I underline each word that starts with the letter {letter}, capital or small, as often as it occurs, I "
        "want to draw {relation.firm} {n} {n|line|lines}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.part(_latin):
            return None
        ways = text.part(_initials)
        letters = [*_LETTERS]
        for initials in ways:
            letters = [letter for letter in letters if initials.count(letter) > 1]
        if not letters:
            return None
        letter = rng.choice(letters)
        counts = [initials.count(letter) for initials in ways]
        low, high = min(counts), max(counts)
        if low == high <= 2 * _MOST_EXACT and rng.random() < 0.4:
            return {"letter": letter, "relation": "exactly", "n": low}
        if 2 * low > high and rng.random() < 0.3:
            return {"letter": letter, "relation": "at_most", "n": upper_bound(high, rng)}
        return {"letter": letter, "relation": "at_least", "n": lower_bound(low, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        letter = params["letter"].lower()
        words = text.part(joined)
        if len(letter) == 1:
            return [word[0] for word in words].count(letter)
        return sum(word.startswith(letter) for word in words)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        if params["relation"] == "at_most" or not _single(params["letter"]):
            return ()
        return Limit(f"letter:{params['letter'].lower()}", low=params["n"]), Limit("words", low=params["n"])


def _single(letter: str) -> bool:
    return len(letter) == 1 and not letter.isspace()


def _latin(text: ParsedText) -> bool:
    """Tell whether the text is long enough and in Latin script, nearly all of it."""
    if len(text.words) < _FEWEST_WORDS or not text.spaced:
        return False
    ascii_ = text.raw.encode("ascii", "ignore")
    whole = len(ascii_.translate(None, delete=_NO_WORDS)) if text.raw.isascii() else sum(map(len, text.words))
    return 10 * len(ascii_.translate(None, delete=_NO_LETTERS)) > 8 * whole


def _sure_letters(text: ParsedText) -> Mapping[str, int]:
    """Count the plain letters outside code."""
    letters = "".join(text.prose_lines).lower().encode("ascii", "ignore")
    found: dict[str, int] = {}
    for group, others in _GROUPS.items():
        part = letters.translate(None, delete=others)
        found.update((letter, part.count(letter.encode("ascii"))) for letter in group)
    return found


def _all_letters(text: ParsedText) -> str:
    """Return the whole text in lower case, each letter with an accent as the plain one too; ligatures taken apart."""
    return text.raw.lower() if text.raw.isascii() else unicodedata.normalize("NFKD", text.raw).casefold()


def _initials(text: ParsedText) -> tuple[str, ...]:
    """Return the first letters of all words in each way that readers divide words, with and without accents."""
    # In a simple text, every word of the other readings begins a word of the first, and every word of the last one
    # of theirs: they stand between the two.
    ways = (text.lower_words, text.part(spaced)) if text.part(simple) else readings(text)
    found = ["".join([word[0] for word in words]) for words in ways]
    labels = [label.lower() for label in text.part(list_labels) if label.isalpha()]
    if labels:
        # "B." before an item of an outline is no word to some.
        found.append(_without(Counter(labels), found[0]))
    if not text.raw.isascii():
        found.append("".join([sign if sign.isascii() else unicodedata.normalize("NFKD", sign)[0] for sign in found[0]]))
    return tuple(found)


def _without(labels: Counter[str], initials: str) -> str:
    """Return first letters with each letter left out as often as it is a label."""
    for letter, times in labels.items():
        initials = initials.replace(letter, "", times)
    return initials


TYPES: tuple[ConstraintType, ...] = (LetterFrequency(), LetterAbsent(), LetterInitial())
