"""The findings on training in plain words: what each stage changed, and whether controls do as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from crabtk.reporting.formats import bare_score, count, many, number, p_value, points, score, signed
from crabtk.reporting.score_tables import headline_row, metric_label
from crabtk.scoring.models import stages
from crabtk.settings import Settings

CONVENTIONAL = 0.05
"""Below this p-value a change is said to be more than chance."""
_CHANCE = "no more than chance explains"
_TESTS = {
    "mcnemar": "McNemar's exact test",
    "sign_flip": "sign flips over groups of prompts that belong together",
}


def training_finding(
    tables: Sequence[Mapping[str, Any]], comparisons: Sequence[Mapping[str, Any]], settings: Settings
) -> list[str]:
    """Say what training changed on the first benchmark.

    Args:
        tables: Of ``score_tables``.
        comparisons: Of ``shown_comparison``, of any benchmarks and models.
        settings: Of the run; tells why scores are missing.

    Returns:
        Sentences.
    """
    row = headline_row(dict(tables[0])) if tables else None
    if row is None:
        return [_no_scores(settings)]
    table = tables[0]
    own = stages(table["models"]) or table["models"][:1]
    sentences = [_accuracy(table, row, own)]
    if len(table["models"]) == 1:
        sentences.append("Only one model was scored, so there is nothing to compare it with.")
    steps = dict.fromkeys([*pairwise(own), (own[0], own[-1])])
    found = {(each["before"], each["after"]): each for each in comparisons if each["benchmark"] == table["benchmark"]}
    return sentences + [_changed(found[step]) for step in steps if step in found]


def control_finding(controls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say how controls do beside this run's own recipe, on the first benchmark, strictly per constraint.

    Args:
        controls: Of ``control_tables``.

    Returns:
        Sentences; none without controls.
    """
    if not controls:
        return []
    table = controls[0]
    rows = [row for row in table["rows"] if (row["metric"], row["group"]) == ("constraint_strict", "all")]
    reference = next(row for row in rows if row["arm"] == table["reference"])
    others = [row for row in rows if row is not reference]
    first = (
        f"Trained on the same responses at equal tokens, and scored by strict accuracy per constraint on "
        f"{table['benchmark']}, {reference['arm']} reaches {score(reference['mean']['value'])}{_repeats(reference)}."
    )
    last = [_ONE_TRAINING] if any(row["repeats"] == 1 for row in rows) else []
    return [first, *(_control(row, reference["arm"]) for row in others), *last]


_ONE_TRAINING = "Of a model that was trained once, nothing tells how far another training of it would differ."


def more_than_chance(row: Mapping[str, Any]) -> bool:
    """Tell whether a control's difference is more than chance: over prompts, and over repeats where there are any."""
    chance = row["adjusted"]
    if chance is None or chance >= CONVENTIONAL:
        return False
    low, high = row["difference"]["low"], row["difference"]["high"]
    return low is None or high is None or not low <= 0 <= high


def _control(row: Mapping[str, Any], reference: str) -> str:
    difference = row["difference"]
    says = "more than chance" if more_than_chance(row) else _CHANCE
    over = ""
    if difference["low"] is not None:
        over = f"; 95 % CI over trainings {points(difference['low'])} to {points(difference['high'])}"
    tested = "no prompt differs" if row["p_value"] is None else f"over prompts {p_value(row['adjusted'])}"
    return (
        f"{row['arm']} reaches {score(row['mean']['value'])}{_repeats(row)}, {points(difference['value'])} points from "
        f"{reference}: {says} ({tested}{over})."
    )


def _repeats(row: Mapping[str, Any]) -> str:
    return f" (mean of {count(row['repeats'])} trainings)" if row["repeats"] > 1 else ""


def _no_scores(settings: Settings) -> str:
    if not settings.scoring.enabled:
        return "No scores: scoring was switched off."
    if not settings.training.enabled:
        return "No scores: training was switched off."
    return "No scores yet: the scores stage has not run, or it kept no row."


def _accuracy(table: Mapping[str, Any], row: Mapping[str, Any], own: Sequence[str]) -> str:
    write = (score, bare_score, points) if row["unit"] == "share" else (number, number, signed)
    by_model = dict(zip(table["models"], row["cells"], strict=True))
    cells = [(name, by_model[name]) for name in own if by_model[name]]
    parts = [f"{name} {write[0](cell['value'])}{_interval(cell, write)}" for name, cell in cells]
    unit = " points" if row["unit"] == "share" else ""
    change = "" if row["change"] is None else f": {write[2](row['change'])}{unit}"
    where = f"on {table['benchmark']} (n = {count(next(cell['count'] for _, cell in cells))})" if cells else ""
    return f"{metric_label(row['metric'])}, {where}: {' → '.join(parts)}{change}."


def _interval(cell: Mapping[str, Any], write: tuple[Any, Any, Any]) -> str:
    if cell["low"] is None or cell["high"] is None:
        return ""
    return f" (95 % CI {write[1](cell['low'])}–{write[0](cell['high'])})"


def _changed(found: Mapping[str, Any]) -> str:
    before, after, chance = found["before"], found["after"], found["prompts"]["p_value"]
    if not found["gained"] and not found["lost"]:
        prompts = many(found["prompts"]["count"], "prompt")
        return f"On each of {prompts} both {before} and {after} pass, or both fail."
    verdict = "more than chance" if chance is not None and chance < CONVENTIONAL else _CHANCE
    evidence = "within each group of prompts that belong together as many were gained as lost"
    if chance is not None:
        evidence = f"{_TESTS[found['prompts']['test']]}, {p_value(chance)}"
    return (
        f"{after} passes {many(found['gained'], 'prompt')} that {before} fails, and fails {count(found['lost'])} that "
        f"{before} passes: {verdict} ({evidence}).{''.join(_left_out(found))}"
    )


def _left_out(found: Mapping[str, Any]) -> Iterator[str]:
    if found["left_out"]:
        yield f" {many(found['left_out'], 'prompt')} not graded alike stayed out of this."
