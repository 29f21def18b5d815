"""The report of a run: one HTML file that asks the network for nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crabtk.reporting import formats, plots, showcase
from crabtk.reporting.curves import points
from crabtk.reporting.grades import answers
from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.redaction import toml
from crabtk.reporting.summaries import summary
from crabtk.scoring.compare import usual_pairs
from crabtk.scoring.models import is_control, stages

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

__all__ = ["ReportInputs", "build_report", "summary"]


def build_report(inputs: ReportInputs) -> str:
    """Return the report as one self-contained HTML page.

    Every number in its text stands in ``summary(inputs)``; texts of the data are escaped. Equal inputs give equal text.

    Args:
        inputs: Whatever the run made; missing parts are said to be missing.
    """
    numbers = summary(inputs)
    environment = Environment(
        loader=PackageLoader("crabtk.reporting"),
        autoescape=True,  # texts come from data and models
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {**formats.STYLES, "visible": formats.visible}
    environment.tests["missing"] = lambda value: value is None
    template = environment.get_template("report.html.jinja")
    return template.render(
        s=numbers,
        number=_number_from(numbers),
        plots=dict(_drawn(inputs, numbers)),
        examples=_examples(inputs),
        comparisons=_comparisons(inputs, numbers),
        settings=toml(numbers["settings"]),
    )


def _number_from(numbers: dict[str, Any]) -> Callable[[str, str], Markup]:
    """Return the template's only way to a number: by its dotted place in the summary, which the page keeps."""

    def number(place: str, style: str = "count") -> Markup:
        value: Any = numbers
        for key in place.split("."):
            value = value[int(key)] if isinstance(value, list) else value[key]
        return Markup('<span data-number="{}">{}</span>').format(place, formats.STYLES[style](value))

    return number


def _drawn(inputs: ReportInputs, numbers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and data address of each plot that there is data for."""
    for name, figure in _figures(inputs, numbers):
        yield name, "data:image/svg+xml;base64," + b64encode(plots.svg(figure).encode()).decode()


def _figures(inputs: ReportInputs, numbers: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    if inputs.seeds is not None:
        yield "words", plots.response_words(inputs.seeds)
    if inputs.constraints is not None:
        yield "types", plots.constraint_types(inputs.constraints)
    if inputs.crab is not None and numbers["examples"]["constraints_mean"] is not None:
        yield "per_example", plots.constraints_per_example(inputs.crab)
    if inputs.judge_audit is not None:
        audit = numbers["audit"]
        yield "audit", plots.audit_scores(inputs.judge_audit, audit.get("threshold"), audit.get("auc"))
    yield from _training_figures(inputs, numbers)
    if inputs.scores is not None:
        yield from _score_figures(inputs.scores, numbers)
    for place, table in enumerate(numbers["controls"]):
        yield f"controls {place}", plots.control_scores(table)


def _training_figures(inputs: ReportInputs, numbers: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    trained = inputs.trained()
    for place, training in enumerate(numbers["trainings"]):
        if training["curves"] and not is_control(training["name"]):
            yield f"training {place}", plots.training_curves(trained[training["name"]].get("history", ()))
    controls = {name: facts.get("history", ()) for name, facts in trained.items() if is_control(name)}
    if any(points(history, "loss") for history in controls.values()):
        yield "losses", plots.losses(controls)


def _score_figures(scores: pl.DataFrame, numbers: dict[str, Any]) -> Iterator[tuple[str, Figure]]:
    for place, table in enumerate(numbers["scores"]):
        if any(row["unit"] == "share" for row in (*table["overall"], *table["family"])):
            yield f"scores {place}", plots.scores(scores, table["benchmark"])
        by_number = plots.by_number(scores, table["benchmark"])
        if by_number is not None:
            yield f"number {place}", by_number


def _examples(inputs: ReportInputs) -> list[showcase.Example]:
    if inputs.crab is None:
        return []
    return showcase.training_examples(inputs.crab, inputs.constraints, inputs.settings.seed)


def _comparisons(inputs: ReportInputs, numbers: dict[str, Any]) -> list[showcase.Comparison]:
    """Return prompts of one benchmark with the responses of neighbouring stages, or of the base and a further model."""
    if inputs.responses is None:
        return []
    known = inputs.responses["benchmark"].unique().sort().to_list()
    benchmark = numbers["headline"]["benchmark"]
    shown = benchmark if benchmark in known else "held_out" if "held_out" in known else known[0]
    found = answers(inputs.responses, shown, inputs.grades)
    models = {each.model for each in found}
    pairs = list(pairwise(stages(models))) or usual_pairs(models)[:1]
    return showcase.comparisons(found, pairs, inputs.crab, inputs.constraints, inputs.settings.seed)
