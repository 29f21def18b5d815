"""Several phrases together: at least one of them, or all in a given order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import share
from crabtk.constraints.quoting import contains, demanded, first_place, fold, is_alone, occurs
from crabtk.constraints.salience import phrase_places
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, QuotedList

_FEWEST_WORDS = 25
_LINKS = {
    "en": """however|nevertheless|on the other hand
for example|for instance|such as
therefore|as a result|consequently
in addition|furthermore|moreover
in conclusion|overall|in summary
finally|lastly|last but not least
because|since|due to
although|even though|despite
in fact|indeed|of course
especially|particularly|above all
similarly|likewise|in the same way
instead|rather than|by contrast""",
    "es": """sin embargo|no obstante|en cambio
por ejemplo|como|tales como
por lo tanto|por eso|en consecuencia
además|asimismo|también
en resumen|en conclusión|en general""",
    "de": """jedoch|allerdings|dennoch
zum Beispiel|beispielsweise|etwa
daher|deshalb|folglich
außerdem|zudem|darüber hinaus
zusammenfassend|insgesamt|alles in allem""",
    "fr": """cependant|toutefois|en revanche
par exemple|notamment|tel que
donc|par conséquent|ainsi
de plus|en outre|également
en conclusion|en résumé|enfin""",
}
"""Words that link thoughts, three of like meaning to a line: a style guide asks for one or another of them."""


class AnyOf(ConstraintType):
    """At least one of several phrases must occur, as whole words on one line, in any letter case.

    Measured on words that link thoughts, where the text uses some of a group and not the others.
    """

    name = "keyword:any"
    fields: ClassVar[Mapping[str, Field]] = {"phrases": QuotedList("or")}
    wordings = (
        "Use at least one of {phrases}, as whole words in any letter case.",
        "Your response must contain {phrases}: at least one of these as whole words, in upper or lower case.",
        "One or more of the following must occur in the text, whole words and any letter case: {phrases}.",
        "Could you work in {phrases}? Any one of them will do, capitalised or not, as long as it is no mere part of a "
        "longer word.",
        "Choose from {phrases} and use what you choose at least once, as whole words; letter case does not matter.",
        "At least one of these (whole words, any case): {phrases}.",
        "Somewhere the reader should meet {phrases}; one of them is enough, in capitals or not, but as whole words.",
        "It is up to you whether you write {phrases}, but one of them has to be there as whole words, case aside.",
        "Whether it is {phrases}, I want to see one or more of them in the text, as whole words and ignoring case.",
        "I will search the text for {phrases}, whole words only and ignoring case, and a match for any one of them is "
        "enough.",
    )
    examples = (
        "The mill stands idle in summer because the stream runs dry. In autumn, however, the rain comes back, and "
        "the wheel turns again from morning to night until the first frost.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or text.language != text.detected:
            return None
        groups = [group for group in _links(text.detected) if 0 < _used(group, text) < len(group)]
        if text.code_blocks:
            # A word in code is none of the text to some.
            lines = text.prose_lines
            groups = [group for group in groups if any(contains(line, phrase) for line in lines for phrase in group)]
        if not groups:
            return None
        chosen = rng.choice(groups)
        return {"phrases": rng.sample(chosen, len(chosen))}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return any(occurs(phrase, text) for phrase in params["phrases"])

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        phrases = params["phrases"]
        given = any(contains(needed, phrase) for needed in demanded(other) for phrase in phrases)
        banned = other.params["phrases"] if other.type == "keyword:exclude" else ()
        impossible = all(any(contains(phrase, ban) for ban in banned) for phrase in phrases)
        return super().conflicts(params, other) or given or impossible


class Order(ConstraintType):
    """All phrases must occur as whole words in any letter case, and their first occurrences stand in their order."""

    name = "keyword:order"
    fields: ClassVar[Mapping[str, Field]] = {"phrases": QuotedList()}
    wordings = (
        "Mention {phrases} in this order, going by where each first occurs (whole words, any letter case).",
        "Your response must contain {phrases}, and their first occurrences must follow this order; match whole words "
        "and ignore case.",
        "Order of first mention, whole words in any letter case: {phrases}.",
        "Could you bring up {phrases} in exactly this sequence? What counts is where each first occurs as whole words, "
        "capitalised or not.",
        "Let {phrases} all occur as whole words, each for the first time after the first occurrence of the one listed "
        "before it; case is irrelevant.",
        "The text should introduce {phrases} one after another as listed, by first occurrence as whole words in any "
        "case.",
        "First mentions must come in this order (whole words, case ignored): {phrases}.",
        "My slides are already sorted, so {phrases} have to be mentioned, and first mentioned in just this order; I "
        "match whole words in any letter case.",
        "Include {phrases}; ignoring case and looking at whole words, none may first occur before the one listed "
        "ahead of it has.",
        "When a reader marks the first place where each of {phrases} occurs (whole words, upper or lower case), the "
        "marks must come in the order of this list.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or not text.spaced:
            return None
        # Where a longer word holds a phrase before, readers may take that for the first mention.
        places = {
            phrase: place
            for phrase, place in text.part(phrase_places).items()
            if place >= 0 and place == text.folded.find(fold(phrase)) and is_alone(phrase, text, place)
        }
        if len(places) < 2:
            return None
        chosen = rng.sample(list(places), min(rng.choice((2, 3)), len(places)))
        phrases = sorted(chosen, key=lambda phrase: places[phrase])
        if text.code_blocks:
            # Some readers pass over code.
            prose = fold(" ".join(text.prose_lines))
            outside = [prose.find(fold(phrase)) for phrase in phrases]
            if outside[0] < 0 or outside != sorted(outside):
                return None
        return {"phrases": phrases} if len({places[phrase] for phrase in phrases}) == len(phrases) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        places = [first_place(phrase, text) for phrase in params["phrases"]]
        kept = (places[0] >= 0) + sum(0 <= before < after for before, after in pairwise(places)) if places else 0
        return share(kept, len(places))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit(f"phrase:{fold(phrase)}", low=1) for phrase in params["phrases"]]

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["phrases"])


@lru_cache(maxsize=16)
def _links(language: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("|")) for line in _LINKS.get(language, "").splitlines())


def _used(group: tuple[str, ...], text: ParsedText) -> int:
    """Count the phrases of a group that occur."""
    if text.raw.isascii():
        # Case folded, no letter of ASCII turns into others, so that all words of a phrase are words of the text.
        words = text.part(vocabulary)
        group = tuple(phrase for phrase, parts in _parted(group) if parts <= words)
    return sum(occurs(phrase, text) for phrase in group)


@lru_cache(maxsize=128)
def _parted(group: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return each phrase with its words in lower case."""
    return tuple((phrase, frozenset(phrase.lower().split())) for phrase in group)


TYPES: tuple[ConstraintType, ...] = (AnyOf(), Order())
