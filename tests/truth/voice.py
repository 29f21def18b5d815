"""A second opinion on voice:*, opening:*, closing:*, content:*, language:*, dialogue:*, from their wordings alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import regex

from tests.truth.keyword import absent
from tests.truth.plain_text import blocks, lines_of, related, rendered, same_apostrophes, without_code

Params = Mapping[str, Any]
Holds = Callable[[str, Params], bool]

FIRST = ("i", "me", "my", "mine", "myself")
PLURAL = ("we", "us", "our", "ours", "ourselves")
SECOND = ("you", "your", "yours", "yourself", "yourselves")
NUMERAL = regex.compile(
    r"\b(?:War|Part|Chapter|Act|Type|Class|Phase|Volume|Vol|Elizabeth|Section|Article|Book|Level) I\b"
)


def _counts(raw: str, pronouns: Iterable[str]) -> set[int]:
    """Readings of how often pronouns occur: by the letters alone, or only where they are pronouns."""
    counts = set()
    for text in (raw, rendered(raw), without_code(raw)):
        words = regex.findall(r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*", same_apostrophes(text))
        heads = [word.split("'")[0] for word in words]
        lets = sum(word.lower() == "let's" for word in words) if "us" in pronouns else 0
        literal = sum(head.lower() in pronouns for head in heads)
        counts |= {literal, literal + lets}
        doubtful = 0
        if "i" in pronouns:
            # "i.e.", "A.I.", "I/O", a numeral and a variable are no pronouns.
            doubtful += len(
                regex.findall(r"(?i)(?<![\p{L}\p{N}])i(?=[.]\p{L}|/|\d)|(?<=\p{L}\.|/)i(?![\p{L}\p{N}'])", text)
            )
            doubtful += len(NUMERAL.findall(text)) + sum(head == "i" for head in heads)
        if "us" in pronouns:
            doubtful += sum(head == "US" for head in heads)
        counts |= {max(0, literal - doubtful), max(0, literal + lets - doubtful)}
    return counts


def _counted(pronouns: tuple[str, ...]) -> Holds:
    return lambda raw, params: related(_counts(raw, pronouns), params)


def _none(pronouns: tuple[str, ...]) -> Holds:
    return lambda raw, params: _counts(raw, pronouns) == {0}


def no_first_plural(raw: str, params: Params) -> bool:
    text = regex.sub(r"\bUS\b", "", raw)
    return _counts(text, PLURAL) == {0}


FILLERS = ("sure", "certainly", "of course", "absolutely", "great question")


def no_filler(raw: str, params: Params) -> bool:
    shown = regex.sub(r"\s+", " ", regex.sub(r"^[^\p{L}\p{N}]+", "", rendered(raw))).casefold()
    below = regex.sub(r"^(?:\s*#[^\n]*\n)+", "", lines_of(raw)).lstrip(" \n\"'“*").casefold()
    return not any(regex.match(rf"{filler}(?!\p{{L}})", text) for filler in FILLERS for text in (shown, below))


OFFERS = ("let me know", "feel free", "happy to help", "hope this helps", "any questions", "anything else")


def no_offer(raw: str, params: Params) -> bool:
    lasts = [found[-1] for found in blocks(raw) if found] + [lines_of(raw).strip().split("\n")[-1]]
    lasts += [text.strip().split("\n\n")[-1] for text in (without_code(lines_of(raw)),)]
    return bool(lasts) and not any(
        offer in regex.sub(r"\s+", " ", rendered(last)).casefold() for last in lasts for offer in OFFERS
    )


def no_apology(raw: str, params: Params) -> bool:
    return absent(raw, "sorry") and not regex.search(r"(?i)\bapolog", rendered(raw))


HEDGES = ("maybe", "perhaps", "possibly", "probably", "might")


def no_hedging(raw: str, params: Params) -> bool:
    return all(absent(raw, hedge) for hedge in HEDGES)


MENTIONS = ("as an ai", "ai model", "ai assistant", "language model")


def no_self_mention(raw: str, params: Params) -> bool:
    texts = {regex.sub(r"\s+", " ", text).casefold() for text in (raw, rendered(raw))}
    return not any(mention in text for mention in MENTIONS for text in texts)


# --- language

COMMON = {
    "en": "the and of to in is that for it with as was on are you this be",
    "es": "de la que el en y los las un una por con para es se del no su",
    "fr": "de la le les et des en un une du pour est que dans qui par sur pas",
    "de": "der die und das in zu den ist von mit für nicht ein eine des auf sich dem",
    "it": "di che la il e un una per in del della con non sono le i è gli",
    "pt": "de que e o a do da em um uma para com não os as é no na",
    "ca": "de la que i el en els les un una per amb és del no dels a al",
    "nl": "de het een en van in is dat op te voor met zijn niet aan die",
    "pl": "w i na z się do nie jest to że o dla jak oraz przez po",
    "cs": "a v se na je že s z do to o pro jsou jako nebo která",
    "hu": "a az és hogy nem egy is van de ez meg azt mint vagy ezek ból ből mind",
    "eu": "eta da du bat ez dira dute ere izan den dela bere edo",
    "eo": "la de kaj en estas al ne por ke kun pri kiel el oni",
    "da": "og i at det er en til på af for med der som ikke den et",
    "sv": "och i att det som en på är av för med till den inte ett",
    "fi": "ja on ei se että oli hän myös kuin tai ovat mutta sen",
    "tr": "ve bir bu için ile da de çok olarak daha olan gibi en",
    "vi": "và của là các có không được cho trong một người với những để",
    "ro": "de și în la a cu un o este pe care pentru din nu să",
    "id": "yang dan di dengan untuk dari ini dalam adalah pada tidak itu ke",
    "gl": "unha ao das dos coa polo pola é non máis do da o e",
    "ru": "и в не на что с как по это для он из к ",
    "uk": "і в не на що з як та до це для він із або також є",
    "bg": "и на в се за от да с не е са като по което или",
}
ALPHABETS = {
    "Han": "zh",
    "Hangul": "ko",
    "Thai": "th",
    "Hebrew": "he",
    "Greek": "el",
    "Devanagari": "hi",
    "Bengali": "bn",
}
ALPHABETS |= {"Tamil": "ta", "Telugu": "te", "Gujarati": "gu", "Kannada": "kn", "Malayalam": "ml", "Gurmukhi": "pa"}


def guess_language(text: str) -> str:
    """The language by its script, or by its commonest words."""
    letters = len(regex.findall(r"\p{L}", text)) or 1
    if len(regex.findall(r"[\p{Hiragana}\p{Katakana}]", text)) * 5 > letters:
        return "ja"
    for script, language in ALPHABETS.items():
        if len(regex.findall(rf"\p{{{script}}}", text)) * 2 > letters:
            return language
    if len(regex.findall(r"\p{Arabic}", text)) * 2 > letters:
        return "fa" if regex.search("[پچژگ]", text) else "ar"
    if len(regex.findall(r"\p{Cyrillic}", text)) * 2 > letters:
        own = regex.search("[іїєґыэё]", text.lower())
        return "uk" if own and own.group() in "іїєґ" else "ru" if own or "щ" in text else "bg"
    if regex.search("[őű]", text):
        return "hu"
    if regex.search("[¿¡]", text):
        return "es"
    words = Counter(regex.findall(r"\p{L}+", text.lower()))
    return max(COMMON, key=lambda language: sum(words[word] for word in COMMON[language].split()))


def response_language(raw: str, params: Params) -> bool:
    guesses = {guess_language(text) for text in (raw, without_code(raw)) if text.strip()}
    return guesses == {params["language"]}


SCRIPT = {
    "hangul": r"\p{Hangul}",
    "japanese": r"[\p{scx=Hiragana}\p{scx=Katakana}\p{Han}]",
}


def script(raw: str, params: Params) -> bool:
    expected = SCRIPT.get(params["script"], rf"\p{{{params['script']}}}")
    letters = regex.findall(r"\p{L}", raw)
    return bool(letters) and all(regex.match(expected, letter) for letter in letters)


TURN = regex.compile(
    r"^\s*(?:\*\*|__)?\p{Lu}[\p{L}'’.-]*(?: [\p{Lu}\d][\p{L}\d'’.-]*){0,2}(?:\*\*|__)?:(?:\*\*|__)?\s+\S"
)


def turns(raw: str, params: Params) -> bool:
    return related(
        {
            sum(bool(TURN.match(line)) for line in text.split("\n"))
            for text in (lines_of(raw), without_code(lines_of(raw)))
        },
        params,
    )


HOLDS: dict[str, Holds] = {
    "voice:first_person": _counted(FIRST),
    "voice:second_person": _counted(SECOND),
    "voice:no_first_person": _none(FIRST),
    "voice:no_second_person": _none(SECOND),
    "voice:no_first_plural": no_first_plural,
    "opening:no_filler": no_filler,
    "closing:no_offer": no_offer,
    "content:no_apology": no_apology,
    "content:no_hedging": no_hedging,
    "content:no_self_mention": no_self_mention,
    "language:response": response_language,
    "language:script": script,
    "dialogue:turns": turns,
}
