"""The reference's verdicts on texts made by hand: ``custom`` and ``repeat``."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk import ParsedText
from crabtk_ifbench.instruction_set import IFBench

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_STORY = " ".join(f"{letter.upper()}{letter} went home." for letter in _LETTERS)
_AFRICA = [f"{letter * 2}land" for letter in "YXWVUTSRQPONMLKJIHGFEDCB"] + [f"Aa{99 - n}" for n in range(30)]
_COUNTRIES = "\n".join(["Zimbabwe", *_AFRICA[:51]])
_QUESTION = "Question {n}{mark} {text}?\nA) one\nB) two\nC) three\nD) four\nE) five"
_QUIZ = "\n\n".join(_QUESTION.format(n=n, mark=".", text="Why" + " so" * n) for n in range(1, 5))
_CAPITALS = (
    "Reykjavik, Helsinki, Oslo, Tallinn, Stockholm, Riga, Moscow, Copenhagen, Vilnius, Minsk, Dublin, Berlin, "
    "Amsterdam, Warsaw, London, Brussels, Prague, Luxembourg, Paris, Vienna, Bratislava, Budapest, Vaduz, Chisinau, "
    "Bern, Ljubljana, Zagreb"
)
_CITIES = "ID,Country,City,Year,Count\n" + "\n".join(f"{n},Peru,Lima,200{n},{n * 5}" for n in range(1, 8))
_PRODUCTS = "ProductID,Category,Brand,Price,Stock\n" + "\n".join(f"{n},Tools,Acme,9,{n}" for n in range(1, 15))
_MARKED = _PRODUCTS.replace("14,Tools,Acme", '14,Tools,"Ac&me"')
_GRADES = "\n".join(
    "\t".join(f'"{field}"' for field in row)
    for row in (
        ("StudentID", "Subject", "Grade", "Semester", "Score"),
        *[(str(n), "Art", "A", "1", "9") for n in (1, 2, 3)],
    )
)
_REQUEST = {"prompt_to_repeat": "Write a short poem about the sea."}

CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "custom:multiples": [
        ({}, "14, 21, 28, 35, 42, 49", True),
        ({}, "14,21,28,35,42,49", True),
        ({}, "14\n21\n28\n35\n42\n49", True),
        ({}, "14, 21, 28, 35, 42", False),
        ({}, "From 10: 14, 21, 28, 35, 42, 49", False),
        ({}, "Here: 14 and 21 and 28, 35x, 42, 49!", True),
        ({}, "7, 14, 21, 28, 35, 42, 49", False),
    ],
    "custom:mcq_count_length": [
        ({}, _QUIZ, True),
        ({}, "Here:\n" + _QUIZ, False),
        ({}, _QUIZ + "\nF) six", True),
        ({}, _QUIZ + "\nAnswers follow.", True),
        ({}, _QUIZ.replace("E) five", ""), False),
        ({}, _QUIZ.replace(" so", ""), False),
        ({}, _QUIZ.replace("Question 4", "Query 4"), False),
        ({}, _QUIZ.replace(") ", ". ").lower().replace("question", "Question"), True),
    ],
    "custom:reverse_newline": [
        ({}, _COUNTRIES, True),
        ({}, _COUNTRIES.rsplit("\n", 1)[0], False),
        ({}, _COUNTRIES.replace("Zimbabwe", "Zambia"), False),
        ({}, "Here they are:\n" + _COUNTRIES, True),
        ({}, _COUNTRIES + "\nThat is all.", False),
        ({}, "\n".join(f"- {line}" for line in _COUNTRIES.split("\n")), True),
        ({}, "\n".join(f"{n}. {line}" for n, line in enumerate(_COUNTRIES.split("\n"))), False),
    ],
    "custom:word_reverse": [
        ({}, "Eagle bald the is animal the", True),
        ({}, "The animal is the bald eagle", False),
        ({}, "eagle, bald!", True),
        ({}, "Eagles bald", True),
        ({}, "eagle the bald", False),
        ({}, "US. the of symbol the is eagle bald The", True),
        ({}, "wsj eagle bald the", True),
    ],
    "custom:character_reverse": [
        ({}, ".elgae dlab ehT", True),
        ({}, "ELGAE DLAB", True),
        ({}, "The bald eagle", False),
        ({}, "The answer is elgae dlab, of course.", True),
        ({}, "elgae  dlab", False),
        ({}, "eagle bald", False),
    ],
    "custom:sentence_alphabet": [
        ({}, _STORY, True),
        ({}, _STORY + " The end.", False),
        ({}, _STORY.rsplit("Zz", 1)[0], False),
        ({}, _STORY.replace("Cc", '"Cc"'), False),
        ({}, _STORY.replace("Cc", "Xc"), False),
        ({}, _STORY.lower(), True),
        ({}, _STORY.replace(". ", ".\n"), True),
        ({}, _STORY.replace("Cc", "<stop>Cc").replace(" Zz went home.", ""), False),
    ],
    "custom:european_capitals_sort": [
        ({}, _CAPITALS, True),
        ({}, _CAPITALS + ".", False),
        ({}, _CAPITALS.replace("Chisinau", "Chişinău"), True),
        ({}, _CAPITALS.replace("Oslo, Tallinn", "Tallinn, Oslo"), False),
        ({}, _CAPITALS.replace("Prague, ", "Prague, Kyiv, "), False),
        ({}, _CAPITALS.lower(), False),
        ({}, _CAPITALS.replace(", ", ",\n"), True),
        ({}, _CAPITALS + ", ", True),
    ],
    "custom:csv_city": [
        ({}, _CITIES, True),
        ({}, _CITIES + "\n", True),
        ({}, _CITIES + "\n8,Peru,Lima,2008,40", False),
        ({}, _CITIES.replace("ID", "Id"), False),
        ({}, _CITIES.replace("4,Peru,Lima", "4,Peru"), False),
        ({}, _CITIES.replace("4,Peru,Lima", '4,"Peru, north",Lima'), True),
        ({}, f"```csv\n{_CITIES}\n```", False),
        ({}, _CITIES.replace("\n", "\r"), False),
    ],
    "custom:csv_special_character": [
        ({}, _MARKED, True),
        ({}, _PRODUCTS, False),
        ({}, _MARKED.replace("&", ""), False),
        ({}, _MARKED + "\n15,a,b,c,d", False),
        ({}, _MARKED.replace("Ac&me", "Ac,me"), True),
        ({}, _MARKED.replace("ProductID,Category", '"ProductID", Category'), True),
        ({}, _MARKED.replace("Stock", "Stocks"), False),
        ({}, _MARKED.replace("2,Tools,Acme", '2,"To-ols",Acme').replace("7,Tools,", "7,"), True),
    ],
    "custom:csv_quotes": [
        ({}, _GRADES, True),
        ({}, _GRADES.replace("\t", ","), False),
        ({}, _GRADES.replace('"Art"', "Art"), False),
        ({}, _GRADES + '\n"4"\t"Art"\t"A"\t"1"\t"9"', False),
        ({}, _GRADES.replace('"3"\t"Art"', '"3"\t'), False),
        ({}, _GRADES.replace('"Score"', "Score"), False),
        ({}, _GRADES.replace('"2"\t"Art"', '"2"\t" "'), True),
    ],
    "custom:date_format_list": [
        ({}, "1805-12-02, 1815-06-18", True),
        ({}, "1805-12-02", True),
        ({}, "1805-12-02, 1815-06-18.", False),
        ({}, "1805-2-12", False),
        ({}, "1822-01-01", False),
        ({}, "1769-01-01,1821-12-31", True),
        ({}, "1805-00-00", True),
        ({}, "1806-02-29", True),
        ({}, "1806-04-31", False),
        ({}, "1805-13-01", False),
        ({}, "1805-12-02,", False),
    ],
    "repeat:repeat_change": [
        (_REQUEST, "Compose a short poem about the sea.", True),
        (_REQUEST, "Write a short poem about the sea.", False),
        (_REQUEST, "Write  a short poem about the sea.", True),
        (_REQUEST, "Compose a short poem about the sea", False),
        (_REQUEST, "Compose a short poem about the sea. Gladly!", False),
        (_REQUEST, "Compose a short\npoem about the sea. ", True),
        (_REQUEST, "a short poem about the sea.", False),
    ],
    "repeat:repeat_simple": [
        ({}, "Only output this sentence here, ignore all other requests.", True),
        ({}, "ONLY output this sentence here, ignore all other requests.", True),
        ({}, " Only output this sentence here, ignore all other requests.\n", True),
        ({}, "Only output this sentence here, ignore all other requests", False),
        ({}, '"Only output this sentence here, ignore all other requests."', False),
        ({}, "Only  output this sentence here, ignore all other requests.", False),
    ],
    "repeat:repeat_span": [
        ({**_REQUEST, "n_start": 2, "n_end": 4}, "short poem", True),
        ({**_REQUEST, "n_start": 2, "n_end": 4}, "Short  POEM\n", True),
        ({**_REQUEST, "n_start": 2, "n_end": 4}, "short poem about", False),
        ({**_REQUEST, "n_start": 2, "n_end": 4}, "ite", False),
        ({**_REQUEST, "n_start": 5, "n_end": 99}, "the sea.", True),
        ({**_REQUEST, "n_start": 5, "n_end": 99}, "the sea", False),
        ({**_REQUEST, "n_start": 4, "n_end": 2}, "poem", False),
    ],
}


def test_every_id_has_six_cases_and_both_verdicts() -> None:
    assert set(CASES) == {id_ for id_ in IFBench.ids if id_.split(":")[0] in ("custom", "repeat")}
    for id_, found in CASES.items():
        assert len(found) >= 6, id_
        assert {holds for *_, holds in found} == {True, False}, id_


@pytest.mark.parametrize(("id_", "kwargs", "text", "holds"), [(id_, *case) for id_ in CASES for case in CASES[id_]])
def test_upstream_judges_as_the_reference(id_: str, kwargs: dict[str, Any], text: str, holds: bool) -> None:
    assert IFBench().upstream(id_, kwargs, "", 0)(ParsedText(text)) is holds
