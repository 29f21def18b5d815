"""The keyword arguments of each id: their kinds, what the reference draws where one is absent, and clear errors."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crabtk import Params, VerificationError

Values = dict[str, Any]
Draw = Callable[[random.Random, Values], Any]


@dataclass(frozen=True)
class Argument:
    """One keyword argument.

    Attributes:
        name: As the reference spells it.
        kind: A whole number, or text.
        draw: How the reference draws it where it is absent, given those before it; None where it cannot.
        least: Smallest number that makes sense.
        zero_is_absent: Whether the reference takes 0 for absent; else it takes what is below 0.
        stripped: Whether the reference strips the text.
    """

    name: str
    kind: Literal["number", "text"]
    draw: Draw | None = None
    least: int = 1
    zero_is_absent: bool = False
    stripped: bool = False


def known(id_: str) -> tuple[Argument, ...]:
    """Return the arguments of an id; VerificationError for an id that IFBench does not have."""
    try:
        return ARGUMENTS[id_]
    except KeyError:
        raise VerificationError(f"IFBench has no instruction {id_!r}; it has {', '.join(ARGUMENTS)}") from None


def stated(id_: str, kwargs: Params) -> Values:
    """Return all arguments of an id as its wording needs them.

    Raises:
        VerificationError: One is missing, unknown or of a wrong kind.
    """
    given = _given(id_, kwargs)
    for argument in known(id_):
        if argument.name not in given:
            raise VerificationError(f"{id_} needs the keyword argument {argument.name!r}: add it to its kwargs")
        value = given[argument.name]
        if argument.kind == "number" and value < argument.least:
            raise VerificationError(
                f"{id_}: {argument.name!r} is {value}, but must be at least {argument.least}: correct its kwargs"
            )
    return given


def drawn(id_: str, kwargs: Params, seed: int) -> Values:
    """Return all arguments of an id as the reference takes them, those that are absent drawn.

    Raises:
        VerificationError: One is unknown or of a wrong kind, or is absent and has no draw.
    """
    given = _given(id_, kwargs)
    rng = random.Random(seed)  # noqa: S311 - the reference draws from the same generator
    values: Values = {}
    for argument in known(id_):
        value = given.get(argument.name)
        if _is_absent(value, argument):
            value = _draw(id_, argument, rng, values)
        values[argument.name] = value
    return values


def _given(id_: str, kwargs: Params) -> Values:
    arguments = {argument.name: argument for argument in known(id_)}
    given = {name: value for name, value in kwargs.items() if value is not None}
    for name in given:
        if name not in arguments:
            takes = ", ".join(arguments) or "none"
            raise VerificationError(f"{id_} takes no keyword argument {name!r} (it takes: {takes}): remove it")
    return {name: _value(id_, arguments[name], value) for name, value in given.items()}


def _value(id_: str, argument: Argument, value: Any) -> Any:
    if argument.kind == "text":
        if not isinstance(value, str):
            raise VerificationError(f"{id_}: {argument.name!r} is {value!r}, but must be text: correct its kwargs")
        return value.strip() if argument.stripped else value
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
    if not whole:
        raise VerificationError(
            f"{id_}: {argument.name!r} is {value!r}, but must be a whole number: correct its kwargs"
        )
    return int(value)


def _is_absent(value: Any, argument: Argument) -> bool:
    if value is None or value == "":
        return True
    return argument.kind == "number" and (value == 0 if argument.zero_is_absent else value < 0)


def _draw(id_: str, argument: Argument, rng: random.Random, before: Values) -> Any:
    if argument.draw is None:
        raise VerificationError(f"{id_} needs the keyword argument {argument.name!r}: add it to its kwargs")
    try:
        return argument.draw(rng, before)
    except ValueError:
        raise VerificationError(
            f"{id_}: {argument.name!r} cannot be drawn for so short a text: add it to its kwargs"
        ) from None


def _between(low: int, high: int) -> Draw:
    return lambda rng, _: rng.randint(low, high)


def _one_of(*values: str) -> Draw:
    return lambda rng, _: rng.choice(values)


def _number(name: str, low: int, high: int) -> Argument:
    return Argument(name, "number", _between(low, high))


def _most_words(rng: random.Random, before: Values) -> int:
    least = int(before["min_words"])
    return least + rng.randint(int(least * 0.05), int(least * 0.1))


def _span_start(rng: random.Random, before: Values) -> int:
    return rng.randint(0, len(before["prompt_to_repeat"].split()) - 2)


def _span_end(rng: random.Random, before: Values) -> int:
    return rng.randint(before["n_start"] + 1, len(before["prompt_to_repeat"].split()) - 1)


_KEYWORD = Argument("keyword", "text", stripped=True)
_PROMPT = Argument("prompt_to_repeat", "text")

ARGUMENTS: Mapping[str, tuple[Argument, ...]] = {
    "count:word_count_range": (_number("min_words", 100, 500), Argument("max_words", "number", _most_words)),
    "count:unique_word_count": (_number("N", 100, 500),),
    "ratio:stop_words": (Argument("percentage", "number", _between(1, 100), least=0),),
    "ratio:sentence_type": (),
    "ratio:sentence_balance": (),
    "count:conjunctions": (_number("small_n", 2, 6),),
    "count:person_names": (_number("N", 1, 50),),
    "ratio:overlap": (
        Argument("reference_text", "text"),
        Argument("percentage", "number", _between(1, 100), least=0),
    ),
    "count:numbers": (Argument("N", "number", _between(1, 6), least=0),),
    "words:alphabet": (),
    "words:vowel": (),
    "words:consonants": (),
    "sentence:alliteration_increment": (),
    "words:palindrome": (),
    "count:punctuation": (),
    "format:parentheses": (),
    "format:quotes": (),
    "words:prime_lengths": (),
    "format:options": (
        Argument("options", "text", _one_of("yes/no/maybe", "I know or I don't know", "a), b), c), d)")),
    ),
    "format:newline": (),
    "format:emoji": (),
    "ratio:sentence_words": (),
    "count:words_japanese": (_number("N", 1, 30),),
    "words:start_verb": (),
    "words:repeats": (_number("small_n", 1, 5),),
    "sentence:keyword": (Argument("word", "text"), _number("N", 1, 20)),
    "count:pronouns": (_number("N", 1, 25),),
    "words:odd_even_syllables": (),
    "words:last_first": (),
    "words:paragraph_last_first": (),
    "sentence:increment": (_number("small_n", 1, 5),),
    "words:no_consecutive": (),
    "format:line_indent": (),
    "format:quote_unquote": (),
    "format:list": (Argument("sep", "text", _one_of("...", "SEPARATOR", "!?!?", "-")),),
    "format:thesis": (),
    "format:sub-bullets": (),
    "format:no_bullets_bullets": (),
    "custom:multiples": (),
    "custom:mcq_count_length": (),
    "custom:reverse_newline": (),
    "custom:word_reverse": (),
    "custom:character_reverse": (),
    "custom:sentence_alphabet": (),
    "custom:european_capitals_sort": (),
    "custom:csv_city": (),
    "custom:csv_special_character": (),
    "custom:csv_quotes": (),
    "custom:date_format_list": (),
    "count:keywords_multiple": tuple(Argument(f"keyword{n}", "text", stripped=True) for n in range(1, 6)),
    "words:keywords_specific_position": (
        _KEYWORD,
        Argument("n", "number", _between(20, 30), zero_is_absent=True),
        Argument("m", "number", _between(30, 40), zero_is_absent=True),
    ),
    "words:words_position": (_KEYWORD,),
    "repeat:repeat_change": (_PROMPT,),
    "repeat:repeat_simple": (),
    "repeat:repeat_span": (
        _PROMPT,
        Argument("n_start", "number", _span_start, least=0, zero_is_absent=True),
        Argument("n_end", "number", _span_end, least=0, zero_is_absent=True),
    ),
    "format:title_case": (),
    "format:output_template": (),
    "format:no_whitespace": (),
}
"""The 58 ids in the reference's order, each with its keyword arguments in the order in which absent ones are drawn."""
