"""Preference pairs: those that sources rank, and those of sampled responses ranked by their verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import polars as pl

from crabtk.canonical import canonical_json
from crabtk.errors import EmptyStageError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.hindsight import hindsight
from crabtk.pipeline.intent import answers_by_words
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.pairs import RankedResponses, Response, best, ranked
from crabtk.pipeline.preference_rows import OWN_SOURCES, pair_row
from crabtk.pipeline.ranked_sources import source_pairs
from crabtk.pipeline.sampled_prompts import STAGE, Asked, sampled_prompts
from crabtk.pipeline.sampled_responses import sample_responses
from crabtk.pipeline.seed_rules import word_count
from crabtk.pipeline.verdicts import verdicts
from crabtk.protocols import ConstraintType
from crabtk.schemas import Preferences, columns
from crabtk.settings import Pairing
from crabtk.types import Rejected

SCHEMA = columns(Preferences)
SAMPLED, SEED_RESPONSE, HINDSIGHT = OWN_SOURCES
Row = dict[str, Any]


@dataclass(frozen=True)
class Judge:
    """Who judges constraints that code cannot check.

    Attributes:
        complete: Answers its requests.
        threshold: Smallest P(yes) that counts as "holds", from its audit.
    """

    complete: Complete
    threshold: float


@dataclass(frozen=True)
class Tables:
    """What prompts are made from, by the names of their schemas."""

    seeds: pl.DataFrame
    constraints: pl.DataFrame
    crab: pl.DataFrame


def preferences(
    tables: Tables,
    types: Mapping[str, ConstraintType],
    complete: Complete,
    judge: Judge | None,
    *,
    settings: Pairing,
    dev: float,
    seed: int,
    processes: int = 1,
    chunk_size: int = 64,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    """Make preference pairs.

    What is held out enters none. Nothing hangs on the order of a table, but for the order of rows; a sampled response
    hangs on its prompt, its number and the run's seed.

    Args:
        tables: Seeds, constraints and training examples.
        types: Measured types by name.
        complete: The model that is sampled from.
        judge: Of constraints that code cannot check; None asks for those of code alone.
        settings: Sources, samples and what makes a pair.
        dev: Share of a source's pairs that are for choices, as of the seeds.
        seed: Of the run.
        processes: For the checks by code; no result depends on it, nor on ``chunk_size``.
        chunk_size: Responses that a process takes at a time.

    Returns:
        Rows of schema ``Preferences``, the sources' first; the ledger: rows that could not be read, responses that
        could not be used, prompts without a pair; and figures: responses by sort and, for each source of pairs, their
        number, mean words of both sides, the mean difference, and the mean margin.

    Raises:
        SeedReadError: A source as a whole cannot be read.
        EmptyStageError: There is no pair at all.
    """
    rows, rejected = source_pairs(settings.sources, tables.seeds, dev=dev, seed=seed)
    figures: dict[str, Any] = {}
    if settings.samples:
        prompts, refused = sampled_prompts(
            tables.seeds, tables.constraints, tables.crab, judged=judge is not None, limit=settings.limit, seed=seed
        )
        texts, unusable, figures["responses"] = sample_responses(prompts, complete, settings, seed)
        figures["responses"]["not_answering"] = 0
        threshold = judge.threshold if judge else None
        asking = judge.complete if judge else complete
        known, untold = verdicts(prompts, texts, types, asking, threshold, processes=processes, chunk_size=chunk_size)
        rejected += [*refused, *unusable, *untold]
        for asked, responses, judged in zip(prompts, texts, known, strict=True):
            made = [Response(text, v, _answers(asked, text)) for text, v in zip(responses, judged, strict=True)]
            figures["responses"]["not_answering"] += sum(not response.answers for response in made)
            pairs, reasons = _pairs(asked, made, settings)
            rows += pairs
            rejected += [Rejected(STAGE, "crab", None, asked.example_id, why, asked.one.instruction) for why in reasons]
        figures["prompts"] = len(prompts)
    if not rows:
        raise EmptyStageError(_why_empty(settings, figures))
    table = pl.DataFrame(rows, schema=SCHEMA)
    return table, ledger(rejected), {**figures, "pairs": _figures(rows)}


def _pairs(asked: Asked, responses: Sequence[Response], settings: Pairing) -> tuple[list[Row], list[str]]:
    """Return the pairs of one prompt, and why there are none of a sort."""
    reasons: list[str] = []
    names = [c["constraint_id"] for c in asked.constraints]
    pairs, too_long = best((ranked(one, other, names) for one, other in permutations(responses, 2)), settings)
    rows = [_row(SAMPLED, asked, pair) for pair in pairs]
    if settings.use_seed_response and len(pairs) < settings.pairs_per_prompt:
        # It holds all that was asked, or it would not have been asked; but it is not of the model's own making.
        own = Response(asked.one.seed["response"], dict.fromkeys(names, "holds"))
        more, over = best((ranked(own, other, names) for other in responses), settings)
        rows += [_row(SEED_RESPONSE, asked, pair) for pair in more[: settings.pairs_per_prompt - len(pairs)]]
        too_long += over
    if not rows:
        reasons.append(_why_none(responses, too_long))
    if settings.hindsight:
        again, reason = hindsight(responses, settings)
        rows += [_row(HINDSIGHT, asked.only(pair.names), pair) for pair in again]
        reasons += [reason] if reason else []
    return rows, reasons


def _answers(asked: Asked, text: str) -> bool:
    wordings, types = ([c[key] for c in asked.constraints] for key in ("text", "type"))
    return answers_by_words(asked.one.instruction, text, wordings, types) is not False


def _row(source: str, asked: Asked, pair: RankedResponses) -> Row:
    def shown(response: Response) -> str:
        return canonical_json({name: response.verdicts[name] for name in pair.names})

    return pair_row(
        source,
        asked.one.seed_id,
        asked.turns,
        pair.chosen.text,
        pair.rejected.text,
        margin=round(pair.margin, 6),
        split=asked.split,
        constraint_ids=pair.names,
        verdicts=(shown(pair.chosen), shown(pair.rejected)),
    )


def _why_none(responses: Sequence[Response], too_long: int) -> str:
    if not responses:
        return "no pair: none of its sampled responses can be used"
    if too_long:
        return f"no pair: {too_long} of sufficient margin differ in length by more than preferences.max_length_ratio"
    held = sorted(sum(v == "holds" for v in response.verdicts.values()) for response in responses)
    asked, lost = len(responses[0].verdicts), sum(not response.answers for response in responses)
    return (
        f"no pair: no response holds all that another holds and more by preferences.min_margin; of {asked} "
        f"constraints they hold {', '.join(map(str, held))}"
        + (f"; {lost} of them do not answer the instruction" if lost else "")
    )


def _figures(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    by_source: dict[str, list[Row]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row)
    return {source: dict(_means(of_source)) for source, of_source in by_source.items()}


def _means(rows: Sequence[Row]) -> Iterator[tuple[str, float]]:
    chosen = sum(word_count(row["chosen"]) for row in rows) / len(rows)
    rejected = sum(word_count(row["rejected"]) for row in rows) / len(rows)
    yield "pairs", len(rows)
    yield "words_chosen", round(chosen, 2)
    yield "words_rejected", round(rejected, 2)
    yield "length_difference", round(chosen - rejected, 2)
    margins = [row["margin"] for row in rows if row["margin"] is not None]
    if margins:
        yield "margin", round(sum(margins) / len(margins), 4)


def _why_empty(settings: Pairing, figures: Mapping[str, Any]) -> str:
    if not settings.samples and not settings.sources:
        return (
            "There is nothing to make preference pairs of: name preferences.sources, raise preferences.samples above "
            "0, or set preferences.enabled = false."
        )
    told = ", ".join(f"{count} {sort}" for sort, count in figures.get("responses", {}).items())
    return (
        f"No preference pair could be made of {figures.get('prompts', 0)} prompts (responses: {told or 'none'}). Lower "
        "preferences.min_margin, raise preferences.max_length_ratio, preferences.samples or preferences.max_tokens, or "
        "name preferences.sources."
    )
