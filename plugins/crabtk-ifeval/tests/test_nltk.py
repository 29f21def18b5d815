"""Sentences and tokens are NLTK's, text by text."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nltk
import pytest
from nltk.tokenize import NLTKWordTokenizer
from nltk.tokenize.punkt import PunktTokenizer

from crabtk import ParsedText
from crabtk_ifeval import punkt_english, rule_sentences, sentences, tokens

SIGNS = """. . ! ? " ' ) ( * - -- , : [ ] { } @ ; # $ / … “ ” ’ « `` '' .."""
WORDS = "A b the The I 1 12 3.5 Mr U.S etc e.g vs É word Word DON'T IT'S WE'LL GONNA WANNA CANNOT 'TIS D'YE 'S"
SPACES = (" ", " ", " ", "\n", "\t", "\xa0", "\u2028", "\x0b", "\x1c", ". . .")
PIECES = (*SIGNS.split(), *WORDS.split(), *SPACES)
REAL = (
    "Dr. Smith arrived at 5 p.m. on Jan. 3. He left (early.) Then it rained!",
    "\"Stop.\" she said. “Why?” he asked. 'Because.'",
    "1. Wash.\n2. Cut.\n\n**3. Serve.** Enjoy... or don't. See example.com. OK?",
    "- self-made man. No. 5 is alive. J. S. Bach wrote it, etc. and so on.",
    "I'M HERE. DON'T. U.S.A. IS BIG.",
)


def awkward(count: int) -> list[str]:
    rng = random.Random(3)
    return ["".join(rng.choice(PIECES) for _ in range(rng.randint(1, 20))) for _ in range(count)]


def compare(texts: list[str]) -> None:
    split, tokenize = punkt_english.splitter().tokenize, NLTKWordTokenizer().tokenize
    for text in texts:
        expected = split(text)
        assert sentences.split(text) == expected, text
        words = [token for sentence in expected for token in tokenize(sentence)]
        parsed = ParsedText(text)
        assert tokens.capital_tokens(parsed) == sum(word.isupper() for word in words), text
        assert list(tokens.tokens(parsed)) == words, text


@pytest.mark.slow
def test_awkward_texts() -> None:
    compare([*REAL, *awkward(4_000), "", " ", "\n"])


@pytest.mark.slow
@pytest.mark.data
def test_real_responses(rows: Callable[[str], list[dict[str, Any]]]) -> None:
    responses = [row["response"] for row in rows("ifeval/gold_responses.jsonl")[::12]]
    compare([*responses, *(response.upper() for response in responses[::10])])


@pytest.mark.data
def test_the_model_in_the_wheel_is_nltks(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = data / "nltk" / "tokenizers" / "punkt_tab" / "english"
    if not model.is_dir():
        pytest.skip(f"{model} is absent; set CRABTK_DATA to the folder of real data")
    monkeypatch.setattr(nltk.data, "path", [str(data / "nltk")])
    official, ours = PunktTokenizer("english")._params, punkt_english.splitter()._params
    for part in ("abbrev_types", "collocations", "sent_starters", "ortho_context"):
        assert getattr(official, part) == getattr(ours, part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ("One.", "Two!", "Three?")),
        ("Dr. Smith left. He ran.", ("Dr. Smith left.", "He ran.")),
        ("It costs 3.5 coins. See a.com now.", ("It costs 3.5 coins.", "See a.com now.")),
        ("Wait... what", ("Wait...", "what")),
        ('She said "no." Then left.', ('She said "no".', "Then left.")),
        ("Line one\nline two", ("Line one line two",)),
        ("One.  . Two.", ("One.", ".", "Two.")),
        ("The U.S. is big. She has a Ph.D. now.", ("The U.S. is big.", "She has a Ph.D. now.")),
        ("", ()),
    ],
)
def test_rule_sentences(text: str, expected: tuple[str, ...]) -> None:
    assert rule_sentences.split(text) == expected
