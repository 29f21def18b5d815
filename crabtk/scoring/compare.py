"""Two models on the same prompts: what one gained and lost against the other, and whether chance explains it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, TypeVar

import polars as pl

from crabtk.scoring.bootstrap import difference_interval
from crabtk.scoring.models import BASE, is_control, ordered, stages
from crabtk.scoring.paired import holm, mcnemar, sign_flip

Kind = TypeVar("Kind", str, int)
Verdicts = Sequence[tuple[str, bool]]
"""Type and strict verdict of each constraint of a response, in the benchmark's order."""
Answers = Mapping[str, Verdicts]
"""Verdicts by prompt, in order of its id."""
Clusters = Mapping[str, str]
"""The cluster of each prompt: what it shares with those that it is not independent of."""
Counts = tuple[int, int, int]
"""How many constraints or prompts hold before and after, and how many there are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two models' shares of the same prompts or constraints.

    Attributes:
        count: How many prompts or constraints.
        before: Share that holds of the first model's responses.
        after: Of the second's.
        change: ``after`` minus ``before``.
        low: Lower end of the change's 95 % interval (clusters of prompts drawn with both models' responses).
        high: Upper end of it.
        test: What the p-value is of. ``mcnemar``: McNemar's exact test, where each cluster has one of the prompts or
            constraints. ``sign_flip``: sign flips of the change of each cluster's share. A cluster is a prompt, or
            prompts that are not independent, such as the turns of one conversation.
        p_value: That there is no change; None where no cluster differs.
        adjusted: The same, by Holm's method for as many as were tested in one table; None unless several were.
    """

    count: int
    before: float
    after: float
    change: float
    low: float
    high: float
    test: Literal["mcnemar", "sign_flip"]
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
        families: Of the constraints of each family.
        numbers: Of the constraints of prompts that have so many.
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
    families: Mapping[str, Difference]
    numbers: Mapping[int, Difference]


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
    answered, found = answers(grades), clusters(grades)
    compared = (
        _compare(benchmark, pair, [answered.get((benchmark, model), {}) for model in pair], found[benchmark], seed)
        for benchmark in sorted(found)
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


def clusters(grades: pl.DataFrame) -> dict[str, Clusters]:
    """Return the cluster of each prompt, by benchmark."""
    found: dict[str, dict[str, str]] = {}
    for benchmark, item_id, cluster in grades.select("benchmark", "item_id", "cluster").unique().sort(pl.all()).rows():
        found.setdefault(benchmark, {})[item_id] = cluster
    return dict(found)


def alike(several: Sequence[Answers]) -> list[str]:
    """Return the prompts that all answered and were graded on for the same constraints, in order of their ids."""
    first, *others = several
    return [
        item
        for item, verdicts in first.items()
        if all(item in other and _types(other[item]) == _types(verdicts) for other in others)
    ]


def _compare(
    benchmark: str, pair: tuple[str, str], answered: Sequence[Answers], together: Clusters, seed: int
) -> Comparison | None:
    before, after = answered
    items = alike((before, after))
    if not items:
        return None
    passed = [(item, _passes(before[item]), _passes(after[item])) for item in items]
    cells = [(together[item], before[item], after[item]) for item in items]
    return Comparison(
        benchmark,
        *pair,
        left_out=len({*before, *after}) - len(items),
        gained=tuple(item for item, one, other in passed if other and not one),
        lost=tuple(item for item, one, other in passed if one and not other),
        prompts=_difference([(together[item], (int(one), int(other), 1)) for item, one, other in passed], seed),
        constraints=_difference([(cluster, _counts(*cell)) for cluster, *cell in cells], seed),
        types=_by_kind(cells, lambda name, _: name, seed),
        families=_by_kind(cells, lambda name, _: name.partition(":")[0], seed),
        numbers=_by_kind(cells, lambda _, number: number, seed),
    )


def _by_kind(
    cells: Sequence[tuple[str, Verdicts, Verdicts]], kind: Callable[[str, int], Kind], seed: int
) -> dict[Kind, Difference]:
    """Compare apart what differs in kind, which a constraint's type and its prompt's number of constraints tell."""
    counted: dict[Kind, list[tuple[str, Counts]]] = {}
    for cluster, before, after in cells:
        kinds = [kind(name, len(before)) for name, _ in before]
        for each in sorted(set(kinds)):
            chosen = [place for place, own in enumerate(kinds) if own == each]
            counts = _counts([before[place] for place in chosen], [after[place] for place in chosen])
            counted.setdefault(each, []).append((cluster, counts))
    found = {each: _difference(counted[each], seed) for each in sorted(counted)}
    adjusted = holm([each.p_value for each in found.values()])
    return {name: replace(each, adjusted=p) for (name, each), p in zip(found.items(), adjusted, strict=True)}


def _counts(before: Verdicts, after: Verdicts) -> Counts:
    return sum(strict for _, strict in before), sum(strict for _, strict in after), len(before)


def _difference(prompts: Sequence[tuple[str, Counts]], seed: int) -> Difference:
    """Compare counts per prompt, each with its cluster."""
    counted = _by_cluster(prompts)
    before, after, sizes = (list(each) for each in zip(*counted, strict=True))
    count = sum(sizes)
    one, other = sum(before) / count, sum(after) / count
    low, high = difference_interval(before, after, sizes, seed=seed)
    return Difference(count, one, other, other - one, low, high, *_tested(counted, seed))


def _by_cluster(prompts: Sequence[tuple[str, Counts]]) -> list[Counts]:
    """Add up what prompts of one cluster have, in the order of each cluster's first prompt."""
    found: dict[str, Counts] = {}
    for cluster, (before, after, size) in prompts:
        others = found.get(cluster, (0, 0, 0))
        found[cluster] = (others[0] + before, others[1] + after, others[2] + size)
    return list(found.values())


def _tested(counted: Sequence[Counts], seed: int) -> tuple[Literal["mcnemar", "sign_flip"], float | None]:
    if all(size == 1 for _, _, size in counted):
        return "mcnemar", mcnemar(sum(b < a for b, a, _ in counted), sum(b > a for b, a, _ in counted))
    return "sign_flip", sign_flip([(after - before) / size for before, after, size in counted], seed=seed)


def _passes(verdicts: Verdicts) -> bool:
    return all(strict for _, strict in verdicts)


def _types(verdicts: Verdicts) -> list[str]:
    return [name for name, _ in verdicts]
