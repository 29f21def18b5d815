"""The law on every real response that there is, and on what becomes of it when it is damaged."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.pipeline.parallel import map_rows
from crabtk.text import ParsedText
from tests.constraints.conftest import FOLDER

NEEDED = 1_000_000
DRAWS = 1
"""Of each type, on each text as it stands and on each of its damaged forms."""

Row = tuple[int, str, str | None, str | None]
"""Number, text, language, prompt."""


def swapped_case(text: str, rng: random.Random) -> str:
    return text.swapcase() if rng.random() < 0.5 else text.upper() if rng.random() < 0.5 else text.lower()


def other_white_space(text: str, rng: random.Random) -> str:
    ends = ["\n", "\r\n", "\r", "\u2028", "\n\n", " \n", "\n\t", "\x0b", "\x85"]
    spaces = [" ", "  ", "\t", "\u00a0", "\u3000", "\u2009"]
    return "".join(
        rng.choice(ends) if char == "\n" else rng.choice(spaces) if char == " " and rng.random() < 0.2 else char
        for char in text
    )


def other_unicode(text: str, rng: random.Random) -> str:
    form = rng.choice(("NFD", "NFKC", "NFKD"))
    odd = ["\u200b", "\u0301", "\u200d", "\ufe0f", "\u202e", "’", "“", "”", "—", "…", "İ", "ß", "𝔘", "\x00"]
    return "".join(
        char + rng.choice(odd) if rng.random() < 0.02 else char for char in unicodedata.normalize(form, text)
    )


def cut_off(text: str, rng: random.Random) -> str:
    start = rng.randrange(len(text)) if rng.random() < 0.3 else 0
    return text[start : start + rng.randrange(1, len(text) + 1)]


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (swapped_case, other_white_space, other_unicode, cut_off)


def cases(row: Row) -> tuple[Counter[str], list[tuple[str, str, str]]]:
    """Try the law on a text and its damaged forms; return the cases by type, and what is broken."""
    number, raw, language, prompt = row
    rng = random.Random(number)
    texts = [raw, *(mutate(raw, rng) for mutate in MUTATIONS)]
    count: Counter[str] = Counter()
    broken: list[tuple[str, str, str]] = []
    for place, text in enumerate(texts):
        parsed, again = ParsedText(text, language, prompt), ParsedText(text)
        for type_ in TYPES:
            for draw in range(DRAWS):
                rng = random.Random(f"{number} {place} {draw} {type_.name}")
                try:
                    params = type_.measure(parsed, rng)
                    if params is None:
                        break
                    count[type_.name] += 1
                    copied = json.loads(json.dumps(dict(params)))
                    # The verdict must not hang on what is known of language and prompt.
                    kept = type_.check(again, copied) and type_.score(again, copied) == 1.0
                except Exception as error:
                    broken.append((type_.name, repr(error), text))
                    break
                if not kept:
                    broken.append((type_.name, json.dumps(copied), text))
    return count, broken


def rows(responses: list[tuple[str, str | None]]) -> list[Row]:
    found = [(text, language, None) for text, language in responses]
    for file in ("ifeval/gold_responses.jsonl", "ifbench/gold_strict.jsonl"):
        path = FOLDER.parent / file
        if not path.is_file():
            pytest.skip(f"{path} is absent; set CRABTK_DATA to the folder of real data")
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            found.append((row["response"], None, row["prompt"]))
    return [(number, *text) for number, text in enumerate(found) if text[0]]


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_law_holds_in_a_million_cases(responses: list[tuple[str, str | None]]) -> None:
    total: Counter[str] = Counter()
    for count, broken in map_rows(cases, rows(responses), processes=2, chunk_size=50):
        assert not broken, broken[0]
        total += count
    print(f"{total.total():,} cases, {len(total)} types: {dict(total.most_common())}")
    assert total.total() >= NEEDED
