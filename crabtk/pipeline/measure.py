"""Measured constraints: what code finds true of each response."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from crabtk.canonical import canonical_json
from crabtk.constraints.reference import satisfied_by
from crabtk.pipeline.ledger import ledger, storable
from crabtk.pipeline.parallel import map_rows
from crabtk.protocols import ConstraintType
from crabtk.randomness import RowRandom, generator
from crabtk.schemas import Constraints, columns
from crabtk.text import ParsedText
from crabtk.types import Params, Rejected

STAGE = "measured_constraints"

SCHEMA = columns(Constraints)

Row = tuple[str, str, str, str]
"""Seed id, instruction, response, language."""
Found = tuple[list[dict[str, Any]], list[Rejected]]


def measure(
    seeds: pl.DataFrame,
    types: Sequence[ConstraintType],
    *,
    seed: int,
    reference_sample: int,
    processes: int = 1,
    chunk_size: int = 64,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Measure every type on every response.

    Args:
        seeds: Schema ``Seeds``; general chat is passed over.
        types: Names unique; the order does not matter.
        seed: Of the run; each (seed, type) derives its own generator.
        reference_sample: Responses, drawn by hash, that tell how informative a constraint is where the shipped
            table cannot: the share of them, the seed's own apart, that do not satisfy it.
        processes: Of this stage; no result depends on it, nor on ``chunk_size``.
        chunk_size: Rows that a process takes at a time.
        progress: Called with seeds done and total.

    Returns:
        Rows of schema ``Constraints`` by seed in input order and type name, and the ledger: constraints of a
        type that broke the law or raised, with the type's name.
    """
    rows: list[Row] = (
        seeds.filter(pl.col("use") == "seed").select("seed_id", "instruction", "response", "language").rows()
    )
    references = sorted(rows, key=lambda row: generator(seed, "reference", row[0]).random())[: reference_sample + 1]
    work = Measure(types, seed, references, reference_sample)
    found: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    for constraints, refused in map_rows(work, rows, processes=processes, chunk_size=chunk_size, progress=progress):
        found += constraints
        rejected += refused
    return pl.DataFrame(found, schema=SCHEMA), ledger(rejected)


class Measure:
    """The work on one seed; keeps the parsed references and what it learnt of them."""

    def __init__(
        self, types: Sequence[ConstraintType], seed: int, references: Sequence[Row] = (), reference_sample: int = 0
    ) -> None:
        """Take what ``measure`` takes; without references, what the shipped table cannot tell stays unknown."""
        self.types = sorted(types, key=lambda type_: type_.name)
        self.seed = seed
        self.references = references
        self.reference_sample = reference_sample
        self._rng = RowRandom()
        self._parsed: list[tuple[str, ParsedText]] = []
        self._known: dict[tuple[str, str], list[tuple[str, bool]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_parsed": [], "_known": {}}

    def __call__(self, row: Row) -> Found:
        """Return the rows of schema ``Constraints`` and the ledger of one seed."""
        seed_id, instruction, response, language = row
        text = ParsedText(response, language, instruction)
        constraints: list[dict[str, Any]] = []
        rejected: list[Rejected] = []
        for type_ in self.types:
            rng = self._rng.stand_for(self.seed, "measure", seed_id, type_.name)
            try:
                params = type_.measure(text, rng)
                if params is not None:
                    constraints.append(self._held(type_, params, text, seed_id, rng))
            except Exception as error:  # a type is a plugin: its failure costs the constraint, never the run
                reason = f"constraint type {type_.name} raised {type(error).__name__}: {error}"
                rejected.append(Rejected(STAGE, "seeds", None, f"{seed_id}/{type_.name}", reason, response))
        return constraints, rejected

    def _held(
        self, type_: ConstraintType, params: Params, text: ParsedText, seed_id: str, rng: random.Random
    ) -> dict[str, Any]:
        """Return what was measured as a row of schema ``Constraints``; ValueError where it cannot stand."""
        if not type_.check(text, params):
            raise ValueError(
                f"it measured {canonical_json(dict(params))} and then does not find it (the law is broken)"
            )
        row = constraint_row(seed_id, type_, params, rng, self._informative(type_, params, seed_id))
        for written in (row["params"], row["text"]):
            if not isinstance(written, str) or not written.strip() or storable(written) != written:
                raise ValueError(f"it worded {row['params']!r} as {row['text']!r}, which no table can hold")
        return row

    def _informative(self, type_: ConstraintType, params: Params, seed_id: str) -> float | None:
        share = satisfied_by(type_.name, params)
        if share is not None:
            return round(1 - share, 4)
        if not self._parsed:
            self._parsed = [(other, ParsedText(response, lang)) for other, _, response, lang in self.references]
        key = (type_.name, canonical_json(dict(params)))
        if key not in self._known:
            self._known[key] = [(other, type_.check(text, params)) for other, text in self._parsed]
        verdicts = [holds for other, holds in self._known[key] if other != seed_id][: self.reference_sample]
        return round(1 - sum(verdicts) / len(verdicts), 4) if verdicts else None


def constraint_row(
    seed_id: str, type_: ConstraintType, params: Params, rng: random.Random, informative: float | None
) -> dict[str, Any]:
    """Return a constraint that code has checked, as a row of schema ``Constraints``."""
    return {
        "seed_id": seed_id,
        "constraint_id": f"{seed_id}/{type_.name}",
        "type": type_.name,
        "params": canonical_json(dict(params)),
        "text": type_.render(params, rng),
        "origin": "measured",
        "verdict": "holds",
        "score": 1.0,
        "judged_by": "code",
        "informative": informative,
        "conflicts": [],
    }
