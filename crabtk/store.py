"""Content-addressed results of stages: what is unchanged is found, not computed.

    results/STAGE/FINGERPRINT.json   what a stage made from exactly these inputs, settings and code
    objects/SHA256.parquet           tables, by content
    trees/SHA256/                    folders (models, the exported dataset), by content
    work/STAGE/FINGERPRINT/          unfinished work (training checkpoints), removed when the stage is done

Everything is written beside its place and renamed into it, so a kill leaves no half result. The store stands
apart from Dagster's home: copy it to another machine and the same run is cached there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crabtk.canonical import digest, file_digest
from crabtk.errors import StoreError

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Result:
    """What a stage made, before it is stored.

    Attributes:
        tables: By name; the stage's own name is its main table.
        ledger: Rows that left (schema ``Ledger``); None if the stage cannot reject.
        tree: A folder that the store takes over; None for most stages.
        facts: JSON values that follow from the inputs alone; they count in the data version.
        costs: JSON values that may differ from run to run: seconds, calls, tokens.
    """

    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    ledger: pl.DataFrame | None = None
    tree: Path | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    costs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Stored:
    """A result in the store; tables are read on demand."""

    root: Path
    stage: str
    fingerprint: str
    record: Mapping[str, Any]

    @property
    def data_version(self) -> str:
        """Hash over the content of tables, tree and facts; what later stages depend on."""
        return str(self.record["data_version"])

    @property
    def ledger_version(self) -> str:
        """Content hash of the ledger rows; empty if there are none."""
        return str(self.record["ledger"] or "")

    @property
    def facts(self) -> Mapping[str, Any]:
        """See ``Result``."""
        facts: Mapping[str, Any] = self.record["facts"]
        return facts

    @property
    def costs(self) -> Mapping[str, Any]:
        """See ``Result``; from the run that computed it."""
        costs: Mapping[str, Any] = self.record["costs"]
        return costs

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table, and ``rejected``."""
        rows: Mapping[str, int] = self.record["rows"]
        return rows

    def table(self, name: str | None = None) -> pl.DataFrame:
        """Read a table (by default the main one)."""
        return self._read(self.record["tables"][name or self.stage])

    def ledger(self) -> pl.DataFrame | None:
        """Read the rows that left."""
        return self._read(self.record["ledger"]) if self.record["ledger"] else None

    @property
    def tree(self) -> Path | None:
        """The stored folder; must not be written to."""
        name = self.record["tree"]
        return self.root / "trees" / name if name else None

    def paths(self) -> list[Path]:
        """All files and folders that the result needs."""
        objects = [*self.record["tables"].values(), *([self.record["ledger"]] if self.record["ledger"] else [])]
        tree = [self.tree] if self.tree else []
        return [self.root / "objects" / f"{name}.parquet" for name in objects] + tree

    def _read(self, name: str) -> pl.DataFrame:
        import polars as pl

        path = self.root / "objects" / f"{name}.parquet"
        try:
            return pl.read_parquet(path)
        except Exception as error:
            raise StoreError(
                f"{path}, made by {self.stage}, cannot be read ({error}). Delete it: it is then computed again."
            ) from error


class Store:
    """Results of stages under one folder; safe for several processes at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, stage: str, fingerprint: str) -> Stored | None:
        """Return the result for a fingerprint; None if there is none, or a part of it is gone."""
        try:
            record = json.loads(self._record(stage, fingerprint).read_text("utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        stored = Stored(self.root, stage, fingerprint, record)
        return stored if all(path.exists() for path in stored.paths()) else None

    def save(self, stage: str, fingerprint: str, result: Result) -> Stored:
        """Store a result and return it as later runs will find it."""
        tables = {name: self._put_table(table) for name, table in result.tables.items()}
        ledger = self._put_table(result.ledger) if result.ledger is not None and len(result.ledger) else None
        tree = self._put_tree(result.tree) if result.tree else None
        record = {
            "stage": stage,
            "data_version": digest({"tables": tables, "tree": tree, "facts": dict(result.facts)}, 32),
            "tables": tables,
            "ledger": ledger,
            "tree": tree,
            "facts": dict(result.facts),
            "costs": dict(result.costs),
            "rows": {
                **{name: len(table) for name, table in result.tables.items()},
                "rejected": len(result.ledger) if result.ledger is not None else 0,
            },
        }
        path = self._record(stage, fingerprint)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False).encode())
        shutil.rmtree(self.root / "work" / stage / fingerprint, ignore_errors=True)
        return Stored(self.root, stage, fingerprint, json.loads(path.read_text("utf-8")))

    def work(self, stage: str, fingerprint: str) -> Path:
        """Return the folder of a stage's unfinished work; it survives a kill and goes with ``save``."""
        path = self.root / "work" / stage / fingerprint
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _record(self, stage: str, fingerprint: str) -> Path:
        return self.root / "results" / stage / f"{fingerprint}.json"

    def _put_table(self, table: pl.DataFrame) -> str:
        folder = self.root / "objects"
        folder.mkdir(parents=True, exist_ok=True)
        # No temporary file of the standard library: only its owner could read it, and stores are shared.
        scratch = folder / f".new-{uuid.uuid4().hex}"
        table.write_parquet(scratch, compression="zstd", statistics=False)
        name = file_digest(scratch)
        scratch.replace(folder / f"{name}.parquet")
        return name

    def _put_tree(self, tree: Path) -> str:
        name = tree_digest(tree)
        target = self.root / "trees" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(tree)
        else:
            # The folder may lie on another file system: move it beside its place first, then rename.
            scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=".new-")) / "tree"
            shutil.move(tree, scratch)
            try:
                scratch.rename(target)
            except OSError:
                if not target.exists():  # else another process stored the same folder meanwhile
                    raise
            shutil.rmtree(scratch.parent)
        return name


def tree_digest(tree: Path) -> str:
    """Return the SHA-256 over a folder's relative file names and contents."""
    total = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(tree).as_posix()}\0{file_digest(path)}\n".encode())
    return total.hexdigest()


def publish(source: Path, target: Path, *, prune: bool = True) -> None:
    """Copy a stored folder to a plain name; files that are already the same are left alone.

    Args:
        source: The stored folder.
        target: Its place; made if it is not there.
        prune: Remove files of ``target`` that ``source`` has not.
    """
    wanted = {path.relative_to(source): path for path in source.rglob("*") if path.is_file()}
    if prune and target.is_dir():
        for path in [path for path in target.rglob("*") if path.is_file()]:
            if path.relative_to(target) not in wanted:
                path.unlink()
    for relative, path in wanted.items():
        place = target / relative
        if place.exists() and _same(place, path):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch = place.with_name(f".new-{os.getpid()}-{place.name}")
        shutil.copy2(path, scratch)
        scratch.replace(place)


def _same(one: Path, other: Path) -> bool:
    mine, theirs = one.stat(), other.stat()
    if mine.st_size != theirs.st_size:
        return False
    return mine.st_mtime_ns == theirs.st_mtime_ns or file_digest(one) == file_digest(other)


def _write_atomically(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".new-{os.getpid()}-{path.name}")
    scratch.write_bytes(content)
    scratch.replace(path)
