"""Persons, stock phrases, scripts and languages."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}

PROSE = "Wolves hunt in packs by night. The pack rests by day, and the young wolves sleep in the den until dusk. " * 7
TWO = {"relation": "exactly", "n": 2}

CASES: list[tuple[str, dict[str, Any], str, float]] = [
    ("voice:no_first_person", {}, "The mill grinds, i.e. it works. Minerals melt.", 1.0),
    ("voice:no_first_person", {}, "my_list = list(xi)", 1.0),
    ("voice:no_first_person", {}, "I'm here.", 0.5),
    ("voice:no_first_person", {}, "Give ME that, my dear.", 1 / 3),
    ("voice:no_second_person", {}, "The young yourt stands.", 1.0),
    ("voice:no_second_person", {}, "You're late.", 0.5),
    ("voice:no_second_person", {}, "Y'all come.", 0.5),
    ("voice:no_first_plural", {}, "The US army fell. The bus left.", 1.0),
    ("voice:no_first_plural", {}, "They saw us.", 0.5),
    ("voice:no_first_plural", {}, "Let’s go. They let it go.", 0.5),
    ("voice:no_first_plural", {}, "Our bus, we said", 1 / 3),
    ("voice:first_person", TWO, "I know, i.e. I'm sure.", 1.0),
    ("voice:first_person", TWO, "Me, myself and my dog, mine.", 0.5),
    ("voice:first_person", {"relation": "at_least", "n": 4}, "I am.", 0.25),
    ("voice:second_person", TWO, "You and yours.", 1.0),
    ("voice:second_person", {"relation": "at_most", "n": 1}, "Yourself, your dog.", 0.5),
    ("opening:no_filler", {}, "Surely not.", 1.0),
    ("opening:no_filler", {}, "Well, sure.", 1.0),
    ("opening:no_filler", {}, "1. Certainly", 1.0),
    ("opening:no_filler", {}, "**Of  course!** It is.", 0.5),
    ("opening:no_filler", {}, "\n> great question: why?", 0.5),
    ("closing:no_offer", {}, "Let me know.\n\nThe end.", 1.0),
    ("closing:no_offer", {}, "The end.\n\nFeel free. Anything  else?", 1 / 3),
    ("content:no_apology", {}, "A sorrysight for the apostle.", 1.0),
    ("content:no_apology", {}, "Sorry, and apologies.", 1 / 3),
    ("content:no_self_mention", {}, "A language and a model; an AI modelled it.", 1.0),
    ("content:no_self_mention", {}, "As an ai language\nmodel, one learns.", 1 / 3),
    ("content:no_hedging", {}, "It may be. Mighty probable!", 1.0),
    ("content:no_hedging", {}, "Maybe. Perhaps it MIGHT.", 0.25),
    ("language:script", {"script": "cyrillic"}, "Река 42, мост… 🚀", 1.0),
    ("language:script", {"script": "cyrillic"}, "Река TCP", 4 / 7),
    ("language:script", {"script": "japanese"}, "コーヒーを飲みます。", 1.0),
    ("language:script", {"script": "han"}, "コーヒー", 0.0),
    ("language:script", {"script": "latin"}, "Straße, naïve, İzmir", 1.0),
    ("language:script", {"script": "latin"}, "123!", 0.0),
    ("language:script", {"script": "latin"}, "aя", 0.5),
    ("language:response", {"language": "es"}, "La casa está cerca del río y del mercado.", 1.0),
    ("language:response", {"language": "es"}, "The house is near the river.", 0.0),
]


@pytest.mark.parametrize(("name", "params", "raw", "score"), CASES)
def test_score(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    text = ParsedText(raw)
    assert BY_NAME[name].score(text, params) == pytest.approx(score)
    assert BY_NAME[name].check(text, params) is (score == 1.0)


@pytest.mark.parametrize(
    ("name", "raw", "asked"),
    [
        ("voice:no_first_person", PROSE, True),
        ("voice:no_first_person", f"{PROSE} World War I ended.", False),
        ("voice:no_first_person", f"{PROSE} i.e. at night", False),
        ("voice:no_first_person", "Wolves hunt in packs.", False),
        ("voice:no_second_person", PROSE, True),
        ("voice:no_second_person", f"{PROSE} Thank you.", False),
        ("voice:no_first_plural", PROSE, True),
        ("voice:no_first_plural", f"{PROSE} In the US.", False),
        ("voice:no_first_plural", f"{PROSE} Let's see.", False),
        ("voice:no_first_person", "Der Zug nach Köln fährt heute später ab, und die Fahrgäste warten. " * 9, False),
        ("voice:first_person", f"{PROSE} I saw them. I told my dog.", True),
        ("voice:first_person", f"{PROSE} World War I. Part I: wolves. Type I.", False),
        ("voice:second_person", f"{PROSE} You, your dog and you.", True),
        ("voice:second_person", f"{PROSE} You, your dog and you.\n\n```\nprint(you)\n```", False),
        ("opening:no_filler", f"Here are the facts:\n\n{PROSE}", True),
        ("opening:no_filler", PROSE, False),
        ("opening:no_filler", f"Sure, the facts:\n\n{PROSE}", False),
        ("closing:no_offer", f"You will see them. {PROSE}\n\n{PROSE}", True),
        ("closing:no_offer", f"You will see them. {PROSE}\n\nPlease do not hesitate to ask.", False),
        ("closing:no_offer", f"Let me know, you said. {PROSE}\n\n{PROSE}", False),
        ("content:no_apology", f"Unfortunately, dogs bark. {PROSE}", True),
        ("content:no_apology", f"Unfortunately, dogs bark, which we regret. {PROSE}", False),
        ("content:no_apology", PROSE, False),
        ("content:no_self_mention", f"I saw them. {PROSE}", True),
        ("content:no_self_mention", f"As a helpful assistant, I saw them. {PROSE}", False),
        ("content:no_self_mention", PROSE, False),
        ("content:no_hedging", PROSE, True),
        ("content:no_hedging", f"{PROSE} The might of wolves.", False),
        ("language:script", "Наша диета имеет огромное влияние на наш уровень энергии и общее состояние.", True),
        ("language:script", "Наша диета и TCP имеют огромное влияние на наш уровень энергии и общее состояние.", False),
        ("language:script", PROSE, False),
        ("language:response", PROSE, False),
    ],
)
def test_what_is_measured(name: str, raw: str, asked: bool) -> None:
    for seed in range(6):
        assert (BY_NAME[name].measure(ParsedText(raw), random.Random(seed)) is not None) is asked


def test_a_source_that_states_another_language_silences_english_words() -> None:
    assert BY_NAME["voice:no_first_person"].measure(ParsedText(PROSE, "en-GB"), random.Random(1)) == {}
    assert BY_NAME["voice:no_first_person"].measure(ParsedText(PROSE, "nl"), random.Random(1)) is None


def test_pronouns_are_asked_for_up_to_a_third_below_their_number() -> None:
    text = ParsedText(f"{PROSE} I saw them, and I told my dog. It bit me, so I left.")
    drawn = [BY_NAME["voice:first_person"].measure(text, random.Random(seed)) for seed in range(40)]
    assert {(params["relation"], params["n"]) for params in drawn if params} == {("at_least", 4), ("at_least", 5)}


SPANISH = Constraint("language:response", {"language": "es"}, "")
RUSSIAN = Constraint("language:response", {"language": "ru"}, "")


@pytest.mark.parametrize(
    ("name", "params", "other", "conflict"),
    [
        ("voice:no_first_person", {}, Constraint("voice:first_person", TWO, ""), True),
        ("voice:first_person", TWO, Constraint("voice:no_first_person", {}, ""), True),
        ("voice:no_second_person", {}, Constraint("voice:second_person", TWO, ""), True),
        ("voice:no_second_person", {}, Constraint("voice:first_person", TWO, ""), False),
        ("voice:no_first_plural", {}, SPANISH, True),
        ("voice:no_first_plural", {}, Constraint("language:response", {"language": "en"}, ""), False),
        ("content:no_hedging", {}, SPANISH, True),
        ("opening:no_filler", {}, Constraint("start_end:first_phrase", {"phrase": "Sure, I'd be happy"}, ""), True),
        ("opening:no_filler", {}, Constraint("start_end:first_word", {"word": "The"}, ""), False),
        ("language:script", {"script": "latin"}, RUSSIAN, True),
        ("language:script", {"script": "cyrillic"}, RUSSIAN, False),
        ("language:script", {"script": "latin"}, SPANISH, False),
        ("language:script", {"script": "latin"}, Constraint("language:response", {"language": "kn"}, ""), True),
    ],
)
def test_conflicts(name: str, params: dict[str, Any], other: Constraint, conflict: bool) -> None:
    assert BY_NAME[name].conflicts(params, other) is conflict


@pytest.mark.parametrize(
    ("name", "params", "phrase", "allowed"),
    [
        ("voice:no_first_person", {}, "for me alone", False),
        ("voice:no_first_person", {}, "for all men", True),
        ("voice:no_first_plural", {}, "US law", True),
        ("content:no_apology", {}, "an Apology", False),
        ("content:no_hedging", {}, "perhaps", False),
        ("content:no_self_mention", {}, "a large language model", False),
        ("language:script", {"script": "han"}, "春天 2", True),
        ("language:script", {"script": "han"}, "AI", False),
        ("opening:no_filler", {}, "of course", True),
    ],
)
def test_phrases_that_are_allowed(name: str, params: dict[str, Any], phrase: str, allowed: bool) -> None:
    assert BY_NAME[name].allows(phrase, params) is allowed


def test_pronouns_are_words() -> None:
    assert list(BY_NAME["voice:second_person"].limits({"relation": "at_least", "n": 3})) == [Limit("words", low=3)]
    assert not BY_NAME["voice:second_person"].limits({"relation": "at_most", "n": 3})
