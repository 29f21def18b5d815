"""Two models on the same prompts: what one gained and lost against the other, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import polars as pl

from crabtk.scoring.bootstrap import difference_interval
from crabtk.scoring.models import BASE, is_control, ordered, stages
from crabtk.scoring.paired import holm, mcnemar, sign_flip

Verdicts = Sequence[tuple[str, bool]]
"""Type and strict verdict of each constraint of a response, in the benchmark's order."""
Answers = Mapping[str, Verdicts]
"""Verdicts by prompt, in order of its id."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models' shares of the same prompts or constraints.

    Attributes:
        count: How many prompts or constraints.
        before: Share that holds of the first model's responses.
        after: Of the second's.
        change: ``after`` minus ``before``.
        low: Lower end of the change's 95 % interval (prompts drawn with both responses).
        high: Upper end of it.
        p_value: That there is no change; None where no prompt differs. McNemar's exact test for prompts and where each
            prompt has one of the constraints; else sign flips of the change of each prompt's satisfied share.
        adjusted: The same, by Holm's method for as many types as were tested; None unless several were.
    """

    count: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p_value: float | None
    adjusted: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a second model does that a first does not, and the other way round, on one benchmark.

    Attributes:
        benchmark: Its name.
        before: The first model.
        after: The second.
        left_out: Prompts that only one of them answered, or that were graded on other constraints.
        gained: Prompts all of whose constraints hold of the second model's response alone, by id.
        lost: Likewise of the first's alone.
        prompts: Of prompts all of whose constraints hold, strictly.
        constraints: Of constraints that hold, strictly.
        types: Of the constraints of each type.
    """

    benchmark: str
    before: str
    after: str
    left_out: int
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    prompts: Difference
    constraints: Difference
    types: Mapping[str, Difference]


def usual_pairs(models: Collection[str]) -> list[tuple[str, str]]:
    """Return what is worth comparing: the base with each model that is no control, and each stage with the one before.

    Controls are compared over their repeats: ``crabtk.scoring.controls.compare_controls``.
    """
    own = stages(models)
    after_base = [(BASE, model) for model in ordered(models) if model != BASE and not is_control(model)]
    pairs = [*(after_base if BASE in own else ()), *pairwise(own)]
    return list(dict.fromkeys(pairs))


def compare(grades: pl.DataFrame, pairs: Sequence[tuple[str, str]], *, seed: int) -> list[Comparison]:
    """Compare models prompt by prompt.

    Args:
        grades: Schema ``Grades``, of any number of models and benchmarks.
        pairs: First and second model of each comparison.
        seed: Of the run.

    Returns:
        One per benchmark and pair, benchmarks by name, pairs as given; none where no prompt was graded alike.
    """
    answered = answers(grades)
    compared = (
        _compare(benchmark, pair, answered.get((benchmark, pair[0]), {}), answered.get((benchmark, pair[1]), {}), seed)
        for benchmark in sorted({benchmark for benchmark, _ in answered})
        for pair in pairs
    )
    return [each for each in compared if each is not None]


def answers(grades: pl.DataFrame) -> dict[tuple[str, str], Answers]:
    """Return what each model's responses satisfy, by benchmark and model."""
    listed = grades.group_by("benchmark", "model", "item_id", maintain_order=True).agg("type", "strict").sort("item_id")
    found: dict[tuple[str, str], dict[str, Verdicts]] = {}
    for benchmark, model, item_id, types, strict in listed.iter_rows():
        found.setdefault((benchmark, model), {})[item_id] = list(zip(types, strict, strict=True))
    return dict(found)


def alike(several: Sequence[Answers]) -> list[str]:
    """Return the prompts that all answered and were graded on for the same constraints, in order of their ids."""
    first, *others = several
    return [
        item
        for item, verdicts in first.items()
        if all(item in other and _types(other[item]) == _types(verdicts) for other in others)
    ]


def _compare(benchmark: str, pair: tuple[str, str], before: Answers, after: Answers, seed: int) -> Comparison | None:
    items = alike((before, after))
    if not items:
        return None
    passed = [(item, _passes(before[item]), _passes(after[item])) for item in items]
    cells = [(before[item], after[item]) for item in items]
    return Comparison(
        benchmark,
        *pair,
        left_out=len({*before, *after}) - len(items),
        gained=tuple(item for item, one, other in passed if other and not one),
        lost=tuple(item for item, one, other in passed if one and not other),
        prompts=_difference([(int(one), int(other), 1) for _, one, other in passed], seed),
        constraints=_difference([_counts(*cell, None) for cell in cells], seed),
        types=_by_type(cells, seed),
    )


def _by_type(cells: Sequence[tuple[Verdicts, Verdicts]], seed: int) -> dict[str, Difference]:
    counted: dict[str, list[tuple[int, int, int]]] = {}
    for before, after in cells:
        for name in sorted({name for name, _ in before}):
            counted.setdefault(name, []).append(_counts(before, after, name))
    found = {name: _difference(counted[name], seed) for name in sorted(counted)}
    adjusted = holm([each.p_value for each in found.values()])
    return {name: replace(each, adjusted=p) for (name, each), p in zip(found.items(), adjusted, strict=True)}


def _counts(before: Verdicts, after: Verdicts, type_: str | None) -> tuple[int, int, int]:
    """Return how many constraints hold before and after, and how many there are; of one type, or of all."""
    one, other = ([strict for name, strict in verdicts if type_ in (None, name)] for verdicts in (before, after))
    return sum(one), sum(other), len(one)


def _difference(prompts: Sequence[tuple[int, int, int]], seed: int) -> Difference:
    """Compare counts: per prompt, how many constraints hold before and after, of how many."""
    before, after, sizes = (list(each) for each in zip(*prompts, strict=True))
    count = sum(sizes)
    one, other = sum(before) / count, sum(after) / count
    low, high = difference_interval(before, after, sizes, seed=seed)
    return Difference(count, one, other, other - one, low, high, _p_value(prompts, seed))


def _p_value(prompts: Sequence[tuple[int, int, int]], seed: int) -> float | None:
    if all(size == 1 for _, _, size in prompts):
        return mcnemar(sum(b < a for b, a, _ in prompts), sum(b > a for b, a, _ in prompts))
    return sign_flip([(after - before) / size for before, after, size in prompts], seed=seed)


def _passes(verdicts: Verdicts) -> bool:
    return all(strict for _, strict in verdicts)


def _types(verdicts: Verdicts) -> list[str]:
    return [name for name, _ in verdicts]
