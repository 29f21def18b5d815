"""How long every sentence is, how long they are on average, and how their lengths go together."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.running_text import clear_sentences, sentence_sizes, words_by_sentence
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, OneOf

_FEWEST_SENTENCES = 3
_FEWEST_WORDS = 5
_SHORTEST_AVERAGE = 6
_LONGEST_AVERAGE = 25


class WordsInEach(ConstraintType):
    """The number of words in every sentence, exact or the least; what hyphens or apostrophes join is one word."""

    name = "sentence:words"
    fields: ClassVar[Mapping[str, Field]] = {
        "relation": OneOf({"exactly": "exactly", "at_least": "at least"}),
        "relation.firm": OneOf({"exactly": "precisely", "at_least": "no fewer than"}),
        "relation.must": OneOf({"exactly": "must be", "at_least": "must not fall below"}),
        "relation.tail": OneOf({"exactly": ", no more and no fewer", "at_least": " or more"}),
        "n": Count(),
    }
    wordings = (
        "Every sentence must have {relation} {n} {n|word|words}.",
        "Use {relation.firm} {n} {n|word|words} in each sentence.",
        "Number of words in every sentence: {relation} {n}.",
        "Could you give each of your sentences {n} {n|word|words}{relation.tail}?",
        "Words in each sentence, without exception: {n}{relation.tail}.",
        "The word count of every single sentence {relation.must} {n}.",
        "All sentences, from the first to the last, should run to {relation} {n} {n|word|words}.",
        "My pupils will take down one sentence after the other, and each has to have {relation} {n} {n|word|words}, so "
        "check them all.",
        "No sentence is exempt: {relation} {n} {n|word|words} each.",
        "Write in sentences of {n} {n|word|words}{relation.tail}, throughout the response.",
    )
    examples = (
        "The old mill stands by the river bank. Its wheel has not turned for years. The miller left when the flood "
        "came.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = text.part(words_by_sentence)
        if len(sizes) < _FEWEST_SENTENCES:
            return None
        low, high = min(low for low, _ in sizes), max(high for _, high in sizes)
        if low == high:
            return {"relation": "exactly", "n": low}
        return {"relation": "at_least", "n": low} if low >= _FEWEST_WORDS else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        sizes, n = text.part(sentence_sizes), int(params["n"])
        exact = params["relation"] == "exactly"
        return share(sum(size == n if exact else size >= n for size in sizes), len(sizes))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        if super().conflicts(params, other):
            return True
        n, exact = int(params["n"]), params["relation"] == "exactly"
        if other.type == "length:words_per_sentence":
            return exact or int(other.params["words"]) < n
        if other.type == "length:average_sentence":
            return exact or int(other.params["words"]) <= n
        return exact and other.type == "sentence:increment"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("words", low=int(params["n"]), per="sentences")]


class AverageWords(ConstraintType):
    """The mean number of words per sentence, at most; what hyphens or apostrophes join is one word."""

    name = "length:average_sentence"
    fields: ClassVar[Mapping[str, Field]] = {"words": Count()}
    wordings = (
        "Keep the average sentence to {words} {words|word|words} or fewer.",
        "On average, your sentences must have at most {words} {words|word|words}.",
        "Maximum average sentence length: {words} {words|word|words}.",
        "Could you write sentences that average no more than {words} {words|word|words}?",
        "The mean number of words per sentence must not exceed {words}.",
        "Average words per sentence, over the whole response: {words} at most.",
        "Long sentences are fine now and then, as long as the average stays at or below {words} {words|word|words}.",
        "Divide the number of words by the number of sentences, and the result should be {words} or less.",
        "Mix long and short sentences as you please, but let them come to {words} {words|word|words} or fewer on "
        "average.",
        "A readability tool will work out how long the sentences are on average, and it must not report more than "
        "{words} {words|word|words}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = text.part(words_by_sentence)
        if len(sizes) < _FEWEST_SENTENCES + 1:
            return None
        words = -(-sum(high for _, high in sizes) // len(sizes)) + rng.randint(0, 2)
        return {"words": words} if _SHORTEST_AVERAGE <= words <= _LONGEST_AVERAGE else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        sizes = text.part(sentence_sizes)
        return bool(sizes) and sum(sizes) <= int(params["words"]) * len(sizes)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if self.check(text, params):
            return 1.0
        sizes = text.part(sentence_sizes)
        return int(params["words"]) * len(sizes) / sum(sizes) if sizes else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        implied = other.type == "length:words_per_sentence" and int(other.params["words"]) <= int(params["words"])
        return super().conflicts(params, other) or implied


class Increment(ConstraintType):
    """Each sentence has exactly n words more than the one before; at least two sentences."""

    name = "sentence:increment"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Make each sentence exactly {n} {n|word|words} longer than the one before it, over two sentences or more.",
        "Your sentences, two or more of them, must grow by exactly {n} {n|word|words} from one to the next.",
        "Growth from each sentence to the next (two sentences at the least): exactly {n} {n|word|words}.",
        "Could you write two or more sentences, each with {n} {n|word|words} more than the last, no more and no fewer?",
        "Every sentence after the first, and there must be such a sentence, has to have precisely {n} {n|word|words} "
        "more than the sentence in front of it.",
        "Start with a sentence of any length, and add exactly {n} {n|word|words} to the length with every further one; "
        "a single sentence is not enough.",
        "The length of the sentences should rise by {n} {n|word|words} at each step, exactly and at least once.",
        "With at least two sentences, let the difference in words between neighbours be {n} each time, the later one "
        "being the longer.",
        "Like the steps of a stair, your two or more sentences should each be {n} {n|word|words} longer than the one "
        "below, exactly.",
        "In words, sentence two exceeds sentence one by exactly {n}, and so on to the end.",
    )
    examples = ("Rain fell on the town. Water ran down every narrow street. Soon the market square was a lake.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sizes = text.part(words_by_sentence)
        if len(sizes) < _FEWEST_SENTENCES or any(low != high for low, high in sizes):
            return None
        steps = {after - before for (before, _), (after, _) in pairwise(sizes)}
        step = steps.pop()
        return {"n": step} if not steps and step > 0 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        steps = [after - before for before, after in pairwise(text.part(sentence_sizes))]
        return share(sum(step == int(params["n"]) for step in steps), len(steps))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "sentence:equal_characters"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("sentences", low=2)]


class EqualCharacters(ConstraintType):
    """All sentences, at least two, have the same number of characters; spaces and punctuation count."""

    name = "sentence:equal_characters"
    evaluation_only = True
    wordings = (
        "Use two or more sentences that all have the same number of characters, spaces and punctuation included.",
        "Your sentences must all be equally long in characters, with spaces and punctuation counted; write at least "
        "two.",
        "Characters per sentence, counting spaces and punctuation: the same number in every one of two or more.",
        "Could you write several sentences, each with exactly as many characters as every other, spaces and marks too?",
        "No two sentences may differ in their number of characters (spaces and punctuation count), and one sentence "
        "alone will not do.",
        "Count the characters of each sentence, spaces and punctuation too, and arrive at the same number each time, "
        "over two sentences or more.",
        "Every sentence, of which there must be at least two, should match the first in characters, spaces and "
        "punctuation among them.",
        "I set type by hand, with the same room for each of your two or more sentences, so give all of them the same "
        "number of characters: letters, digits, spaces and marks of every kind together.",
        "Equal length in characters, spaces and punctuation included, for all of two or more sentences.",
        "Write at least two sentences, and let each take up the same number of characters from its first letter to its "
        "final mark, spaces included.",
    )
    examples = ("We sow oats in May. We cut hay in June. Our barns are full.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        sentences = list(chain.from_iterable(text.part(clear_sentences)))
        return {} if len(sentences) > 1 and len(set(map(len, sentences))) == 1 and "*" not in text.raw else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        lengths = Counter(map(len, text.sentences))
        return share(max(lengths.values()), lengths.total()) if lengths.total() > 1 else 0.0

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit("sentences", low=2)]


TYPES: tuple[ConstraintType, ...] = (WordsInEach(), AverageWords(), Increment(), EqualCharacters())
