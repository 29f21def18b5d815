"""Words and phrases that a response must or must not use."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import COUNTED, CountedType, at_least
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import contains, demanded, fold, occurrences, occurs
from crabtk.constraints.salience import phrase_places, salient_words
from crabtk.constraints.tokens import spaced_tally
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted, QuotedList

_FEWEST_WORDS = 25
_CANDIDATES = 8
_OVERUSED = {
    "en": """very|really|just|simply|also|however|important|essential|crucial|overall|additionally|furthermore|
moreover|ensure|various|many|several|significant|unique|because|therefore|should|must|always|never|for example|
such as|in conclusion|in addition|as well as|a variety of|there are|it is|great|best|often|usually|people|things""",
    "es": """muy|también|además|importante|sin embargo|por ejemplo|en resumen|siempre|nunca|porque|varios|esencial|
puede|algunos|es decir|por lo tanto|en general|mejor""",
    "de": """sehr|auch|jedoch|wichtig|außerdem|zum Beispiel|insgesamt|immer|niemals|verschiedene|natürlich|
darüber hinaus|
können|einfach|daher|möglicherweise""",
    "fr": """très|aussi|cependant|important|également|par exemple|en conclusion|toujours|jamais|parce que|plusieurs|
donc|il est|en effet|de plus|notamment""",
}


class Include(ConstraintType):
    """One to three phrases that must occur, as whole words on one line, in any letter case."""

    name = "keyword:include"
    fields: ClassVar[Mapping[str, Field]] = {"phrases": QuotedList()}
    wordings = (
        "Include the following in your response (whole words, any letter case): {phrases}.",
        "Your response must mention {phrases}, in upper or lower case and not merely inside a longer word.",
        "Work {phrases} into the text as whole words, capitalised or not.",
        "Required wording, whole words in any letter case: {phrases}.",
        "Could you use {phrases} somewhere? Capitalisation is up to you; a longer word that merely holds the letters "
        "does not count.",
        "Somewhere in the response, the reader should come across {phrases} as whole words; case is irrelevant.",
        "I will search the text for {phrases}, whole words only and ignoring case, and expect to find a match for "
        "everything listed.",
        "Make sure that {phrases} can be found in what you write, whole words and any mix of capitals.",
        "All of this has to occur, whole words in upper or lower case: {phrases}.",
        "Mention {phrases} (whole words, any case).",
        "Our readers look for certain terms, so do not leave out {phrases}: as whole words, letter case aside.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        candidates = [phrase for phrase, place in text.part(phrase_places).items() if place >= 0]
        if not candidates:
            return None
        return {"phrases": rng.sample(candidates, min(rng.choice((1, 2, 2, 3)), len(candidates)))}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return all(occurs(phrase, text) for phrase in params["phrases"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return share(sum(occurs(phrase, text) for phrase in params["phrases"]), len(params["phrases"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        repeated = any(contains(needed, phrase) for needed in demanded(other) for phrase in params["phrases"])
        return super().conflicts(params, other) or repeated

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit(f"phrase:{fold(phrase)}", low=1) for phrase in params["phrases"]]

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["phrases"])


class Frequency(CountedType):
    """How often a word must occur, as a whole word in any letter case."""

    name = "keyword:frequency"
    fields: ClassVar[Mapping[str, Field]] = {**COUNTED, "keyword": Quoted()}
    wordings = (
        "Use the word {keyword} {relation} {n} {n|time|times}, in any letter case.",
        "In upper or lower case, the word {keyword} must appear {relation.firm} {n} {n|time|times} in your response.",
        "{relation.limit} number of times that {keyword} occurs as a whole word, ignoring case: {n}.",
        "Could you use the word {keyword} {n} {n|time|times}{relation.tail}, whether capitalised or not?",
        "The response should hold {relation} {n} {n|occurrence|occurrences} of the word {keyword} (any letter case).",
        "I will search for {keyword} as a whole word, ignoring case, and expect {relation} {n} {n|match|matches}.",
        "{relation.cap} {n} {n|time|times}, in capitals or small letters, the text should use the word {keyword}.",
        "Counted without regard to case, the number of occurrences of the word {keyword} {relation.must} {n}.",
        "Occurrences of {keyword}, whole words in any case: {relation} {n}.",
        "We track how often each term comes up; as a whole word in any letter case, {keyword} should do so "
        "{relation.firm} {n} {n|time|times}.",
        "Throughout the text, let the word {keyword} occur {relation} {n} {n|time|times}; capitals and small letters "
        "are the same to me.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        # An apostrophe, a hyphen or code beside a word makes it another word, or none, in some readers' eyes.
        sure = text.part(spaced_tally)
        counts = {word: sure[word.lower()] for word in salient_words(text, _CANDIDATES)}
        if not text.raw.isascii():
            # Where letters carry marks or scripts mix, what spaces set apart may still be a part of a word.
            counts = {word: min(count, occurrences(word, text)) for word, count in counts.items()}
        candidates = [word for word, count in counts.items() if 3 <= count <= len(text.words) // 20]
        if not candidates:
            return None
        keyword = rng.choice(candidates)
        # An inflected form such as a plural counts in some readers' eyes, and then the number is open.
        inflected = text.folded.count(fold(keyword)) != counts[keyword]
        if not inflected and counts[keyword] <= 6 and rng.random() < 0.4:
            return {"relation": "exactly", "keyword": keyword, "n": counts[keyword]}
        return {"relation": "at_least", "keyword": keyword, "n": max(3, at_least(counts[keyword], rng)["n"])}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return occurrences(params["keyword"], text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        keyword = params["keyword"]
        # Fewer than one asks for nothing that another constraint could repeat.
        asked = bool(demanded(Constraint(self.name, params, "")))
        repeated = other.type == "keyword:include" and any(contains(keyword, part) for part in demanded(other))
        return super().conflicts(params, other) or (asked and repeated)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted(f"phrase:{fold(params['keyword'])}", params["relation"], params["n"]),)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return demanded(Constraint(self.name, params, ""))


class Exclude(ConstraintType):
    """One or two common words or phrases that must not occur, as whole words in any letter case.

    Drawn from what writers overuse, so that the ban costs an effort.
    """

    name = "keyword:exclude"
    fields: ClassVar[Mapping[str, Field]] = {"phrases": QuotedList("or")}
    wordings = (
        "Do not use {phrases} as whole words, in any letter case.",
        "Your response must not contain {phrases}, whether in upper or lower case; longer words that hold the same "
        "letters are fine.",
        "Avoid {phrases} altogether, capitalised or not; parts of longer words do not matter.",
        "Forbidden wording, whole words in any letter case: {phrases}.",
        "Could you write this without {phrases}, however capitalised? I mean whole words only.",
        "I never want to come across {phrases} as whole words while reading, and case makes no difference.",
        "Find other ways of putting it: {phrases} must not occur as whole words, in capitals or in small letters.",
        "Banned as words in their own right, whatever the letter case: {phrases}.",
        "Nowhere in the text may the reader find {phrases}, whole words being meant and case ignored.",
        "My editor strikes out {phrases} on sight, in upper and lower case alike, so please do without; only inside a "
        "longer word would it pass.",
        "No {phrases}, please (whole words, any case).",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < 2 * _FEWEST_WORDS or text.language != text.detected:
            return None
        absent = [phrase for phrase, folded in _overused(text.detected) if folded not in text.folded]
        return {"phrases": rng.sample(absent, min(rng.randint(1, 2), len(absent)))} if absent else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not any(occurs(phrase, text) for phrase in params["phrases"])

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        return share(sum(not occurs(phrase, text) for phrase in params["phrases"]), len(params["phrases"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        banned = any(contains(needed, phrase) for needed in demanded(other) for phrase in params["phrases"])
        return super().conflicts(params, other) or banned

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit(f"phrase:{fold(phrase)}", high=0) for phrase in params["phrases"]]

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not any(contains(phrase, banned) for banned in params["phrases"])


@lru_cache(maxsize=16)
def _overused(language: str) -> tuple[tuple[str, str], ...]:
    """Return what writers of a language overuse, each phrase as written and folded."""
    phrases = "".join(_OVERUSED.get(language, "").splitlines()).split("|")
    return tuple((phrase, fold(phrase)) for phrase in phrases if phrase)


TYPES: tuple[ConstraintType, ...] = (Include(), Frequency(), Exclude())
