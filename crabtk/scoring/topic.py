"""The on-topic guard: whether a response speaks of what the instruction speaks of, by their words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from crabtk.language import UNKNOWN, detect
from crabtk.scoring.gaming import READ_AT_MOST
from crabtk.words import UNSPACED, words_in

_SHARE = 0.1
"""Of the instruction's content words; a response that has as many speaks of its topic."""
_ENOUGH = 2
"""Content words in common that are enough whatever their share: long instructions bring material along."""
_FEW_ASKED = 2
_SHORT = 12
"""Distinct content words; shorter responses need not repeat a word of what was asked ("Paris.")."""
_DETECTED_IN = 1000

_SHORTEST = 3
_LONGEST_STEM = 7
_LONGEST_OTHER_STEM = 5
_ENDING = re.compile(r"(?:ingly|edly|ations?|ings?|ies|ers?|ed|es|ly|s|e|y|os?|as?|en)$")

_REQUEST_WORDS = frozenset(
    str.split("""
    add adding advice aim answer answered answering answers apply appropriate ask asked asking aspects assume base
    based begin below brief briefly come complete completely concise condition conditions consider consist constraint
    constraints contain containing contains create creating creative describe describing description design
    detail detailed details develop discuss end ensure entire essential exactly examples explain explaining explanation
    explore feel final finally follow following format generate help hello here hint idea ideas importance
    instruction instructions key keep list lists listed mention must name necessary needed note offer order paragraph
    paragraphs please point points prompt provide provided providing question questions read request requests
    require required requirement requirements respect respond response responses sample satisfy sentence sentences
    show simple specific start state step steps suggest suggestions summarize task tasks text texts think thought title
    topic understand user version whole write writes writing written
    antwort antworte beschreibe bitte erkläre erstelle frage gib nenne schreibe text
    crea cuenta dame describe escribe explica explicar favor lista pregunta respuesta texto
    décris donne écris explique liste moi question réponse texte s'il plaît
    напиши объясни расскажи пожалуйста""")
)
"""Words by which one asks, and which stand in answers of any kind; they tell no topic."""


def on_topic(instruction: str, response: str, stop: Collection[str]) -> bool | None:
    """Tell whether a response has to do with an instruction.

    Args:
        instruction: Without its constraints.
        response: Without hidden reasoning and claims of compliance; its first characters are read.
        stop: Function words, in lower case.

    Returns:
        None where words give no basis to tell: the instruction has hardly any content word, the response is short, or
        the two are in different languages or in one that cannot be told, such as code.
    """
    asked, told = stems(instruction, frozenset(stop)), stems(response[:READ_AT_MOST], frozenset(stop))
    if len(asked) < _FEW_ASKED:
        return None
    common = len(asked & told)
    if common >= min(_ENOUGH, _SHARE * len(asked)):
        return True
    asked_in = detect(instruction[:_DETECTED_IN])
    # English endings are cut here, other languages' are not: there one common word has to do.
    if common and (len(told) < _SHORT or asked_in != "en"):
        return True
    told_in = detect(response[:_DETECTED_IN])
    unclear = len(told) < _SHORT or asked_in != told_in or UNKNOWN in (asked_in, told_in)
    return None if unclear else False


@lru_cache(maxsize=4096)
def stems(text: str, stop: frozenset[str]) -> frozenset[str]:
    """Return the content words of a text, cut to what their forms share."""
    return frozenset(_stems(text, stop))


def _stems(text: str, stop: frozenset[str]) -> Iterator[str]:
    for word in words_in(text.lower()):
        if word in stop or word in _REQUEST_WORDS:
            continue
        if UNSPACED.match(word):
            if len(word) > 1:  # single signs are function words for the most part
                yield word
        elif len(word) >= _SHORTEST:
            yield _stem(word)


def _stem(word: str) -> str:
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if not word.isascii():
        return word[:_LONGEST_OTHER_STEM]
    cut = _ENDING.sub("", word)
    return (cut if len(cut) >= _SHORTEST else word)[:_LONGEST_STEM]
