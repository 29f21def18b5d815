"""Translated constraints: what a model writes down about each response, strictly read."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from rapidfuzz.distance import LCSseq

from crabtk.constraints.translated import TRANSLATED, TranslatedType
from crabtk.errors import EmptyStageError
from crabtk.pipeline.ask import (
    ALL_KINDS,
    LONGEST_INSTRUCTION,
    LONGEST_SENTENCE,
    Complete,
    json_request,
    question,
    text_or_null,
    text_up_to,
)
from crabtk.pipeline.judge import REFINED
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.measure import SCHEMA
from crabtk.prompts import worked_examples
from crabtk.randomness import generator
from crabtk.settings import Translation
from crabtk.text import ParsedText
from crabtk.types import Completion, Rejected, Request, Sampling

STAGE = "translated_constraints"
NOTHING = frozenset(("", "null", "none", "n/a"))
"""What small models write as a string where they mean null."""
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
        that could not be read, and constraints that quote the response or repeat the prompt or one another.

    Raises:
        EmptyStageError: There were seeds and no answer at all could be read.
    """
    rows = _chosen(seeds, settings.limit, seed)
    requests = [_request(row, types, settings, seed) for row in rows]
    found: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    readable = 0
    shown = [type_.question for type_ in TRANSLATED]
    shown += [text for example in worked_examples() for text in example["answer"].values()]
    for row, completion in zip(rows, complete(requests), strict=True):
        answer = read_answer(completion, [type_.key for type_ in types])
        if isinstance(answer, str):
            rejected.append(Rejected(STAGE, "seeds", None, row["seed_id"], answer, completion.text))
            continue
        readable += 1
        written: dict[tuple[str, ...], str] = {}
        for type_ in types:
            text = answer[type_.key]
            if text is None or text.strip().lower().rstrip(".") in NOTHING:
                continue
            constraint_id = f"{row['seed_id']}/{type_.name}"
            words = tuple(ParsedText(text).lower_words)
            if twin := written.get(words):
                rejected.append(Rejected(STAGE, "seeds", None, constraint_id, f"it repeats that of {twin}", text))
            elif reason := unfit(text, row, type_.name, shown):
                rejected.append(Rejected(STAGE, "seeds", None, constraint_id, reason, text))
            else:
                written[words] = type_.name
                text = " ".join(text.split())
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
    sampling = Sampling(
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=generator(seed, STAGE, row["seed_id"]).getrandbits(31),
    )
    keys = [type_.key for type_ in types]
    kinds = ALL_KINDS if len(keys) == len(TRANSLATED) else f"the kinds {', '.join(keys)}"
    asked = question("translate", row["instruction"], row["response"], kinds=kinds)
    return json_request(asked, {type_.key: _schema(type_) for type_ in types}, sampling)


def _schema(type_: TranslatedType) -> Mapping[str, Any]:
    # A small model that may write null once writes it to the end.
    longest = _longest(type_.name)
    return text_up_to(longest) if type_.always else text_or_null(longest)


def _longest(type_: str) -> int:
    return LONGEST_INSTRUCTION if type_ == REFINED else LONGEST_SENTENCE


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
        value = json.loads(completion.text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        return f"the answer is no JSON: {error}"
    if not isinstance(value, dict):
        return f"the answer is a JSON {type(value).__name__}, not an object"
    if set(value) != set(keys):
        return f"the answer's keys are {sorted(value)}, not {sorted(keys)}"
    wrong = [key for key, item in value.items() if not (item is None or isinstance(item, str))]
    return f"the answer's {wrong[0]} is neither a string nor null" if wrong else value


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice, of which Python would silently keep the last."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def unfit(text: str, seed: Mapping[str, Any], type_: str, shown: Sequence[str] = ()) -> str | None:
    """Return why what a model wrote as a constraint cannot be used, whatever a judge may say; None if it can.

    Args:
        text: As the model wrote it.
        seed: Row of schema ``Seeds``.
        type_: Name of the translated type. A refined instruction may quote the response, as the seed's own may.
        shown: Texts of the prompt.
    """
    longest = _longest(type_)
    if len(text) >= longest:
        return f"it was cut off at {longest} characters"
    if any(unicodedata.category(char) in ("Cc", "Cs") and not char.isspace() for char in text):
        return "it holds a control character or half of a surrogate pair"
    words = ParsedText(text).lower_words
    if len(words) < 3:
        return "it has fewer than three words"
    if any(words == ParsedText(told).lower_words for told in shown):
        return "it repeats the prompt"
    if type_ != REFINED and _quotes(words, ParsedText(seed["response"]).lower_words):
        return f"it quotes {QUOTED_WORDS} or more words of the response"
    if LCSseq.normalized_similarity(words, ParsedText(seed["instruction"]).lower_words) > 0.9:
        return "it repeats the instruction"
    return None


def _quotes(words: Sequence[str], text: Sequence[str]) -> bool:
    """Tell whether the two share a run of ``QUOTED_WORDS`` words."""
    windows = _runs(words)
    return bool(windows) and not windows.isdisjoint(_runs(text))


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + QUOTED_WORDS]) for i in range(len(words) - QUOTED_WORDS + 1)}


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
