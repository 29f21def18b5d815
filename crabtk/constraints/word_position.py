"""A given word at a given place, counted in words; and a word that keeps its capitals."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import fold, occurrences, occurs, written_as
from crabtk.constraints.salience import content_words, salient_words
from crabtk.constraints.tokens import undoubted_sentences
from crabtk.quantities import Limit
from crabtk.text import ParsedText, words_in
from crabtk.types import Params
from crabtk.wording import Field, OneOf, Ordinal, Quoted

_FEWEST_WORDS = 25
_MOST_PLACES = 10
_ELSEWHERE = 0.5
_CANDIDATES = 20
_OPENING = regex.compile(r"\p{L}+(?: \p{L}+)*+(?=[ \n]|[,.;:!?](?:\s|$)|$)")
_ASCII_OPENING = re.compile(r"[A-Za-z]++(?: [A-Za-z]++)*+(?=[ \n]|[,.;:!?](?:[ \t-\r]|$)|$)")
_ENDING = regex.compile(r"(?<![^ \n])\p{L}++(?: \p{L}++)*+[.!?]?$")
_ASCII_ENDING = re.compile(r"[.!?]?([A-Za-z]++(?: [A-Za-z]++)*)(?![^ \n])")
"""The same in a text of ASCII that is read backwards, at a multiple of the speed."""


class Position(ConstraintType):
    """A word is the m-th word of the n-th sentence, in any letter case.

    Half the credit goes to a text that holds the word elsewhere.
    """

    name = "keyword:position"
    fields: ClassVar[Mapping[str, Field]] = {"keyword": Quoted(), "n": Ordinal(), "m": Ordinal()}
    wordings = (
        "Make {keyword} the {m} word of the {n} sentence, in any letter case.",
        "The {m} word of your {n} sentence must be {keyword}, capitalised or not.",
        "In the {n} sentence of the response, {keyword} must stand as the {m} word, whatever its case.",
        "Could you write the {n} sentence so that its {m} word is {keyword}? Case does not matter.",
        "Word to use as the {m} of the {n} sentence, case ignored: {keyword}.",
        "Counting from the beginning of the {n} sentence, the {m} word has to be {keyword}, in upper or lower case.",
        "Place {keyword} in the {n} sentence, as that sentence's {m} word; letter case is free.",
        "Sentence and word are fixed for {keyword}: it is the {m} word of the {n} sentence, in capitals or small "
        "letters.",
        "My puzzle is solved by the {m} word of the {n} sentence, so that has to be {keyword}, in any letter case.",
        "When I go to the {n} sentence and count to its {m} word, I should land on {keyword}, case aside.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(undoubted_sentences)
        if len(text.words) < _FEWEST_WORDS or len(sentences) < 2 or not text.spaced:
            return None
        content = text.part(content_words)
        found = []
        for n, sentence in enumerate(sentences[:_MOST_PLACES], 1):
            # Up to the first sign that is neither letter nor space, nobody counts words otherwise.
            opening = _OPENING.match(sentence)
            words = opening[0].split(" ")[:_MOST_PLACES] if opening else []
            found += [(word, n, m) for m, word in enumerate(words, 1) if word in content]
        if not found:
            return None
        keyword, n, m = rng.choice(found)
        return {"keyword": keyword, "n": n, "m": m}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        sentences, n = text.sentences, int(params["n"])
        if not 1 <= n <= len(sentences):
            return False
        return _stands_at(params["keyword"], words_in(sentences[n - 1]), int(params["m"]) - 1)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0 if self.check(text, params) else _ELSEWHERE * occurs(params["keyword"], text)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return Limit(f"phrase:{fold(params['keyword'])}", low=1), Limit("sentences", low=params["n"])

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["keyword"],)


class NthWord(ConstraintType):
    """A word is the n-th of the response, counted from the start or from the end, in any letter case.

    The last word is the first from the end. Half the credit goes to a text that holds the word elsewhere.
    """

    name = "keyword:nth_word"
    fields: ClassVar[Mapping[str, Field]] = {
        "keyword": Quoted(),
        "n": Ordinal(),
        "side": OneOf({"start": "from the start", "end": "from the end"}),
    }
    wordings = (
        "Make {keyword} the {n} word {side} of your response, in any letter case.",
        "The {n} word {side} of the response must be {keyword}, capitalised or not.",
        "Counted {side}, the {n} word of the text has to be {keyword}, whatever its case.",
        "Could you arrange for {keyword} to be the {n} word {side}? Case does not matter.",
        "Fixed word, case ignored: {keyword}, as the {n} word {side} of the text.",
        "Going {side} word by word, I should meet {keyword} in {n} place, in upper or lower case.",
        "In the response as a whole, {keyword} must stand {n} {side} among the words, in capitals or small letters.",
        "When the words of the text are numbered {side}, the {n} must be {keyword}; letter case is free.",
        "Write the response so that the {n} of its words, counting {side}, is {keyword} (case aside).",
        "There is a code in it: the {n} word {side} of the response opens the lock, and it needs to be {keyword}, in "
        "any mix of capitals and small letters.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        raw = text.raw.strip()
        opening = (_ASCII_OPENING if raw.isascii() else _OPENING).match(raw)
        content = text.part(content_words)
        found = []
        for side, words in (("start", words_in(opening[0]) if opening else []), ("end", _last_words(raw[-200:]))):
            found += [(word, n, side) for n, word in enumerate(words[:_MOST_PLACES], 1) if n > 1 and word in content]
        if not found:
            return None
        keyword, n, side = rng.choice(found)
        params = {"keyword": keyword, "n": n, "side": side}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        parts, place = len(words_in(params["keyword"])), int(params["n"]) - 1
        start = place if params["side"] == "start" else len(text.words) - place - parts
        return _stands_at(params["keyword"], text.words, start)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0 if self.check(text, params) else _ELSEWHERE * occurs(params["keyword"], text)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return Limit(f"phrase:{fold(params['keyword'])}", low=1), Limit("words", low=params["n"])

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["keyword"],)


class Case(ConstraintType):
    """A word must occur, and wherever it does as a whole word, in just these capital and small letters."""

    name = "keyword:case"
    fields: ClassVar[Mapping[str, Field]] = {"keyword": Quoted()}
    wordings = (
        "Use the word {keyword}, and capitalise it exactly like that wherever it occurs.",
        "Your response must contain the word {keyword}, always in just these capital and small letters.",
        "Always write the word {keyword} as it stands here, capitals or none, and use it at least once.",
        "Word to use, with upper and lower case to be kept every time: {keyword}.",
        "Could you mention the word {keyword} and keep its capitals and small letters just so each time?",
        "The only permitted capitalisation of the word is {keyword}, and it has to appear in the text.",
        "Wherever the word comes up, as it must, let it read {keyword}, letter case included.",
        "Every occurrence of the word {keyword} must match this letter case, and there must be one or more.",
        "House style applies to the word {keyword}, which has to be in the text: no other mix of upper and lower case "
        "will do for it.",
        "In no place may the word {keyword} be written with other capitals or small letters than these; that it "
        "occurs goes without saying.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS // 2 or not text.spaced:
            return None
        # In ASCII, what is salient occurs; and where all that holds it is written alike, so is the word itself.
        plain = text.raw.isascii()
        found = []
        for word in salient_words(text, _CANDIDATES):
            count = text.raw.count(word)
            if count < (2 if word != word.lower() else 3):
                continue
            # Longer words that hold it must agree too: some readers take "NASA's" or a plural for the word itself.
            if count == text.folded.count(fold(word)) and (plain or occurs(word, text)):
                found.append(word)
        # Capitals inside a word are what a house style is about.
        striking = [word for word in found if word[1:] != word[1:].lower()]
        params = {"keyword": rng.choice(striking or found)} if found else None
        return params if params and (plain or self.check(text, params)) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return share(written_as(params["keyword"], text), occurrences(params["keyword"], text))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit(f"phrase:{fold(params['keyword'])}", low=1),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["keyword"],)


def _last_words(tail: str) -> list[str]:
    """Return the words at the end of a text that nothing but spaces divides, the last one first."""
    if tail.isascii():
        ending = _ASCII_ENDING.match(tail[::-1])
        return [word[::-1] for word in ending[1].split(" ")] if ending else []
    ending = _ENDING.search(tail)
    return words_in(ending[0])[::-1] if ending else []


def _stands_at(keyword: str, words: Sequence[str], start: int) -> bool:
    """Tell whether the words of a keyword begin at a 0-based place, case ignored."""
    parts = [part.casefold() for part in words_in(keyword)]
    found = [word.casefold() for word in words[start : start + len(parts)]] if start >= 0 else []
    return bool(parts) and found == parts


TYPES: tuple[ConstraintType, ...] = (Position(), NthWord(), Case())
