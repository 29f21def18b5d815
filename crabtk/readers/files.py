"""Files and folders as decoded records; whatever cannot be decoded is a rejected row, never a crash."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from crabtk.errors import SeedReadError
from crabtk.readers.decoding import streams
from crabtk.readers.decoding.json_lines import BLANK, read_lines
from crabtk.readers.decoding.json_lists import read_list
from crabtk.readers.decoding.parquet import read_parquet
from crabtk.readers.decoding.strict_json import is_complete
from crabtk.readers.rejection import rejected_text, valid
from crabtk.types import Record, Rejected

_JSON = (".json", ".jsonl", ".ndjson")
_PARQUET = b"PAR1"
_HEAD = 1 << 16
_LINES_LOOKED_AT = 20
SUFFIXES = (*_JSON, *(f"{suffix}{packed}" for suffix in _JSON for packed in (".gz", ".zst")), ".parquet")
"""What a folder is searched for."""


def read_files(path: Path, name: str | None = None) -> Iterator[Record | Rejected]:
    """Yield the rows of a file, or of all files of a folder.

    JSON lists, JSON Lines, single objects and Parquet are told apart by content, as are gzip, Zstandard and
    UTF-16. Files are read a piece at a time.

    Args:
        path: A file, or a folder that is searched at any depth.
        name: What records and the ledger call the file, or the folder before a file's own path in it; by
            default its last part, so that tables do not depend on where a checkout lies.

    Raises:
        SeedReadError: There is no such file, or none of a known kind.
    """
    name = path.name if name is None else name
    for relative, file in data_files(path).items():
        yield from _read(file, valid(f"{name}/{relative}" if relative else name))


def data_files(path: Path) -> dict[str, Path]:
    """Return a source's files by their path in it, sorted by that; a lone file has an empty one.

    Of a folder these are the files with one of ``SUFFIXES``, hidden ones apart.

    Raises:
        SeedReadError: There is no such file, or none of a known kind.
    """
    if path.is_dir():
        inside = {file.relative_to(path).as_posix(): file for file in path.rglob("*") if _is_data(file, path)}
        if not inside:
            raise SeedReadError(f"{path} holds no data file. Known kinds: {', '.join(SUFFIXES)}.")
        return dict(sorted(inside.items()))
    if not path.is_file():
        raise SeedReadError(f"There is no file or folder {path}. Correct the source's path.")
    if not path.name.endswith(SUFFIXES) and not _begins_with(path, _PARQUET) and not _looks_like_json(path):
        raise SeedReadError(
            f"{path} is neither JSON, JSON Lines nor Parquet. Convert it to one of them; "
            f"known kinds: {', '.join(SUFFIXES)}."
        )
    return {"": path}


def _is_data(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return file.name.endswith(SUFFIXES) and not hidden and file.is_file()


def _looks_like_json(path: Path) -> bool:
    try:
        return _head(streams.text(streams.pieces(path)))[0].lstrip(BLANK).startswith(("{", "["))
    except streams.DamagedFileError:
        return False


def _read(path: Path, file: str) -> Iterator[Record | Rejected]:
    row = 0
    try:
        for item in _decoded(path, file):
            row = item.row or row
            yield item
    except streams.DamagedFileError as error:
        yield rejected_text(file, row + 1, str(error), "")


def _decoded(path: Path, file: str) -> Iterator[Record | Rejected]:
    if path.name.endswith(".parquet") or _begins_with(path, _PARQUET):
        return read_parquet(path, file)
    head, rest = _head(streams.text(streams.pieces(path)))
    by_line = _is_lines(head, named_so=".jsonl" in path.name or ".ndjson" in path.name)
    return (read_lines if by_line else read_list)(chain([head], rest), file)


def _begins_with(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError:
        return False


def _head(pieces: Iterator[str]) -> tuple[str, Iterator[str]]:
    """Return the beginning of a text, and what follows it."""
    head: list[str] = []
    size = 0
    for piece in pieces:
        head.append(piece)
        size += len(piece)
        if size >= _HEAD:
            break
    return "".join(head), pieces


def _is_lines(head: str, *, named_so: bool) -> bool:
    """Tell JSON Lines from a JSON list or an object over several lines, even where the first line is broken.

    Args:
        head: The beginning of the file; its last line may be cut.
        named_so: Whether the suffix says JSON Lines; it decides only where a broken line leaves it open.
    """
    filled = (line for line in (part.strip(BLANK) for part in head.split("\n")) if line)
    first, *later = list(islice(filled, _LINES_LOOKED_AT)) or [""]
    if is_complete(first):
        return bool(later) or not first.startswith("[")
    if first.startswith("["):
        # Within a list a line ends in a comma, so that a second line complete in itself is no part of one.
        return bool(later) and is_complete(later[0]) and (named_so or first != "[")
    if first == "{" or (later and later[0].startswith(('"', "}"))):
        return named_so and any(line.startswith("{") and is_complete(line) for line in later)
    return True
