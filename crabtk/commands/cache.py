"""``crabtk cache``: what the response cache holds, whether it is sound, and making it smaller."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import click
import zstandard

from crabtk.commands.cache_units import shown_bytes
from crabtk.commands.output import json_line, progress
from crabtk.errors import StoreError
from crabtk.inference.cache_file.connection import CacheFile
from crabtk.inference.cache_file.pruning import UNKNOWN_ENGINE, Choice, prune
from crabtk.inference.cache_file.rows import current_day, decode, unpack
from crabtk.inference.cache_file.summary import DayOfLookups, EngineShare, Summary, as_date, summarise
from crabtk.inference.cache_file.verification import verify
from crabtk.inference.cache_file.walk import open_existing, walk
from crabtk.types import Completion

_FILE = "responses.sqlite"
_SHOWN = 5
_REPORTED_EVERY = 1_000
_PERIODS = {"today": 1, "last 7 days": 7, "last 30 days": 30}


def show_stats(store: Path, as_json: bool) -> None:
    """Print how much the cache holds, by engine, and how often it had the answer."""
    with _opened(store) as file:
        summary = summarise(file)
        path = file.path
    rates = {period: _hit_rate(summary.days, days) for period, days in _PERIODS.items()}
    if as_json:
        click.echo(json_line(_facts(path, summary, rates)))
        return
    free = f" ({shown_bytes(summary.free_bytes)} of it free)" if summary.free_bytes else ""
    click.echo(f"{path}: {summary.entries:,} entries, {shown_bytes(summary.bytes)}{free}")
    if summary.engines:
        click.echo()
        _print_table(
            ("entries", "size", "tokens", "cost", "last used", "engine"),
            [_engine_row(share) for share in summary.engines],
            left=1,
        )
    click.echo()
    _print_table(
        ("hits", "misses", "hit rate", "asked"),
        [
            (f"{hits:,}", f"{misses:,}", "" if rate is None else f"{rate:.1%}", period)
            for period, (hits, misses, rate) in rates.items()
        ],
        left=1,
    )


def verify_cache(store: Path, repair: bool, as_json: bool) -> bool:
    """Print what is unreadable; tell whether all is well."""
    with _opened(store) as file, progress("verifying") as report:
        found = verify(file, repair=repair, progress=report)
        path = file.path
    if as_json:
        names = ("entries", "unreadable", "deleted", "problems")
        click.echo(json_line({"path": str(path), **{name: getattr(found, name) for name in names}}))
        return found.sound
    click.echo(
        f"{path}: {found.entries:,} entries read, {len(found.unreadable):,} unreadable, {found.deleted:,} deleted"
    )
    for key in found.unreadable[:_SHOWN]:
        click.echo(f"  unreadable: {key}")
    if len(found.unreadable) > _SHOWN:
        click.echo(f"  … and {len(found.unreadable) - _SHOWN:,} more (--json lists them)")
    for problem in found.problems:
        click.echo(f"  SQLite says: {problem}")
    if found.problems and repair:
        click.echo(
            f'The file is damaged beyond repair: delete it with "rm {path}*" when nothing uses it. '
            "What it held is asked for anew."
        )
    elif not found.sound:
        click.echo("A run asks for unreadable entries anew. --repair deletes them.")
    return found.sound


def prune_cache(
    store: Path, *, older_than: int | None, larger_than: int | None, engine: str | None, dry_run: bool
) -> None:
    """Delete the entries that meet all conditions, or say how many they are; days and bytes."""
    choice = Choice(unused_days=older_than, engine=engine, down_to_bytes=larger_than)
    with _opened(store) as file, progress("pruning") as report:
        done = prune(file, choice, dry_run=dry_run, progress=report)
    before, after = shown_bytes(done.bytes_before), shown_bytes(done.bytes_after)
    if dry_run:
        click.echo(f"{done.entries:,} entries would be deleted; file {before} → about {after}")
    else:
        click.echo(f"{done.entries:,} entries deleted; file {before} → {after}")


def export_cache(store: Path, target: Path) -> None:
    """Write one JSON object per readable entry; unreadable ones are counted.

    Raises:
        StoreError: There is no cache, or the target exists or cannot be written.
    """
    written = unreadable = 0
    with _opened(store) as file, progress("exporting") as report, _new_file(target) as write:
        total = summarise(file).entries
        for line in _lines(file):
            if line is None:
                unreadable += 1
                continue
            write(line)
            written += 1
            if report is not None and written % _REPORTED_EVERY == 0:
                report(written, total)
    skipped = f"; {unreadable:,} unreadable ones left out" if unreadable else ""
    click.echo(f"{target}: {written:,} entries written{skipped}", err=True)


def _opened(store: Path) -> CacheFile:
    return open_existing(store if store.is_file() else store / _FILE)


def _facts(path: Path, summary: Summary, rates: Mapping[str, tuple[int, int, float | None]]) -> dict[str, Any]:
    return {
        "path": str(path),
        "entries": summary.entries,
        "bytes": summary.bytes,
        "free_bytes": summary.free_bytes,
        "engines": [
            {
                **_engine(share.identity),
                "identity": share.identity,
                "entries": share.entries,
                "bytes": share.bytes,
                "generated_tokens": share.generated_tokens,
                "cost": share.cost,
                "first_made": _iso(share.first_made),
                "last_used": _iso(share.last_used),
            }
            for share in summary.engines
        ],
        "lookups": {
            period: {"hits": hits, "misses": misses, "hit_rate": rate} for period, (hits, misses, rate) in rates.items()
        },
        "days": [{"day": day.day.isoformat(), "hits": day.hits, "misses": day.misses} for day in summary.days],
    }


def _hit_rate(days: Sequence[DayOfLookups], last: int) -> tuple[int, int, float | None]:
    first = cast(date, as_date(current_day())) - timedelta(last - 1)
    hits = sum(day.hits for day in days if day.day >= first)
    misses = sum(day.misses for day in days if day.day >= first)
    return hits, misses, hits / (hits + misses) if hits + misses else None


def _engine(identity: str | None) -> dict[str, Any]:
    """Return backend, model and options of an identity; nulls where it was written by something else."""
    try:
        said = json.loads(identity or "")
        return {name: said[name] for name in ("backend", "model", "options")}
    except (ValueError, LookupError, TypeError):
        return {"backend": None, "model": None, "options": None}


def _engine_row(share: EngineShare) -> tuple[str, ...]:
    cost = "" if share.cost is None else f"{share.cost:,.2f}"
    used = _iso(share.last_used) or ""
    size = shown_bytes(share.bytes)
    return f"{share.entries:,}", size, f"{share.generated_tokens:,}", cost, used, _engine_name(share.identity)


def _engine_name(identity: str | None) -> str:
    if identity is None:
        return UNKNOWN_ENGINE
    known = _engine(identity)
    if known["backend"] is None:
        return identity
    model = str(known["model"])
    digits = len("sha256:") + 12
    model = model[:digits] if model.startswith("sha256:") else model.removeprefix("hub:")
    options = json.dumps(known["options"], ensure_ascii=False) if known["options"] else ""
    return f"{known['backend']} {model} {options}".rstrip()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _print_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> None:
    """Print columns, aligned to the right but for the last ``left`` ones."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [
            text.ljust(width) if column >= len(head) - left else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def _lines(file: CacheFile) -> Iterator[bytes | None]:
    """Yield a line for each entry, None for one that is unreadable."""
    with file.errors_named():
        engines = dict(file.database.execute("SELECT id, identity FROM engines").fetchall())
        for row in walk(file):
            completion = decode(row)
            yield None if completion is None else _line(row, completion, engines)


def _line(row: Sequence[Any], completion: Completion, engines: Mapping[int, str]) -> bytes:
    made, day = row[2], row[12]
    value = {
        "key": unpack(row[0]),
        "engine": engines.get(row[1]),
        **{name: getattr(completion, name) for name in Completion.__dataclass_fields__},
        "made": _iso(as_date(made)),
        "last_used": _iso(as_date(max(made, day or made))),
    }
    if completion.choice_logprobs is not None:
        # JSON knows no infinity: an impossible choice has null.
        value["choice_logprobs"] = {
            choice: number if math.isfinite(number) else None for choice, number in completion.choice_logprobs.items()
        }
    try:
        return (json_line(value) + "\n").encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair has no UTF-8, but an escape.
        return (json.dumps(value) + "\n").encode()


@contextmanager
def _new_file(target: Path) -> Iterator[Callable[[bytes], object]]:
    """Open a file that takes its name when it is complete; compressed if the name says so."""
    if target.exists():
        raise StoreError(f"{target} exists already; name another file.")
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as stream:
            if target.suffix == ".zst":
                with zstandard.ZstdCompressor().stream_writer(stream) as packed:
                    yield packed.write
            else:
                yield stream.write
        scratch.replace(target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error}): name a file in a folder that is there") from error
    finally:
        scratch.unlink(missing_ok=True)
