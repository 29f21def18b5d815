"""Emoji: how many, none, one after each sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import regex
from typing_extensions import override

from crabtk.constraints.absent import AbsentType, is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.numbers import share
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

_FEWEST_WORDS = 40
_FEWEST_EXCLAMATIONS = 3
_LONGEST_EMOJI = 24

# Signs that stand as text unless U+FE0F follows (©, ↔) are none; hearts, suns and the like are.
_ONE = (
    r"(?:\p{Emoji_Presentation}|(?![0-9#*])\p{Emoji}\ufe0f|(?=\p{Emoji})[\u2600-\u27bf](?!\ufe0e))"
    r"[\p{Emoji_Modifier}\ufe0f]?"
)
_EMOJI = regex.compile(rf"\p{{RI}}\p{{RI}}|[0-9#*]\ufe0f?\u20e3|{_ONE}(?:\u200d{_ONE})*+")
_PICTOGRAPH = regex.compile(r"\p{Extended_Pictographic}|\p{RI}|\u20e3|\p{Emoji_Modifier}|\ufe0f")
_PERHAPS_HIGH = re.compile(r"[\u203c-\u3299\U0001f000-\U0010ffff]")
_SMILEY = re.compile(r"[:;]['’]?-?[)(DPp]|<3|:[a-z_]+:")
_ENDING = regex.compile(rf"(?<![.!?…。！？])([.!?…。！？]++[\"'”’)]*+)[ \u00a0]*((?:{_EMOJI.pattern}[ \u00a0]*+)++)")
_AFTER_EMOJI = " \t\u00a0.,;:!?…。！？\"'”’)*_"


class Count(CountedType):
    """Emoji as displayed: a flag, a keycap or a joined sequence is one."""

    name = "emoji:count"
    wordings = (
        "Emoji: {relation} {n}.",
        "Use {relation} {n} {n|emoji|emoji}.",
        "Your response must contain {relation.firm} {n} {n|emoji|emoji}, repeated ones counted each time.",
        "{relation.limit} number of emoji in the whole response: {n}.",
        "{relation.cap} {n} {n|emoji|emoji} should brighten up the text.",
        "Could you sprinkle in {n} {n|emoji|emoji}{relation.tail}?",
        "The number of emoji, counted over the whole text, {relation.must} {n}.",
        "This goes to a group chat, where people like emoji, so put in {relation} {n} of them.",
        "When you are done, count the emoji, the same one as often as it occurs: {n}{relation.tail}, that is what I "
        "want.",
        "Let the reader come across {relation.firm} {n} {n|emoji|emoji} between the first word and the last.",
    )
    examples = ("Market day! 🍎 Bring a bag 🛍️ and come early. 🌞 We have plums, pears and fresh bread. 🍞",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_emoji)
        if not found or not text.part(is_plain):
            return None
        sure = all(len(each.rstrip("\ufe0f")) == 1 for each in found)
        sure = sure and len(found) == len(_PICTOGRAPH.findall(text.raw.replace("\ufe0f", "")))
        return agreed((len(found),), rng, sure=sure and not _SMILEY.search(text.raw), most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_emoji))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("emoji", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return at_most(params) != 0 or not _EMOJI.search(phrase)


class Absent(AbsentType):
    """No emoji anywhere; asked of lively texts alone, since most others have none anyhow."""

    name = "emoji:absent"
    wordings = (
        "Do not use any emoji.",
        "Your response must not contain a single emoji.",
        "No emoji, please.",
        "Emoji are not allowed anywhere in the response.",
        "Could you do without emoji?",
        "Leave out all emoji, however cheerful the text may be.",
        "Number of emoji allowed in the whole response: none.",
        "Keep the text free of emoji from start to end.",
        "My mail program shows emoji as empty boxes, so write the whole text without any of them.",
        "Express all feelings in words, since emoji must not occur.",
    )
    examples = (
        "What a day! The whole village came to the fair, the band played until midnight, and the children danced in "
        "the rain on the old stage. Nobody wanted to go home! Thank you all for coming, and see you next year!",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        lively = text.raw.count("!") >= _FEWEST_EXCLAMATIONS and len(text.words) >= _FEWEST_WORDS
        if not lively or not text.part(is_plain) or _SMILEY.search(text.raw):
            return None
        return None if _may_hold_emoji(text.raw) and _PICTOGRAPH.search(text.raw) else {}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_emoji))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == SentenceEnd.name

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("emoji", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _EMOJI.search(phrase)


class SentenceEnd(ConstraintType):
    """Every sentence ends with an emoji, before or after its final mark."""

    name = "emoji:sentence_end"
    evaluation_only = True
    wordings = (
        "End every sentence with an emoji.",
        "Your response must have an emoji at the end of each sentence, before or after the final mark.",
        "Put an emoji at the end of all sentences.",
        "Every sentence has to close with an emoji.",
        "No sentence may end without an emoji.",
        "Could you add an emoji to the end of each and every sentence?",
        "At the end of every single sentence, I want to see an emoji.",
        "What each sentence ends with: an emoji.",
        "To keep up the mood, finish all of your sentences, from the first to the last, with an emoji.",
        "After the last word of any sentence, an emoji must follow, whether before or behind the full stop.",
    )
    examples = ("Market day! 🍎 Bring a bag and come early. 🌞 We have plums, pears and fresh bread. 🍞",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if text.part(_emoji) and len(text.sentences) > 1 and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.part(_emoji):
            return 0.0
        sentences = text.part(_with_their_emoji)
        return share(sum(map(_ends_in_emoji, sentences)), len(sentences))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type == "json:valid"

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("emoji", low=1, per="sentences"),)


def _emoji(text: ParsedText) -> tuple[str, ...]:
    """Return the emoji in order; a quick look spares most texts the search."""
    return tuple(_EMOJI.findall(text.raw)) if _may_hold_emoji(text.raw) else ()


def _may_hold_emoji(raw: str) -> bool:
    return not raw.isascii() and _PERHAPS_HIGH.search(raw) is not None


def _with_their_emoji(text: ParsedText) -> tuple[str, ...]:
    """Return the sentences, where an emoji after the final mark belongs to the sentence that the mark ends."""
    return ParsedText(_ENDING.sub(r" \2\1 ", text.raw)).sentences


def _ends_in_emoji(sentence: str) -> bool:
    tail = sentence.rstrip(_AFTER_EMOJI)[-_LONGEST_EMOJI:]
    return any(match.end() == len(tail) for match in _EMOJI.finditer(tail))


TYPES: tuple[ConstraintType, ...] = (Absent(), Count(), SentenceEnd())
