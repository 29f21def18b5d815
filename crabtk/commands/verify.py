"""``crabtk verify``: verdicts on the responses of anybody's dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from crabtk.commands.output import Refused, json_line, progress, source_of
from crabtk.errors import VerificationError
from crabtk.pipeline.verify import Asked, Verdicts, read_asked, verify
from crabtk.plugins import Registry, load
from crabtk.protocols import InstructionSet
from crabtk.readers.rejection import rejected
from crabtk.readers.sources import read_records
from crabtk.scoring.instructions import Which
from crabtk.types import Record, Rejected

_CONSTRAINTS = "constraints.parquet"
_CHUNK = 64


def verify_file(
    path: Path,
    *,
    prompts: Path | None,
    registry: Which,
    seed: int,
    processes: int,
    as_json: bool,
    ledger: Path | None,
) -> None:
    """Print the verdicts of every row of a file, or how many hold.

    Raises:
        SeedReadError: A file as a whole cannot be read.
        VerificationError: Not one row could be judged.
    """
    plugins = load()
    types = {plugin.name: plugin.value for plugin in plugins.all("constraint type")}
    asked = _prompts(prompts) if prompts else None
    totals = _Totals()
    with Refused(ledger) as refused, progress("verifying") as report:
        found = verify(
            _asked(path, asked),
            _InstalledSets(plugins),
            types,
            registry,
            seed=seed,
            processes=processes,
            chunk_size=_CHUNK,
            progress=report,
        )
        for row in found:
            if isinstance(row, Rejected):
                refused.add(row)
                if as_json:
                    click.echo(json_line({"row": row.row, "strict": None, "loose": None, "error": row.reason}))
            else:
                totals.add(row)
                if as_json:
                    click.echo(json_line(_line(row)))
    if not totals.rows:
        raise VerificationError(
            f"Not one row of {path} could be judged; the reasons stand above. A row holds `response` and either "
            "`instruction_id_list` with `kwargs`, or `constraints`; where another file holds what was asked, name it "
            "by --prompts."
        )
    for line in totals.lines(registry):
        click.echo(line, err=as_json)


class _InstalledSets(Sequence[InstructionSet]):
    """The installed instruction sets; another process finds its own, since they may hold what cannot be sent."""

    def __init__(self, registry: Registry | None = None) -> None:
        self._sets = [plugin.value for plugin in (registry or load()).all("instruction set")]

    def __len__(self) -> int:
        return len(self._sets)

    def __getitem__(self, place: Any) -> Any:
        return self._sets[place]

    def __reduce__(self) -> tuple[type[_InstalledSets], tuple[()]]:
        return _InstalledSets, ()


def _line(row: Verdicts) -> dict[str, Any]:
    key = {} if row.key is None else {"key": row.key}
    return {**key, "strict": list(row.strict), "loose": list(row.loose)}


def _asked(path: Path, prompts: Mapping[Any, Mapping[str, Any]] | None) -> Iterator[Asked | Rejected]:
    records = _dataset(path) if (path / _CONSTRAINTS).is_file() else read_records(source_of(str(path), "auto"))
    for item in records:
        yield item if isinstance(item, Rejected) else read_asked(item, prompts)


def _prompts(path: Path) -> dict[Any, Mapping[str, Any]]:
    """Return the rows that say what was asked, by key and by prompt."""
    found: dict[Any, Mapping[str, Any]] = {}
    for item in read_records(source_of(str(path), "auto")):
        if isinstance(item, Record) and isinstance(item.value, Mapping):
            row = {name: value for name, value in item.value.items() if name != "response"}
            if row.get("key") is not None:
                found[row["key"]] = row
            if isinstance(row.get("prompt"), str):
                found[row["prompt"].strip()] = row
    return found


def _dataset(folder: Path) -> Iterator[Record | Rejected]:
    """Yield the forward examples of a dataset that crabtk wrote, with those of their constraints that code checks."""
    import polars as pl

    table = pl.read_parquet(folder / _CONSTRAINTS).filter(pl.col("judged_by") == "code")
    known = {row["constraint_id"]: row for row in table.iter_rows(named=True)}
    for file in sorted(folder.glob("*.jsonl")):
        for item in read_records(source_of(str(file), "auto")):
            if isinstance(item, Rejected) or not isinstance(item.value, Mapping):
                yield item if isinstance(item, Rejected) else rejected(item, "it is no object with named values")
            elif item.value.get("kind") == "forward":
                constraints = [known[name] for name in item.value["constraint_ids"] if name in known]
                row = {**item.value, "key": item.value["example_id"], "constraints": constraints}
                yield Record(row, item.file, item.row)


@dataclass
class _Totals:
    """How much holds."""

    rows: int = 0
    all_strict: int = 0
    all_loose: int = 0
    by_id: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def add(self, row: Verdicts) -> None:
        self.rows += 1
        self.all_strict += all(row.strict)
        self.all_loose += all(row.loose)
        for id_, strict, loose in zip(row.ids, row.strict, row.loose, strict=True):
            counts = self.by_id[id_]
            counts[0] += 1
            counts[1] += strict
            counts[2] += loose

    def lines(self, registry: Which) -> Iterator[str]:
        """Yield the summary: prompts, instructions, each id."""
        count, strict, loose = (sum(counts[place] for counts in self.by_id.values()) for place in range(3))
        width = max(map(len, [*self.by_id, "all instructions"]))
        yield f"{f'registry {registry}'.ljust(width)}  {'count':>7}  strict   loose"
        yield _row("all prompts", width, self.rows, self.all_strict, self.all_loose)
        yield _row("all instructions", width, count, strict, loose)
        for id_ in sorted(self.by_id):
            yield _row(id_, width, *self.by_id[id_])


def _row(name: str, width: int, count: int, strict: int, loose: int) -> str:
    shares = "  ".join(f"{good / count:6.1%}" if count else "     –" for good in (strict, loose))
    return f"{name.ljust(width)}  {count:>7,}  {shares}"
