"""Plots of trainings: everything that one logged, and the losses of several over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crabtk.reporting.canvas import BLUE, ORANGE, SKY, VERMILION, figure, model_colours, panel, styled, whole_numbers
from crabtk.reporting.curves import History, Panel, Series, panels, points
from crabtk.scoring.models import arm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MANY = 20
"""Values from which on a running mean is drawn over them."""
_COLOURS = (BLUE, ORANGE, VERMILION)


@styled
def training_curves(history: History) -> Figure:
    """Draw what a training logged by step, one panel per kind: loss, margins, reward, trip wires.

    Args:
        history: One mapping per logged step, see ``crabtk.reporting.curves``; what is not finite is skipped.
    """
    found = panels(history)
    columns = min(max(len(found), 1), 2)
    rows = -(-max(len(found), 1) // columns)
    drawn = figure(4.2 * columns + 2.2 * (columns == 1), 2.9 * rows)
    axes = list(drawn.subplots(rows, columns, squeeze=False).flat)
    for one, (panel_, series) in zip(axes, found, strict=False):
        _draw(one, panel_, series)
    for one in axes[len(found) :] if found else ():
        one.set_visible(False)
    return drawn


@styled
def losses(trainings: Mapping[str, History]) -> Figure:
    """Draw the losses of several trainings over one another; repeats of a control share a colour."""
    drawn, axes = panel(7.0, 3.4)
    arms = list(dict.fromkeys(arm(name) for name in trainings))
    colours = model_colours(arms)
    for name, history in trainings.items():
        if logged := points(history, "loss"):
            steps, values = zip(*logged, strict=True)
            label = arm(name) if name in (arm(name), f"{arm(name)}#1") else None
            smooth = _running_mean(values, max(len(values) // 15, 1))
            axes.plot(steps, smooth, color=colours[arm(name)], linewidth=1.4, label=label)
    axes.set(xlabel="step", ylabel="training loss, running mean")
    if axes.get_legend_handles_labels()[1]:
        drawn.legend(loc="outside upper right", ncols=len(arms))
    whole_numbers(axes, "x")
    return drawn


def _draw(axes: Axes, panel_: Panel, series: Mapping[Series, Sequence[tuple[float, float]]]) -> None:
    for place, each in enumerate(panel_.series):
        if each in series:
            _draw_series(axes, each.label, series[each], _COLOURS[place], smooth=place == 0)
    axes.set(xlabel="step")
    axes.set_title(panel_.title, fontsize=10)
    axes.legend(fontsize=8)
    whole_numbers(axes, "x")


def _draw_series(axes: Axes, label: str, logged: Sequence[tuple[float, float]], colour: str, *, smooth: bool) -> None:
    steps, values = zip(*logged, strict=True)
    if not smooth or len(values) < _MANY:
        marker = "o" if len(values) < _MANY else ""
        axes.plot(steps, values, color=colour, linewidth=1.4, marker=marker, markersize=4, label=label)
        return
    window = max(len(values) // 15, 3)
    axes.plot(steps, values, color=SKY, linewidth=1, label=label)
    axes.plot(steps, _running_mean(values, window), color=colour, linewidth=2, label=f"mean of {window}")


def _running_mean(values: Sequence[float], window: int) -> list[float]:
    """Return the mean over the last ``window`` values at each place, fewer at the start."""
    parts = (values[max(0, end - window) : end] for end in range(1, len(values) + 1))
    return [sum(part) / len(part) for part in parts]
