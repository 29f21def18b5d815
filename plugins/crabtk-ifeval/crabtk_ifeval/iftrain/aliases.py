"""Canonical constraints written out under IFTrain's ids and keyword arguments."""

from __future__ import annotations

from collections.abc import Mapping

from crabtk import Params
from crabtk_ifeval.ifeval.aliases import fixed, letter_alias, only, related, renamed
from crabtk_ifeval.ifeval.combinations import DIVIDER
from crabtk_ifeval.iftrain.keywords import PALINDROME
from crabtk_ifeval.instruction import Alias


def _frequency(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a word's frequency."""
    if params.get("relation") == "exactly":
        return ("keywords:word_once", {"keyword": params["keyword"]}) if params["n"] == 1 else None
    return related("keywords:word_count_different_numbers", "frequency", keyword="keyword")(params)


def _exclude(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a single banned phrase."""
    phrases = params["phrases"]
    return ("keywords:exclude_word_harder", {"keyword": phrases[0]}) if len(phrases) == 1 else None


def _times(params: Params) -> tuple[str, Params] | None:
    """Return the alias of copies divided by six asterisks."""
    if params.get("divider") != DIVIDER:
        return None
    return "copy:copying_multiple", {"prompt_to_repeat": params["prompt"], "N": params["n"]}


def _span(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a span; the reference takes index 0 for no index."""
    start, end = params["start"] - 1, params["end"] - 1
    if start < 1:
        return None
    return "new:copy_span_idx", {"prompt_to_repeat": params["prompt"], "n_start": start, "n_end": end}


def _absent(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a mark that must not occur."""
    ids = {"full_stop": "punctuation:punctuation_dot", "exclamation_mark": "punctuation:punctuation_exclamation"}
    found = ids.get(str(params.get("mark")))
    return (found, {}) if found else None


ALIASES: Mapping[str, Alias] = {
    "keyword:frequency": _frequency,
    "keyword:exclude": _exclude,
    "keyword:position": renamed("keywords:keyword_specific_position", keyword="keyword", n="n", m="m"),
    "word:initials_not_successive": fixed("keywords:no_adjacent_consecutive"),
    "word:palindromes": fixed("keywords:palindrome", **PALINDROME),
    "copy:variations": renamed("copy:repeat_phrase", phrase="phrase", n="small_n"),
    "copy:prompt": renamed("copy:copy", prompt="prompt_to_repeat"),
    "copy:times": _times,
    "copy:span": _span,
    "punctuation:hyphen_joined": fixed("detectable_format:sentence_hyphens"),
    "brackets:every_word": fixed("detectable_format:square_brackets"),
    "brackets:bigrams": fixed("detectable_format:bigram_wrapping"),
    "paragraphs:divided": fixed("paragraphs:paragraphs", divider="***", n=2),
    "paragraphs:count": fixed("paragraphs:paragraphs2", n=2),
    "sentence:first_word": renamed("first_word:first_word_sent", word="first_word"),
    "start_end:first_word": renamed("first_word:first_word_answer", word="first_word"),
    "sentence:last_word": renamed("last_word:last_word_sent", word="last_word"),
    "start_end:last_word": renamed("last_word:last_word_answer", word="last_word"),
    "punctuation:absent": _absent,
    "case:lowercase_words": only("at_most", "count:lowercase_counting", "N"),
    "word:unique": fixed("count:count_unique"),
    "length:letters": related("letters:letter_counting", "N"),
    "letter:frequency": letter_alias("letters:letter_counting2"),
}
