"""From a source of preferences in the settings to its pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crabtk.canonical import digest
from crabtk.errors import SeedReadError, UnknownNameError
from crabtk.randomness import generator
from crabtk.readers.base import kind
from crabtk.readers.preferences.chosen_rejected import CHOSEN_REJECTED, ULTRAFEEDBACK_BINARIZED
from crabtk.readers.preferences.ranked import PreferenceFormat, RankedPair, Ranking, checked
from crabtk.readers.preferences.ultrafeedback import ULTRAFEEDBACK
from crabtk.readers.recognise import AUTO
from crabtk.readers.rejection import raw_text, rejected
from crabtk.readers.sources import read_records, source_name
from crabtk.settings import Source
from crabtk.types import Record, Rejected

STAGE = "preferences"
FORMATS: Mapping[str, PreferenceFormat] = {
    one.name: one for one in (ULTRAFEEDBACK, ULTRAFEEDBACK_BINARIZED, CHOSEN_REJECTED)
}
"""In order of recognition: where two formats recognise a row, the specific one stands before the general one."""


def read_preferences(source: Source, seed: int) -> Iterator[RankedPair | Rejected]:
    """Yield the pairs of a source in its order, and a ``Rejected`` for each row that holds none.

    Args:
        source: Its path is absolute or ``hf:owner/name``. With ``format = "auto"`` each row tells its own format.
        seed: Of the run; where a format leaves a choice, the row's own generator is derived from it, the source's
            name and the row's content.

    Raises:
        UnknownNameError: There is no such format.
        SeedReadError: The source cannot be opened, holds no row, or not one row of it could be read.
    """
    if source.format not in (AUTO, *FORMATS):
        raise UnknownNameError(
            f'Source {source.path}: there is no format of preferences "{source.format}". Known: {_names()}.'
        )
    first: Rejected | None = None
    found = False
    for item in read_records(source):
        read = _pair(item, source, seed) if isinstance(item, Record) else replace(item, stage=STAGE)
        found = found or isinstance(read, RankedPair)
        first = first or (read if isinstance(read, Rejected) else None)
        yield read
    if not found:
        raise SeedReadError(_nothing_read(source, first))


def _pair(record: Record, source: Source, seed: int) -> RankedPair | Rejected:
    rng = generator(seed, STAGE, source_name(source), digest(raw_text(record.value)))
    try:
        return RankedPair(_ranking(record.value, source.format, rng), record.file, record.row)
    except KeyError as error:
        reason = f"the key {error} is missing"
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = f"{error}" if type(error) is ValueError else f"{type(error).__name__}: {error}"
    return replace(rejected(record, f"no pair of preferences: {reason}"), stage=STAGE)


def _ranking(value: Any, wanted: str, rng: Any) -> Ranking:
    if not isinstance(value, Mapping):
        raise ValueError(f"it is {kind(value)}, not an object with named values")
    format_ = FORMATS.get(wanted) or next((one for one in FORMATS.values() if one.recognises(value)), None)
    if format_ is None:
        seen = ", ".join(map(str, list(value)[:20])) or "none"
        raise ValueError(f"it is of no known format ({_names()}); its keys: {seen}")
    return checked(format_.read(value, rng))


def _nothing_read(source: Source, first: Rejected | None) -> str:
    if first is None:
        return f"Source {source.path} is empty: it holds no row. Correct the source's path or write the file again."
    return (
        f"Source {source.path}: not one row holds a pair of preferences. The first: {first.file}, row {first.row}: "
        f"{first.reason}. Known formats: {_names()}."
    )


def _names() -> str:
    return ", ".join((AUTO, *FORMATS))
