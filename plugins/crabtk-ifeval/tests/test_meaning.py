"""What the ids mean in canonical constraints, and back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from crabtk import Constraint, ConstraintType, InstructionSet, ParsedText
from crabtk.testing import TEXTS
from crabtk_ifeval import IFEVAL, IFTRAIN

OPTIONS = ["My answer is yes.", "My answer is no.", "My answer is maybe."]

MEANINGS: list[tuple[InstructionSet, str, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (IFEVAL, "keywords:existence", {"keywords": ["sun", "sea"]}, [("keyword:include", {"phrases": ["sun", "sea"]})]),
    (
        IFEVAL,
        "keywords:frequency",
        {"keyword": " sun ", "frequency": 3.0, "relation": "less than"},
        [("keyword:frequency", {"keyword": "sun", "relation": "at_most", "n": 2})],
    ),
    (IFEVAL, "keywords:forbidden_words", {"forbidden_words": ["sun"]}, [("keyword:exclude", {"phrases": ["sun"]})]),
    (
        IFEVAL,
        "keywords:letter_frequency",
        {"letter": "q", "let_frequency": 2, "let_relation": "at least"},
        [("letter:frequency", {"letter": "q", "relation": "at_least", "n": 2})],
    ),
    (IFEVAL, "language:response_language", {"language": "fr"}, [("language:response", {"language": "fr"})]),
    (
        IFEVAL,
        "length_constraints:number_sentences",
        {"num_sentences": 5, "relation": "at least"},
        [("length:sentences", {"relation": "at_least", "n": 5})],
    ),
    (
        IFEVAL,
        "length_constraints:number_paragraphs",
        {"num_paragraphs": 3},
        [("paragraphs:divided", {"divider": "***", "n": 3})],
    ),
    (
        IFEVAL,
        "length_constraints:number_words",
        {"num_words": 100, "relation": "less than"},
        [("length:words", {"relation": "at_most", "words": 99})],
    ),
    (
        IFEVAL,
        "length_constraints:nth_paragraph_first_word",
        {"num_paragraphs": 4, "nth_paragraph": 2, "first_word": "sun"},
        [("paragraphs:count", {"n": 4}), ("paragraphs:first_word", {"n": 2, "word": "sun"})],
    ),
    (
        IFEVAL,
        "detectable_content:number_placeholders",
        {"num_placeholders": 2},
        [("placeholder:count", {"relation": "at_least", "n": 2})],
    ),
    (
        IFEVAL,
        "detectable_content:postscript",
        {"postscript_marker": "P.P.S"},
        [("document:postscript", {"marker": "P.P.S"})],
    ),
    (
        IFEVAL,
        "detectable_format:number_bullet_lists",
        {"num_bullets": 3},
        [("list:bullets", {"relation": "exactly", "n": 3})],
    ),
    (IFEVAL, "detectable_format:constrained_response", {}, [("choice:one_of", {"options": OPTIONS})]),
    (
        IFEVAL,
        "detectable_format:number_highlighted_sections",
        {"num_highlights": 2},
        [("emphasis:highlights", {"relation": "at_least", "n": 2})],
    ),
    (
        IFEVAL,
        "detectable_format:multiple_sections",
        {"section_spliter": "SECTION", "num_sections": 3},
        [("section:labelled", {"label": "SECTION", "n": 3})],
    ),
    (IFEVAL, "detectable_format:json_format", {}, [("json:valid", {})]),
    (IFEVAL, "detectable_format:title", {}, [("title:angle", {})]),
    (IFEVAL, "combination:two_responses", {}, [("document:two_responses", {"divider": "******"})]),
    (
        IFEVAL,
        "combination:repeat_prompt",
        {"prompt_to_repeat": "Name a fruit."},
        [("copy:prompt_first", {"prompt": "Name a fruit."})],
    ),
    (
        IFEVAL,
        "startend:end_checker",
        {"end_phrase": "Good night."},
        [("start_end:last_phrase", {"phrase": "Good night."})],
    ),
    (IFEVAL, "startend:quotation", {}, [("quotation:whole", {})]),
    (
        IFEVAL,
        "change_case:capital_word_frequency",
        {"capital_frequency": 3, "capital_relation": "at least"},
        [("case:capitals", {"relation": "at_least", "n": 3})],
    ),
    (
        IFEVAL,
        "change_case:english_capital",
        {},
        [("case:upper", {}), ("language:response", {"language": "en"})],
    ),
    (
        IFEVAL,
        "change_case:english_lowercase",
        {},
        [("case:lower", {}), ("language:response", {"language": "en"})],
    ),
    (IFEVAL, "punctuation:no_comma", {}, [("punctuation:absent", {"mark": "comma"})]),
    (
        IFTRAIN,
        "keywords:word_once",
        {"keyword": "sun"},
        [("keyword:frequency", {"keyword": "sun", "relation": "exactly", "n": 1})],
    ),
    (
        IFTRAIN,
        "keywords:word_count_different_numbers",
        {"keyword": "sun", "frequency": 2, "relation": "at least"},
        [("keyword:frequency", {"keyword": "sun", "relation": "at_least", "n": 2})],
    ),
    (IFTRAIN, "keywords:exclude_word_harder", {"keyword": "sun"}, [("keyword:exclude", {"phrases": ["sun"]})]),
    (
        IFTRAIN,
        "keywords:keyword_specific_position",
        {"keyword": "sun", "n": 2, "m": 3},
        [("keyword:position", {"keyword": "sun", "n": 2, "m": 3})],
    ),
    (IFTRAIN, "keywords:no_adjacent_consecutive", {}, [("word:initials_not_successive", {})]),
    (IFTRAIN, "keywords:palindrome", {}, [("word:palindromes", {"relation": "at_least", "n": 1, "characters": 3})]),
    (IFTRAIN, "keywords:start_end", {}, [("start_end:same_word", {}), ("start_end:bare_end", {})]),
    (
        IFTRAIN,
        "copy:repeat_phrase",
        {"phrase": "Rain falls softly today", "small_n": 2},
        [("copy:variations", {"phrase": "Rain falls softly today", "n": 2})],
    ),
    (IFTRAIN, "copy:copy", {"prompt_to_repeat": "Name a fruit."}, [("copy:prompt", {"prompt": "Name a fruit."})]),
    (
        IFTRAIN,
        "copy:copying_simple",
        {"prompt_to_repeat": "Name a fruit."},
        [("copy:prompt", {"prompt": "Name a fruit."})],
    ),
    (
        IFTRAIN,
        "copy:copying_multiple",
        {"prompt_to_repeat": "Name a fruit.", "N": 3},
        [("copy:times", {"prompt": "Name a fruit.", "n": 3, "divider": "******"})],
    ),
    (
        IFTRAIN,
        "new:copy_span_idx",
        {"prompt_to_repeat": "Name a fruit.", "n_start": 5, "n_end": 11},
        [("copy:span", {"prompt": "Name a fruit.", "start": 6, "end": 12})],
    ),
    (IFTRAIN, "detectable_format:sentence_hyphens", {}, [("punctuation:hyphen_joined", {})]),
    (IFTRAIN, "detectable_format:square_brackets", {}, [("brackets:every_word", {})]),
    (IFTRAIN, "detectable_format:bigram_wrapping", {}, [("brackets:bigrams", {})]),
    (IFTRAIN, "paragraphs:paragraphs", {}, [("paragraphs:divided", {"divider": "***", "n": 2})]),
    (IFTRAIN, "paragraphs:paragraphs2", {}, [("paragraphs:count", {"n": 2})]),
    (IFTRAIN, "first_word:first_word_sent", {"first_word": "sun"}, [("sentence:first_word", {"word": "sun"})]),
    (IFTRAIN, "first_word:first_word_answer", {"first_word": "sun"}, [("start_end:first_word", {"word": "sun"})]),
    (IFTRAIN, "last_word:last_word_sent", {"last_word": "sun"}, [("sentence:last_word", {"word": "sun"})]),
    (IFTRAIN, "last_word:last_word_answer", {"last_word": "sun"}, [("start_end:last_word", {"word": "sun"})]),
    (IFTRAIN, "punctuation:punctuation_dot", {}, [("punctuation:absent", {"mark": "full_stop"})]),
    (IFTRAIN, "punctuation:punctuation_exclamation", {}, [("punctuation:absent", {"mark": "exclamation_mark"})]),
    (IFTRAIN, "count:lowercase_counting", {"N": 3}, [("case:lowercase_words", {"relation": "at_most", "n": 3})]),
    (IFTRAIN, "count:count_unique", {}, [("word:unique", {})]),
    (
        IFTRAIN,
        "count:count_increment_word",
        {"keyword1": "sun", "keyword2": "sea"},
        [
            ("keyword:frequency", {"keyword": "sun", "relation": "exactly", "n": 1}),
            ("keyword:frequency", {"keyword": "sea", "relation": "exactly", "n": 2}),
        ],
    ),
    (
        IFTRAIN,
        "count:counting_composition",
        {"n_sent": 2, "n_words": 4},
        [
            ("paragraphs:divided", {"divider": "* * *", "n": 3}),
            ("paragraphs:sentences", {"n": 2}),
            ("sentence:words", {"relation": "exactly", "n": 4}),
        ],
    ),
    (
        IFTRAIN,
        "letters:letter_counting",
        {"N": 50, "relation": "less than"},
        [("length:letters", {"relation": "at_most", "n": 49})],
    ),
    (
        IFTRAIN,
        "letters:letter_counting2",
        {"letter": "q", "let_frequency": 2, "let_relation": "at least"},
        [("letter:frequency", {"letter": "q", "relation": "at_least", "n": 2})],
    ),
]

BY_THE_PROMPT = {"detectable_format:constrained_response": {"keyword:any"}}
"""Types that an id means only where its prompt says so."""
SHARED = {"copy:copying_simple": "copy:copy"}
"""Ids of one meaning: the alias names the first."""
WITHOUT_ALIAS = {
    "paragraphs:words": {"words": 10},
    "length:words": {"relation": "about", "words": 100},
    "list:bullets": {"relation": "at_most", "n": 3},
    "keyword:frequency": {"keyword": "sun", "relation": "exactly", "n": 4},
    "paragraphs:divided": {"divider": "---", "n": 2},
    "letter:frequency": {"letter": "#", "relation": "at_least", "n": 4},
    "language:response": {"language": "nl"},
    "case:lower": {},
    "copy:times": {"prompt": "Name a fruit.", "n": 2, "divider": "---"},
    "copy:span": {"prompt": "Name a fruit.", "start": 1, "end": 4},
    "punctuation:absent": {"mark": "dash"},
    "choice:one_of": {"options": ["Yes", "No"]},
}


def test_table_is_complete() -> None:
    for found in (IFEVAL, IFTRAIN):
        assert {id_ for set_, id_, _, _ in MEANINGS if set_ is found} == set(found.ids)
    assert (len(IFEVAL.ids), len(IFTRAIN.ids)) == (25, 29)


@pytest.mark.parametrize(("found", "id_", "kwargs", "meaning"), MEANINGS, ids=lambda part: getattr(part, "name", None))
def test_canonical_and_back(
    found: InstructionSet, id_: str, kwargs: dict[str, Any], meaning: list[tuple[str, dict[str, Any]]]
) -> None:
    constraints = found.canonical(id_, kwargs, "")
    assert [(each.type, dict(each.params)) for each in constraints] == meaning
    assert {each.type for each in constraints} == set(found.ids[id_]) - BY_THE_PROMPT.get(id_, set())
    if len(constraints) == 1:
        alias = found.alias(constraints[0])
        assert alias is not None
        assert alias[0] == SHARED.get(id_, id_)
        assert list(found.canonical(*alias, "")) == list(constraints)


@pytest.mark.parametrize(("found", "id_", "kwargs", "meaning"), MEANINGS, ids=lambda part: getattr(part, "name", None))
def test_none_counts_as_absent(
    found: InstructionSet, id_: str, kwargs: dict[str, Any], meaning: list[tuple[str, dict[str, Any]]]
) -> None:
    padded = {"num_words": None, "anything": None, **kwargs}
    assert [each.type for each in found.canonical(id_, padded, "")] == [name for name, _ in meaning]
    assert found.upstream(id_, padded, "", 0)(ParsedText("A word.")) in (True, False)


@pytest.mark.parametrize(
    ("prompt", "type_"),
    [
        ("Is it? Your answer must contain one of the following exact phrases: …", "keyword:any"),
        ("Is it? Please include the exact phrase in your response.", "keyword:any"),
        ("Is it? Think out loud, then answer with one of the following options: …", "keyword:any"),
        ("Is it? Answer with exactly one of the following phrases: …", "choice:one_of"),
        ("Does the box contain tea? You should just say …", "choice:one_of"),
        ("", "choice:one_of"),
    ],
)
def test_the_prompt_tells_whether_an_answer_may_stand_among_others(prompt: str, type_: str) -> None:
    (constraint,) = IFEVAL.canonical("detectable_format:constrained_response", {}, prompt)
    assert constraint.type == type_
    assert OPTIONS in constraint.params.values()


def test_canonical_types_exist_and_take_the_parameters(types: Mapping[str, ConstraintType]) -> None:
    for found, id_, kwargs, _ in MEANINGS:
        for each in found.canonical(id_, kwargs, ""):
            type_ = types[each.type]
            wording = type_.render(each.params, random.Random(0))
            assert type_.parse(wording) == each.params, (id_, wording)


def test_alias_of_whatever_is_measured_means_the_same(types: Mapping[str, ConstraintType]) -> None:
    seen = set()
    for type_ in types.values():
        texts = [ParsedText(text) for text in (*TEXTS, *getattr(type_, "examples", ()))]
        measured = [type_.measure(text, random.Random(seed)) for text in texts for seed in range(3)]
        for params in (*measured, *getattr(type_, "example_params", ())):
            for found in (IFEVAL, IFTRAIN):
                alias = found.alias(Constraint(type_.name, params)) if params is not None else None
                if alias is not None:
                    seen.add(type_.name)
                    (back,) = found.canonical(*alias, "")
                    assert (back.type, dict(back.params)) == (type_.name, dict(params))
    assert len(seen) > 25


@pytest.mark.parametrize(("type_", "params"), WITHOUT_ALIAS.items(), ids=list(WITHOUT_ALIAS))
def test_what_the_sets_cannot_say_has_no_alias(type_: str, params: dict[str, Any]) -> None:
    assert IFEVAL.alias(Constraint(type_, params)) is None
    assert IFTRAIN.alias(Constraint(type_, params)) is None
