"""Where a benchmark's published prompts are found: a file, an installed package, the hub; and how they are read."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from crabtk.errors import BenchmarkError


@dataclass(frozen=True, slots=True)
class PublishedPrompts:
    """Where a benchmark's prompts were published.

    Attributes:
        shipped: Distributions that carry the file, each with its path in it; the first that is installed counts.
        hub: ``owner/name`` of a dataset on the Hugging Face hub; empty if there is none.
        hub_file: Pattern of the file in it, such as ``*.jsonl``.
    """

    shipped: tuple[tuple[str, str], ...] = ()
    hub: str = ""
    hub_file: str = "*.jsonl"


def find_prompts(benchmark: str, published: PublishedPrompts, given: Path | None, *, download: bool) -> Path:
    """Return the file of a benchmark's prompts.

    Args:
        benchmark: Its name, for the error.
        published: Where to look if no file is given.
        given: A local file, which is taken whatever else there is.
        download: Whether the hub may be asked if nothing is found here; its local cache is always looked at.

    Raises:
        BenchmarkError: The file given is absent, or nothing was found; names every place with its command.
    """
    if given is not None:
        if not given.expanduser().is_file():
            raise BenchmarkError(
                f'Benchmark "{benchmark}": there is no file {given}. Correct its option `prompts`, or leave it out: '
                f"{_places(benchmark, published)}"
            )
        return given.expanduser()
    found = _shipped(published) or _cached(published) or (_downloaded(benchmark, published) if download else None)
    if found is None:
        raise BenchmarkError(f'The prompts of benchmark "{benchmark}" are not here: {_places(benchmark, published)}')
    return found


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the rows of a prompt file with their places, counted from 1.

    JSON Lines, a JSON list, CSV with a header, and Parquet are told apart by the suffix.

    Raises:
        BenchmarkError: The file, or one of its rows, cannot be read: a benchmark with a prompt less is another one.
    """
    read = {".csv": _csv, ".parquet": _parquet, ".json": _json}.get(path.suffix, _json_lines)
    row = 0
    try:
        for row, value in enumerate(read(path), start=1):
            if not isinstance(value, Mapping):
                raise ValueError("it is no object with named values")
            yield row, value
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"The prompt file {path} cannot be read ({error}): fetch it again.") from error
    except (ValueError, RecursionError, csv.Error) as error:
        place = row if isinstance(error, ValueError) and "named values" in str(error) else row + 1
        raise BenchmarkError(f"{path.name}, row {place}: {error}. Mend the row, or fetch the file again.") from error


def _json_lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _json(path: Path) -> Iterator[Any]:
    value = json.loads(path.read_text("utf-8-sig"))
    yield from value if isinstance(value, list) else [value]


def _csv(path: Path) -> Iterator[Any]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream)


def _parquet(path: Path) -> Iterator[Any]:
    import polars as pl

    try:
        yield from pl.read_parquet(path).iter_rows(named=True)
    except pl.exceptions.PolarsError as error:
        raise OSError(str(error).partition("\n")[0]) from error


def _shipped(published: PublishedPrompts) -> Path | None:
    """Find the file in an installed distribution, without importing it."""
    for name, inside in published.shipped:
        try:
            path = Path(str(metadata.distribution(name).locate_file(inside)))
        except metadata.PackageNotFoundError:
            continue
        if path.is_file():
            return path
    return None


def _cached(published: PublishedPrompts) -> Path | None:
    """Find the file in the hub's local cache: of the branch ``main``, else of the snapshot fetched last."""
    if not published.hub:
        return None
    try:
        from huggingface_hub import constants
    except ImportError:
        return None
    folder = Path(constants.HF_HUB_CACHE) / f"datasets--{published.hub.replace('/', '--')}"
    main = folder / "refs" / "main"
    snapshots = sorted((folder / "snapshots").glob("*"), key=lambda path: (path.stat().st_mtime, path.name))
    if main.is_file():
        snapshots.append(folder / "snapshots" / main.read_text("utf-8").strip())
    for snapshot in reversed(snapshots):
        files = sorted(path for path in snapshot.rglob("*") if _fits(path.relative_to(snapshot).as_posix(), published))
        if files:
            return files[0]
    return None


def _downloaded(benchmark: str, published: PublishedPrompts) -> Path | None:
    if not published.hub:
        return None
    try:
        from huggingface_hub import hf_hub_download, list_repo_files
    except ImportError as error:
        raise BenchmarkError(
            f'Downloading the prompts of "{benchmark}" needs the package huggingface_hub: pip install "crabtk[hub]"'
        ) from error
    try:
        files = sorted(name for name in list_repo_files(published.hub, repo_type="dataset") if _fits(name, published))
        return Path(hf_hub_download(published.hub, files[0], repo_type="dataset")) if files else None
    except Exception as error:  # the package raises errors of several libraries; all of them mean the same here
        cause = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
        raise BenchmarkError(
            f'The prompts of "{benchmark}" could not be downloaded from the hub\'s dataset {published.hub} ({cause}). '
            f"{_places(benchmark, published)}"
        ) from error


def _fits(name: str, published: PublishedPrompts) -> bool:
    return fnmatch(PurePosixPath(name).name, published.hub_file)


def _places(benchmark: str, published: PublishedPrompts) -> str:
    ways = [f"name a file (--prompts FILE; in settings scoring.options.{benchmark}.prompts)"]
    if published.shipped:
        commands = " or ".join(f"pip install {name}" for name, _ in published.shipped)
        ways.append(f"install a package that ships them ({commands})")
    if published.hub:
        ways.append(
            f"or fetch the hub's dataset {published.hub} (hf download {published.hub} --repo-type dataset; or "
            "download = true among the benchmark's options)"
        )
    return "; ".join(ways) + "."
