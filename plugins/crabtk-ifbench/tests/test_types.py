"""The types of IFBench's single questions."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk import ConstraintType, ParsedText
from crabtk.constraints.builtin import TYPES as BUILT_IN
from crabtk.testing import check_constraint_type
from crabtk_ifbench import register_constraint_types
from crabtk_ifbench.types.africa import COUNTRIES
from crabtk_ifbench.types.capitals import NORTHERN_CAPITALS

TYPES: dict[str, ConstraintType] = {}
register_constraint_types(lambda type_: TYPES.update({type_.name: type_}))

CAPITALS = ", ".join(names[0] for names in NORTHERN_CAPITALS)
AFRICA = "\n".join(sorted((names[0] for names in COUNTRIES), reverse=True))
DATES = {"first": "1793-01-01", "last": "1815-06-18"}
WORDS = {"answer": "bald eagle", "unit": "words"}
LABELS = {"labels": ["My Answer:", "Outlook:"]}
LETTERS = {"answer": "bald eagle", "unit": "letters"}


@pytest.mark.parametrize("type_", TYPES.values(), ids=list(TYPES))
def test_conformance(type_: ConstraintType) -> None:
    check_constraint_type(type_, wordings=10)
    sentences = [sentence for _, sentence in type_.templates()]
    assert len({tuple(sentence.split()[:2]) for sentence in sentences}) == len(sentences) >= 10
    assert any("?" in sentence for sentence in sentences)
    assert max(map(len, sentences)) > 1.5 * min(map(len, sentences))
    assert type_.evaluation_only


@pytest.mark.parametrize(
    ("name", "params", "text", "holds"),
    [
        ("northern_capitals", {}, CAPITALS, True),
        ("northern_capitals", {}, CAPITALS + ".", True),
        ("northern_capitals", {}, CAPITALS.replace("Kyiv", "Kiev").replace("Chisinau", "Chișinău").lower(), True),
        ("northern_capitals", {}, CAPITALS.replace("Kyiv, ", ""), False),
        ("northern_capitals", {}, CAPITALS.replace("Oslo, Tallinn", "Tallinn, Oslo"), False),
        ("northern_capitals", {}, "Here they are: " + CAPITALS, False),
        ("northern_capitals", {}, CAPITALS.replace(", ", "\n"), False),
        ("northern_capitals", {}, CAPITALS + ", Belgrade", False),
        ("african_countries", {}, AFRICA, True),
        ("african_countries", {}, "- " + AFRICA.replace("\n", "\n- ") + "\n- Western Sahara", True),
        ("african_countries", {}, AFRICA.replace("Ivory Coast", "Côte d’Ivoire").replace("São", "Sao"), True),
        ("african_countries", {}, AFRICA.replace("Togo\n", ""), False),
        ("african_countries", {}, AFRICA.replace("Togo", "Tonga"), False),
        ("african_countries", {}, AFRICA + "\nTogo", False),
        ("african_countries", {}, "The countries:\n" + AFRICA, False),
        ("african_countries", {}, AFRICA.replace("\n", ", "), False),
        ("date_list", DATES, "1805-12-02, 1815-06-18", True),
        ("date_list", DATES, "1793-01-01,\n1805-12-02", True),
        ("date_list", DATES, "1792-12-31", False),
        ("date_list", DATES, "1815-06-19", False),
        ("date_list", DATES, "1805-02-29", False),
        ("date_list", DATES, "1804-02-29", True),
        ("date_list", DATES, "1805-12-02.", False),
        ("date_list", DATES, "1805-12-02,", False),
        ("date_list", DATES, "Austerlitz: 1805-12-02", False),
        ("backwards_answer", WORDS, "Eagle bald the is animal The", True),
        ("backwards_answer", WORDS, "eagle, bald", True),
        ("backwards_answer", WORDS, "The bald eagle", False),
        ("backwards_answer", WORDS, "Eagles bald", False),
        ("backwards_answer", WORDS, "Eagle. bald the is animal The", True),
        ("backwards_answer", WORDS, "US. the of symbol the is eagle bald The", True),
        ("backwards_answer", WORDS, "Here you are at last. Eagle bald the is animal The", False),
        ("backwards_answer", LETTERS, ".elgae dlab eht si lamina ehT", True),
        ("backwards_answer", LETTERS, "ELGAE DLAB", True),
        ("backwards_answer", LETTERS, "The bald eagle", False),
        ("backwards_answer", LETTERS, "Sure! Here it is. Elgae dlab", False),
        ("template", LABELS, "My Answer: yes Outlook: good", True),
        ("template", LABELS, "**My Answer:** yes\n\n**Outlook:** good", True),
        ("template", LABELS, "Sure! My Answer: yes Outlook: good", False),
        ("template", LABELS, "Outlook: good My Answer: yes", False),
        ("template", LABELS, "My Answer: Outlook: good", False),
        ("template", LABELS, "My Answer: yes", False),
        ("template", LABELS, "My answer: yes Outlook: good", False),
        ("same_line_ends", {}, "Tea is good tea.\nRain, sweet rain!", True),
        ("same_line_ends", {}, "Tea is tea.\n\n***\n\nRain and rain", True),
        ("same_line_ends", {}, "Tea is good.\nRain, rain", False),
        ("same_line_ends", {}, "Tea", False),
        ("same_line_ends", {}, "Tea is tea, and rain\nis rain and tea", False),
    ],
)
def test_check(name: str, params: dict[str, Any], text: str, holds: bool) -> None:
    assert TYPES[f"ifbench:{name}"].check(ParsedText(text), params) is holds


@pytest.mark.parametrize("type_", TYPES.values(), ids=list(TYPES))
def test_no_built_in_type_reads_the_wordings(type_: ConstraintType) -> None:
    for params in type_.example_params:
        wordings = {type_.render(params, random.Random(seed)) for seed in range(100)}
        assert len(wordings) >= 10
        for other in BUILT_IN:
            assert all(other.parse(wording) is None for wording in wordings), other.name


def test_partial_credit() -> None:
    half = "1805-12-02, soon"
    assert TYPES["ifbench:date_list"].score(ParsedText(half), DATES) == 0.5
    assert TYPES["ifbench:template"].score(ParsedText("Sure! My Answer: yes"), LABELS) == pytest.approx(1 / 3)
    assert TYPES["ifbench:same_line_ends"].score(ParsedText("Tea is tea\nNo"), {}) == 0.5
    missing = CAPITALS.replace("Kyiv, ", "")
    assert TYPES["ifbench:northern_capitals"].score(ParsedText(missing), {}) == pytest.approx(2 * 27 / 55)


def test_nothing_is_measured() -> None:
    for type_ in TYPES.values():
        assert type_.measure(ParsedText(CAPITALS), random.Random(0)) is None


def test_the_facts_are_whole() -> None:
    assert len(COUNTRIES) == 54
    assert len(NORTHERN_CAPITALS) == 28
