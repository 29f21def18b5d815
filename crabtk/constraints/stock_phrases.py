"""English stock phrases that a response does without: fillers, offers, apologies, hedges, talk of itself."""

from __future__ import annotations

import random
from collections.abc import Sequence

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.word_sets import WordSet, in_english, is_foreign, vocabulary
from crabtk.text import WORD, ParsedText, words_in
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 40
_ENOUGH_FOR_HEDGES = 120

_FILLERS = WordSet(("Sure", "Certainly", "Of course", "Absolutely", "Great question"))
_OFFERS = WordSet(("let me know", "feel free", "happy to help", "hope this helps", "any questions", "anything else"))
_ITSELF = WordSet(("as an AI", "AI model", "AI assistant", "language model"))
_HEDGES = WordSet(("maybe", "perhaps", "possibly", "probably", "might"))
_APOLOGY = regex.compile(r"(?<![\p{L}\p{M}\p{N}_])(?i:sorry(?![\p{L}\p{M}\p{N}_])|apolog)")
_OPENING = regex.compile(r"[^\p{L}\p{N}]*")
# The words of each phrase: all of them occur where it does.
_OF_OFFERS = tuple(frozenset(phrase.lower().split()) for phrase in _OFFERS.phrases)
_OF_ITSELF = tuple(frozenset(phrase.lower().split()) for phrase in _ITSELF.phrases)
# Words near which an apology stands, and those that come near to one.
_EXCUSES = frozenset(
    {"unfortunately", "unable", "mistake", "delay", "delayed", "complaint", "refund", "inconvenience"}
    | {"incorrect", "misunderstanding", "disappointed", "disappointing"}
)
_REGRETS = frozenset({"regret", "regrets", "regretfully", "forgive", "forgiveness", "pardon", "excuse"})
# Words of an offer of help, or of talk about oneself, that is worded otherwise.
_HELP = frozenset(
    {"help", "assist", "assistance", "question", "questions", "hesitate", "ask", "reach", "contact", "welcome"}
    | {"glad", "gladly", "clarify", "clarification", "need", "want", "would"}
)
_MACHINE = frozenset(
    {"ai", "assistant", "bot", "chatbot", "robot", "machine", "model", "models", "artificial", "programmed", "trained"}
)
_SELF = frozenset({"i", "me", "my", "myself"})
_READER = frozenset({"you", "your"})


class _Without(ConstraintType):
    """What a response does without; measured on English texts in which it could well occur."""

    def hits(self, text: ParsedText) -> int:
        """Count what must not be there."""
        raise NotImplementedError

    def tempts(self, text: ParsedText) -> bool:
        """Tell whether the absence is worth asking for, under every reading."""
        raise NotImplementedError

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        asked = len(text.words) >= _FEWEST_WORDS and in_english(text) and self.tempts(text)
        return {} if asked and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not self.hits(text)

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + self.hits(text)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or is_foreign(other)


class NoFiller(_Without):
    """The first words are none of "Sure", "Certainly", "Of course", "Absolutely", "Great question", in any case.

    Measured where the response leads in to something, since that is where fillers stand.
    """

    name = "opening:no_filler"
    wordings = (
        f"Do not open with {_FILLERS.listed('or')}.",
        f"Nothing stale at the start: the response may not begin with {_FILLERS.listed('or')}.",
        f"Your response must not begin with {_FILLERS.listed('or')}, in any letter case.",
        f"Forbidden openings: {_FILLERS.listed('and')}.",
        f"Could you answer without starting on {_FILLERS.listed('or')}?",
        f"Spare me the usual starts: never begin your answer with {_FILLERS.listed('or')}.",
        f"Whatever you open with, it must not be {_FILLERS.listed('or')}.",
        f"As first words of the response, {_FILLERS.listed('and')} are ruled out.",
        "I paste these answers straight into a manual, where chatty beginnings look odd, so the text must not "
        f"begin with {_FILLERS.listed('or')}.",
        f"The text may begin in any way except with {_FILLERS.listed('or')}.",
    )
    examples = (
        "Here are three ways to save water at home:\n\n- Mend the dripping taps, since each of them wastes a bucket "
        "a day.\n- Water the garden in the evening, when less of it is lost to the sun.\n- Wash only full loads of "
        "laundry, and let the short programme do.",
    )

    @override
    def hits(self, text: ParsedText) -> int:
        start = _OPENING.match(text.raw).end()
        return int(_FILLERS.begins(text.raw[start : start + 60]))

    @override
    def tempts(self, text: ParsedText) -> bool:
        line = next(line.text for line in text.marked_lines if line.kind != "blank")
        return line.startswith("Here") or line.endswith(":")

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        fixed = {"start_end:first_phrase": "phrase", "start_end:first_word": "word"}.get(other.type)
        filled = fixed is not None and _FILLERS.begins(str(other.params[fixed]))
        return super().conflicts(params, other) or filled


class NoOffer(_Without):
    """The last paragraph offers no more help: it holds none of six phrases, letter case aside.

    Measured where the response speaks to the reader and none of the phrases stands anywhere.
    """

    name = "closing:no_offer"
    wordings = (
        f"Do not offer further help at the end: the last paragraph must be free of {_OFFERS.listed('and')}.",
        f"Last paragraph: no {_OFFERS.listed('or')}.",
        f"Your response must not contain {_OFFERS.listed('or')} in its last paragraph.",
        f"Close without an invitation, that is, with no {_OFFERS.listed('or')} in the final paragraph.",
        f"Could you leave {_OFFERS.listed('and')} out of the last paragraph?",
        f"Stop when all is said, and keep {_OFFERS.listed('and')} out of the closing paragraph.",
        f"Forbidden in the last paragraph: {_OFFERS.listed('and')}.",
        f"None of the phrases {_OFFERS.listed('and')} may stand in the final paragraph.",
        "The answer will be printed on paper, where nobody can write back to you, so its last paragraph must do "
        f"without the phrases {_OFFERS.listed('and')}.",
        f"However you conclude, do not write {_OFFERS.listed('or')} in the paragraph that comes last.",
    )
    examples = (
        "You can repot the plant in spring. Take a pot that is two fingers wider than the old one, loosen the roots "
        "and fill the gaps with fresh soil.\n\nWater it well, and keep it out of the sun for a week. Your plant will "
        "do without fertiliser until the summer.",
    )

    @override
    def hits(self, text: ParsedText) -> int:
        return _OFFERS.count(text.paragraphs[-1]) if _may_hold(text, _OF_OFFERS) and _OFFERS.may_occur(text) else 0

    @override
    def tempts(self, text: ParsedText) -> bool:
        speaks = not _READER.isdisjoint(text.part(vocabulary))
        if not speaks or len(text.paragraphs) < 2 or (_may_hold(text, _OF_OFFERS) and _OFFERS.count_in(text)):
            return False
        last = text.paragraphs[-1]
        return _HELP.isdisjoint(words_in(last.lower()) if last.isascii() else map(str.lower, WORD.findall(last)))


class NoApology(_Without):
    """Neither "sorry" nor a word that begins with "apolog" anywhere, letter case aside.

    Measured where something goes wrong in the text, so that an apology would not be far.
    """

    name = "content:no_apology"
    wordings = (
        'Do not apologise: never write "sorry" or a word that begins with "apolog".',
        'No apologies: neither the word "sorry" nor any word beginning with "apolog".',
        'Your response must not contain the word "sorry", nor any word that begins with "apolog".',
        'Forbidden: the word "sorry" and all words that start with "apolog".',
        'Could you do without "sorry" and without every word that begins with "apolog"?',
        'Leave out all apologies, which I will tell by the word "sorry" and by words beginning with "apolog".',
        'Regrets are fine, but "sorry" and words that begin with "apolog" are not.',
        'Nowhere in the text may the word "sorry" or a word starting with "apolog" occur.',
        "Our lawyers have asked that nothing sound like an admission of guilt, so the text must not contain "
        'the word "sorry" or any word that begins with "apolog".',
        'Whatever went wrong, answer without the word "sorry" and without any word that starts with "apolog".',
    )
    examples = (
        "Your parcel was delayed because the wrong address was printed on it. The depot has corrected the error, "
        "and the parcel left this morning. It should reach you tomorrow before noon. The postage will be paid back "
        "to your account by the end of the week.",
    )

    @override
    def hits(self, text: ParsedText) -> int:
        return len(_APOLOGY.findall(text.raw))

    @override
    def tempts(self, text: ParsedText) -> bool:
        words = text.part(vocabulary)
        return not _EXCUSES.isdisjoint(words) and _REGRETS.isdisjoint(words)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _APOLOGY.search(phrase)


class NoSelfMention(_Without):
    """None of "as an AI", "AI model", "AI assistant" and "language model" anywhere, letter case aside.

    Measured where the response speaks in the first person.
    """

    name = "content:no_self_mention"
    wordings = (
        f"Do not speak of yourself as a machine: no {_ITSELF.listed('or')}.",
        f"Your response must not say {_ITSELF.listed('or')} anywhere.",
        f"Keep what you are out of it: never write {_ITSELF.listed('or')}.",
        f"Forbidden self-descriptions: {_ITSELF.listed('and')}.",
        f"Could you answer as a person would, without {_ITSELF.listed('or')}?",
        f"Nowhere may the text say {_ITSELF.listed('or')}.",
        f"Stay in the background; the phrases {_ITSELF.listed('and')} are not allowed.",
        f"Disclaimers about what you are have no place here, so leave out {_ITSELF.listed('and')}.",
        "The text goes out under my own name and should not give away who drafted it, so keep the phrases "
        f"{_ITSELF.listed('and')} out of it.",
        f"Write the whole response without {_ITSELF.listed('or')} in it.",
    )
    examples = (
        "I would plant the hedge in autumn. The soil is still warm then, and the roots have all winter to settle. "
        "If a frost comes early, I would cover the ground with leaves. In spring, cut the tips back by a hand's "
        "breadth to make the hedge grow dense.",
    )

    @override
    def hits(self, text: ParsedText) -> int:
        return _ITSELF.count_in(text) if _may_hold(text, _OF_ITSELF) else 0

    @override
    def tempts(self, text: ParsedText) -> bool:
        words = text.part(vocabulary)
        return not _SELF.isdisjoint(words) and _MACHINE.isdisjoint(words)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _ITSELF.count(phrase)


class NoHedging(_Without):
    """None of "maybe", "perhaps", "possibly", "probably" and "might" anywhere, letter case aside."""

    name = "content:no_hedging"
    wordings = (
        f"Do not hedge with {_HEDGES.listed('or')}.",
        f"Hedging words to avoid: {_HEDGES.listed('and')}.",
        f"Your response must be free of the hedges {_HEDGES.listed('and')}.",
        f"Please leave out the hedges {_HEDGES.listed('and')}.",
        f"Could you say all this without hedging by {_HEDGES.listed('or')}?",
        f"In this text, the hedges {_HEDGES.listed('and')} are not allowed.",
        f"None of the hedges {_HEDGES.listed('and')} may occur anywhere in the text.",
        f"Wherever you are in doubt, do not fall back on the hedges {_HEDGES.listed('and')}.",
        "This is for an emergency handbook, whose readers stumble over certain words, so keep the hedges "
        f"{_HEDGES.listed('and')} out of it.",
        f"However uncertain a point is, word it without the hedges {_HEDGES.listed('and')}.",
    )
    examples = ("The ferry leaves at noon and returns at dusk, every day but Sunday, whatever the weather. " * 9,)

    @override
    def hits(self, text: ParsedText) -> int:
        return _HEDGES.count_in(text)

    @override
    def tempts(self, text: ParsedText) -> bool:
        return len(text.words) >= _ENOUGH_FOR_HEDGES

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _HEDGES.count(phrase)


def _may_hold(text: ParsedText, phrases: Sequence[frozenset[str]]) -> bool:
    """Tell whether all words of a phrase occur; yes beyond ASCII, where other letters may stand for theirs."""
    return not text.raw.isascii() or any(map(text.part(vocabulary).issuperset, phrases))


TYPES: tuple[ConstraintType, ...] = (NoFiller(), NoOffer(), NoApology(), NoSelfMention(), NoHedging())
