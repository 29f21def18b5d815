"""Words and phrases that a response must or must not use."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_least
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import contains, demanded, occurrences, occurs, occurs_inside
from crabtk.constraints.salience import salient_phrases, salient_words
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, Quoted, QuotedList

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
        "Include the following in your response (letter case does not matter): {phrases}.",
        "Your response must mention {phrases}, in upper or lower case.",
        "Work {phrases} into the text, capitalised or not.",
        "Required wording, in any letter case: {phrases}.",
        "Could you use {phrases} somewhere? Capitalisation is up to you.",
        "Somewhere in the response, the reader should come across {phrases}; case is irrelevant.",
        "I will search the text for {phrases}, ignoring case, and expect to find a match for everything listed.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        candidates = [phrase for phrase in salient_phrases(text, _CANDIDATES) if occurs(phrase, text)]
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


class Frequency(CountedType):
    """How often a word must occur, as a whole word in any letter case."""

    name = "keyword:frequency"
    fields: ClassVar[Mapping[str, Field]] = {"keyword": Quoted(), "n": Count()}
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Use {keyword} exactly {n} {n|time|times}, in any letter case.",
            "In upper or lower case, {keyword} must appear precisely {n} {n|time|times} in your response.",
            "Number of times that {keyword} occurs as a whole word, ignoring case: {n}.",
            "Could you use {keyword} {n} {n|time|times}, no more and no less, whether capitalised or not?",
            "The response should hold {n} {n|occurrence|occurrences} of {keyword} (any letter case), "
            "neither fewer nor more.",
            "I will search for {keyword}, ignoring case, and expect exactly {n} {n|match|matches}.",
        ),
        "at_least": (
            "Use {keyword} at least {n} {n|time|times}, in any letter case.",
            "In upper or lower case, {keyword} must appear {n} or more times in your response.",
            "Minimum number of times that {keyword} occurs as a whole word, ignoring case: {n}.",
            "Could you use {keyword} no fewer than {n} {n|time|times}, whether capitalised or not?",
            "The response should hold {n} {n|occurrence|occurrences} of {keyword} (any letter case) or more.",
            "I will search for {keyword}, ignoring case, and expect at least {n} {n|match|matches}.",
        ),
        "at_most": (
            "Use {keyword} at most {n} {n|time|times}, in any letter case.",
            "In upper or lower case, {keyword} must appear {n} or fewer times in your response.",
            "Maximum number of times that {keyword} occurs as a whole word, ignoring case: {n}.",
            "Could you use {keyword} no more than {n} {n|time|times}, whether capitalised or not?",
            "The response should hold {n} {n|occurrence|occurrences} of {keyword} (any letter case) or fewer.",
            "I will search for {keyword}, ignoring case, and expect at most {n} {n|match|matches}.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        counts = {word: occurrences(word, text) for word in salient_words(text, _CANDIDATES)}
        candidates = [word for word, count in counts.items() if 3 <= count <= len(text.words) // 20]
        if not candidates:
            return None
        keyword = rng.choice(candidates)
        # An inflected form such as a plural counts in some readers' eyes, and then the number is open.
        inflected = text.folded.count(keyword.casefold()) != counts[keyword]
        if not inflected and counts[keyword] <= 6 and rng.random() < 0.4:
            return {"relation": "exactly", "keyword": keyword, "n": counts[keyword]}
        return {"relation": "at_least", "keyword": keyword, "n": max(3, at_least(counts[keyword], rng)["n"])}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return occurrences(params["keyword"], text)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        keyword = params["keyword"]
        repeated = other.type == "keyword:include" and any(contains(keyword, part) for part in demanded(other))
        return super().conflicts(params, other) or repeated


class Exclude(ConstraintType):
    """One or two common words or phrases that must not occur, as whole words in any letter case.

    Drawn from what writers overuse, so that the ban costs an effort.
    """

    name = "keyword:exclude"
    fields: ClassVar[Mapping[str, Field]] = {"phrases": QuotedList("or")}
    wordings = (
        "Do not use {phrases}, in any letter case.",
        "Your response must not contain {phrases}, whether in upper or lower case.",
        "Avoid {phrases} altogether, capitalised or not.",
        "Forbidden wording, in any letter case: {phrases}.",
        "Could you write this without {phrases}, however capitalised?",
        "I never want to come across {phrases} while reading, and case makes no difference.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < 2 * _FEWEST_WORDS or text.language != text.detected:
            return None
        overused = "".join(_OVERUSED.get(text.detected, "").splitlines()).split("|")
        absent = [phrase for phrase in overused if phrase and not occurs_inside(phrase, text)]
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


TYPES: tuple[ConstraintType, ...] = (Include(), Frequency(), Exclude())
