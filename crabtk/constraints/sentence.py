"""How many sentences a response has, and how long they are."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.line_length import filled_lines
from crabtk.constraints.numbers import lower_bound, share, upper_bound
from crabtk.constraints.running_text import (
    clear_sentences,
    count_pieces,
    ends_with_a_mark,
    goes_on,
    pieces,
    sure_pieces,
)
from crabtk.constraints.word_counts import stretch_counts, word_counts
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText, has_word
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_MOST_WORDS = 40
_MOST_PER_PARAGRAPH = 6
_MOST_IN_ALL = 25


_FENCE = re.compile("```|~~~")


class Sentences(CountedType):
    """Number of sentences; measured on running text only, where nobody wonders what a sentence is."""

    name = "length:sentences"
    wordings = (
        "Use {relation} {n} {n|sentence|sentences}.",
        "Your response must consist of {relation.firm} {n} {n|sentence|sentences}.",
        "{relation.limit} number of sentences: {n}.",
        "Could you answer in {n} {n|sentence|sentences}{relation.tail}?",
        "The number of sentences in the whole response {relation.must} {n}.",
        "{relation.cap} {n} {n|sentence|sentences} should make up your answer, whether long or short.",
        "Say it in {relation} {n} {n|sentence|sentences}.",
        "Sentence count: {relation} {n}.",
        "I will have the response translated and pay by the sentence, so there should be {relation} {n} of them.",
        "Write {n} {n|sentence|sentences}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.is_prose or len(text.words) < 10:
            return None
        clear = sum(map(len, text.part(clear_sentences)))
        if 1 <= clear <= 6:
            return {"relation": "exactly", "n": clear}
        low, high = text.part(_fewest_and_most)
        if low < 4 or high > _MOST_IN_ALL:
            return None
        if rng.random() < 0.5:
            return {"relation": "at_least", "n": lower_bound(low, rng)}
        return {"relation": "at_most", "n": upper_bound(high, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.sentences)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        most = at_most(params)
        if most is None:
            return super().conflicts(params, other)
        repeats = other.type == "length:sentences_per_paragraph" and most <= int(other.params["sentences"])
        impossible = other.type == "paragraphs:count" and most < int(other.params["n"])
        return super().conflicts(params, other) or repeats or impossible

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [counted("sentences", params["relation"], int(params["n"]))]


class WordsPerSentence(ConstraintType):
    """The longest sentence that may be written."""

    name = "length:words_per_sentence"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Every sentence must have at most {words} {words|word|words}.",
        "Use no sentence longer than {words} {words|word|words}.",
        "Sentences of more than {words} {words|word|words} are not allowed.",
        "Maximum sentence length: {words} {words|word|words}.",
        "Could you keep each sentence to {words} {words|word|words} or fewer?",
        "Short sentences read better, so none of yours may exceed {words} {words|word|words}.",
        "Split any sentence that would run past {words} {words|word|words}, so that all stay within that limit.",
        "Whatever you say, say it in sentences of {words} {words|word|words} or fewer.",
        "Words per sentence: {words} at most.",
        "My pupils lose the thread of long sentences, so end each of yours after {words} {words|word|words} at the "
        "latest.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.sentences) < 3 or not text.spaced or text.json is not None:
            return None
        # Some readers let marks alone end a sentence, so that a list without full stops is a single one.
        by_marks = pieces(" ".join(text.prose_lines))
        parts = {*_joined(text.sentences), *_joined(by_marks)}
        if text.is_prose:
            # Other readers end nothing at a line break, be it below a title.
            parts |= {part for block in text.paragraphs if "\n" in block for part in sure_pieces(block)}
        found = [*parts]
        longest = max(stretch_counts(found))
        if longest > _MOST_WORDS:
            return None
        longest = max(longest, max(word_counts(found)))
        words = upper_bound(longest, rng)
        return {"words": words} if 8 <= words <= _MOST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        sizes = word_counts(text.sentences)
        return share(sum(map(int(params["words"]).__ge__, sizes)), len(sizes))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        repeated = other.type == "paragraphs:words" and int(other.params["words"]) <= int(params["words"])
        return super().conflicts(params, other) or repeated


class SentencesPerParagraph(ConstraintType):
    """The most sentences in a paragraph; what stands between blank lines is one, a list too."""

    name = "length:sentences_per_paragraph"
    fields: ClassVar[Mapping[str, Field]] = {"sentences": Count()}
    wordings = (
        "Blank lines at least every {sentences} {sentences|sentence|sentences}.",
        "Every paragraph must have at most {sentences} {sentences|sentence|sentences}, with blank "
        "lines between paragraphs.",
        "Separate paragraphs by blank lines, and put no more than {sentences} "
        "{sentences|sentence|sentences} into any of them.",
        "No block of text between blank lines may hold more than {sentences} {sentences|sentence|sentences}.",
        "Maximum paragraph length (paragraphs being divided by blank lines): {sentences} "
        "{sentences|sentence|sentences}.",
        "Could you leave a blank line after every {sentences} {sentences|sentence|sentences}, or sooner?",
        "Long paragraphs put me off: break them up with blank lines so that none exceeds {sentences} "
        "{sentences|sentence|sentences}.",
        "Keep paragraphs, by which I mean text between blank lines, to {sentences} "
        "{sentences|sentence|sentences} or fewer each.",
        "Sentences per paragraph, with blank lines between paragraphs: {sentences} at most.",
        "After {sentences} {sentences|sentence|sentences} at the latest, leave a blank line before you go on.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        filled = [part for part in text.paragraph_sentences if part]
        if len(filled) < 2 or len(text.sentences) < 4 or text.json is not None:
            return None
        most = max(map(len, filled))
        # Punkt takes "index i." for an initial, which ends no sentence; and a line may end one without a mark.
        for paragraph in text.paragraphs:
            if most > _MOST_PER_PARAGRAPH:
                return None
            most = max(most, _most_pieces(paragraph, most))
        return {"sentences": most} if most <= _MOST_PER_PARAGRAPH else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        filled = [part for part in text.paragraph_sentences if part]
        return share(sum(len(part) <= params["sentences"] for part in filled), len(filled))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        # In a single paragraph it says no more than a number of sentences would.
        single = other.type == "paragraphs:count" and int(other.params["n"]) == 1
        return super().conflicts(params, other) or single

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("sentences", high=int(params["sentences"]), per="paragraphs")]


def _fewest_and_most(text: ParsedText) -> tuple[int, int]:
    """Count sentences as the splitter does, by final marks with whatever follows the last, and by those alone."""
    by_marks = [piece for paragraph in text.paragraphs for piece in pieces(paragraph)]
    closed = [piece for piece in by_marks if ends_with_a_mark(piece) and has_word(piece)]
    sure = sum(ends_with_a_mark(piece) for paragraph in text.paragraphs for piece in sure_pieces(paragraph))
    fewest = min(len(_joined(text.sentences)), len(_joined(closed)), sure)
    most = max(len(text.sentences), len(by_marks))
    if len(text.part(filled_lines)) == len(text.paragraphs):
        return fewest, most
    # In verse, and where a title touches the text below it, a line may be a sentence without any mark.
    return fewest, max(most, sum(map(count_pieces, text.lines)))


def _most_pieces(paragraph: str, known: int) -> int:
    """Return how many sentences a paragraph has by marks alone or by lines too; 0 if surely no more than are known."""
    bare = _FENCE.split(paragraph, maxsplit=1)[0] if "```" in paragraph or "~~~" in paragraph else paragraph
    lines = bare.splitlines() if "\n" in bare else [bare]
    if bare.isascii():
        marks = bare.count(".") + bare.count("?") + bare.count("!")
        if marks + len([line for line in lines if line[-1:] not in ".?!"]) <= known:
            return 0
    by_marks = count_pieces(bare)
    if len(lines) < 2:
        return by_marks
    return max(by_marks, sum(has_word(piece) for line in lines for piece in pieces(line)))


def _joined(sentences: Sequence[str]) -> Sequence[str]:
    """Join what a reader may take for one sentence, such as “Stop!” he said."""
    if not any(goes_on(sentence) for sentence in sentences if not sentence[:1].isupper()):
        return sentences
    found: list[str] = []
    for sentence in sentences:
        if found and goes_on(sentence) and ends_with_a_mark(found[-1]):
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(sentence)
    return found


TYPES: tuple[ConstraintType, ...] = (Sentences(), WordsPerSentence(), SentencesPerParagraph())
