"""What the UI shows of a result: row counts, schema, a preview, plots, costs."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl
from matplotlib.figure import Figure

from crabtk.graph.publish import output_place
from crabtk.graph.run import Outcome, Run
from crabtk.reporting import plots
from crabtk.reporting.score_markdown import markdown_tables
from crabtk.reporting.score_tables import benchmark_order
from crabtk.scoring.models import ordered
from crabtk.store import Stored

PREVIEW_ROWS = 8
PREVIEW_CHARACTERS = 90

_MARKUP = re.compile(r"([\\`*_\[\]<>|!#~])")


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
    for name, text in _tables(run, stored):
        found[f"table/{name}"] = dg.MetadataValue.md(text)
    for name, drawn in _plots(stored):
        found[f"plot/{name}"] = dg.MetadataValue.md(_inline(drawn))
    return found


def _columns(table: pl.DataFrame) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name, str(dtype)) for name, dtype in table.schema.items()])


def preview(table: pl.DataFrame) -> str:
    """Return some rows, from all over the table, as a Markdown table: cells cut short, ids last."""
    names = sorted(table.columns, key=lambda name: name.endswith(("_id", "_ids")))
    rows = table.select(names).gather_every(max(1, len(table) // PREVIEW_ROWS)).head(PREVIEW_ROWS)
    lines = [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows.iter_rows()]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        # Of a conversation the question and its answer; what stands before them is demonstrations.
        return " → ".join(_shown(f"{turn['role']}: {turn['content']}") for turn in value[-2:])
    if isinstance(value, list):
        return _shown(", ".join(map(str, value)))
    return "" if value is None else _shown(value)


def _shown(value: object) -> str:
    text = " ".join(str(value).split())
    cut = text[:PREVIEW_CHARACTERS] + ("…" if len(text) > PREVIEW_CHARACTERS else "")
    # Texts come from data: none of them may become a heading, an image or a cell's end.
    return _MARKUP.sub(r"\\\1", cut)


def _plots(stored: Stored) -> Iterator[tuple[str, Figure]]:
    rows = stored.rows.get(stored.stage, 0)
    if stored.costs.get("throughput"):
        yield "throughput", plots.throughput(stored.costs["throughput"])
    if stored.stage == "seeds":
        yield "words", plots.response_words(stored.table())
    elif stored.stage in ("measured_constraints", "constraints") and rows:
        yield "types", plots.constraint_types(stored.table())
    elif stored.stage == "judge_audit" and rows:
        yield "scores", plots.audit_scores(stored.table(), stored.facts["threshold"], stored.facts["auc"])
    elif stored.stage == "crab":
        yield "constraints", plots.constraints_per_example(stored.table())
    elif stored.stage in ("sft_model", "dpo_model", "grpo_model") and stored.facts.get("history"):
        yield "training", plots.training_curves(stored.facts["history"])
    elif stored.stage == "control_models" and (models := stored.facts.get("models")):
        yield "losses", plots.losses({name: models[name]["history"] for name in ordered(models)})
    elif stored.stage == "scores" and rows:
        table = stored.table()
        for benchmark in benchmark_order(table["benchmark"].to_list()):
            yield benchmark, plots.scores(table, benchmark)
            if (by_number := plots.by_number(table, benchmark)) is not None:
                yield f"{benchmark}, by number", by_number


def _tables(run: Run, stored: Stored) -> Iterator[tuple[str, str]]:
    if stored.stage == "scores":
        settings = run.settings
        scores, grades = stored.table(), stored.table("grades")
        yield from markdown_tables(scores, grades, settings.composition.kept_out, seed=settings.seed)


def _inline(drawn: Figure) -> str:
    return f"![plot](data:image/png;base64,{base64.b64encode(plots.png(drawn)).decode()})"
