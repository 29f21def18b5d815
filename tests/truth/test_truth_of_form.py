"""What the types of form, structure and signs measure on real responses is true by a second opinion."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText
from tests.truth import forms, signs, structure
from tests.truth.conftest import FOLDER

FAMILIES = frozenset(
    {
        *("table", "code", "json", "csv", "tag", "html", "formula", "layout", "choice", "sequence", "order", "quiz"),
        *("reverse", "list", "heading", "emphasis", "markdown", "placeholder", "title", "section", "document"),
        *("punctuation", "digits", "case", "figures", "date", "time", "emoji", "link", "symbol", "quotation"),
        *("brackets", "whitespace", "characters", "contraction"),
    }
)
OPINIONS = {**forms.OPINIONS, **structure.OPINIONS, **signs.OPINIONS}
JUDGED = [type_ for type_ in TYPES if type_.name.split(":")[0] in FAMILIES]
GOLD = ("ifeval/gold_responses.jsonl", "ifbench/gold_strict.jsonl")
FEWEST_WORDS = 100
DRAWS = 2


class Response(Protocol):
    """A real response, its language where the source states one, and what it answers."""

    @property
    def raw(self) -> str: ...
    @property
    def language(self) -> str | None: ...
    @property
    def prompt(self) -> str: ...


def judge(number: int, raw: str, language: str | None, prompt: str, cases: Counter[str]) -> Iterable[str]:
    """Measure everything on a response; count the cases and yield those with which the second opinion disagrees."""
    text = ParsedText(raw, language, prompt)
    for type_ in JUDGED:
        seen: list[dict[str, Any]] = []
        for draw in range(DRAWS):
            params = type_.measure(text, random.Random(f"{number} {draw} {type_.name}"))
            if params is None:
                break
            cases[type_.name] += 1
            copied = json.loads(json.dumps(dict(params)))
            if copied not in seen and not OPINIONS[type_.name](raw, copied):
                yield f"response {number}: {type_.name} {copied}"
            seen.append(copied)


def long_enough(seeds: Iterable[Response]) -> list[tuple[int, Response]]:
    return [(number, seed) for number, seed in enumerate(seeds) if len(seed.raw.split()) >= FEWEST_WORDS]


def reported(cases: Counter[str], responses: int) -> None:
    print(f"{cases.total():,} cases of {len(cases)} types on {responses:,} responses: {dict(cases.most_common())}")
    print("measured nowhere:", sorted({type_.name for type_ in JUDGED} - set(cases)))


def test_every_type_has_a_second_opinion() -> None:
    assert set(OPINIONS) == {type_.name for type_ in JUDGED}


@pytest.mark.slow
@pytest.mark.data
def test_a_share_of_the_responses(seeds: list[Response]) -> None:
    chosen = long_enough(seeds)[::9]
    cases: Counter[str] = Counter()
    wrong = [case for number, (raw, *given) in chosen for case in judge(number, raw, *given, cases)]
    reported(cases, len(chosen))
    assert not wrong, f"{len(wrong)} of {cases.total():,}: {wrong[:20]}"


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_all_responses(seeds: list[Response]) -> None:
    """Every seed that is long enough, and what real models answered where such constraints were asked for."""
    cases: Counter[str] = Counter()
    chosen = [(number, tuple(seed)) for number, seed in long_enough(seeds)]
    assert len(chosen) >= 1_500
    chosen += [(-number, response) for number, response in enumerate(asked_for(), 1)]
    wrong = [case for number, response in chosen for case in judge(number, *response, cases)]
    reported(cases, len(chosen))
    assert not wrong, f"{len(wrong)} of {cases.total():,}: {wrong[:20]}"


def asked_for() -> Iterable[tuple[str, None, str]]:
    for file in GOLD:
        path: Path = FOLDER.parent / file
        for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
            row = json.loads(line)
            if row["response"].strip():
                yield row["response"], None, row["prompt"]
