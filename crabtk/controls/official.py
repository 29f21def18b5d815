"""The six constraint types that the official recipe states by script, as it states them: false ones included.

Only controls are made of these. Each type says what it measures and why that need not hold; ``docs/results.md`` has
how often it does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import polars as pl

from crabtk.canonical import canonical_json
from crabtk.controls.phrases import phrases
from crabtk.controls.tokens import sentences, tokens, tokens_of
from crabtk.controls.wordings import WORDINGS
from crabtk.randomness import generator
from crabtk.schemas import Constraints, columns
from crabtk.types import Params
from crabtk.wording import fill

SCHEMA = columns(Constraints)
MARKS: Mapping[str, str] = {
    "comma": ",",
    "full_stop": ".",
    "exclamation_mark": "!",
    "question_mark": "?",
    "semicolon": ";",
    "colon": ":",
}
"""In the recipe's order, by the names that ``punctuation:absent`` gives them."""
_MOST_KEYWORDS = 3
_MOST_SLACK = 2


class Response:
    """A response as the recipe's scripts see it."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.language = language

    @cached_property
    def tokens(self) -> list[str]:
        """Words and marks."""
        return tokens(self.text)

    @cached_property
    def sentences(self) -> list[str]:
        """Of the whole text; a heading or list item without a full stop is part of what follows."""
        return sentences(self.text)

    @cached_property
    def paragraphs(self) -> list[str]:
        """What stands between blank lines."""
        return [part for part in self.text.split("\n\n") if part.strip()]


def length(response: Response, rng: random.Random) -> Params:
    """State the number of words: marks are counted too, so all but the maximum ask for more than there is."""
    count = len(response.tokens)
    low, high = count // 10 * 10, -(-count // 10) * 10
    relation = rng.choice(("between", "at_least", "about", "at_most"))
    if relation == "between":
        return {"relation": relation, "low": low, "high": high}
    return {"relation": relation, "words": {"at_least": low, "about": count, "at_most": high}[relation]}


def words_per_sentence(response: Response, rng: random.Random) -> Params | None:
    """State the longest sentence as the maximum; who splits sentences otherwise finds longer ones."""
    longest = max(map(len, map(tokens_of, response.sentences)), default=0)
    return {"words": longest} if longest else None


def sentences_per_paragraph(response: Response, rng: random.Random) -> Params | None:
    """State as the maximum what the shortest paragraph has, and up to two more."""
    fewest = min((len(sentences(paragraph)) for paragraph in response.paragraphs), default=0)
    return {"sentences": fewest + rng.randint(0, _MOST_SLACK)} if fewest else None


def characters_per_word(response: Response, rng: random.Random) -> Params | None:
    """State the longest word's length as the shortest allowed."""
    longest = max(map(len, response.tokens), default=0)
    return {"relation": "at_least", "characters": longest} if longest else None


def keyword(response: Response, rng: random.Random) -> Params | None:
    """State up to three of the extracted phrases, whether the text has them verbatim or not."""
    found = phrases(response.text, response.language)
    return {"phrases": rng.sample(found, min(_MOST_KEYWORDS, len(found)))} if found else None


def punctuation(response: Response, rng: random.Random) -> Params | None:
    """Forbid the first mark that is absent."""
    absent = [name for name, mark in MARKS.items() if mark not in response.text]
    return {"mark": absent[0]} if absent else None


Script = Callable[[Response, random.Random], Params | None]

SCRIPTS: Mapping[str, tuple[Script, float]] = {
    "length:words": (length, 0.5),
    "length:words_per_sentence": (words_per_sentence, 0.5),
    "length:sentences_per_paragraph": (sentences_per_paragraph, 0.3),
    "length:characters_per_word": (characters_per_word, 0.3),
    "keyword:include": (keyword, 0.5),
    "punctuation:absent": (punctuation, 0.3),
}
"""Each script with the probability that an example has its constraint, by crabtk's name for what it says."""


def official_constraints(seeds: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """Return what the official recipe's scripts state of each response, drawn with the recipe's probabilities.

    Args:
        seeds: Schema ``Seeds``; general chat is passed over.
        seed: Of the run; each (seed, type) derives its own generator.

    Returns:
        Rows of schema ``Constraints``, at least one of each seed: where the draw has none, it is drawn anew.
        Verdict ``holds`` says that the recipe takes it for true; ``judged_by`` is null, for nobody checked.

    Source:
        The scripted types of arXiv 2410.24175 with the probabilities of its published scripts; wordings are our own.
        Their keyword extractor and tokeniser are stood in for by ``phrases`` and ``tokens``.
    """
    rows: list[dict[str, Any]] = []
    for row in seeds.filter(pl.col("use") == "seed").iter_rows(named=True):
        response = Response(row["response"], row["language"])
        stated = {name: _stated(name, response, row["seed_id"], seed) for name in SCRIPTS}
        known = {name: params for name, params in stated.items() if params is not None}
        drawn = _draw(list(known), generator(seed, "official", row["seed_id"], "draw"))
        rows += [_row(row["seed_id"], name, known[name], seed) for name in drawn]
    return pl.DataFrame(rows, schema=SCHEMA)


def _stated(name: str, response: Response, seed_id: str, seed: int) -> Params | None:
    script, _ = SCRIPTS[name]
    return script(response, generator(seed, "official", seed_id, name))


def _draw(names: Sequence[str], rng: random.Random) -> list[str]:
    drawn: list[str] = []
    while names and not drawn:
        drawn = [name for name in names if rng.random() < SCRIPTS[name][1]]
    return drawn


def _row(seed_id: str, name: str, params: Params, seed: int) -> dict[str, Any]:
    return {
        "seed_id": seed_id,
        "constraint_id": f"{seed_id}/official/{name}",
        "type": name,
        "params": canonical_json(dict(params)),
        "text": worded(name, params, generator(seed, "official", seed_id, name, "wording")),
        "origin": "measured",
        "verdict": "holds",
        "score": None,
        "judged_by": None,
        "informative": None,
        "conflicts": [],
    }


def worded(name: str, params: Params, rng: random.Random) -> str:
    """Word what a script states."""
    relation = str(params.get("relation", ""))
    sentence = rng.choice(WORDINGS[name, relation])
    shown = {key: _shown(key, value) for key, value in params.items()}
    counts = {key: value for key, value in params.items() if isinstance(value, int)}
    return fill(sentence, shown, counts)


def _shown(key: str, value: Any) -> str:
    if key == "phrases":
        return ", ".join(f'"{phrase}"' for phrase in value)
    return str(value).replace("_", " ") if key == "mark" else str(value)
