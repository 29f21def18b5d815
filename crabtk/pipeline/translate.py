"""Translated constraints: what a model writes down about each response, strictly read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from rapidfuzz.distance import LCSseq

from crabtk.constraints.translated import TranslatedType
from crabtk.errors import EmptyStageError
from crabtk.pipeline.ask import SENTENCE_OR_NULL, Complete, json_request, question
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.measure import SCHEMA
from crabtk.prompts import prompt
from crabtk.randomness import generator
from crabtk.settings import Translation
from crabtk.text import ParsedText
from crabtk.types import Completion, Rejected, Request, Sampling
from crabtk.wording import fill

STAGE = "translated_constraints"
QUOTED_WORDS = 10
"""A constraint that shares a run of so many words with the response gives the response away."""


def translate(
    seeds: pl.DataFrame,
    types: Sequence[TranslatedType],
    complete: Complete,
    *,
    settings: Translation,
    seed: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Have a model write constraints of every type in one pass over each response.

    Args:
        seeds: Schema ``Seeds``; general chat is passed over.
        types: The types to ask for; their names are the only ones that can come out.
        complete: Answers requests.
        settings: Limit and sampling.
        seed: Of the run; each row derives its own sampling seed.

    Returns:
        Rows of schema ``Constraints``, not yet judged (verdict unknown, score null), and the ledger: answers
        that could not be read, and constraints that quote the response or repeat the prompt's examples.

    Raises:
        EmptyStageError: There were seeds and no answer at all could be read.
    """
    rows = _chosen(seeds, settings.limit, seed)
    requests = [_request(row, types, settings, seed) for row in rows]
    found: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    readable = 0
    for row, completion in zip(rows, complete(requests), strict=True):
        answer = read_answer(completion, [type_.key for type_ in types])
        if isinstance(answer, str):
            rejected.append(Rejected(STAGE, "seeds", None, row["seed_id"], answer, completion.text))
            continue
        readable += 1
        for type_ in types:
            text = answer[type_.key]
            if text is None or not text.strip():
                continue
            constraint_id = f"{row['seed_id']}/{type_.name}"
            text = " ".join(text.split())
            if reason := _unfit(text, row, type_):
                rejected.append(Rejected(STAGE, "seeds", None, constraint_id, reason, text))
            else:
                found.append(unjudged(row["seed_id"], constraint_id, type_.name, text, "translated"))
    if rows and not readable:
        raise EmptyStageError(
            f"None of the {len(rows)} answers of the translating model could be read; the first: {rejected[0].reason}. "
            "Raise translation.max_tokens, take another model, or set translation.enabled = false."
        )
    return pl.DataFrame(found, schema=SCHEMA), ledger(rejected)


def _chosen(seeds: pl.DataFrame, limit: int | None, seed: int) -> list[dict[str, Any]]:
    """Return the seeds to translate in table order: all, or those that the hash draws."""
    rows = seeds.filter(pl.col("use") == "seed").to_dicts()
    if limit is None or limit >= len(rows):
        return rows
    drawn = {row["seed_id"] for row in sorted(rows, key=lambda r: _draw(seed, r["seed_id"]))[:limit]}
    return [row for row in rows if row["seed_id"] in drawn]


def _draw(seed: int, seed_id: str) -> float:
    return generator(seed, "translate", seed_id).random()


def _request(row: Mapping[str, Any], types: Sequence[TranslatedType], settings: Translation, seed: int) -> Request:
    kinds = "\n".join(f"- {t.key}: {t.question} For example: {' / '.join(t.examples)}" for t in types)
    keys = ", ".join(type_.key for type_ in types)
    system = fill(prompt("translate_system"), {"kinds": kinds, "keys": keys})
    messages = question("translate", row["instruction"], row["response"], system=system)
    sampling = Sampling(
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=generator(seed, STAGE, row["seed_id"]).getrandbits(31),
    )
    return json_request(messages, {type_.key: SENTENCE_OR_NULL for type_ in types}, sampling)


def read_answer(completion: Completion, keys: Sequence[str]) -> dict[str, str | None] | str:
    """Read an answer that must be a JSON object of exactly these keys, each a string or null.

    Returns:
        The object, or the reason why it is refused.
    """
    if completion.finish_reason == "error":
        return f"the engine gave no answer: {completion.error}"
    if completion.finish_reason == "length":
        return "the answer was cut off at max_tokens"
    if completion.finish_reason == "refusal":
        return "the model refused"
    try:
        value = json.loads(completion.text)
    except (json.JSONDecodeError, RecursionError) as error:
        return f"the answer is no JSON: {error}"
    if not isinstance(value, dict):
        return f"the answer is a JSON {type(value).__name__}, not an object"
    if set(value) != set(keys):
        return f"the answer's keys are {sorted(value)}, not {sorted(keys)}"
    wrong = [key for key, item in value.items() if not (item is None or isinstance(item, str))]
    return f"the answer's {wrong[0]} is neither a string nor null" if wrong else value


def _unfit(text: str, row: Mapping[str, Any], type_: TranslatedType) -> str | None:
    """Return why a constraint cannot be used, whatever a judge may say."""
    words = ParsedText(text).lower_words
    if len(words) < 3:
        return "it has fewer than three words"
    if any(words == ParsedText(example).lower_words for example in type_.examples):
        return "it repeats an example of the prompt"
    if (
        type_.name != "situation:refined_instruction"
        and _longest_run(words, ParsedText(row["response"]).lower_words) >= QUOTED_WORDS
    ):
        return f"it quotes {QUOTED_WORDS} or more words of the response"
    if LCSseq.normalized_similarity(words, ParsedText(row["instruction"]).lower_words) > 0.9:
        return "it repeats the instruction"
    return None


def _longest_run(words: Sequence[str], text: Sequence[str]) -> int:
    """Return the length of the longest run of words that both have; the shorter side bounds the work."""
    if len(words) < QUOTED_WORDS:
        return 0
    runs = {tuple(text[i : i + QUOTED_WORDS]) for i in range(len(text) - QUOTED_WORDS + 1)}
    windows = (tuple(words[i : i + QUOTED_WORDS]) for i in range(len(words) - QUOTED_WORDS + 1))
    return QUOTED_WORDS if any(window in runs for window in windows) else 0


def unjudged(seed_id: str, constraint_id: str, type_: str, text: str, origin: str) -> dict[str, Any]:
    """Return a constraint that nobody has judged, as a row of schema ``Constraints``."""
    return {
        "seed_id": seed_id,
        "constraint_id": constraint_id,
        "type": type_,
        "params": "{}",
        "text": text,
        "origin": origin,
        "verdict": "unknown",
        "score": None,
        "judged_by": None,
        "informative": None,
        "conflicts": [],
    }
