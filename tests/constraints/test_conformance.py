"""Every built-in type passes the suite that third parties run, and its wordings are its own."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crabtk import wording
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.builtin import TYPES
from crabtk.testing import check_constraint_type
from crabtk.text import ParsedText
from crabtk.wording import Count, OneOf, Ordinal, Quoted, QuotedList

BY_NAME = {type_.name: type_ for type_ in TYPES}
SAMPLE_WORDS = ("river", "to do so", "Ünder 1, 2 (or 3)")
each_type = pytest.mark.parametrize("type_", TYPES, ids=list(BY_NAME))


def samples(type_: ConstraintType, number: int = 3) -> list[tuple[dict[str, Any], str]]:
    """Every wording of a type, filled with sample parameters: each value of a closed set, one of the others."""
    found = []
    for variant, template in type_.templates():
        names = sorted(wording.parameters(template))
        for values in product(*(sample_values(type_, name, number) for name in names)):
            params = dict(zip(names, values, strict=True))
            sentence = wording.write(template, type_.fields, params)
            found.append((params if variant is None else {type_.variant: variant, **params}, sentence))
    return found


def sample_values(type_: ConstraintType, name: str, number: int) -> list[Any]:
    field = type_.fields[name]
    if isinstance(field, Count | Ordinal):
        return [number]
    if isinstance(field, OneOf):
        return list(field.words)
    if isinstance(field, QuotedList):
        return [list(SAMPLE_WORDS)]
    if isinstance(field, Quoted):
        return [SAMPLE_WORDS[1]]
    # A field of the type's own making.
    return [params[name] for params in type_.example_params]


@each_type
def test_conformance(type_: ConstraintType) -> None:
    check_constraint_type(type_, seeds=range(8), wordings=10, texts=["Yours?\n" * 30, "Where is the key? " * 12])


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(TYPES) >= 100


@each_type
def test_each_wording_reads_back_to_what_it_was_made_of(type_: ConstraintType) -> None:
    for params, sentence in samples(type_):
        assert type_.parse(sentence) == params


@pytest.mark.slow
def test_no_type_reads_the_wording_of_another() -> None:
    for writer, reader in product(TYPES, TYPES):
        if writer is not reader:
            claimed = [sentence for _, sentence in samples(writer) if reader.parse(sentence) is not None]
            assert not claimed, f"{reader.name} reads {claimed} of {writer.name}"


@each_type
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_parse_recovers_any_parameters_from_every_wording(type_: ConstraintType, data: st.DataObject) -> None:
    for variant, template in type_.templates():
        params = {name: data.draw(values(type_, name)) for name in sorted(wording.parameters(template))}
        sentence = wording.write(template, type_.fields, params)
        assert type_.parse(sentence) == (params if variant is None else {type_.variant: variant, **params})


QUOTABLE = st.text(st.characters(exclude_characters='"\n', exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1)


def values(type_: ConstraintType, name: str) -> st.SearchStrategy[Any]:
    field = type_.fields[name]
    if isinstance(field, Count):
        return st.integers(0, 10_000)
    if isinstance(field, Ordinal):
        return st.integers(1, 10_000)
    if isinstance(field, OneOf):
        return st.sampled_from(list(field.words))
    if isinstance(field, QuotedList):
        return st.lists(QUOTABLE, min_size=1, max_size=4)
    if isinstance(field, Quoted):
        return QUOTABLE
    return st.sampled_from([params[name] for params in type_.example_params])


@each_type
def test_a_meaning_has_ten_wordings_of_distinct_shape(type_: ConstraintType) -> None:
    groups = type_.wordings if isinstance(type_.wordings, Mapping) else {"": type_.wordings}
    for sentences in groups.values():
        assert len(sentences) >= 10
        assert len({tuple(sentence.split()[:2]) for sentence in sentences}) >= 10
        assert any(sentence.rstrip().endswith("?") or "? " in sentence for sentence in sentences)
        assert max(map(len, sentences)) > 1.5 * min(map(len, sentences))


@each_type
def test_one_is_singular(type_: ConstraintType) -> None:
    nouns = "word|sentence|paragraph|bullet point|item|heading|block|phrase|passage|character|column|line|time|entrie"
    for params, sentence in samples(type_, number=1):
        if "low" in params:
            continue
        assert not re.search(rf"\b1 (?:{nouns})s\b(?! or)", sentence), sentence


@each_type
def test_whether_it_counts_follows_from_its_fields(type_: ConstraintType) -> None:
    assert type_.counts == any("7" in sentence for _, sentence in samples(type_, number=7))


@each_type
def test_nothing_is_asked_of_a_response_without_words(type_: ConstraintType) -> None:
    for raw in ("", "\n\n", "…!"):
        text = ParsedText(raw)
        assert type_.measure(text, random.Random(1)) is None
        for params, _ in samples(type_):
            assert not type_.check(text, params)


@each_type
def test_a_stated_language_changes_no_verdict(type_: ConstraintType) -> None:
    raw = "La lluvia cayó toda la noche. El río creció, y la gente miraba el río desde el puente. " * 3
    for params, _ in samples(type_):
        assert type_.check(ParsedText(raw, "en"), params) == type_.check(ParsedText(raw), params)


@pytest.mark.parametrize(
    "raw", ["春天来了。花园里的花都开了！孩子们在树下唱歌，老人们喝茶聊天。" * 9, "ฝนตกหนักมากในคืนนี้ " * 40]
)
def test_words_are_not_asked_of_scripts_without_spaces(raw: str) -> None:
    text = ParsedText(raw)
    of_words = [
        "length:words", "length:words_per_sentence", "length:characters_per_word", "paragraphs:words",
        "keyword:include", "keyword:frequency", "start_end:first_phrase", "start_end:last_phrase",
    ]  # fmt: skip
    for name, seed in product(of_words, range(5)):
        assert BY_NAME[name].measure(text, random.Random(seed)) is None
