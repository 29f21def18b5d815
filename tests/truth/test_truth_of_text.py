"""Is what the types state true? A second opinion, written from the wordings alone, on what they measure.

Judged are the families of length, words, letters, sentences, beginnings and ends, voice, content, language and
copying, on real responses.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText
from tests.truth import copying, keyword, length, letter, sentence, voice
from tests.truth.conftest import Seed

HOLDS = {
    name: holds
    for module in (copying, keyword, length, letter, sentence, voice)
    for name, holds in module.HOLDS.items()
}
_FAMILIES = (
    "length paragraphs sentence reading keyword letter word start_end voice opening closing content language "
    "dialogue copy"
)
FAMILIES = frozenset(_FAMILIES.split())
JUDGED = [type_ for type_ in TYPES if type_.name.partition(":")[0] in FAMILIES]
DRAWS = 2
SHARE = 24
"""One response in so many is judged by default."""


def judge(
    seeds: Iterable[tuple[int, Seed]], types: Sequence[Any] = JUDGED
) -> tuple[Counter[str], Counter[str], list[str]]:
    """Return how often each type measured, how often that was judged, and what was found untrue."""
    measured: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    untrue = []
    for number, seed in seeds:
        text = ParsedText(seed.raw, seed.language, seed.prompt)
        for type_ in types:
            for draw in range(DRAWS):
                params = type_.measure(text, random.Random(f"{number} {draw} {type_.name}"))
                if params is None:
                    break
                measured[type_.name] += 1
                params = json.loads(json.dumps(dict(params)))
                if type_.name in HOLDS:
                    judged[type_.name] += 1
                    if not HOLDS[type_.name](seed.raw, params):
                        untrue.append(f"{number} {type_.name} {json.dumps(params, ensure_ascii=False)}")
    return measured, judged, untrue


def all_agree(seeds: list[tuple[int, Seed]]) -> None:
    measured, judged, untrue = judge(seeds)
    print(f"{judged.total():,} constraints of {len(seeds):,} responses:", dict(sorted(judged.items())))
    assert not untrue, f"{len(untrue)} not plainly true: " + "; ".join(untrue[:20])
    assert judged == measured
    assert sum(judged.values()) > 10 * len(seeds)


def test_every_type_has_a_second_opinion() -> None:
    assert sorted(HOLDS) == sorted(type_.name for type_ in JUDGED)


@pytest.mark.slow
@pytest.mark.data
def test_the_second_opinion_agrees_on_a_share_of_the_real_responses(seeds: list[Seed]) -> None:
    assert len(seeds) > 1500
    all_agree(list(enumerate(seeds))[::SHARE])


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_second_opinion_agrees_on_all_real_responses(seeds: list[Seed]) -> None:
    all_agree(list(enumerate(seeds)))


def test_the_second_opinion_agrees_on_the_types_own_examples() -> None:
    texts = [example for type_ in JUDGED for example in type_.examples]
    _, judged, untrue = judge((number, Seed(text, "en", text)) for number, text in enumerate(texts))
    assert not untrue
    assert judged.total() > 5 * len(texts)


# --- copying, which no real response shows


def copies(prompt: str, response: str) -> list[str]:
    """Texts that copy a prompt in one way or another."""
    swapped = " ".join(["Never", *prompt.split()[1:]])
    several = ["\n******\n".join([prompt] * count) for count in (2, 3)]
    return [
        prompt,
        prompt.upper(),
        f"{prompt}\n\n{response}",
        swapped,
        *several,
        prompt[3:20],
        prompt[: len(prompt) // 2],
    ]


@pytest.mark.data
def test_the_second_opinion_agrees_on_copies_of_real_prompts(seeds: list[Seed]) -> None:
    short = [seed for seed in seeds if len(seed.prompt) < 120 and "\n" not in seed.prompt and '"' not in seed.prompt]
    made = [Seed(raw, None, seed.prompt) for seed in short[::25] for raw in copies(seed.prompt, seed.raw)]
    _, judged, untrue = judge(enumerate(made), [type_ for type_ in JUDGED if type_.name.startswith("copy:")])
    print(f"{judged.total():,} constraints:", {name: judged[name] for name in HOLDS if name.startswith("copy:")})
    assert not untrue, "; ".join(untrue[:20])
    assert sum(judged[name] > 0 for name in HOLDS if name.startswith("copy:")) >= 3


# --- the second opinion can say no


@pytest.mark.parametrize(
    ("name", "params", "true", "untrue"),
    [
        ("length:words", {"relation": "at_most", "words": 3}, "Three short words.", "Here are four words."),
        ("length:sentences", {"relation": "exactly", "n": 2}, "One here. Two here.", "One. Two. Three here."),
        ("length:lines", {"relation": "exactly", "n": 2}, "a\n\nb", "a\nb\nc"),
        ("paragraphs:count", {"n": 2}, "One.\n\nTwo.", "One.\nTwo."),
        ("paragraphs:longest", {"place": "last"}, "One.\n\nTwo words.", "Two words.\n\nOne."),
        (
            "reading:grade",
            {"grade": 5},
            "The cat sat on the mat. It was fat.",
            "Institutional considerations predominate.",
        ),
        ("keyword:include", {"phrases": ["known"]}, "It is known.", "It is well-known."),
        ("keyword:order", {"phrases": ["b", "a"]}, "b comes, then a.", "a comes, then b."),
        ("letter:absent", {"letter": "e"}, "No such sign.", "Élan."),
        ("word:unique", {}, "Every word differs.", "The word is the word."),
        ("sentence:questions", {"relation": "exactly", "n": 1}, "Who goes? I go.", "Who goes? Do I?"),
        ("sentence:distinct_starts", {}, "I go. You stay.", "I go. I stay."),
        ("start_end:first_word", {"word": "go"}, "Go now.", "I go."),
        ("start_end:last_phrase", {"phrase": "the end."}, "This is the end.", "This is the end. Really."),
        ("start_end:mark", {"mark": "closing_bracket"}, "Yes (no)", "See [here](there)"),
        ("voice:no_first_person", {}, "You go.", "I'm off."),
        ("opening:no_filler", {}, "Surely not.", "Sure, why not."),
        ("closing:no_offer", {}, "Let me know.\n\nThat is all.", "That is all.\n\nLet me know."),
        ("content:no_apology", {}, "It went wrong.", "It went wrong. Apologies."),
        ("language:script", {"script": "cyrillic"}, "Да, 5.", "Да, e."),
        ("dialogue:turns", {"relation": "exactly", "n": 2}, "Ann: Hello.\nBob: Hi.", "Ann: Hello."),
        ("copy:span", {"prompt": "Name two rivers.", "start": 6, "end": 8}, "two", "Name"),
        ("copy:variations", {"phrase": "the old red mill", "n": 1}, "the new red mill", "the old red mill"),
    ],
)
def test_the_second_opinion_tells_true_from_untrue(
    name: str, params: dict[str, object], true: str, untrue: str
) -> None:
    assert HOLDS[name](true, params)
    assert not HOLDS[name](untrue, params)
