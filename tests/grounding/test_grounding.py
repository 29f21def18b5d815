"""Grounding, measured on labelled texts: what is grounded is grounded rightly, and as much as can be is."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.constraints.builtin import TYPES
from crabtk.grounding import ground
from crabtk.grounding.wordings import worded_by
from crabtk.text import ParsedText
from crabtk.types import Constraint

HERE = Path(__file__).parent
BY_NAME = {type_.name: type_ for type_ in TYPES}
LEAST_RECALL = {"dev": 1.0, "test": 0.95}
Said = frozenset[tuple[str, str]]


def said(name: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Return a constraint in one form: none is exactly none, and the case of a letter says nothing."""
    params = dict(params)
    if params.get("relation") == "at_most" and params.get("n") == 0:
        params["relation"] = "exactly"
    if "letter" in params:
        params["letter"] = params["letter"].lower()
    return name, repr(sorted(params.items()))


def cases(name: str) -> list[tuple[str, Said]]:
    """Return the texts of a file, each with the constraints that it says."""
    raw = tomllib.loads((HERE / f"cases_{name}.toml").read_text(encoding="utf-8"))["case"]
    return [(case["text"], frozenset(said(c["type"], c["params"]) for c in case["constraints"])) for case in raw]


def grounded(text: str) -> Said:
    return frozenset(said(c.type, c.params) for c in ground(text, BY_NAME))


@pytest.mark.parametrize("name", ["dev", "test"])
def test_precision_and_recall(name: str) -> None:
    labelled = cases(name)
    found = [(text, wanted, grounded(text)) for text, wanted in labelled]
    right = sum(got == wanted for _, wanted, got in found if got)
    precision = right / sum(bool(got) for _, _, got in found)
    recall = right / sum(bool(wanted) for _, wanted in labelled)
    print(f"{name}: {len(labelled)} texts, precision {precision:.3f}, recall {recall:.3f}")
    wrong = [f"{text}: {sorted(got)}" for text, wanted, got in found if got and got != wanted]
    assert precision >= 0.99, wrong
    assert recall >= LEAST_RECALL[name]


@pytest.mark.parametrize("name", ["dev", "test"])
def test_labels_can_be_said(name: str) -> None:
    raw = tomllib.loads((HERE / f"cases_{name}.toml").read_text(encoding="utf-8"))["case"]
    for case in raw:
        for c in case["constraints"]:
            type_ = BY_NAME[c["type"]]
            assert type_.parse(type_.render(c["params"], random.Random(1))) == c["params"]


def test_no_text_is_labelled_twice() -> None:
    texts = [text.casefold() for name in ("dev", "test") for text, _ in cases(name)]
    assert len(set(texts)) == len(texts)


PIECES = (
    "use", "at least", "no more than", "3", "five", "words", "sentences", "paragraphs", "each", "every", "and", ", ",
    '"tide"', "'a b'", '"', "do not use", "commas", "in French", "must", "your response", "between 3 and 5", "no", "-",
    "\x1a0\x1a", "bullet points", "letter", "under", "of", "0", "the word", "end with", "a question", "²", "hundred",
)  # fmt: skip
ANY_TEXT = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_whatever_is_grounded_can_be_worded_and_read_back(text: str) -> None:
    for found in ground(text, BY_NAME):
        type_ = BY_NAME[found.type]
        assert type_.parse(type_.render(found.params, random.Random(1))) == found.params


@settings(max_examples=200)
@given(st.sampled_from(TYPES), st.randoms(use_true_random=False))
def test_what_a_type_words_is_grounded_in_it(type_: Any, rng: random.Random) -> None:
    examples = [p for raw in type_.examples if (p := type_.measure(ParsedText(raw), rng)) is not None]
    for params in [*type_.example_params, *examples][:8]:
        wording = type_.render(params, rng)
        if worded_by(wording, TYPES) != (type_.name, params):
            continue  # of two types that word alike, the first by name is found
        assert ground(wording, BY_NAME) == (Constraint(type_.name, params),)


@pytest.mark.parametrize("piece", ["use no commas and ", "and then also ", "at least 3 ", '"a", ', "in with of ", "a "])
def test_time_is_linear(piece: str) -> None:
    for length in (500, 5000, 100_000):
        assert len(ground((piece * length)[:length], BY_NAME)) <= 1
