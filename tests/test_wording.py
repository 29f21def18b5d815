"""The template language of wordings, in both directions."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crabtk.wording import Count, OneOf, Quoted, QuotedList, fill, read, write

TEMPLATE = 'Say {phrase} {n} {n|time|times} ("{{" is no field) in {tone}.'
FIELDS = {"phrase": Quoted(), "n": Count(), "tone": OneOf({"calm": "a calm tone", 2: "a calm tone of voice"})}

quotable = st.text(st.characters(exclude_characters='"\n', exclude_categories=("Cs",)), min_size=1)


@pytest.mark.parametrize(("n", "noun"), [(0, "times"), (1, "time"), (2, "times"), (10**20, "times")])
def test_number_chooses_the_form(n: int, noun: str) -> None:
    assert f" {n} {noun} " in write(TEMPLATE, FIELDS, {"phrase": "hi", "n": n, "tone": "calm"})


@given(quotable, st.integers(0, 10**9), st.sampled_from(["calm", 2]))
def test_what_is_written_is_read(phrase: str, n: int, tone: object) -> None:
    params = {"phrase": phrase, "n": n, "tone": tone}
    assert read(TEMPLATE, FIELDS, write(TEMPLATE, FIELDS, params)) == params


@given(st.lists(quotable, min_size=1, max_size=4))
def test_lists_are_read_in_order(phrases: list[str]) -> None:
    fields = {"phrases": QuotedList("or")}
    assert read("Avoid {phrases}.", fields, write("Avoid {phrases}.", fields, {"phrases": phrases})) == {
        "phrases": phrases
    }


def test_a_list_reads_as_english() -> None:
    assert QuotedList().write(["a"]) == '"a"'
    assert QuotedList().write(["a", "b"]) == '"a" and "b"'
    assert QuotedList("or").write(["a", "b", "c"]) == '"a", "b" or "c"'


def test_a_value_is_never_filled_again() -> None:
    assert fill("{a} {b}", {"a": "{b}", "b": "x"}) == "{b} x"
    assert write("Say {phrase}.", {"phrase": Quoted()}, {"phrase": "{n} \\1 {phrase}"}) == 'Say "{n} \\1 {phrase}".'


@pytest.mark.parametrize("value", ["", 'a "quote"', "two\nlines"])
def test_what_cannot_be_quoted_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be quoted"):
        Quoted().write(value)


def test_other_sentences_are_not_read() -> None:
    assert read("Use {n} words.", {"n": Count()}, "Use n words.") is None
    assert read("Use {n} words.", {"n": Count()}, "Use 5 words. And more.") is None


def test_a_field_that_stands_twice_must_agree() -> None:
    fields = {"n": Count()}
    assert read("{n} of {n}", fields, "5 of 5") == {"n": 5}
    assert read("{n} of {n}", fields, "5 of 6") is None


def test_patterns_have_no_groups_of_their_own() -> None:
    for field in (Count(), Quoted(), QuotedList(), OneOf(dict.fromkeys(string.ascii_lowercase, "x (y)"))):
        assert "(?P" not in field.pattern
