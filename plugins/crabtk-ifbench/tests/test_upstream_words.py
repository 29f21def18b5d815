"""The reference's verdicts on texts made by hand: ``words`` and ``sentence``."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk import ParsedText
from crabtk_ifbench.instruction_set import IFBench

_TEN = "level radar civic kayak rotor refer madam tenet stats minim"

CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "words:alphabet": [
        ({}, "All bears can dance.", True),
        ({}, "Young zebras always bite.", True),
        ({}, "All bears dance.", False),
        ({}, "All bears can - dance", True),
        ({}, "1 apple", False),
        ({}, "one", True),
        ({}, "...", False),
        ({}, "All (bears) CAN", True),
        ({}, "All bears 3", False),
    ],
    "words:vowel": [
        ({}, "a tall man sat", True),
        ({}, "one red ant in", False),
        ({}, "one red ant", True),
        ({}, "a man\na cat", False),
        ({}, "\n a man \n", True),
        ({}, "rhythm", True),
        ({}, "AEIo", False),
        ({}, "AEI", True),
    ],
    "words:consonants": [
        ({}, "strong winds blow", True),
        ({}, "strong winds are", False),
        ({}, "- strong winds", False),
        ({}, "my strings", True),
        ({}, "GRAND Trunk", True),
        ({}, "a", False),
        ({}, "\t", True),
        ({}, "ab-cd", True),
        ({}, "ab-ce", False),
    ],
    "sentence:alliteration_increment": [
        ({}, "I run. Big bears run. Big brown bears run.", True),
        ({}, "I run. You go.", False),
        ({}, "Big bears run. I go.", False),
        ({}, "Nothing here.", True),
        ({}, "Big bears run. Big bears see small stones.", True),
        ({}, "Big brown bears. Red rats see some.", True),
        ({}, "Big brown bears run. Red rats.", False),
        ({}, "I run. (Big) bears run.", True),
    ],
    "words:palindrome": [
        ({}, _TEN, True),
        ({}, _TEN.rsplit(" ", 1)[0], False),
        ({}, "Level, " * 10, True),
        ({}, "noon " * 10, False),
        ({}, "12321 " * 10, True),
        ({}, _TEN.replace("civic", "ci-vic"), True),
        ({}, _TEN.replace("civic", "cynic"), False),
    ],
    "words:prime_lengths": [
        ({}, "we see seven", True),
        ({}, "we see four", False),
        ({}, "a", False),
        ({}, "it's", True),
        ({}, "!!!", True),
        ({}, "we see — it", False),
        ({}, "we, see. 11", True),
    ],
    "words:start_verb": [
        ({}, "Go to the market.", True),
        ({}, "The market is far.", False),
        ({}, "Running is fun.", True),
        ({}, "Consider the tide.", True),
        ({}, '"Go", she said.', False),
        ({}, "- Write it down", False),
        ({}, "Blue skies ahead.", False),
    ],
    "words:repeats": [
        ({"small_n": 2}, "red red blue", True),
        ({"small_n": 2}, "red Red, red!", False),
        ({"small_n": 1}, "one two three", True),
        ({"small_n": 1}, "it's its", False),
        ({"small_n": 1}, "- - -", True),
        ({"small_n": 1}, "red red", False),
        ({"small_n": 1}, "well-read well read", True),
    ],
    "sentence:keyword": [
        ({"word": "tide", "N": 2}, "I came. The Tide rose.", True),
        ({"word": "tide", "N": 2}, "The tide rose. I left.", False),
        ({"word": "tide", "N": 3}, "The tide rose. I left.", False),
        ({"word": "tide", "N": 2}, "I came. The tides rose.", True),
        ({"word": "tide", "N": 1}, "Dr. Lee saw the tide.", True),
        ({"word": "tide", "N": 0}, "I came. The tide rose.", True),
        ({"word": "tide", "N": 2}, "I came...the tide rose", True),
    ],
    "words:odd_even_syllables": [
        ({}, "cat water dog table", True),
        ({}, "cat dog", False),
        ({}, "water cat", True),
        ({}, "cat 42 dog", True),
        ({}, "cat", True),
        ({}, "cat water water", False),
        ({}, "cat, water!", True),
    ],
    "words:last_first": [
        ({}, "I like tea. Tea is hot. Hot days come.", True),
        ({}, "I like tea. It is hot.", False),
        ({}, "One sentence", True),
        ({}, 'I like "tea". (Tea) is hot.', False),
        ({}, 'I like "tea". "Tea" is hot.', False),
        ({}, "I like tea. Tea?", False),
        ({}, "What?! What is it", False),
        ({}, "I like tea.\n\nTea is hot!", True),
    ],
    "words:paragraph_last_first": [
        ({}, "Tea is good tea.\nRain and rain", True),
        ({}, "Tea is good.", False),
        ({}, "Tea is good tea\n***\nRain", True),
        ({}, "Tea is tea\n\nIt rains", False),
        ({}, '"Tea" is good tea', False),
        ({}, "TEA is tea!", True),
        ({}, "alone", True),
        ({}, "Rain, rain", False),
    ],
    "sentence:increment": [
        ({"small_n": 1}, "Go. Go now. Go now please.", True),
        ({"small_n": 1}, "Go. Go now please.", False),
        ({"small_n": 2}, "Go. Go now please.", True),
        ({"small_n": 2}, "Only one.", True),
        ({"small_n": 1}, "Go. Go - now.", True),
        ({"small_n": 1}, "Go now. Go.", False),
        ({"small_n": 1.0}, "Go. It's late.", True),
        ({"small_n": 1}, "<stop>", True),
    ],
    "words:no_consecutive": [
        ({}, "red blue rat", True),
        ({}, "red rat", False),
        ({}, "Red rat", False),
        ({}, "12 13", False),
        ({}, "red (rat)", False),
        ({}, "red - rat", False),
        ({}, "one", True),
        ({}, "red\nblue", True),
    ],
    "words:keywords_specific_position": [
        ({"keyword": "tide", "n": 2, "m": 3}, "I came. See the tide rise.", True),
        ({"keyword": "tide", "n": 2, "m": 3}, "I came. See the Tide rise.", False),
        ({"keyword": "tide", "n": 2, "m": 4}, "I came. See, the tide rise.", True),
        ({"keyword": "tide", "n": 2, "m": 3}, "See the tide.", False),
        ({"keyword": "tide", "n": 2, "m": 9}, "I came. See the tide.", False),
        ({"keyword": " tide", "n": 1, "m": 1}, "tide!", True),
        ({"keyword": "tide", "n": 1, "m": 2}, "the tides", False),
    ],
    "words:words_position": [
        ({"keyword": "tide"}, "The tide and tide.", True),
        ({"keyword": "tide"}, "The tide and tide rose", True),
        ({"keyword": "tide"}, "The tide and the tide.", True),
        ({"keyword": "tide"}, "The Tide and the Tide.", False),
        ({"keyword": "tide"}, "The tide.", True),
        ({"keyword": "tide"}, "tide", False),
        ({"keyword": "tide"}, "The tide, the tide!", True),
    ],
}


def test_every_id_has_six_cases_and_both_verdicts() -> None:
    assert set(CASES) == {id_ for id_ in IFBench.ids if id_.split(":")[0] in ("words", "sentence")}
    for id_, found in CASES.items():
        assert len(found) >= 6, id_
        assert {holds for *_, holds in found} == {True, False}, id_


@pytest.mark.parametrize(("id_", "kwargs", "text", "holds"), [(id_, *case) for id_ in CASES for case in CASES[id_]])
def test_upstream_judges_as_the_reference(id_: str, kwargs: dict[str, Any], text: str, holds: bool) -> None:
    assert IFBench().upstream(id_, kwargs, "", 0)(ParsedText(text)) is holds
