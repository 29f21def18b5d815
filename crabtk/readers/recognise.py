"""Which reader a source's rows are for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from crabtk.errors import SeedReadError, UnknownNameError
from crabtk.protocols import SeedReader
from crabtk.readers.base import kind
from crabtk.types import Record, Rejected

AUTO = "auto"
_RECORDS = 50
_HOPELESS = 10_000

Items = Iterator[Record | Rejected]


def choose(
    items: Iterable[Record | Rejected], wanted: str, readers: Sequence[SeedReader], file: str
) -> tuple[SeedReader, Items]:
    """Choose the reader of a source from its first rows.

    Args:
        items: The decoded source; consumed from here on, so go on with the iterator that comes back.
        wanted: A reader's name, or ``auto``: the reader that recognises most of the first 50 records, the
            earlier of ``readers`` where two recognise as many.
        readers: In order of recognition.
        file: What errors call the source.

    Returns:
        The reader, and all items from the first on.

    Raises:
        UnknownNameError: No reader is called so.
        SeedReadError: No reader recognises the rows, or not one row could be decoded.
    """
    named = None if wanted == AUTO else _by_name(wanted, readers, file)
    stream = iter(items)
    head = list(_first(stream))
    records = [item for item in head if isinstance(item, Record)]
    if not records:
        raise SeedReadError(_nothing_decoded(head, file))
    return named or _recognised(records, readers, file), chain(head, stream)


def _by_name(wanted: str, readers: Sequence[SeedReader], file: str) -> SeedReader:
    for reader in readers:
        if reader.name == wanted:
            return reader
    raise UnknownNameError(
        f'Source {file}: there is no seed format "{wanted}". Known: {AUTO}, {_names(readers)}. '
        "If a package provides it, install that package; `crabtk plugins` lists what is found."
    )


def _first(stream: Items) -> Items:
    """Take items up to the fiftieth record, or give up where nothing but refused rows comes."""
    records = 0
    for place, item in enumerate(stream, start=1):
        yield item
        records += isinstance(item, Record)
        if records == _RECORDS or (not records and place == _HOPELESS):
            return


def _recognised(records: Sequence[Record], readers: Sequence[SeedReader], file: str) -> SeedReader:
    matches = (next((n for n, r in enumerate(readers) if r.recognises(record.value)), None) for record in records)
    votes = Counter(match for match in matches if match is not None)
    if not votes:
        raise SeedReadError(
            f"Source {file}: none of its first {len(records)} rows is of a known format. {_seen(records)} "
            f"Known formats: {_names(readers)}. Set the source's `format` if it is one of them, rename the keys, "
            "or write a reader (crabtk.RowReader shows how)."
        )
    return readers[min(votes, key=lambda place: (-votes[place], place))]


def _seen(records: Sequence[Record]) -> str:
    keys = dict.fromkeys(str(key) for r in records if isinstance(r.value, Mapping) for key in r.value)
    if not keys:
        return f"The first is {kind(records[0].value)}."
    return f"Keys seen: {', '.join(list(keys)[:20])}."


def _nothing_decoded(refused: Sequence[Record | Rejected], file: str) -> str:
    if not refused:
        return f"Source {file} is empty: it holds no row. Correct the source's path or write the file again."
    first = next(item for item in refused if isinstance(item, Rejected))
    return (
        f"Source {file}: not one of its first {len(refused)} rows can be decoded. "
        f"The first: {first.file}, row {first.row}: {first.reason}."
    )


def _names(readers: Sequence[SeedReader]) -> str:
    return ", ".join(reader.name for reader in readers) or "none"
