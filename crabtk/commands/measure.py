"""``crabtk measure``: what code finds true of each response of a file."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from crabtk.commands.output import Refused, json_line, progress, source_of
from crabtk.errors import UnknownNameError
from crabtk.pipeline.measure import Measure, Row
from crabtk.pipeline.parallel import map_rows
from crabtk.pipeline.seed_rules import no_text
from crabtk.pipeline.seeds import STAGE, seed_id
from crabtk.plugins import Plugin, Registry, load
from crabtk.readers.sources import read_source, source_name
from crabtk.settings import Source, selects
from crabtk.type_selection import selected_types
from crabtk.types import Rejected

_TYPE_WIDTH = 28
_CHUNK = 64


def measure_file(
    path: str,
    *,
    format_: str,
    types: tuple[str, ...],
    without: tuple[str, ...],
    seed: int,
    processes: int,
    as_json: bool,
    ledger: Path | None,
) -> None:
    """Print the constraints of every row of a file, as it is read; memory does not grow with the file.

    Raises:
        UnknownNameError: A pattern matches no type, or the format is no reader's name.
        SeedReadError: The file as a whole cannot be read.
    """
    registry = load()
    chosen = [plugin.value for plugin in chosen_types(registry, types, without)]
    source = source_of(path, format_)
    counts = Counter[str]()
    rows = 0
    start = time.monotonic()
    with Refused(ledger) as refused, progress("measuring") as report:
        stream = _rows(source, registry, refused)
        work = Measure(chosen, seed)
        for constraints, rejected in map_rows(work, stream, processes=processes, chunk_size=_CHUNK, progress=report):
            rows += 1
            for one in rejected:
                refused.add(one)
            for constraint in constraints:
                counts[constraint["type"]] += 1
                click.echo(_json(constraint) if as_json else _line(constraint))
        seconds = time.monotonic() - start
        click.echo(
            f"{rows:,} responses, {counts.total():,} constraints of {len(counts)} types, {refused.count} rows refused, "
            f"{rows / max(seconds, 1e-9):,.0f} responses a second",
            err=True,
        )


def _json(row: Mapping[str, Any]) -> str:
    params = json.loads(row["params"])
    return json_line({"seed_id": row["seed_id"], "type": row["type"], "params": params, "text": row["text"]})


def _line(row: Mapping[str, Any]) -> str:
    return f"{row['seed_id']}  {row['type'].ljust(_TYPE_WIDTH)}  {row['text']}"


def chosen_types(registry: Registry, types: tuple[str, ...], without: tuple[str, ...]) -> list[Plugin]:
    """Return the chosen types; UnknownNameError if a pattern matches none."""
    known = registry.names("constraint type")
    for pattern in (*types, *without):
        if not any(selects((pattern,), name) for name in known) and pattern not in registry.names("instruction set"):
            raise UnknownNameError(
                f'There is no constraint type or family "{pattern}". `crabtk types` lists them; families are '
                f"{', '.join(sorted({name.partition(':')[0] for name in known}))}."
            )
    return selected_types(registry, types or ("*",), without)


def _rows(source: Source, registry: Registry, refused: Refused) -> Iterator[Row]:
    readers = [plugin.value for plugin in registry.all("seed reader")]
    name = source_name(source)
    for item in read_source(source, readers):
        if isinstance(item, Rejected):
            refused.add(item)
            continue
        refusal = no_text(item)
        if refusal is not None:
            refused.add(Rejected(STAGE, item.file, item.row, None, refusal.reason, ""))
        else:
            yield seed_id(name, item), item.instruction, item.response, item.language or ""
