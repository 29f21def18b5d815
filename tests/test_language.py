"""What language a text is taken for."""

from __future__ import annotations

import pytest

from crabtk.language import UNKNOWN, detect, may_be

SWAHILI = "Siku ya Alhamisi, mwanasayansi alijaribu kutengeneza muunganiko wa wanyama."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The mill stands by the river and turns all day.", "en"),
        ("Die Mühle steht am Fluss und dreht sich den ganzen Tag.", "de"),
        (SWAHILI, UNKNOWN),
        ("THE END", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_detect_is_sure_or_silent(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "language", "may"),
    [
        (SWAHILI, "sw", True),
        (SWAHILI, "en", False),
        ("THE END", "en", True),
        ("what are the boys doing?", "en", True),
        ("FARETRACK", "en", True),
        ('{"title": "boat", "type": "object"}', "en", True),
        ("你好", "zh", True),
        ("你好", "ja", False),
        ("Привет", "en", False),
        ("Yes, of course I can do that for you.", "fr", False),
        ("1, 2, 3", "en", False),
        ("", "en", False),
        ("నది ఒడ్డున మిల్లు ఉంది. Explanation: the sentence says that a mill stands on the bank of the river.", "te", False),
        ("నది ఒడ్డున మిల్లు ఉంది, it is old.", "te", True),
    ],
)
def test_what_was_asked_for_is_given_the_benefit_of_the_doubt(text: str, language: str, may: bool) -> None:
    assert may_be(text, language) is may
