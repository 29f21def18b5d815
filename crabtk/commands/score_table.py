"""Scores of one model as a table of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

_READINGS = ("strict", "loose")
_WIDTH = 7
Cell = tuple[float, int, float | None, float | None]
"""Value, count, and the ends of its interval if it has one."""
Cells = Mapping[tuple[str, str, str], Cell]
"""By benchmark, metric and group."""


def score_lines(scores: pl.DataFrame, model: str, benchmark: str) -> Iterator[str]:
    """Yield the lines of a model's scores.

    Args:
        scores: Schema ``Scores``; those of other models are passed over.
        model: Whose.
        benchmark: Its name; what it says by further registries or judges stands in ``benchmark:variant``.

    Yields:
        Accuracies per prompt, per instruction and per type, strict and loose, one pair of columns for each variant,
        and a third with the difference where there are two; then the benchmark's own figures.
    """
    rows = [row for row in scores.iter_rows(named=True) if row["model"] == model]
    named = ("value", "count", "low", "high")
    cells: dict[tuple[str, str, str], Any] = {
        (row["benchmark"], row["metric"], row["group"]): tuple(map(row.get, named)) for row in rows
    }
    variants = sorted({name for name, _, _ in cells})
    yield from _accuracies(cells, variants, benchmark)
    yield from _own(cells, variants)


def _accuracies(cells: Cells, variants: list[str], benchmark: str) -> Iterator[str]:
    types = {group for _, metric, group in cells if metric == "constraint_strict" and group.startswith("type ")}
    groups = [("prompt", "all"), ("constraint", "all"), *(("constraint", group) for group in sorted(types))]
    wanted = [name for name in variants if (name, "prompt_strict", "all") in cells]
    if not wanted:
        return
    labels = {place: _label(*place) for place in groups}
    width = max(map(len, labels.values()))
    plain = len(wanted) == 2 and wanted[0] == benchmark
    heads = [*wanted, *(["difference"] if plain else [])]
    block = 2 * _WIDTH + 2
    yield " " * (width + 11) + "  ".join(head.rjust(max(block, len(head))) for head in heads)
    readings = "  ".join(name.rjust(_WIDTH) for name in _READINGS)
    yield f"{'':{width}}  {'count':>7}  " + "  ".join(readings.rjust(max(block, len(head))) for head in heads)
    for (level, group), label in labels.items():
        values = [[cells.get((name, f"{level}_{reading}", group)) for reading in _READINGS] for name in wanted]
        count = next((cell[1] for row in values for cell in row if cell), 0)
        shown = ["  ".join(_share(cell) for cell in row) for row in values]
        if plain:
            shown.append("  ".join(map(_difference, *values)))
        line = "  ".join(text.rjust(max(block, len(head))) for text, head in zip(shown, heads, strict=True))
        yield f"{label:{width}}  {count:>7,}  {line}"


def _label(level: str, group: str) -> str:
    if group == "all":
        return "all prompts" if level == "prompt" else "all instructions"
    return group.removeprefix("type ")


def _share(cell: Cell | None) -> str:
    return "–".rjust(_WIDTH) if cell is None else f"{cell[0]:{_WIDTH}.1%}"


def _difference(one: Cell | None, other: Cell | None) -> str:
    """Write by how many points the second is above the first."""
    if one is None or other is None:
        return "–".rjust(_WIDTH)
    return f"{100 * (other[0] - one[0]):+{_WIDTH}.1f}"


def _own(cells: Cells, variants: list[str]) -> Iterator[str]:
    """Yield the figures that are no accuracies, one a line for each variant."""
    usual = {f"{level}_{reading}" for level in ("prompt", "constraint") for reading in _READINGS}
    own = [place for place in cells if place[1] not in usual]
    for name, metric, group in sorted(own, key=lambda place: (place[1], place[2], variants.index(place[0]))):
        value, count, low, high = cells[name, metric, group]
        interval = "" if low is None else f"95 % CI {low:.4f}–{high:.4f}, "
        yield f"{metric}, {group}: {value:.4f} ({name}, {interval}n={count:,})"
