"""Canonical constraints written out under IFEval's ids and keyword arguments."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

from crabtk import Params
from crabtk_ifeval.arguments import AT_LEAST, LESS_THAN
from crabtk_ifeval.ifeval.combinations import DIVIDER
from crabtk_ifeval.ifeval.contents import MARKERS
from crabtk_ifeval.ifeval.formats import OPTIONS
from crabtk_ifeval.instruction import Alias
from crabtk_ifeval.languages import NAMES
from crabtk_ifeval.meaning import relation_of


def fixed(id_: str, **wanted: Any) -> Alias:
    """Return the alias of an id without arguments; it asks for these parameters."""

    def alias(params: Params) -> tuple[str, Params] | None:
        return (id_, {}) if all(params.get(name) == value for name, value in wanted.items()) else None

    return alias


def renamed(id_: str, fits: Callable[[Any], bool] = bool, **names: str) -> Alias:
    """Return the alias of an id whose arguments are the parameters under other names.

    Args:
        id_: Of the set.
        fits: Tells whether the id's reference understands each of the values.
        names: Keyword argument by parameter.
    """

    def alias(params: Params) -> tuple[str, Params] | None:
        found = {argument: params.get(name) for name, argument in names.items()}
        return (id_, found) if all(map(fits, found.values())) else None

    return alias


def related(id_: str, number: str, relation: str = "relation", **names: str) -> Alias:
    """Return the alias of an id with a relation and a number; "exactly" has none."""

    def alias(params: Params) -> tuple[str, Params] | None:
        found = relation_of(params)
        if found is None:
            return None
        return id_, {**{names[name]: params[name] for name in names}, relation: found[0], number: found[1]}

    return alias


def only(relation: str, id_: str, number: str) -> Alias:
    """Return the alias of an id that knows one relation."""

    def alias(params: Params) -> tuple[str, Params] | None:
        return (id_, {number: params["n"]}) if params.get("relation") == relation else None

    return alias


def letter_alias(id_: str) -> Alias:
    """Return the alias of a letter's frequency; the reference knows Latin letters alone."""
    alias = related(id_, "let_frequency", "let_relation", letter="letter")
    return lambda params: alias(params) if str(params["letter"]) in string.ascii_letters else None


def _words(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a number of words; the set has none for "between" and "about"."""
    relation, words = params.get("relation"), params.get("words")
    if relation == "at_least":
        return "length_constraints:number_words", {"relation": AT_LEAST, "num_words": words}
    if relation == "at_most" and isinstance(words, int):
        return "length_constraints:number_words", {"relation": LESS_THAN, "num_words": words + 1}
    return None


def _divided(params: Params) -> tuple[str, Params] | None:
    """Return the alias of parts divided by three asterisks."""
    if params.get("divider") != "***":
        return None
    return "length_constraints:number_paragraphs", {"num_paragraphs": params["n"]}


def _options(params: Params) -> tuple[str, Params] | None:
    """Return the alias of a choice among the reference's three answers."""
    return ("detectable_format:constrained_response", {}) if tuple(params["options"]) == OPTIONS else None


ALIASES: Mapping[str, Alias] = {
    "keyword:include": renamed("keywords:existence", phrases="keywords"),
    "keyword:frequency": related("keywords:frequency", "frequency", keyword="keyword"),
    "keyword:exclude": renamed("keywords:forbidden_words", phrases="forbidden_words"),
    "letter:frequency": letter_alias("keywords:letter_frequency"),
    "language:response": renamed("language:response_language", NAMES.__contains__, language="language"),
    "length:sentences": related("length_constraints:number_sentences", "num_sentences"),
    "length:words": _words,
    "paragraphs:divided": _divided,
    "placeholder:count": only("at_least", "detectable_content:number_placeholders", "num_placeholders"),
    "document:postscript": renamed("detectable_content:postscript", MARKERS.__contains__, marker="postscript_marker"),
    "list:bullets": only("exactly", "detectable_format:number_bullet_lists", "num_bullets"),
    "choice:one_of": _options,
    "emphasis:highlights": only("at_least", "detectable_format:number_highlighted_sections", "num_highlights"),
    "section:labelled": renamed("detectable_format:multiple_sections", label="section_spliter", n="num_sections"),
    "json:valid": fixed("detectable_format:json_format"),
    "title:angle": fixed("detectable_format:title"),
    "document:two_responses": fixed("combination:two_responses", divider=DIVIDER),
    "copy:prompt_first": renamed("combination:repeat_prompt", prompt="prompt_to_repeat"),
    "start_end:last_phrase": renamed("startend:end_checker", phrase="end_phrase"),
    "quotation:whole": fixed("startend:quotation"),
    "case:capitals": related("change_case:capital_word_frequency", "capital_frequency", "capital_relation"),
    "punctuation:absent": fixed("punctuation:no_comma", mark="comma"),
}
