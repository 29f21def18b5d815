"""FollowBench's figures: hard and soft satisfaction rate, consistent satisfaction levels.

Source:
    arXiv 2310.20410, section 4, and the release's evaluation: a cell (level, category) is the mean over its groups;
    a level is the mean over the categories, a category the mean over its levels, ``all`` the mean over the levels. What
    a rule judges counts as one constraint. ``hsr_weighted`` and ``ssr_weighted`` weigh each level by its number and
    leave the category ``example`` out, as the release's aggregator does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crabtk import Graded, Metric
from crabtk.scoring.bootstrap import wilson
from crabtk_followbench.intervals import cells, drawn_cells, interval, mean
from crabtk_followbench.rows import LEVELS
from crabtk_followbench.satisfaction import by_category, consecutive

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float64]
    """Groups × levels; NaN where nothing was asked."""

_FEW = 5
"""Groups under which a category gets no interval: so few, drawn anew, say little of what others would have given."""


def metrics(graded: Sequence[Graded]) -> list[Metric]:
    """Return the figures of one model.

    Variant ``rules``: of what rules judge. Variant ``judged``: of the rest, if a judge was asked. No variant: of all,
    if there is nothing that a judge should have been asked and was not. ``count`` says over how many responses a rate
    was taken, and over how many groups a CSL.
    """
    by_rule = [answer for answer in graded if answer.item.payload["rule"] is not None]
    by_judge = [answer for answer in graded if answer.item.payload["rule"] is None]
    asked = any(answer.grades for answer in by_judge)
    found = _of(by_rule, "rules")
    if asked:
        found += [*_of(by_judge, "judged"), _unreadable(by_judge)]
    if asked or not by_judge:
        found += _of(graded, "")
    return found


def _of(graded: Sequence[Graded], variant: str) -> list[Metric]:
    if not graded:
        return []
    categories = by_category(graded)
    rates = {"hsr": "hard", "ssr": "soft"}
    tables = {metric: {c: getattr(s, kind) for c, s in categories.items()} for metric, kind in rates.items()}
    found = [*_cells("hsr", tables["hsr"]), *_cells("ssr", tables["ssr"])]
    for metric, table in tables.items():
        found += [*_means(metric, table), *_weighted(f"{metric}_weighted", table)]
    found += _means("csl", {c: consecutive(table) for c, table in tables["hsr"].items()})
    return [replace(metric, variant=variant) for metric in found]


def _cells(metric: str, tables: Mapping[str, Table]) -> Iterator[Metric]:
    """Yield the rate of each level of each category."""
    import numpy as np

    for category, table in tables.items():
        for place, level in enumerate(LEVELS):
            asked = table[:, place][~np.isnan(table[:, place])]
            if asked.size:
                low, high = wilson(round(asked.sum()), asked.size) if metric == "hsr" else (None, None)
                yield Metric(metric, f"level {level}, {category}", float(asked.mean()), asked.size, low, high)


def _means(metric: str, tables: Mapping[str, Table]) -> Iterator[Metric]:
    """Yield the figure of each category, of each level and of all: means of cells, each cell counting alike."""
    import numpy as np

    tables = {category: table for category, table in tables.items() if not np.isnan(table).all()}
    if not tables:
        return
    share = metric != "csl"
    point, drawn = cells(list(tables.values())), drawn_cells(list(tables.values()))
    counts = np.array([(~np.isnan(table)).sum(axis=0) for table in tables.values()])
    for place, (category, table) in enumerate(tables.items()):
        here = slice(place, place + 1)
        groups = _groups([table])
        ends = interval(_all(drawn[:, here]), groups, share=share) if len(table) >= _FEW else (None, None)
        yield Metric(metric, f"category {category}", float(_all(point[:, here])[0]), int(counts[place].sum()), *ends)
    for place, level in enumerate(LEVELS) if counts.shape[1] == len(LEVELS) else ():
        if counts[:, place].any():
            here = slice(place, place + 1)
            ends = interval(_all(drawn[:, :, here]), int(counts[:, place].sum()), share=share)
            value = float(_all(point[:, :, here])[0])
            yield Metric(metric, f"level {level}", value, int(counts[:, place].sum()), *ends)
    ends = interval(_all(drawn), _groups(list(tables.values())), share=share)
    yield Metric(metric, "all", float(_all(point)[0]), int(counts.sum()), *ends)


def _weighted(metric: str, tables: Mapping[str, Table]) -> Iterator[Metric]:
    """Yield the mean over the categories but ``example`` of levels weighted by their number, if all were asked."""
    import numpy as np

    chosen = [table for category, table in tables.items() if category != "example"]
    if not chosen or np.isnan(cells(chosen)).any():
        return
    value = float(_by_level(cells(chosen))[0])
    ends = interval(_by_level(drawn_cells(chosen)), _groups(chosen), share=True)
    yield Metric(metric, "all", value, int(sum((~np.isnan(table)).sum() for table in chosen)), *ends)


def _groups(tables: Sequence[Table]) -> int:
    """Return how many groups were asked anything."""
    import numpy as np

    return sum(int((~np.isnan(table)).any(axis=1).sum()) for table in tables)


def _all(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over the levels of the means over the categories."""
    return mean(mean(drawn, axis=1), axis=1)


def _by_level(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    found: NDArray[np.float64] = np.average(drawn, axis=2, weights=LEVELS).mean(axis=1)
    return found


def _unreadable(graded: Sequence[Graded]) -> Metric:
    """Return the share of a judge's verdicts that could not be read, or were not given; they count as failed."""
    scores = [grade.score for answer in graded for grade in answer.grades]
    share = sum(score is None for score in scores) / len(scores)
    return Metric("unreadable", "all", share, len(scores), variant="judged")
