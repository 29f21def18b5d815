"""Where in a response a keyword must stand: in a sentence, in a paragraph, in every paragraph."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import contains, demanded, fold, holds_alone, occurs
from crabtk.constraints.salience import salient_phrases, salient_words
from crabtk.constraints.tokens import undoubted_sentences
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf, Ordinal, Quoted

_FEWEST_WORDS = 25
_CANDIDATES = 8
_MOST_SENTENCES = 10
_ELSEWHERE = 0.5
_ANY_END = re.compile(r"[.!?…:;。！？।॥؟۔]")
_TITLE = regex.compile(r"[^\s:：]+(?:\s+[^\s:：]+){0,3}\s*[:：]")
_LINE_ENDS = ".!?…:。！？।॥؟۔"

_PLACES = {
    "first_sentence": "the first sentence",
    "last_sentence": "the last sentence",
    "first_paragraph": "the first paragraph",
    "last_paragraph": "the last paragraph",
}


class Place(ConstraintType):
    """A phrase must occur in the first or last sentence or paragraph, as whole words in any letter case.

    Measured in what is the first or last sentence or paragraph however the text is divided. Half the credit goes
    to a text that holds the phrase elsewhere.
    """

    name = "keyword:place"
    fields: ClassVar[Mapping[str, Field]] = {
        "phrase": Quoted(),
        "place": OneOf(_PLACES),
        "place.cap": OneOf({place: words.capitalize() for place, words in _PLACES.items()}),
    }
    wordings = (
        "Use {phrase} in {place}, as whole words in any letter case.",
        "{place.cap} of your response must contain {phrase}, whole words, capitalised or not.",
        "Make sure that {phrase} occurs in {place} of the response; match whole words and ignore case.",
        "Could you fit {phrase} into {place}? It must be whole words there, in upper or lower case.",
        "Where to put {phrase} (whole words, any letter case): into {place} of the text.",
        "In {place} of what you write, the reader should come across {phrase} as whole words; case does not matter.",
        "Place {phrase}, whole words in any case, in {place}.",
        "I only ever skim {place} of a text, so {phrase} has to be found there as whole words, letter case aside.",
        "Whatever else it says, {place} of the response has to hold {phrase}, in capitals or not, and not just inside "
        "a longer word.",
        "Let {phrase} turn up in {place}; elsewhere it may or may not occur, and I look for whole words without "
        "regard to case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        stretches = text.part(_sure_stretches)
        found = [
            (phrase, place)
            for phrase in (text.part(salient_phrases) if stretches else ())
            for place, stretch in stretches.items()
            if holds_alone(stretch, fold(phrase))
        ]
        if not found:
            return None
        phrase, place = rng.choice(found)
        params = {"phrase": phrase, "place": place}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        side, unit = params["place"].split("_")
        parts = text.sentences if unit == "sentence" else text.paragraphs
        return bool(parts) and contains(parts[0 if side == "first" else -1], params["phrase"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0 if self.check(text, params) else _ELSEWHERE * occurs(params["phrase"], text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        side = params["place"].split("_")[0]
        same_end = {"first": "start_end:first_phrase", "last": "start_end:last_phrase"}[side]
        given = other.type == same_end and any(contains(needed, params["phrase"]) for needed in demanded(other))
        return super().conflicts(params, other) or given

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit(f"phrase:{fold(params['phrase'])}", low=1),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["phrase"],)


class EveryParagraph(ConstraintType):
    """A word must occur in every paragraph, as a whole word in any letter case; blank lines divide paragraphs."""

    name = "keyword:every_paragraph"
    fields: ClassVar[Mapping[str, Field]] = {"keyword": Quoted()}
    wordings = (
        "Use the word {keyword} in every paragraph, in any letter case; blank lines divide paragraphs.",
        "Every paragraph of your response, as set off by blank lines, must contain the word {keyword}, capitalised or "
        "not.",
        "Each block of text between blank lines should hold {keyword} as a whole word, in upper or lower case.",
        "No paragraph may do without the word {keyword} (any letter case; paragraphs are what blank lines separate).",
        "Could you use {keyword} as a whole word in each paragraph, whatever its case? Paragraphs end at blank lines.",
        "Word that every paragraph must contain, case ignored, paragraphs being divided by blank lines: {keyword}.",
        "However many paragraphs you write, divided by blank lines, let the word {keyword} occur in all of them; case "
        "is up to you.",
        "Paragraph by paragraph, with blank lines between, I want to come across the word {keyword}, in any letter "
        "case.",
        "Repeat the word {keyword}, in capitals or small letters, so that no stretch of text between blank lines "
        "lacks it.",
        "The paragraphs, told apart by blank lines, will each be read on a screen of their own, so the word {keyword} "
        "has to be in all of them, letter case aside.",
    )
    examples = (
        "The lighthouse stands on a rock.\n\nA keeper lived in the lighthouse until the lamp went electric.\n\n"
        "Today, visitors climb the stairs of the lighthouse on summer evenings to watch the ships go by.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.paragraphs) < 2 or not text.is_prose or not text.spaced or len(text.words) < _FEWEST_WORDS:
            return None
        # Where a line break and a blank line divide alike, nobody wonders what a paragraph is.
        if len(text.paragraphs) != len(text.prose_lines):
            return None
        paragraphs = list(map(fold, text.paragraphs))
        words = salient_words(text, 2 * _CANDIDATES)
        candidates = [word for word in words if all(holds_alone(paragraph, fold(word)) for paragraph in paragraphs)]
        return {"keyword": rng.choice(candidates)} if candidates else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        holding = sum(contains(paragraph, params["keyword"]) for paragraph in text.paragraphs)
        return share(holding, len(text.paragraphs))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        phrase = f"phrase:{fold(params['keyword'])}"
        return Limit(phrase, low=1), Limit(phrase, low=1, per="paragraphs")

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["keyword"],)


class InSentence(ConstraintType):
    """A word must occur in the n-th sentence, as a whole word in any letter case.

    Half the credit goes to a text that holds the word elsewhere.
    """

    name = "keyword:sentence"
    fields: ClassVar[Mapping[str, Field]] = {"keyword": Quoted(), "n": Ordinal()}
    wordings = (
        "Use the word {keyword} in the {n} sentence, in any letter case.",
        "The {n} sentence of your response must contain the word {keyword}, capitalised or not.",
        "In the {n} sentence, let the word {keyword} occur, in upper or lower case.",
        "Could you work the word {keyword} into your {n} sentence? Case does not matter.",
        "Sentence that must contain the word {keyword}, case ignored: the {n}.",
        "Counting sentences from the start, the {n} has to hold the word {keyword} (any letter case).",
        "Make {keyword} one of the words of the {n} sentence, whatever its case.",
        "When you get to the {n} sentence, include {keyword} as a whole word there, in capitals or small letters.",
        "I will check the {n} sentence of the response for {keyword} as a whole word, ignoring case, so please put it "
        "there.",
        "Wherever else it occurs, the word {keyword} must be found in the {n} sentence, letter case aside.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = text.part(undoubted_sentences)
        if len(text.words) < _FEWEST_WORDS or len(sentences) < 3 or not text.spaced:
            return None
        folded = list(enumerate(map(fold, sentences[:_MOST_SENTENCES]), 1))
        found = [
            (word, number)
            for word in salient_words(text, 2 * _CANDIDATES)
            for number, sentence in folded
            if holds_alone(sentence, fold(word))
        ]
        if not found:
            return None
        keyword, n = rng.choice(found)
        return {"keyword": keyword, "n": n}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        sentences, n = text.sentences, int(params["n"])
        return 1 <= n <= len(sentences) and contains(sentences[n - 1], params["keyword"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1.0 if self.check(text, params) else _ELSEWHERE * occurs(params["keyword"], text)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return Limit(f"phrase:{fold(params['keyword'])}", low=1), Limit("sentences", low=params["n"])

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["keyword"],)


def _sure_stretches(text: ParsedText) -> dict[str, str]:
    """Return what surely lies in each place, folded, where the text begins or ends in running text and has parts."""
    if len(text.sentences) < 2:
        return {}
    found = {}
    first = next(line for line in text.marked_lines if line.kind != "blank")
    last = next(line for line in reversed(text.marked_lines) if line.kind != "blank")
    # A line without a full stop or the like may be a title or a signature, and so may a few words before a colon.
    end = _ANY_END.search(first.text) if first.kind == "text" else None
    if end and not _TITLE.match(first.text):
        found["first_sentence"] = first.text[: end.start()]
        if len(text.paragraphs) > 1 and first.text[-1] in _LINE_ENDS:
            found["first_paragraph"] = first.text
    if last.kind == "text" and last.text[-1] in _LINE_ENDS:
        found["last_sentence"] = _ANY_END.split(last.text.rstrip(_LINE_ENDS))[-1]
        if len(text.paragraphs) > 1:
            found["last_paragraph"] = last.text
    return {place: fold(stretch) for place, stretch in found.items()}


TYPES: tuple[ConstraintType, ...] = (Place(), EveryParagraph(), InSentence())
