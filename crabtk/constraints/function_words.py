"""English function words: stop words, personal pronouns, coordinating conjunctions."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.numbers import lower_bound, nearness, upper_bound
from crabtk.constraints.stopwords import stopwords
from crabtk.constraints.tokens import joined, spaced, tallies
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field

_FEWEST_WORDS = 40
_STEP = 5
_MOST_EXACT = 6

_PRONOUN_LIST = """i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself
she her hers herself it its itself they them their theirs themselves"""
_STOP_LIST = """a an the this that these those who whom whose which what all any both each either neither every few more
most other some such no own same several
about above across after against along among around as at before behind below beneath beside between beyond by down
during except for from in inside into near of off on onto out outside over past per since than through throughout to
toward towards under underneath until up upon via with within without
and but or nor so yet if because while although though unless whereas whether when where why how
am is are was were be been being have has had having do does did doing can cannot could will would shall should may
might must ought
not only very too just then there here now again also ever once"""
_PRONOUNS = frozenset(_PRONOUN_LIST.split())
_STOP_WORDS = _PRONOUNS | frozenset(_STOP_LIST.split())
_CONJUNCTIONS = frozenset({"for", "and", "nor", "but", "or", "yet", "so"})
_STEMS = frozenset({"ca", "wo", "sha", "ai"})
"""What is left of can't, won't, shan't and ain't."""
_EXAMPLE = (
    "My aunt keeps bees behind her house, for she likes honey but not the price of it. Every spring she checks each "
    "hive, yet she never hurries, so the bees stay calm and carry on with their work. Neither rain nor wind will keep "
    "them in for long, or so she told me when I asked how they spend wet days."
)
_AMBIGUOUS = frozenset({"i", "mine", "us", "it"})
"""Pronouns that in capitals or in another sense are none: part I, a gold mine, the US, IT."""
_NOT = regex.compile(r"n['’]t$")
_CLITIC = regex.compile(r"['’].*")
_CAPITALS = regex.compile(r"\b(?:US|IT)\b")
_LETS = regex.compile(r"(?i)\blet['’]s\b")


class StopWords(ConstraintType):
    """At most so many percent of the words are English stop words: articles, pronouns, prepositions and the like.

    ``don't`` and ``it's`` are stop words as ``do`` and ``it`` are. Measured with a longer list than ``check``'s.
    """

    name = "word:stop_words"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"percent": Count()}
    wordings = (
        "Use stop words (the, of, and, is and the like) for at most {percent} percent of all words.",
        "Your response must keep English stop words, such as articles, pronouns, prepositions and auxiliary verbs, to "
        "{percent} percent of its words or less.",
        "No more than {percent} percent of the words may be stop words such as the, of, and, it or is.",
        "Maximum share of English stop words among all words: {percent} percent.",
        "Could you make sure that stop words account for {percent} percent or less of the words you write?",
        "The share of stop words (little words like a, to, in, that and was) must not exceed {percent} percent of the "
        "word count.",
        "Stop words: up to {percent} percent of all words.",
        "Of all the words in the text, {percent} percent or less should be English stop words, by which I mean "
        "articles, pronouns, prepositions, conjunctions, auxiliaries and suchlike.",
        "Write densely: {percent} percent of your words at the most may be stop words like the, and, for or with.",
        "When English stop words are filtered out before indexing, I want to lose {percent} percent of the words or "
        "less.",
    )
    examples = (
        "Bees visit thousands of flowers daily. Workers carry nectar home, turn nectar into honey, seal wax cells "
        "tightly, guard narrow entrances, feed hungry larvae, clean empty combs, then fly off again while drones idle "
        "nearby. Beekeepers harvest surplus honey every summer.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not _english(text):
            return None
        long_list = _long_list()
        most = text.part(_stop_share)
        if most >= 0.5:
            return None
        for tally in text.part(tallies):
            # Lists made for tokens hold the letters that an apostrophe cuts off.
            letters = [count for word, count in tally.items() if len(word) == 1 and word not in long_list]
            most = max(most, (_stops(tally, long_list) + sum(letters)) / max(1, tally.total()))
        percent = _STEP * (int(100 * most / _STEP) + 1)
        return {"percent": percent} if percent <= 50 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        percent = int(params["percent"])
        found = text.part(_stop_share) * 100
        return 1.0 if found <= percent else percent / found


class Pronouns(CountedType):
    """How many English personal pronouns occur, possessive and reflexive forms and contractions (I'm) included."""

    name = "word:pronouns"
    evaluation_only = True
    wordings = (
        "Use {relation} {n} personal {n|pronoun|pronouns}, possessive and reflexive forms included.",
        "Your response must contain {relation.firm} {n} {n|pronoun|pronouns} of the kind I, me, my, mine, myself, and "
        "so on to they, them, their, theirs, themselves.",
        "{relation.limit} number of personal pronouns, counting forms such as his, ours and itself: {n}.",
        "{relation.cap} {n} personal {n|pronoun|pronouns} should occur in the text, in any form from I and my to "
        "themselves.",
        "Could you use {n} personal {n|pronoun|pronouns}{relation.tail}? Possessives and reflexives count too.",
        "The number of personal pronouns, with possessive and reflexive ones such as your and herself counted in, "
        "{relation.must} {n}.",
        "Personal pronouns, all forms from me to theirs: {relation} {n}.",
        "Let words like I, you, she, its, our or themselves, the personal pronouns in all their forms, come up "
        "{relation} {n} {n|time|times}.",
        "For a lesson on grammar, my pupils will underline every personal pronoun, possessives and reflexives too, and "
        "there should be {relation} {n} to underline.",
        "If I count each I, you, he, she, it, we and they, with their object, possessive and reflexive forms, I should "
        "get to {relation} {n}.",
    )
    examples = (_EXAMPLE,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not _english(text):
            return None
        low = sum(word in _PRONOUNS and word not in _AMBIGUOUS for word in text.part(spaced))
        # "Let's" holds an "us", which few would count.
        high = sum(word in _PRONOUNS for word in text.lower_words) + len(_LETS.findall(text.raw))
        if low < 3:
            return None
        if low == high <= _MOST_EXACT:
            return {"relation": "exactly", "n": low}
        if 2 * low > high and rng.random() < 0.3:
            return {"relation": "at_most", "n": upper_bound(high, rng)}
        return {"relation": "at_least", "n": lower_bound(low, rng)}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        # In a text that is not all in capitals, US and IT are names.
        names = 0 if text.raw.isupper() else len(_CAPITALS.findall(text.raw))
        return sum(word in _PRONOUNS for word in text.lower_words) - names

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("words", low=params["n"]),)


class Conjunctions(ConstraintType):
    """At least n different ones of the words for, and, nor, but, or, yet and so occur, in whatever role."""

    name = "word:conjunctions"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count()}
    wordings = (
        "Use at least {n} different {n|word|words} out of these: for, and, nor, but, or, yet, so.",
        "Your response must contain {n} or more different coordinating conjunctions from the list for, and, nor, but, "
        "or, yet, so, no matter in what role the words occur.",
        "Of the words for, and, nor, but, or, yet and so, {n} or more must occur in the text.",
        "Minimum number of different words from the list for, and, nor, but, or, yet, so: {n}.",
        "Could you make use of no fewer than {n} of the words for, and, nor, but, or, yet and so?",
        "The words that coordinate clauses are for, and, nor, but, or, yet and so; no fewer than {n} of them should "
        "turn up, in this function or another.",
        "Coordinating conjunctions by their form (for, and, nor, but, or, yet, so): at least {n} different "
        "{n|one|ones}.",
        "Vary your little words: at least {n} of for, and, nor, but, or, yet and so must be used.",
        "When I tick each of for, and, nor, but, or, yet and so as it first occurs, I want to end up with {n} "
        "{n|tick|ticks} or more.",
        "Among your words there must be {n} or more of these, each counted once: for, and, nor, but, or, yet, so.",
    )
    examples = (_EXAMPLE,)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not _english(text):
            return None
        # Those that stand alone to whoever divides words at spaces, and to whoever divides them at signs.
        used = len(_CONJUNCTIONS.intersection(text.part(spaced)).intersection(text.part(joined)))
        return {"n": used} if used >= 4 else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        return nearness(len(_CONJUNCTIONS.intersection(text.part(joined))), int(params["n"]), None)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("words", low=params["n"]),)


def _english(text: ParsedText) -> bool:
    return len(text.words) >= _FEWEST_WORDS and text.language == text.detected == "en"


def _stop_share(text: ParsedText) -> float:
    tally = Counter(text.part(joined))
    return _stops(tally, _STOP_WORDS) / tally.total()


def _stops(tally: Counter[str], listed: frozenset[str]) -> int:
    """Count the words that are on a list or are contractions of a stop word."""
    found = [
        count
        for word, count in tally.items()
        if word in listed or (("'" in word or "’" in word) and _is_stop_word(word))
    ]
    return sum(found)


@lru_cache(maxsize=1)
def _long_list() -> frozenset[str]:
    return stopwords("en") | _STOP_WORDS


@lru_cache(maxsize=4096)
def _is_stop_word(word: str) -> bool:
    """Tell whether a word, or what a contraction (don't, it's) begins with, is on the list."""
    if word in _STOP_WORDS:
        return True
    stem = _NOT.sub("", word)
    return (stem != word and stem in _STEMS) or _CLITIC.sub("", stem) in _STOP_WORDS


TYPES: tuple[ConstraintType, ...] = (StopWords(), Pronouns(), Conjunctions())
