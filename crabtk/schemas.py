"""Pandera models: the contract of each table."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pandera.polars import DataFrameModel, Field

from crabtk.types import Holds, Split

_Messages = Annotated[pl.List, pl.Struct({"role": pl.String, "content": pl.String})]
_Strings = Annotated[pl.List, pl.String()]
_SPLITS = list(Split.__args__)  # type: ignore[attr-defined]
_HOLDS = list(Holds.__args__)  # type: ignore[attr-defined]
_TYPE = r"^[a-z0-9_]+:[a-z0-9_]+$"
_GRADED = r"^[a-z0-9_]+:[a-z0-9_-]+$"
"""Benchmarks' own ids may have hyphens, such as IFBench's ``format:sub-bullets``."""


class Table(DataFrameModel):
    """What all tables share: exact columns, exact types, no nulls unless said."""

    class Config:
        strict = True
        coerce = False


def columns(model: type[Table]) -> pl.Schema:
    """Return a model's columns with their polars types, to build tables by."""
    return pl.Schema({name: dtype.type for name, dtype in model.to_schema().dtypes.items()})


class Seeds(Table):
    """One row per pair. ``use`` tells seeds proper from general chat; ``messages`` is the whole conversation."""

    seed_id: str = Field(unique=True, str_length={"min_value": 8})
    source: str = Field(str_length={"min_value": 1})
    use: str = Field(isin=["seed", "chat"])
    system: str = Field(nullable=True)
    instruction: str = Field(str_length={"min_value": 1})
    response: str = Field(str_length={"min_value": 1})
    language: str = Field(str_length={"min_value": 2})
    split: str = Field(isin=_SPLITS)
    messages: _Messages


class Constraints(Table):
    """One row per (seed, constraint).

    ``params`` is canonical JSON. ``score`` is the judge's P(yes), or 1.0 by code; null where nobody judged.
    ``informative`` is the share of other responses that do not satisfy it; null where code cannot tell.
    ``conflicts`` lists the seed's other constraints that cannot be asked together with it.
    """

    seed_id: str
    constraint_id: str = Field(unique=True)
    type: str = Field(str_matches=_TYPE)
    params: str
    text: str = Field(str_length={"min_value": 1})
    origin: str = Field(isin=["measured", "translated", "repaired"])
    verdict: str = Field(isin=_HOLDS)
    score: float = Field(nullable=True, ge=0.0, le=1.0)
    judged_by: str = Field(nullable=True)
    informative: float = Field(nullable=True, ge=0.0, le=1.0)
    conflicts: _Strings


class Audit(Table):
    """One row per planted case: a constraint whose truth code knows, and the judge's P(yes) on it."""

    case_id: str = Field(unique=True)
    seed_id: str
    type: str = Field(str_matches=_TYPE)
    text: str
    planted: str = Field(isin=["own", "other_owner", "other_params"])
    truth: bool
    score: float = Field(nullable=True, ge=0.0, le=1.0)


class Crab(Table):
    """One row per training example; the last message is the target.

    Examples of one ``instruction_id`` were made of one instruction, answered in several sources: they are neither to be
    parted by a split nor counted as independent.
    """

    example_id: str = Field(unique=True)
    kind: str = Field(isin=["forward", "reverse", "chat"])
    messages: _Messages
    seed_id: str
    instruction_id: str = Field(str_length={"min_value": 8})
    constraint_ids: _Strings
    demonstration_ids: _Strings
    split: str = Field(isin=_SPLITS)


class Preferences(Table):
    """One row per preference pair; ``messages`` is the prompt.

    ``chosen_verdicts`` and ``rejected_verdicts`` are JSON objects from constraint_id to ``holds``, ``fails`` or
    ``unknown`` (empty where a source brings its own ranking). ``margin`` is the difference between the shares of
    constraints that hold, or between the source's scores.
    """

    pair_id: str = Field(unique=True)
    source: str = Field(str_length={"min_value": 1})
    seed_id: str = Field(nullable=True)
    messages: _Messages
    chosen: str = Field(str_length={"min_value": 1})
    rejected: str = Field(str_length={"min_value": 1})
    constraint_ids: _Strings
    chosen_verdicts: str
    rejected_verdicts: str
    margin: float = Field(nullable=True)
    split: str = Field(isin=_SPLITS)


class RlPrompts(Table):
    """One row per prompt for RL. ``constraints`` is a JSON list of ``{"type", "params", "text"}``.

    ``kind`` tells prompts to learn from and trip wires, which are only reported. ``rollouts`` and ``pass_rate`` are
    those of the calibration (0 and null without one); ``appended`` counts constraints that it added.
    """

    prompt_id: str = Field(unique=True)
    seed_id: str
    kind: str = Field(isin=["prompt", "trip_wire"])
    messages: _Messages
    constraint_ids: _Strings
    constraints: str
    rollouts: int = Field(ge=0)
    pass_rate: float = Field(nullable=True, ge=0.0, le=1.0)
    appended: int = Field(ge=0)
    split: str = Field(isin=_SPLITS)


class Responses(Table):
    """One row per (model, benchmark, item): what the model answered. ``prompt`` is its messages as JSON."""

    model: str
    benchmark: str
    item_id: str
    prompt: str
    response: str
    finish_reason: str = Field(isin=["stop", "length", "refusal", "error"])


class Judgements(Table):
    """One row per question to the judge, in the benchmark's order (``question`` counts from 0 per response).

    ``choice_logprobs`` is a JSON object; null where the question had no choices.
    """

    model: str
    benchmark: str
    item_id: str
    question: int = Field(ge=0)
    answer: str
    finish_reason: str = Field(isin=["stop", "length", "refusal", "error"])
    choice_logprobs: str = Field(nullable=True)


class Grades(Table):
    """One row per (model, benchmark, item, constraint). ``loose`` is null where a benchmark has no loose reading.

    Where a benchmark judges by several registries, ``benchmark`` is ``name:registry``. ``score`` is partial credit or
    a judge's probability, null where there is only the verdict. ``cluster`` is what items share that are not
    independent of each other, such as the turns of one conversation; an item that stands alone has its own id there.
    """

    model: str
    benchmark: str
    item_id: str
    type: str = Field(str_matches=_GRADED)
    strict: bool
    loose: bool = Field(nullable=True)
    score: float = Field(nullable=True, ge=0.0, le=1.0)
    judged_by: str
    cluster: str


class Scores(Table):
    """One row per (model, benchmark, metric, group). Interval: 95 %; null where a benchmark's own metric has none."""

    model: str
    benchmark: str
    metric: str
    group: str
    value: float = Field(ge=0.0)
    count: int = Field(ge=1)
    low: float = Field(nullable=True, ge=0.0)
    high: float = Field(nullable=True, ge=0.0)


class Ledger(Table):
    """The ledger of rejected rows."""

    stage: str
    file: str
    row: int = Field(nullable=True)
    key: str = Field(nullable=True)
    reason: str = Field(str_length={"min_value": 1})
    raw: str


__all__ = [
    "Audit",
    "Constraints",
    "Crab",
    "Grades",
    "Judgements",
    "Ledger",
    "Preferences",
    "Responses",
    "RlPrompts",
    "Scores",
    "Seeds",
    "Table",
    "columns",
]
