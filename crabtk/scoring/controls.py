"""Controls against this run's own recipe: means over repeated trainings, tested on the same prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from crabtk.scoring.aggregate import KEPT_OUT, SEEN
from crabtk.scoring.compare import Answers, Clusters, Verdicts, alike, answers, clusters
from crabtk.scoring.held_out import HeldOut
from crabtk.scoring.models import ARMS, OURS, arm, ordered
from crabtk.scoring.paired import Mean, difference_over_repeats, holm, over_repeats, sign_flip
from crabtk.settings import selects


@dataclass(frozen=True, slots=True)
class ControlFigure:
    """One figure of an arm, over its repeats, beside that of the reference.

    Attributes:
        benchmark: Its name.
        metric: ``prompt_strict`` or ``constraint_strict``.
        group: ``all``, ``seen`` or ``kept out``.
        arm: Such as ``plain``; the reference's own row has the reference's name.
        models: Its repeats, by name.
        prompts: How many prompts all models of both answered and were graded alike on.
        values: Of each repeat, in the order of ``models``.
        mean: Over repeats.
        difference: From the reference's mean, with Welch's interval over repeats; None in the reference's row.
        p_value: That the arm and the reference do as well on these prompts: sign flips of the difference of each
            prompt's share, averaged over repeats; of each cluster's, where prompts are not independent, such as the
            turns of one conversation. It speaks of these trained models; the interval over repeats, of training anew.
            None where no prompt differs, and in the reference's row.
        adjusted: The same by Holm's method, for as many arms.
    """

    benchmark: str
    metric: str
    group: str
    arm: str
    models: tuple[str, ...]
    prompts: int
    values: tuple[float, ...]
    mean: Mean
    difference: Mean | None = None
    p_value: float | None = None
    adjusted: float | None = None


def reference_models(models: Sequence[str]) -> list[str]:
    """Return what arms are measured against: the repeats of ``ours``, else the fine-tuned model, which is ours."""
    found = ordered(models)
    return [name for name in found if arm(name) == OURS] or [name for name in found if name == "sft"]


def compare_controls(grades: pl.DataFrame, kept_out: Sequence[str] = (), *, seed: int) -> list[ControlFigure]:
    """Compare each arm of the controls with this run's own recipe.

    Args:
        grades: Schema ``Grades``.
        kept_out: Types and families that no training example asks for; of the held-out split they are told apart.
        seed: Of the run.

    Returns:
        Per benchmark, metric and group the reference's figure and each arm's, in the order of the settings; empty
        without arms or reference.
    """
    answered, together = answers(grades), clusters(grades)
    found: list[ControlFigure] = []
    for benchmark in sorted({name for name, _ in answered}):
        models = {model: each for (name, model), each in answered.items() if name == benchmark}
        groups = [SEEN, KEPT_OUT] if kept_out and benchmark == HeldOut.name else []
        for metric, group in (("prompt_strict", "all"), *(("constraint_strict", group) for group in ("all", *groups))):
            figures = _figures(benchmark, metric, group, models, together[benchmark], tuple(kept_out), seed)
            found += _adjusted(list(figures))
    return found


def _figures(
    benchmark: str,
    metric: str,
    group: str,
    models: Mapping[str, Answers],
    together: Clusters,
    kept_out: tuple[str, ...],
    seed: int,
) -> Iterator[ControlFigure]:
    names = ordered(models)
    reference = reference_models(names)
    arms = {name: [each for each in names if arm(each) == name] for name in ARMS if name != OURS}
    arms = {name: repeats for name, repeats in arms.items() if repeats}
    if not reference or not arms:
        return
    every = [*reference, *(each for repeats in arms.values() for each in repeats)]
    items = alike([models[name] for name in every])
    counted = {name: [_counts(models[name][item], metric, group, kept_out) for item in items] for name in every}
    if not any(size for _, size in counted[reference[0]]):
        return
    base = ControlFigure(benchmark, metric, group, arm(reference[0]), *_own(reference, counted))
    yield base
    clustered = {name: _by_cluster(items, each, together) for name, each in counted.items()}
    for name, repeats in arms.items():
        row = ControlFigure(benchmark, metric, group, name, *_own(repeats, counted))
        shares = zip(_shares(clustered, reference), _shares(clustered, repeats), strict=True)
        yield replace(
            row,
            difference=difference_over_repeats(base.values, row.values),
            p_value=sign_flip([after - before for before, after in shares], seed=seed),
        )


def _adjusted(rows: list[ControlFigure]) -> list[ControlFigure]:
    return [replace(row, adjusted=p) for row, p in zip(rows, holm([row.p_value for row in rows]), strict=True)]


def _own(
    models: Sequence[str], counted: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[tuple[str, ...], int, tuple[float, ...], Mean]:
    values = tuple(sum(held for held, _ in counted[name]) / sum(size for _, size in counted[name]) for name in models)
    prompts = sum(size > 0 for _, size in counted[models[0]])
    return tuple(models), prompts, values, over_repeats(values)


def _by_cluster(items: Sequence[str], counted: Sequence[tuple[int, int]], together: Clusters) -> list[tuple[int, int]]:
    """Add up what prompts of one cluster have, in the order of each cluster's first prompt."""
    found: dict[str, tuple[int, int]] = {}
    for item, (held, size) in zip(items, counted, strict=True):
        others = found.get(together[item], (0, 0))
        found[together[item]] = (others[0] + held, others[1] + size)
    return list(found.values())


def _shares(counted: Mapping[str, Sequence[tuple[int, int]]], models: Sequence[str]) -> list[float]:
    """Return each cluster's share, averaged over repeats; those without a constraint of the group are left out."""
    columns = zip(*(counted[name] for name in models), strict=True)
    return [sum(held for held, _ in cells) / (cells[0][1] * len(cells)) for cells in columns if cells[0][1]]


def _counts(verdicts: Verdicts, metric: str, group: str, kept_out: tuple[str, ...]) -> tuple[int, int]:
    """Return how many hold, of how many: prompts (one) or the constraints of a group."""
    if metric == "prompt_strict":
        return int(all(strict for _, strict in verdicts)), 1
    chosen = [strict for name, strict in verdicts if group == "all" or selects(kept_out, name) == (group == KEPT_OUT)]
    return sum(chosen), len(chosen)
