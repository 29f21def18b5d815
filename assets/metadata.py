"""What the UI shows of a result: row counts, schema, a preview, plots, costs."""

import base64
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from matplotlib.figure import Figure

from crabtk.graph.publish import output_place
from crabtk.graph.run import Outcome, Run
from crabtk.reporting import plots
from crabtk.store import Stored

PREVIEW_ROWS = 8
PREVIEW_CHARACTERS = 90


def metadata_of(run: Run, outcome: Outcome) -> dict[str, Any]:
    """Return a materialization's metadata."""
    stored = outcome.stored
    found: dict[str, Any] = {
        "state": outcome.state,
        "seconds": round(outcome.seconds, 2),
        "rejected": stored.rows["rejected"],
        **{f"cost/{name}": value for name, value in stored.costs.items() if isinstance(value, (int, float)) and value},
    }
    if stored.stage in stored.rows:
        table = stored.table()
        found["dagster/row_count"] = len(table)
        found["dagster/column_schema"] = _columns(table)
        found["preview"] = dg.MetadataValue.md(preview(table))
    if stored.tree is not None:
        found["output"] = dg.MetadataValue.path(str(output_place(run, stored.stage).resolve()))
    for name, value in stored.facts.items():
        if isinstance(value, (int, float, str, bool)):
            found[f"fact/{name}"] = value
    for name, drawn in _plots(stored):
        found[f"plot/{name}"] = dg.MetadataValue.md(_inline(drawn))
    return found


def _columns(table: pl.DataFrame) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, str(dtype)) for name, dtype in table.schema.items()])


def preview(table: pl.DataFrame) -> str:
    """Return the first rows as a Markdown table, cells cut short."""
    lines = [f"| {' | '.join(table.columns)} |", "|" + " --- |" * table.width]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in table.head(PREVIEW_ROWS).rows()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    text = " ".join(str(value).split())
    cut = text[:PREVIEW_CHARACTERS] + ("…" if len(text) > PREVIEW_CHARACTERS else "")
    return cut.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _plots(stored: Stored) -> Iterator[tuple[str, Figure]]:
    rows = stored.rows.get(stored.stage, 0)
    if stored.stage == "seeds":
        yield "words", plots.response_words(stored.table())
    elif stored.stage in ("measured_constraints", "constraints") and rows:
        yield "types", plots.constraint_types(stored.table())
    elif stored.stage == "judge_audit" and rows:
        yield "scores", plots.audit_scores(stored.table(), stored.facts["threshold"], stored.facts["auc"])
    elif stored.stage == "crab":
        yield "constraints", plots.constraints_per_example(stored.table())
    elif stored.stage == "sft_model" and stored.facts.get("history"):
        yield "loss", plots.training_loss(stored.facts["history"])
    elif stored.stage == "scores" and rows:
        table = stored.table()
        for benchmark in table["benchmark"].unique().sort():
            yield benchmark, plots.scores(table, benchmark)


def _inline(drawn: Figure) -> str:
    return f"![plot](data:image/png;base64,{base64.b64encode(plots.png(drawn)).decode()})"
