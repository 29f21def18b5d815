"""A model's responses in AlpacaEval's format, for its own leaderboard and judges."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crabtk import BenchmarkItem
from crabtk.errors import BenchmarkError
from crabtk.reply import reply_text, without_thinking


def model_outputs(items: Sequence[BenchmarkItem], responses: Mapping[str, str], generator: str) -> list[dict[str, str]]:
    """Return the rows of a ``model_outputs.json``, in the order of the items.

    Args:
        items: Of the benchmark.
        responses: By item id, or by instruction; hidden reasoning is left out.
        generator: What the model is called there.

    Raises:
        BenchmarkError: Items lack a response; says how many and names the first.
    """
    found = [(item, responses.get(item.item_id, responses.get(item.messages[-1].content))) for item in items]
    missing = [item.item_id for item, response in found if response is None]
    if missing:
        raise BenchmarkError(f"{len(missing)} of {len(items)} prompts have no response, {missing[0]} first.")
    return [
        {
            "dataset": item.payload["dataset"],
            "instruction": item.messages[-1].content,
            "output": without_thinking(response or ""),
            "generator": generator,
        }
        for item, response in found
    ]


def read_responses(path: Path, model: str | None) -> dict[str, str]:
    """Return responses by item id or instruction.

    Args:
        path: A run's ``responses`` table (Parquet), or JSON Lines of ``item_id``, ``instruction`` or ``prompt`` with
            ``response`` or ``output``.
        model: Whose, where the file holds several models' (field ``model`` or ``generator``).

    Raises:
        BenchmarkError: The file is unfit, holds several models' responses, or one prompt has two.
    """
    rows = list(_read(path))
    models = sorted({str(row["model"]) for row in rows if row["model"] is not None})
    if model is None and len(models) > 1:
        raise BenchmarkError(f"{path} holds responses of {', '.join(models)}: name one with --model.")
    found: dict[str, str] = {}
    for row in rows:
        if model is None or row["model"] in (model, None):
            if row["key"] in found:
                raise BenchmarkError(f"{path}: {row['key'][:80]!r} has two responses.")
            found[row["key"]] = row["response"]
    if not found:
        raise BenchmarkError(
            f"{path} holds no response" + (f" of {model}. Known: {', '.join(models)}." if model else ".")
        )
    return found


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".parquet":
        import polars as pl

        table = pl.read_parquet(path).filter(pl.col("benchmark") == "alpaca_eval")
        yield from table.select("model", pl.col("item_id").alias("key"), "response").iter_rows(named=True)
        return
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        if line.strip():
            yield _row(line, f"{path}, line {number}")


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        key = next(row[name] for name in ("item_id", "instruction", "prompt") if isinstance(row.get(name), str))
        response = reply_text(next(row[name] for name in ("response", "output") if name in row))
    except (ValueError, AttributeError, StopIteration) as error:
        raise BenchmarkError(
            f'{where}: needs "item_id", "instruction" or "prompt", and "response" or "output".'
        ) from error
    return {"model": row.get("model", row.get("generator")), "key": key, "response": response}
