"""How plots look and how they become bytes; pyplot, with its global state, is never loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")

BLUE, SKY, ORANGE, VERMILION, GREEN, GREY, LIGHT = (
    "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73", "#7F7F7F", "#C8CCD0",
)  # fmt: skip
"""Colours that readers with any colour vision tell apart (Okabe and Ito)."""

MODEL_COLOURS = (GREY, BLUE, ORANGE, GREEN, VERMILION, SKY, "#CC79A7", "#000000")
"""Of models, in the order of a table; the ninth begins anew."""
INK = "#24292F"
_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so bytes are equal everywhere
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8C959F",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E3E6E9",
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "svg.fonttype": "path",  # renders the same where no font is installed
    "svg.hashsalt": "crabtk",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in crabtk's style, whatever the user's matplotlibrc says."""
    import matplotlib.style

    with matplotlib.style.context(["default", _STYLE]):
        yield


def styled(draw: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
    """Make a plotting function draw in crabtk's style."""

    @wraps(draw)
    def styled_draw(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Drawn:
        with style():
            return draw(*args, **kwargs)

    return styled_draw


def figure(width: float, height: float) -> Figure:
    """Return an empty figure; sizes in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def panel(width: float = 6.4, height: float = 3.4) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes."""
    drawn = figure(width, height)
    return drawn, drawn.add_subplot()


def model_colours(models: Sequence[str]) -> dict[str, str]:
    """Return each model's colour."""
    return {name: MODEL_COLOURS[place % len(MODEL_COLOURS)] for place, name in enumerate(models)}


def whole_numbers(axes: Axes, which: str) -> None:
    """Label an axis with whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    chosen = axes.xaxis if which == "x" else axes.yaxis
    chosen.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    chosen.set_major_formatter("{x:,.0f}")


def svg(drawn: Figure) -> str:
    """Write a figure as SVG: transparent, text as outlines, no date; equal figures give equal text."""
    stream = StringIO()
    with style():
        drawn.savefig(
            stream,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    return stream.getvalue()


def png(drawn: Figure) -> bytes:
    """Write a figure as PNG on white, at 144 dots per inch."""
    stream = BytesIO()
    with style():
        drawn.savefig(stream, format="png", dpi=144, facecolor="white", metadata={"Software": None})
    return stream.getvalue()
