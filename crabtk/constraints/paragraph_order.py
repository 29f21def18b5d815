"""Which paragraph begins, ends or stands out in what way."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.paragraph import STRUCTURE
from crabtk.constraints.quoting import inner
from crabtk.constraints.running_text import (
    clear_paragraphs,
    clear_sentences,
    paragraph_sizes,
    words_by_paragraph,
)
from crabtk.quantities import Limit
from crabtk.text import WORD, ParsedText, words_in
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf, Ordinal, Quoted

_PLACE = OneOf({"first": "first", "last": "last"})
_MOST_PARAGRAPHS = 6
_SHORTEST_WORD = 4


class FirstWord(ConstraintType):
    """The n-th paragraph begins with a word, letter case ignored; signs such as a quotation mark may precede it."""

    name = "paragraphs:first_word"
    fields: ClassVar[Mapping[str, Field]] = {"n": Ordinal(), "word": Quoted()}
    wordings = (
        "Begin the {n} paragraph with the word {word}, in any letter case; blank lines divide paragraphs.",
        "Your {n} paragraph, as divided by blank lines, must start with the word {word} (letter case does not matter).",
        "First word of the {n} paragraph, in whatever case, with paragraphs divided by blank lines: {word}.",
        "Could you let the {n} paragraph open with {word}, capitalised or not? I call a paragraph whatever blank lines "
        "set off.",
        "The word {word} should come first in the {n} of your paragraphs, case aside, with blank lines between them.",
        "Paragraphs are what stands between blank lines, and the {n} one should begin with {word}, whatever its case.",
        "When the {n} paragraph begins, going by blank lines, its opening word should be {word}, and case is ignored.",
        "I will look for {word}, in either case, as the very first word of the {n} paragraph, so please divide "
        "paragraphs by blank lines and put it there.",
        "Use {word}, whether capitalised or not, as the opening word of the {n} paragraph, blank lines being the "
        "dividers.",
        "Of the paragraphs that blank lines divide, let the {n} start with {word} in any case.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        paragraphs = text.part(clear_paragraphs)
        if len(paragraphs) < 2 or not text.spaced:
            return None
        openings = ((n, part.split()[0].rstrip(",;:.!?")) for n, part in enumerate(paragraphs[:_MOST_PARAGRAPHS], 1))
        # "Don't" and "well-known" are one word to some; a word by itself is one to all.
        found = [(n, word) for n, word in openings if n > 1 and len(word) >= _SHORTEST_WORD and WORD.fullmatch(word)]
        if not found:
            return None
        n, word = rng.choice(found)
        return {"n": n, "word": word}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        n = int(params["n"])
        if not 1 <= n <= len(text.paragraphs):
            return False
        paragraph, word = text.paragraphs[n - 1], str(params["word"])
        first = WORD.search(paragraph)
        if first is None or not word:
            return False
        opening = paragraph[first.start() :].casefold()
        end = len(word.casefold())
        return opening.startswith(word.casefold()) and not (end < len(opening) and inner(opening[end]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        # The first words of the first paragraph are those of the response.
        opening = int(params["n"]) == 1 and other.type in ("start_end:first_phrase", "start_end:first_word")
        return super().conflicts(params, other) or opening or other.type in STRUCTURE

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("paragraphs", low=int(params["n"]))]

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (str(params["word"]),)


class SameEnds(ConstraintType):
    """Every paragraph, of two words or more, ends with the word that it began with; case and punctuation aside."""

    name = "paragraphs:same_ends"
    evaluation_only = True
    wordings = (
        "End every paragraph with the word it began with, punctuation and letter case aside.",
        "Each paragraph must close on its own first word, used a second time; case and punctuation do not matter.",
        "First and last word of every paragraph: the same, whatever the case or the punctuation.",
        "Could you let each paragraph finish with the very word that opened it, ignoring case and punctuation?",
        "In all paragraphs, the last word should repeat the first, give or take capitals and punctuation.",
        "Come full circle in each paragraph: its final word is to be its first one again, with case and punctuation "
        "left out of account.",
        "Whatever word a paragraph starts with, in either case, must stand at its end once more, not counting "
        "punctuation.",
        "My puzzle depends on paragraphs that end as they begin, so make the first and the last word of each "
        "identical, apart from capitals and punctuation.",
        "Paragraphs whose last word differs from their first by more than case or punctuation are not allowed.",
        "Bookend every paragraph with one word: use it first and use it last, capitalised or not and with any "
        "punctuation.",
    )
    examples = (
        "Tides shape the whole coast, and nothing stops the tides.\n\nStone wears away with time, even the best stone.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        paragraphs = text.part(clear_paragraphs)
        if not paragraphs or not text.spaced:
            return None
        tokens = [[token.strip("\"'“”‘’().,;:!?…*_").casefold() for token in part.split()] for part in paragraphs]
        # Compounds and lone signs are left out: not every reader sees the same words in them.
        plain = all(len(part) > 2 and part[0] == part[-1] and WORD.fullmatch(part[0]) for part in tokens)
        return {} if plain else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        found = [words_in(paragraph) for paragraph in text.paragraphs]
        good = sum(len(words) > 1 and words[0].casefold() == words[-1].casefold() for words in found)
        return share(good, len(found))


class _Extreme(ConstraintType):
    """The first or the last paragraph stands out in its number of words, without a tie; at least two paragraphs."""

    fields: ClassVar[Mapping[str, Field]] = {"place": _PLACE}

    @abstractmethod
    def beats(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Tell whether one paragraph stands out against another, by the least and greatest count of its words."""

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = text.part(words_by_paragraph)
        if len(sizes) < 2:
            return None
        places = [place for place in ("first", "last") if self._beaten(sizes, place) == len(sizes) - 1]
        return {"place": rng.choice(places)} if places else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        sizes = [(size, size) for size in text.part(paragraph_sizes)]
        return share(self._beaten(sizes, params["place"]), len(sizes) - 1) if sizes else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        opposite = other.type in ("paragraphs:shortest", "paragraphs:longest") and other.type != self.name
        same_place = opposite and other.params["place"] == params["place"]
        return super().conflicts(params, other) or same_place or other.type in STRUCTURE

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("paragraphs", low=2)]

    def _beaten(self, sizes: Sequence[tuple[int, int]], place: str) -> int:
        one, *others = sizes if place == "first" else reversed(sizes)
        return sum(self.beats(one, other) for other in others)


class Shortest(_Extreme):
    """The first or the last paragraph has fewer words than any other; at least two paragraphs."""

    name = "paragraphs:shortest"
    wordings = (
        "Make the {place} paragraph the shortest in words, without a tie, among two or more divided by blank lines.",
        "Your {place} paragraph must have fewer words than every other, with blank lines between two or more of them.",
        "Sole shortest paragraph in words, of two or more between blank lines: the {place}.",
        "Could you write several paragraphs, with blank lines between them, and give the {place} one fewer words than "
        "any of the others?",
        "The {place} of your paragraphs, which blank lines should divide and which should number two or more, must be "
        "the only shortest one in words.",
        "Write two or more paragraphs, set off by blank lines, and let none be as short in words as the {place}.",
        "Keep the {place} paragraph shorter, in words, than each of the others; blank lines divide them, and one "
        "paragraph alone will not do.",
        "I count words between blank lines, and in at least two paragraphs, the {place} should have the lowest number, "
        "shared with no other.",
        "Blank lines should leave at least two paragraphs, and each of them should have more words than the {place}, "
        "save that one itself.",
        "Word counts of the paragraphs, of which blank lines make two or more, should be lowest in the {place} alone.",
    )

    @override
    def beats(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one[1] < other[0]


class Longest(_Extreme):
    """The first or the last paragraph has more words than any other; at least two paragraphs."""

    name = "paragraphs:longest"
    wordings = (
        "Make the {place} paragraph the longest in words, without a tie, among two or more divided by blank lines.",
        "Your {place} paragraph must have more words than every other, with blank lines between two or more of them.",
        "Sole longest paragraph in words, of two or more between blank lines: the {place}.",
        "Could you write several paragraphs, with blank lines between them, and give the {place} one more words than "
        "any of the others?",
        "The {place} of your paragraphs, which blank lines should divide and which should number two or more, must be "
        "the only longest one in words.",
        "Write two or more paragraphs, set off by blank lines, and let none be as long in words as the {place}.",
        "Keep the {place} paragraph longer, in words, than each of the others; blank lines divide them, and one "
        "paragraph alone will not do.",
        "I count words between blank lines, and in at least two paragraphs, the {place} should have the highest "
        "number, shared with no other.",
        "Blank lines should leave at least two paragraphs, and each of them should have fewer words than the {place}, "
        "save that one itself.",
        "Word counts of the paragraphs, of which blank lines make two or more, should be highest in the {place} alone.",
    )

    examples = ("The last keeper left the tower forty years ago and took the key with him.\n\nNobody asked for it.",)

    @override
    def beats(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        return one[0] > other[1]


class LeadSentence(ConstraintType):
    """The first paragraph is running text of a single sentence, and another paragraph follows."""

    name = "paragraphs:lead_sentence"
    wordings = (
        "Make the first paragraph a single sentence, with a blank line and further text after it.",
        "Your opening paragraph must consist of exactly one sentence, followed by a blank line and more text.",
        "Length of the first paragraph: one sentence, then a blank line before the text goes on.",
        "Could you open with one sentence that is a paragraph by itself, and go on after a blank line?",
        "The first paragraph should be one sentence and no more, and a blank line should part it from what follows.",
        "Begin with a sentence that stands alone, leave a blank line, and only then continue.",
        "After the very first sentence, leave a blank line before you go on, so that it is a paragraph of its own.",
        "A reader in a hurry should get the gist from one sentence, so let a single one be the first paragraph, with a "
        "blank line and the rest below it.",
        "One sentence, a blank line, and then the rest of the text: that is how I want you to start.",
        "Set the opening sentence apart as the whole first paragraph, and put a blank line between it and the text "
        "that follows.",
    )

    examples = (
        "A well needs three things.\n\nIt needs water below, a wall around it and a roof above. The wall holds back "
        "the earth.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        paragraphs = text.part(clear_sentences)
        return {} if len(paragraphs) > 1 and len(paragraphs[0]) == 1 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        if len(text.paragraphs) < 2 or len(text.paragraph_sentences[0]) != 1:
            return False
        first = next(line for line in text.marked_lines if line.kind not in ("blank", "rule"))
        return first.kind == "text"

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("heading:first", "code:only")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("paragraphs", low=2)]


TYPES: tuple[ConstraintType, ...] = (FirstWord(), SameEnds(), Shortest(), Longest(), LeadSentence())
