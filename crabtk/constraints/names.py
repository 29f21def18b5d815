"""People's names from a given list."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.numbers import nearness
from crabtk.constraints.quoting import fold, written_as
from crabtk.constraints.tokens import spaced_tally
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Count, Field, QuotedList

_FEWEST_FOUND = 2
_MOST_ADDED = 4
_GIVEN_NAMES = """Aisha Alejandro Amina Anika Anthony Astrid Beatriz Björn Carlos Catherine Chiara Diego Dmitri
Elena Elizabeth Fatima Francesca Giovanni Hiroshi Ingrid Isabel Ivan Jamal James Javier Jennifer Jessica Johan John
Juan Julia Karim Katarina Kenji Laura Lars Leila Luca Lucia Magdalena Malik Maria Marie Mario Mary Mateo Maya Mehmet
Michael Mohammed Natalia Nina Olga Omar Pablo Paul Peter Priya Rahul Robert Rosa Sarah Sofia Susan Tariq Tom William
Yuki Yusuf"""
_LOWER = {name: name.lower() for name in _GIVEN_NAMES.split()}


class PersonNames(ConstraintType):
    """At least n different ones of the listed names occur, as whole words with the capitals shown."""

    name = "word:person_names"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"n": Count(), "names": QuotedList("or")}
    wordings = (
        "Mention at least {n} different {n|person|people} by one of these names, capitalised as shown: {names}.",
        "Your response must contain {n} or more different names from this list, each spelt as given, capitals "
        "included: {names}.",
        "Names to choose from, with these capitals: {names}; no fewer than {n} of them must occur.",
        "Of the names {names}, at least {n} must turn up in the text, written just so.",
        "Could you bring in {n} or more of the following people? Their names, to be capitalised in this way, are "
        "{names}.",
        "People it may mention, spelt and capitalised like this, are {names}, and it must mention {n} or more of them.",
        "Minimum number of different names from the list: {n}. The list, to be copied with its capitals: {names}.",
        "Let {n} or more of these names appear, none counted twice and all capitalised as they are here: {names}.",
        "My friends like to read about themselves, so use at least {n} different {n|name|names} out of {names}, with "
        "capitals as I write them.",
        "Somewhere in the text there have to be no fewer than {n} of these names, in exactly this spelling: {names}.",
    )
    examples = ("Maria met Ivan at the harbour, and Ivan told her that Peter had sailed away before dawn.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        # With an apostrophe or a hyphen beside it, a name may be part of another.
        apart = text.part(spaced_tally)
        found = [name for name, lower in _LOWER.items() if lower in apart and written_as(name, text)]
        if len(found) < _FEWEST_FOUND:
            return None
        words = set(text.words)
        others = rng.sample([name for name in _LOWER if name not in words], rng.randint(1, _MOST_ADDED))
        return {"n": len(found), "names": rng.sample(found + others, len(found) + len(others))}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words:
            return 0.0
        return nearness(sum(written_as(name, text) > 0 for name in set(params["names"])), int(params["n"]), None)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return [Limit(f"phrase:{fold(name)}", low=1) for name in self.demands(params)]

    @override
    def demands(self, params: Params) -> Sequence[str]:
        names = tuple(dict.fromkeys(params["names"]))
        return names if len(names) <= int(params["n"]) else ()


TYPES: tuple[ConstraintType, ...] = (PersonNames(),)
