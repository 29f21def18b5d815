"""A second opinion on letter:* and word:*, written from their wordings alone."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import regex

from tests.truth.keyword import occurs, places
from tests.truth.plain_text import all_word_lists, bare, related, same_apostrophes
from tests.truth.syllable_guess import syllables

Params = Mapping[str, Any]
Holds = Callable[[str, Params], bool]


def _letter_counts(raw: str, letter: str) -> set[int]:
    """A letter with an accent is the letter to some and another to others."""
    return {
        unicodedata.normalize(form, raw).casefold().count(unicodedata.normalize(form, letter).casefold())
        for form in ("NFC", "NFD")
    } | {sum(char.lower() == letter.lower() for char in raw)}


def letter_frequency(raw: str, params: Params) -> bool:
    return related(_letter_counts(raw, params["letter"]), params)


def letter_absent(raw: str, params: Params) -> bool:
    return _letter_counts(raw, params["letter"]) == {0}


def letter_initial(raw: str, params: Params) -> bool:
    letter = params["letter"].casefold()
    counts = set()
    for words in all_word_lists(raw):
        counts.add(sum(bare(word).startswith(letter) for word in words))
        # Some count an accented initial as the letter.
        counts.add(sum(unicodedata.normalize("NFD", bare(word)).startswith(letter) for word in words))
    return related(counts, params)


# --- words


def _each(holds: Callable[[Sequence[str], Params], bool]) -> Holds:
    """Ask of every reading of the words, without case and outer marks."""

    def every(raw: str, params: Params) -> bool:
        readings = [[word for word in map(bare, words) if word] for words in all_word_lists(raw)]
        return all(bool(words) and holds(words, params) for words in readings)

    return every


@lru_cache(maxsize=65536)
def _core(word: str) -> str:
    return regex.sub(r"[^\p{L}\p{M}\p{N}]", "", word)


def _unique(words: Sequence[str], params: Params) -> bool:
    return max(Counter(words).values()) == 1


def _repeat_limit(words: Sequence[str], params: Params) -> bool:
    return max(Counter(words).values()) <= params["n"]


def long_words(raw: str, params: Params) -> bool:
    counts = set()
    for words in all_word_lists(raw):
        for size in (len, lambda word: len(_core(word))):
            counts.add(sum(size(bare(word)) >= params["characters"] for word in words))
    return related(counts, params)


def palindromes(raw: str, params: Params) -> bool:
    counts = set()
    for words in all_word_lists(raw):
        for plain in (bare, lambda word: _core(bare(word))):
            found = {word for word in map(plain, words) if regex.fullmatch(r"[\p{L}\p{M}]+", word)}
            counts.add(sum(len(word) >= params["characters"] and word == word[::-1] for word in found))
    return related(counts, params)


def conjunctions(raw: str, params: Params) -> bool:
    return sum(occurs(raw, word) for word in ("for", "and", "nor", "but", "or", "yet", "so")) >= params["n"]


def person_names(raw: str, params: Params) -> bool:
    return sum(all(places(raw, name, cased=True)) for name in params["names"]) >= params["n"]


_PRONOUNS = (
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their theirs themselves"
)
PRONOUNS = frozenset(_PRONOUNS.split())


NAMED = regex.compile(r"\b(?:War|Part|Chapter|Act|Type|Class|Phase|Vol|Elizabeth|Section|Article) I\b")


def pronouns(raw: str, params: Params) -> bool:
    numerals = len(NAMED.findall(raw))
    counts = set()
    for words in all_word_lists(raw):
        literal = others = lets = 0
        for word, times in Counter(words).items():
            for part in regex.split(r"[-‑/—–]", same_apostrophes(word).replace("_", "")):
                head = part.split("'")[0]
                literal += times * (head.casefold() in PRONOUNS)
                # The country and the label are no pronouns; "let's" holds an "us".
                others += times * (head in ("US", "i"))
                lets += times * (part.casefold() == "let's")
        counts |= {literal, literal - others - numerals, literal + lets, literal - others - numerals + lets}
    return related(counts, params)


_STOP_WORDS = (
    "a about above across after again against all almost alone along already also although always am among an and "
    "another any anybody anyone anything are aren't around as at away back be because been before behind being below "
    "between both but by can can't cannot could couldn't did didn't do does doesn't doing don't done down during each "
    "either else enough even ever every everybody everyone everything few first for from further get got had hadn't "
    "has hasn't have haven't having he he'd he'll he's hence her here here's hers herself him himself his how how's "
    "however i i'd i'll i'm i've if in indeed instead into is isn't it it'd it'll it's its itself just last least less "
    "let's like made many may maybe me might mine more most much must mustn't my myself near neither never no nobody "
    "none nor not nothing now nowhere of off often on once one only onto or other others ought our ours ourselves out "
    "over own per perhaps please quite rather really same several shall shan't she she'd she'll she's should shouldn't "
    "since so some somebody someone something sometimes still such than that that'll that's the their theirs them "
    "themselves then there there's therefore these they they'd they'll they're they've this those though through "
    "throughout thus to together too toward towards under until unless up upon us very was wasn't we we'd we'll we're "
    "we've well were weren't what what's whatever when when's whenever where where's whether which while who who's "
    "whoever whole whom whose why why's will with within without won't would wouldn't yet you you'd you'll you're "
    "you've your yours yourself yourselves"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())


def _stop_words(words: Sequence[str], params: Params) -> bool:
    return 100 * sum(word in STOP_WORDS for word in words) <= params["percent"] * len(words)


def _prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def _prime_lengths(words: Sequence[str], params: Params) -> bool:
    return all(_prime(len(_core(word))) for word in words)


def _syllable_parity(words: Sequence[str], params: Params) -> bool:
    return all((syllables(one) + syllables(other)) % 2 for one, other in pairwise(words))


def _initials_differ(words: Sequence[str], params: Params) -> bool:
    return all(one[0] != other[0] for one, other in pairwise(words))


def _initials_not_successive(words: Sequence[str], params: Params) -> bool:
    return not any(one[0] + other[0] in "abcdefghijklmnopqrstuvwxyz" for one, other in pairwise(words))


def _alphabet(words: Sequence[str], params: Params) -> bool:
    initials = "".join(word[0] for word in words)
    return initials in "abcdefghijklmnopqrstuvwxyz" * (len(initials) // 26 + 2)


def _consonant_clusters(words: Sequence[str], params: Params) -> bool:
    return all(regex.search(r"(?:(?![aeiou])[a-z]){2}", unicodedata.normalize("NFC", word)) for word in words)


def vowels(raw: str, params: Params) -> bool:
    return len(set(unicodedata.normalize("NFKD", raw).casefold()) & set("aeiou")) <= params["n"]


SCRIPTS = {
    "japanese": r"[\p{Hiragana}\p{Katakana}\p{Han}]",
    "chinese": r"\p{Han}",
    "korean": r"\p{Hangul}",
    "cyrillic": r"\p{Cyrillic}",
    "greek": r"\p{Greek}",
}


def language_every(raw: str, params: Params) -> bool:
    step = params["n"]
    for words in (raw.split(), [word for word in raw.split() if regex.search(r"[\p{L}\p{N}]", word)]):
        chosen = words[step - 1 :: step]
        if not chosen or not all(regex.search(SCRIPTS[params["script"]], word) for word in chosen):
            return False
    return True


HOLDS: dict[str, Holds] = {
    "letter:frequency": letter_frequency,
    "letter:absent": letter_absent,
    "letter:initial": letter_initial,
    "word:unique": _each(_unique),
    "word:repeat_limit": _each(_repeat_limit),
    "word:long": long_words,
    "word:palindromes": palindromes,
    "word:conjunctions": conjunctions,
    "word:person_names": person_names,
    "word:pronouns": pronouns,
    "word:stop_words": _each(_stop_words),
    "word:prime_lengths": _each(_prime_lengths),
    "word:syllable_parity": _each(_syllable_parity),
    "word:initials_differ": _each(_initials_differ),
    "word:initials_not_successive": _each(_initials_not_successive),
    "word:alphabet": _each(_alphabet),
    "word:consonant_clusters": _each(_consonant_clusters),
    "word:vowels": vowels,
    "word:language_every": language_every,
}
