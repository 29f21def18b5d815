"""The reference's verdicts on texts made by hand: ``count`` and ``ratio``."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk import ParsedText
from crabtk_ifbench.instruction_set import IFBench

_FIVE = {"keyword1": "ash", "keyword2": "bay", "keyword3": "cod", "keyword4": "dew", "keyword5": "elk"}
_KEPT = "ash" + " bay" * 2 + " cod" * 3 + " dew" * 5 + " elk" * 7

CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "count:word_count_range": [
        ({"min_words": 2, "max_words": 4}, "One two.", True),
        ({"min_words": 2.0, "max_words": 4.0}, "One two three four", True),
        ({"min_words": 2, "max_words": 4}, "One", False),
        ({"min_words": 2, "max_words": 4}, "One two three four five", False),
        ({"min_words": 2, "max_words": 4}, "Don't don't", True),
        ({"min_words": 2, "max_words": 4}, "Don't don't don't", False),
        ({"min_words": 1, "max_words": 1}, "snake_case", True),
    ],
    "count:unique_word_count": [
        ({"N": 3}, "red green blue", True),
        ({"N": 3}, "red green Red", False),
        ({"N": 3}, "red red. (red) green", False),
        ({"N": 3}, "red red - green", True),
        ({"N": 2}, "well-read well read", True),
        ({"N": 1}, "...", True),
        ({"N": 2}, "... !!!", False),
    ],
    "ratio:stop_words": [
        ({"percentage": 50}, "the cat", True),
        ({"percentage": 49}, "the cat", False),
        ({"percentage": 50}, "The cat sat on it", False),
        ({"percentage": 60}, "The cat sat on it", True),
        ({"percentage": 0}, "Cats sleep", True),
        ({"percentage": 100}, "!!!", False),
        ({"percentage": 50}, "don't sleep", False),
    ],
    "ratio:sentence_type": [
        ({}, "I came. I saw. Did I win?", True),
        ({}, "I came. Did I win?", False),
        ({}, "I came. I saw. I left. Did I win?", False),
        ({}, "No marks at all", True),
        ({}, "Ha! Oh! So!", True),
        ({}, 'He said "go." She said "no." "Why?"', True),
        ({}, "I came at 3.30 p.m. today. I saw. Did I win?", True),
        ({}, "Really?", False),
    ],
    "ratio:sentence_balance": [
        ({}, "I came. Did I? Yes!", True),
        ({}, "I came. Did I?", False),
        ({}, "I came. Did I? Yes! Oh!", False),
        ({}, "no marks", True),
        ({}, "Dr. Lee came. Did she? Yes!", True),
        ({}, "I came. Did I?!", True),
        ({}, "What?! Yes.", True),
        ({}, "What!", False),
    ],
    "count:conjunctions": [
        ({"small_n": 2}, "this and that or none", True),
        ({"small_n": 2}, "this and that", False),
        ({"small_n": 2}, "And this and that", True),
        ({"small_n": 2}, "this and, that and none", True),
        ({"small_n": 1}, "android", False),
        ({"small_n": 7}, "for and nor but or yet so", True),
        ({"small_n": 8}, "for and nor but or yet so", False),
    ],
    "count:person_names": [
        ({"N": 2}, "Emma met Liam.", True),
        ({"N": 2}, "Emma met Emma.", False),
        ({"N": 2}, "emma met liam", False),
        ({"N": 1}, "A Leopard slept.", True),
        ({"N": 2}, "Isabella Nora's", True),
        ({"N": 1}, "Bob met Ann.", False),
        ({"N": 3}, "Ryan, Stella and Noah's cat", True),
    ],
    "ratio:overlap": [
        ({"reference_text": "abcde", "percentage": 100}, "abcde", True),
        ({"reference_text": "abcde", "percentage": 97}, "abcde", False),
        ({"reference_text": "abcde", "percentage": 98}, "abcde", True),
        ({"reference_text": "abcde", "percentage": 50}, "abcx", True),
        ({"reference_text": "abcde", "percentage": 47}, "abcx", False),
        ({"reference_text": "abcde", "percentage": 2}, "xyz", True),
        ({"reference_text": "abcde", "percentage": 1}, "xy", False),
        ({"reference_text": "a b c", "percentage": 100}, "c b a", False),
    ],
    "count:numbers": [
        ({"N": 2}, "1 and 2", True),
        ({"N": 1}, "1,000.50", True),
        ({"N": 2}, "1-2", False),
        ({"N": 1}, "1-2", True),
        ({"N": 1}, "route66b", True),
        ({"N": 2}, "one two", False),
        ({"N": 0}, "one two", True),
        ({"N": 3}, "1. a\n2. b\n3. c", True),
    ],
    "count:punctuation": [
        ({}, "What?! Yes, no; maybe: so. Oh! Eh?", True),
        ({}, "What!? Yes, no; maybe: so. Oh! Eh?", True),
        ({}, "What?! Yes, no; maybe: so. Oh!", False),
        ({}, "What? Yes, no; maybe: so. Oh!", False),
        ({}, "What‽ Yes, no; maybe: so. Oh! Eh?", True),
        ({}, "What?! Yes, no; maybe so. Oh! Eh?", False),
        ({}, "What?! Why?! Yes, no; maybe: so.", True),
    ],
    "ratio:sentence_words": [
        ({}, "Abc de. Fgh ij. Klm no.", True),
        ({}, "Abc de. Abc de. Abc de.", True),
        ({}, "Abc de. Fgh ij.", False),
        ({}, "Abc de. Fgh ij. Klm nop.", False),
        ({}, "Abc de. Fgh ij. Klm no. Pqr st.", False),
        ({}, "Abc de! Fgh ij? Klm no.", True),
        ({}, "Abc de.\nFgh ij.\nKlm no", False),
    ],
    "count:words_japanese": [
        ({"N": 2}, "one 二 three 四", True),
        ({"N": 2}, "one two three 四", False),
        ({"N": 2}, "one 2 three (四)", True),
        ({"N": 3}, "one two", True),
        ({"N": 1}, "ねこ いぬ", True),
        ({"N": 1}, "ねこ dog", False),
        ({"N": 2}, "one xねx", True),
        ({"N": 2}, "one - two", True),
    ],
    "count:pronouns": [
        ({"N": 2}, "I saw her.", True),
        ({"N": 3}, "I saw her.", False),
        ({"N": 3}, "she/her/hers", True),
        ({"N": 1}, "It's late", True),
        ({"N": 1}, "This is who did that", False),
        ({"N": 2}, "ME, me", True),
        ({"N": 1}, "I'm", False),
    ],
    "count:keywords_multiple": [
        (_FIVE, _KEPT, True),
        (_FIVE, _KEPT + " elk", False),
        (_FIVE, _KEPT.upper(), True),
        (_FIVE, _KEPT.replace("ash", "ashen"), True),
        (_FIVE, _KEPT.replace("ash", "as"), False),
        (_FIVE, _KEPT + " bays", False),
        ({**_FIVE, "keyword1": " ash "}, _KEPT, True),
    ],
}


def test_every_id_has_six_cases_and_both_verdicts() -> None:
    assert set(CASES) == {id_ for id_ in IFBench.ids if id_.split(":")[0] in ("count", "ratio")}
    for id_, found in CASES.items():
        assert len(found) >= 6, id_
        assert {holds for *_, holds in found} == {True, False}, id_


@pytest.mark.parametrize(("id_", "kwargs", "text", "holds"), [(id_, *case) for id_ in CASES for case in CASES[id_]])
def test_upstream_judges_as_the_reference(id_: str, kwargs: dict[str, Any], text: str, holds: bool) -> None:
    assert IFBench().upstream(id_, kwargs, "", 0)(ParsedText(text)) is holds
