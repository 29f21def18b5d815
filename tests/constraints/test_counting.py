"""No count written by a model gets past; what a measured type can check is handed to it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.counting import states_a_count
from crabtk.constraints.translated import TRANSLATED
from crabtk.grounding.wordings import worded_by
from crabtk.prompts import worked_examples
from crabtk.testing import TEXTS
from crabtk.text import ParsedText

COUNTS = [
    "Use three paragraphs.",
    "Write 5 bullet points.",
    "Mention the harbour twice.",
    "Answer in a one-sentence summary.",
    "Keep it to a single paragraph.",
    "Give half of the text to the risks.",
    "List a dozen examples.",
    "Include several examples.",
    "Explain the rule in the second paragraph.",
    "Write no more than one heading.",
    "Use only one metaphor.",
    "Limit the metaphors to one.",
    "Use twenty-one words.",
    "Make it a threefold argument.",
    "Use at least a paragraph on costs.",
    "Split it into parts I, II and III.",
    "Spend 20% on history.",
    "Nenne mindestens drei Gründe.",
    "Schreibe einen zweiteiligen Text.",
    "Genau ein Absatz.",
    "Escribe dos párrafos.",
    "Usa exactamente una metáfora.",
    "Écris quatre phrases.",
    "Au moins une question.",
    "तीन अनुच्छेद लिखें।",
    "केवल एक अनुच्छेद लिखें।",
    "५ वाक्य लिखें।",
    'Use the word "sea" three times.',
]

NO_COUNTS = [
    "Write in the first person and the past tense.",
    "Start with one of the tools.",
    "Let the first sentence thank the reader.",
    "Address the reader in the second person.",
    'End with "Room 101".',
    "Mention a street in the style of “Catch 22”.",
    "Compare the parts with one another.",
    "Write for social media with a unique voice.",
    "Open with a question.",
    "Use a formal tone.",
    "Explain it to no one, or to everyone.",
    "Escribe en tono formal y con metáforas.",
    "Schreibe in einem förmlichen Ton.",
    "Écris sur un ton amical.",
    "औपचारिक भाषा में लिखें।",
    "",
]


@pytest.mark.parametrize("text", COUNTS)
def test_counts_are_seen(text: str) -> None:
    assert states_a_count(text)
    assert states_a_count(text.upper())


@pytest.mark.parametrize("text", NO_COUNTS)
def test_false_alarms_are_few(text: str) -> None:
    assert not states_a_count(text)


def test_whatever_states_a_number_in_a_wording_is_seen() -> None:
    for type_ in TYPES:
        for raw in TEXTS:
            params = type_.measure(ParsedText(raw), random.Random(1))
            if params is not None and type_.counts and params.get("relation") != "none":
                assert states_a_count(type_.render(params, random.Random(1)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use at least 200 words.", ("length:words", {"relation": "at_least", "words": 200})),
        ("  use at least  200 words ", ("length:words", {"relation": "at_least", "words": 200})),
        ("Use exactly three bullet points", ("list:bullets", {"relation": "exactly", "n": 3})),
        ("Begin your response with the exact words “Two ways”.", ("start_end:first_phrase", {"phrase": "Two ways"})),
        ("Could you answer in Spanish", ("language:response", {"language": "es"})),
        ("Do not use any commas", ("punctuation:absent", {"mark": "comma"})),
    ],
)
def test_free_text_is_grounded(text: str, found: tuple[str, dict[str, Any]]) -> None:
    assert worded_by(text, TYPES) == found


@pytest.mark.parametrize("text", ["", " . ", "Use three metaphors.", "Use at least 200 words. And be kind.", '"'])
def test_what_no_type_words_is_not_grounded(text: str) -> None:
    assert worded_by(text, TYPES) is None


def test_translated_types() -> None:
    names = [type_.name for type_ in TRANSLATED]
    assert len(TRANSLATED) == len(set(names)) == len({type_.key for type_ in TRANSLATED}) == 13
    assert not set(names) & {type_.name for type_ in TYPES}
    for type_ in TRANSLATED:
        assert type_.key.isidentifier()
        assert type_.key.islower()
        assert "\n" not in type_.question
        for example in worked_examples():
            assert not states_a_count(example["answer"].get(type_.key, ""))
