"""From a source in the settings to its pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from crabtk.errors import CrabtkError, SeedReadError
from crabtk.protocols import SeedReader
from crabtk.readers.files import read_files
from crabtk.readers.hub import PREFIX, read_hub
from crabtk.readers.recognise import choose
from crabtk.settings import Source
from crabtk.types import Pair, Record, Rejected

SAMPLES = "crabtk:samples"


def read_source(source: Source, readers: Sequence[SeedReader]) -> Iterator[Pair | Rejected]:
    """Yield the pairs of a source in its order, and a ``Rejected`` for each row that holds none.

    Args:
        source: Its path is absolute, ``crabtk:samples`` or ``hf:owner/name``.
        readers: In order of recognition.
    Raises:
        UnknownNameError: The source's format is no reader's name.
        SeedReadError: The source cannot be opened, not one row can be decoded, no reader recognises it, or
            the reader itself fails.
    """
    reader, items = choose(read_records(source), source.format, readers, source.path)
    broken: list[Rejected] = []

    def records() -> Iterator[Record]:
        for item in items:
            if isinstance(item, Rejected):
                broken.append(item)
            else:
                yield item

    try:
        for found in reader.read(records()):
            yield from _drained(broken)
            yield found
    except CrabtkError:
        raise
    except Exception as error:  # a reader is a plugin: what it lets through is classified here
        raise SeedReadError(
            f'Source {source.path}: the seed reader "{reader.name}" failed: {type(error).__name__}: {error}. '
            "A row that it cannot read should become a Rejected; report this to the reader's authors."
        ) from error
    yield from _drained(broken)


def read_records(source: Source) -> Iterator[Record | Rejected]:
    """Yield a source's decoded rows, wherever it lies."""
    if source.path.startswith(PREFIX):
        name = source.path.removeprefix(PREFIX)
        yield from read_hub(name, split=source.hf_split, config=source.hf_config, revision=source.revision)
    elif source.path == SAMPLES:
        with resources.as_file(resources.files("crabtk") / "samples") as folder:
            yield from read_files(folder, SAMPLES)
    else:
        yield from read_files(Path(source.path), source.path)


def _drained(held: list[Rejected]) -> Iterator[Rejected]:
    yield from held
    held.clear()
