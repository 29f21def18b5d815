"""Preference pairs that sources bring with a ranking of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from crabtk.errors import SettingsError
from crabtk.pipeline.preference_rows import OWN_SOURCES, pair_row
from crabtk.pipeline.seed_rules import same, split
from crabtk.randomness import generator
from crabtk.readers.preferences.ranked import RankedPair
from crabtk.readers.preferences.sources import STAGE, read_preferences
from crabtk.readers.sources import source_name
from crabtk.settings import Source
from crabtk.types import Rejected, Split

_Found = dict[str, tuple[RankedPair, dict[str, Any]]]
"""Pairs of one source by id, with their rows of the table."""


@dataclass(frozen=True)
class _Kept:
    """Instructions of seeds that are kept for choices and scores, in the spelling of ``same``."""

    dev: frozenset[str]
    held_out: frozenset[str]


def source_pairs(
    sources: Sequence[Source], seeds: pl.DataFrame, *, dev: float, seed: int
) -> tuple[list[dict[str, Any]], list[Rejected]]:
    """Read all sources of preferences.

    Args:
        sources: Paths are absolute.
        seeds: Schema ``Seeds``. A pair whose prompt has a turn that a held-out seed asks is left out; one whose last
            turn a dev seed asks is in the dev split, too.
        dev: Share of the pairs in the dev split, drawn by the same hash of the instruction as the seeds'.
        seed: Of the run.

    Returns:
        Rows of schema ``Preferences`` in the order of sources and rows, and what was refused.

    Raises:
        SettingsError: Two sources have one name, or one has the name of crabtk's own pairs.
        SeedReadError: A source as a whole cannot be read.
        UnknownNameError: A source's format does not exist.
    """
    instructions = seeds.filter(pl.col("use") == "seed").select("split", "instruction").rows()
    kept = _Kept(
        *(frozenset(same(text) for part, text in instructions if part == name) for name in ("dev", "held_out"))
    )
    rows: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    for name, source in zip(list(_names(sources)), sources, strict=True):
        found: _Found = {}
        for item in read_preferences(source, seed):
            row = item if isinstance(item, Rejected) else _row(name, item, kept, dev, seed)
            if isinstance(item, Rejected) or isinstance(row, Rejected):
                rejected += [one for one in (row,) if isinstance(one, Rejected)]
            elif row["pair_id"] in found:
                first, _ = found[row["pair_id"]]
                rejected.append(_refused(item, f"repeats row {first.row} of {first.file}"))
            else:
                found[row["pair_id"]] = (item, row)
        rows += _limited(found, source.limit, seed, rejected)
    return rows, rejected


def _names(sources: Sequence[Source]) -> Iterator[str]:
    taken = dict.fromkeys(OWN_SOURCES, "pairs of crabtk's own making")
    for source in sources:
        name = source_name(source)
        if name in taken:
            raise SettingsError(
                f'preferences.sources: {source.path} is called "{name}", and so are {taken[name]}. '
                "Give the source a `name` of its own."
            )
        taken[name] = source.path
        yield name


def _row(name: str, pair: RankedPair, kept: _Kept, dev: float, seed: int) -> dict[str, Any] | Rejected:
    prompt, chosen, rejected, margin = pair.ranking
    asked = {same(message.content) for message in prompt if message.role == "user"}
    part: Split = split(prompt[-1].content, seed, 0.0, dev)
    if not kept.held_out.isdisjoint(asked):
        return _refused(pair, "its prompt is that of a held-out seed, which is kept for scores")
    if not kept.dev.isdisjoint(asked):
        if same(prompt[-1].content) not in kept.dev:
            return _refused(pair, "an earlier turn of its prompt is that of a dev seed, which is kept for choices")
        part = "dev"
    messages = [{"role": message.role, "content": message.content} for message in prompt]
    return pair_row(name, None, messages, chosen, rejected, margin=margin, split=part)


def _refused(pair: RankedPair, reason: str) -> Rejected:
    return Rejected(STAGE, pair.file, pair.row, None, reason, pair.ranking.prompt[-1].content)


def _limited(found: _Found, limit: int | None, seed: int, rejected: list[Rejected]) -> Iterator[dict[str, Any]]:
    """Yield so many by hash, in their order; the others are rejected."""
    drawn = set(sorted(found, key=lambda pair_id: generator(seed, STAGE, "limit", pair_id).random())[:limit])
    for pair_id, (pair, row) in found.items():
        if pair_id in drawn:
            yield row
        else:
            rejected.append(replace(_refused(pair, f"over the source's limit of {limit}, drawn by hash"), key=pair_id))
