"""What the wording of each id says, in crabtk's constraint types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crabtk import Constraint, Params, VerificationError
from crabtk_ifbench.arguments import Values, stated
from crabtk_ifbench.reference.facts import (
    CITY_COLUMNS,
    KEYWORD_TIMES,
    PERSON_NAMES,
    PRODUCT_COLUMNS,
    SENTENCE_TO_REPEAT,
    STUDENT_COLUMNS,
    TEMPLATE_LABELS,
)

_LAST_OPTION = re.compile(r"\s*,\s*or\s+|\s+or\s+|\s*,\s*")


def _as_it_is(value: Any) -> Any:
    return value


def _cut(options: str) -> list[str]:
    """Cut options at slashes, or else at commas and the word ``or``, which the reference finds in ``horse`` too."""
    parts = options.split("/") if "/" in options else _LAST_OPTION.split(options)
    return [part.strip() for part in parts if part.strip()]


def _joined(options: Any) -> str | None:
    """Write options so that the reference cuts them apart again; None where it would not."""
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        return None
    written = "/".join(options)
    return written if len(options) > 1 and _cut(written) == options else None


@dataclass(frozen=True)
class From:
    """A parameter that an argument gives.

    Attributes:
        argument: Its name.
        read: From the argument to the parameter.
        write: From the parameter to the argument; None where the reference could not say it.
    """

    argument: str
    read: Callable[[Any], Any] = _as_it_is
    write: Callable[[Any], Any] = _as_it_is


@dataclass(frozen=True)
class Part:
    """A canonical constraint; its parameters are fixed, or taken from arguments."""

    type: str
    params: Mapping[str, Any]

    def constraint(self, values: Values) -> Constraint:
        """Return the constraint for given arguments."""
        return Constraint(
            self.type,
            {
                name: value.read(values[value.argument]) if isinstance(value, From) else value
                for name, value in self.params.items()
            },
        )

    def values(self, params: Params) -> Values | None:
        """Return the arguments for which the constraint has these parameters; None where there are none."""
        if set(params) != set(self.params):
            return None
        found: Values = {}
        for name, wanted in self.params.items():
            if isinstance(wanted, From):
                found[wanted.argument] = wanted.write(params[name])
            elif params[name] != wanted:
                return None
        return None if None in found.values() else found


def _is(type_: str, **params: Any) -> Part:
    return Part(type_, params)


def _csv(columns: tuple[str, ...], delimiter: str, rows: int) -> tuple[Part, Part]:
    header = _is("csv:columns", columns=list(columns), delimiter=delimiter)
    return header, _is("csv:rows", n=rows, delimiter=delimiter)


MEANINGS: Mapping[str, tuple[Part, ...]] = {
    "count:word_count_range": (_is("length:words", relation="between", low=From("min_words"), high=From("max_words")),),
    "count:unique_word_count": (_is("length:unique_words", relation="at_least", n=From("N")),),
    "ratio:stop_words": (_is("word:stop_words", percent=From("percentage")),),
    "ratio:sentence_type": (_is("sentence:type_ratio", statements=2, questions=1),),
    "ratio:sentence_balance": (_is("sentence:balance"),),
    "count:conjunctions": (_is("word:conjunctions", n=From("small_n")),),
    "count:person_names": (_is("word:person_names", n=From("N"), names=list(PERSON_NAMES)),),
    "ratio:overlap": (_is("copy:overlap", reference=From("reference_text"), percent=From("percentage")),),
    "count:numbers": (_is("figures:numbers", relation="exactly", n=From("N")),),
    "words:alphabet": (_is("word:alphabet"),),
    "words:vowel": (_is("paragraphs:count", n=1), _is("word:vowels", n=3)),
    "words:consonants": (_is("word:consonant_clusters"),),
    "sentence:alliteration_increment": (_is("sentence:alliteration_increment"),),
    "words:palindrome": (_is("word:palindromes", relation="at_least", n=10, characters=5),),
    "count:punctuation": (_is("punctuation:every"),),
    "format:parentheses": (_is("brackets:nested", levels=5),),
    "format:quotes": (_is("quotation:nested", levels=3),),
    "words:prime_lengths": (_is("word:prime_lengths"),),
    "format:options": (_is("choice:one_of", options=From("options", _cut, _joined)),),
    "format:newline": (_is("layout:word_per_line"),),
    "format:emoji": (_is("emoji:sentence_end"),),
    "ratio:sentence_words": (
        _is("length:sentences", relation="exactly", n=3),
        _is("sentence:equal_characters"),
        _is("word:unique"),
    ),
    "count:words_japanese": (_is("word:language_every", n=From("N"), script="japanese"),),
    "words:start_verb": (_is("start_end:verb"),),
    "words:repeats": (_is("word:repeat_limit", n=From("small_n")),),
    "sentence:keyword": (_is("keyword:sentence", keyword=From("word"), n=From("N")),),
    "count:pronouns": (_is("word:pronouns", relation="at_least", n=From("N")),),
    "words:odd_even_syllables": (_is("word:syllable_parity"),),
    "words:last_first": (_is("sentence:chain"),),
    "words:paragraph_last_first": (_is("ifbench:same_line_ends"),),
    "sentence:increment": (_is("sentence:increment", n=From("small_n")),),
    "words:no_consecutive": (_is("word:initials_differ"),),
    "format:line_indent": (_is("layout:stairs"),),
    "format:quote_unquote": (_is("quotation:explained"),),
    "format:list": (_is("list:custom_marker", marker=From("sep")),),
    "format:thesis": (_is("document:thesis"),),
    "format:sub-bullets": (_is("list:two_level", marker="*", sub_marker="-"),),
    "format:no_bullets_bullets": (_is("list:after_sentences", sentences=2, items=2, marker="*"),),
    # What it asks for is all that may be printed.
    "custom:multiples": (
        _is("sequence:multiples", of=7, start=10, end=50),
        _is("length:letters", relation="at_most", n=0),
    ),
    "custom:mcq_count_length": (_is("quiz:multiple_choice", questions=4, options=5), _is("quiz:longer_questions")),
    "custom:reverse_newline": (_is("ifbench:african_countries"), _is("order:lines", direction="descending")),
    "custom:word_reverse": (_is("ifbench:backwards_answer", answer="bald eagle", unit="words"),),
    "custom:character_reverse": (_is("ifbench:backwards_answer", answer="bald eagle", unit="letters"),),
    "custom:sentence_alphabet": (_is("sentence:alphabet", n=26),),
    "custom:european_capitals_sort": (_is("ifbench:northern_capitals"),),
    "custom:csv_city": _csv(CITY_COLUMNS, "comma", 7),
    "custom:csv_special_character": (
        *_csv(PRODUCT_COLUMNS, "comma", 14),
        _is("csv:quoted_special"),
    ),
    "custom:csv_quotes": (*_csv(STUDENT_COLUMNS, "tab", 3), _is("csv:quoted", delimiter="tab")),
    # The battles that Napoleon fought lie between the siege of Toulon's year and the day of Waterloo.
    "custom:date_format_list": (
        _is("date:format", format="iso"),
        _is("ifbench:date_list", first="1793-01-01", last="1815-06-18"),
    ),
    "count:keywords_multiple": tuple(
        _is("keyword:frequency", relation="exactly", keyword=From(f"keyword{place}"), n=times)
        for place, times in enumerate(KEYWORD_TIMES, start=1)
    ),
    "words:keywords_specific_position": (_is("keyword:position", keyword=From("keyword"), n=From("n"), m=From("m")),),
    "words:words_position": tuple(
        _is("keyword:nth_word", keyword=From("keyword"), n=2, side=side) for side in ("start", "end")
    ),
    "repeat:repeat_change": (_is("copy:changed_first_word", prompt=From("prompt_to_repeat")),),
    "repeat:repeat_simple": (_is("copy:sentence", sentence=SENTENCE_TO_REPEAT),),
    "repeat:repeat_span": (
        _is("copy:span", prompt=From("prompt_to_repeat"), start=From("n_start"), end=From("n_end")),
    ),
    "format:title_case": (_is("case:title"),),
    "format:output_template": (_is("ifbench:template", labels=list(TEMPLATE_LABELS)),),
    "format:no_whitespace": (_is("whitespace:absent"),),
}
"""The constraints that must all hold."""

_SPAN = "repeat:repeat_span"


def constraints(id_: str, kwargs: Params, prompt: str) -> list[Constraint]:
    """Return the constraints that together say what an id's wording says."""
    values = stated(id_, kwargs)
    if id_ == "count:word_count_range":
        _in_order(id_, values, "min_words", "max_words")
    if id_ == _SPAN:
        _in_order(id_, values, "n_start", "n_end")
        values = _as_characters(values, by_words="character ind" not in prompt)
    return [part.constraint(values) for part in MEANINGS[id_]]


def _in_order(id_: str, values: Values, low: str, high: str) -> None:
    if values[low] > values[high]:
        raise VerificationError(
            f"{id_}: {high!r} is {values[high]}, below {low!r}, which is {values[low]}: correct its kwargs"
        )


def _as_characters(values: Values, by_words: bool) -> Values:
    """Turn a span's indices, counted from 0 and both included, into places of characters, counted from 1.

    IFBench's prompts state the indices of words; older wordings those of characters.
    """
    text, start, end = (values[name] for name in ("prompt_to_repeat", "n_start", "n_end"))
    units = [word.span() for word in re.finditer(r"\S+" if by_words else r"(?s).", text)]
    if end >= len(units):
        raise VerificationError(
            f"{_SPAN}: 'n_end' is {end}, but the last {'word' if by_words else 'character'} of 'prompt_to_repeat' has "
            f"the index {len(units) - 1}: correct its kwargs"
        )
    return {**values, "n_start": units[start][0] + 1, "n_end": units[end][1]}


def written_as(constraint: Constraint) -> tuple[str, Values] | None:
    """Return the id and arguments that mean the same; None where no single id does.

    No span of characters is written as IFBench's, which is one of words and which the reference cuts a word short.
    """
    for id_, parts in MEANINGS.items():
        if len(parts) == 1 and parts[0].type == constraint.type and id_ != _SPAN:
            values = parts[0].values(constraint.params)
            if values is not None and _fits(id_, values):
                return id_, values
    return None


def _fits(id_: str, values: Values) -> bool:
    try:
        stated(id_, values)
    except VerificationError:
        return False
    return True
