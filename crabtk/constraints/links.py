"""Web addresses, e-mail addresses, hashtags and mentions."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from typing_extensions import override

from crabtk.constraints.absent import AbsentType, is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, at_most
from crabtk.constraints.readings import agreed
from crabtk.constraints.word_sets import vocabulary
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Params

_FEWEST_WORDS = 50
_URL = re.compile(r"https?://[^\s<>\"“”`|]+|(?<![\w./@-])www\.[^\s<>\"“”`|]+", re.IGNORECASE)
_URL_END = "()[]{}.,;:!?'’*_"
_DOMAIN = re.compile(r"\.(?<=\w\.)(?:com|org|net|io|edu|gov|info|de|uk|fr|es|ru|co|eu|html?)\b", re.IGNORECASE)
_POINTS_ELSEWHERE = frozenset(
    {"website", "websites", "webpage", "webpages", "online", "link", "links", "internet", "references", "resources",
     "article", "articles", "blog", "blogs"}
)  # fmt: skip
_EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+@(?:\w(?:[\w-]*\w)?\.)+[^\W\d_]{2,}", re.ASCII)
_HASHTAG = re.compile(r"(?<![\w&/#])#(?=\d*[^\W\d])\w+")
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\b", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@./%+-])@[^\W\d]\w*+(?!@)")


class Links(CountedType):
    """Web addresses that begin with http://, https:// or www.; repeated ones count each time."""

    name = "link:count"
    wordings = (
        "Web addresses: {relation} {n}.",
        "Include {relation} {n} {n|link|links}, written out as web {n|address|addresses} (http…, https… or www…).",
        "Your response must contain {relation.firm} {n} {n|URL|URLs}.",
        "{relation.limit} number of web addresses, beginning with http://, https:// or www.: {n}.",
        "{relation.cap} {n} {n|URL|URLs} should be given, each starting with http://, https:// or www.",
        "Could you add {n} {n|URL|URLs}{relation.tail}, so that I can look things up on the web?",
        "The number of URLs in the whole response, repeated ones counted each time, {relation.must} {n}.",
        "I want to read on, so point me to web pages by {relation} {n} {n|URL|URLs} in full.",
        "When you are done, count the web addresses, each time that one occurs: {n}{relation.tail}, that is what I "
        "want.",
        "Support what you say with {relation.firm} {n} web {n|address|addresses} of the form https://… or www.…",
    )
    examples = (
        "The timetable is at https://ferries.example/times, the fares are at https://ferries.example/fares. The "
        "weather is at www.coast.example.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_urls)
        if not found or not text.part(is_plain):
            return None
        outside = _URL.sub(" ", text.raw)
        sure = not _DOMAIN.search(outside) and "://" not in outside and "](" not in text.raw
        return agreed((len(found), len(set(found))), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_urls))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("links", params["relation"], params["n"]),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return at_most(params) != 0 or not _URL.search(phrase)


class NoLinks(AbsentType):
    """No web address; asked where the text points to things on the web without one."""

    name = "link:absent"
    wordings = (
        "Do not include any links or web addresses.",
        "Your response must not contain a web address, that is, nothing that begins with http://, https:// or www.",
        "No URLs, please.",
        "Web addresses are not allowed anywhere in the response.",
        "Could you leave out all URLs?",
        "Whatever sources you name, give no web address for them.",
        "Number of web addresses allowed in the response: none.",
        "Leave URLs out of the text, whatever you refer to.",
        "Links tend to be dead by the time I read them, so give no web address at all.",
        "Refer to web pages by name if need be, but never by http://, https:// or www. addresses.",
    )
    examples = (
        "To learn more about bees, look for articles by beekeepers of your own region. Many clubs keep a website with "
        "a calendar of the year, and most of them answer questions by letter, too. Libraries lend good books on the "
        "subject. Above all, visit a hive in spring, when the first bees fly out to the willows.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if len(text.words) < _FEWEST_WORDS or _POINTS_ELSEWHERE.isdisjoint(text.part(vocabulary)):
            return None
        if not text.part(is_plain):
            return None
        linked = "http" in text.folded or "www" in text.folded or "](" in text.raw or _DOMAIN.search(text.raw)
        return None if linked else {}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_urls))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("links", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not _URL.search(phrase)


class Emails(CountedType):
    """E-mail addresses; repeated ones count each time."""

    name = "link:email"
    wordings = (
        "E-mail addresses: {relation} {n}.",
        "Include {relation} {n} e-mail {n|address|addresses}.",
        "Your response must contain {relation.firm} {n} e-mail {n|address|addresses} of the form name@example.com.",
        "{relation.limit} number of e-mail addresses, repeated ones counted each time: {n}.",
        "{relation.cap} {n} e-mail {n|address|addresses} should be given in full.",
        "Could you provide {n} e-mail {n|address|addresses}{relation.tail}, such as info@example.com?",
        "The number of e-mail addresses in the text {relation.must} {n}.",
        "People have to know where to write to, so give {relation} {n} e-mail {n|address|addresses}.",
        "When you are done, count the e-mail addresses, each time that one occurs: {n}{relation.tail}, that is what I "
        "want.",
        "Offer ways to get in touch by e-mail: {relation.firm} {n} {n|address|addresses} with an @ sign.",
    )
    examples = ("Write to desk@harbor.example about berths and to night@harbor.example in an emergency.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = _EMAIL.findall(text.raw) if "@" in text.raw else []
        if not found or not text.part(is_plain):
            return None
        sure = text.raw.count("@") == len(found) and "[at]" not in text.raw
        return agreed((len(found), len(set(found))), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_EMAIL.findall(text.raw)) if "@" in text.raw else 0


class Hashtags(CountedType):
    """Hashtags: ``#`` and, without a space, letters, digits or underscores, at least one of them no digit."""

    name = "symbol:hashtags"
    wordings = (
        "Hashtags: {relation} {n}.",
        "Include {relation} {n} {n|hashtag|hashtags}.",
        "Your response must contain {relation.firm} {n} {n|hashtag|hashtags}, such as #news.",
        "{relation.limit} number of hashtags, repeated ones counted each time: {n}.",
        "{relation.cap} {n} {n|hashtag|hashtags} should be in the text, a # with the word right behind it.",
        "Could you add {n} {n|hashtag|hashtags}{relation.tail}, like #travel or #goodfood?",
        "The number of hashtags in the whole response {relation.must} {n}.",
        "I will post this, and to be found it needs {relation} {n} {n|hashtag|hashtags} of the form #word.",
        "When you are done, count the hashtags, each time that one occurs: {n}{relation.tail}, that is what I want.",
        "Tag the post by means of {relation.firm} {n} {n|hashtag|hashtags}, wherever you put {n|it|them}.",
    )
    examples = ("New bread every morning, from our own mill! #bakery #freshbread #mill",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = _HASHTAG.findall(text.raw) if "#" in text.raw else []
        if not found or not text.part(is_plain) or "://" in text.raw or any(map(_HEX.fullmatch, found)):
            return None
        # A heading whose space is missing looks like a hashtag.
        at_start = any(re.match(r"\s*#+\w", line) and not line.count("#") > 1 for line in text.lines)
        if at_start or len(re.findall(r"#\w", text.raw)) != len(found):
            return None
        return agreed((len(found), len(set(map(str.lower, found)))), rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_HASHTAG.findall(text.raw)) if "#" in text.raw else 0


class Mentions(CountedType):
    """Mentions of accounts: ``@`` and, without a space, a name that begins with a letter or underscore."""

    name = "symbol:mentions"
    wordings = (
        "Mentions of the form @name: {relation} {n}.",
        "Include {relation} {n} @{n|mention|mentions} of accounts, such as @alex.",
        "Your response must contain {relation.firm} {n} account {n|name|names} with an @ directly in front.",
        "{relation.limit} number of @mentions, repeated ones counted each time: {n}.",
        "{relation.cap} {n} {n|user|users} should be mentioned by @ and name, like @sam.",
        "Could you tag, with @ and a name such as @chris, {n} {n|account|accounts}{relation.tail}?",
        "The number of @mentions in the whole response {relation.must} {n}.",
        "I will post this and want people to notice, so mention {relation} {n} {n|account|accounts} as @name.",
        "When you are done, count the @mentions, each time that one occurs: {n}{relation.tail}, that is what I want.",
        "Address people by their handles, @ included: {relation.firm} {n} such {n|handle|handles} in all.",
    )
    examples = ("Thanks to @mara_bakes and @old_mill for the flour, and to @nils for the oven!",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = _MENTION.findall(text.raw) if "@" in text.raw else []
        if not found or not text.part(is_plain):
            return None
        sure = text.raw.count("@") == len(found)
        return agreed((len(found), len(set(map(str.lower, found)))), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(_MENTION.findall(text.raw)) if "@" in text.raw else 0


def _urls(text: ParsedText) -> tuple[str, ...]:
    """Return the web addresses without the punctuation that follows them."""
    if ("/" not in text.raw or "://" not in text.raw) and "www." not in text.folded:
        return ()
    return tuple(match.rstrip(_URL_END) for match in _URL.findall(text.raw))


TYPES: tuple[ConstraintType, ...] = (Emails(), Hashtags(), Links(), Mentions(), NoLinks())
