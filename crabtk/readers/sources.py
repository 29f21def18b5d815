"""From a source in the settings to its pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from crabtk.canonical import digest, file_digest
from crabtk.errors import CrabtkError, SeedReadError
from crabtk.protocols import SeedReader
from crabtk.readers.files import data_files, read_files
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
        return
    with _opened(source) as path:
        yield from read_files(path, _label(source))


def source_name(source: Source) -> str:
    """Return what tables call a source: its name in the settings, else its path's last part."""
    return source.name or Path(source.path).name or source.path


def source_digest(source: Source) -> str:
    """Return a hash of what a source holds, for fingerprints; the same wherever its files lie.

    A Hugging Face dataset counts by its name only: pin it by ``revision``.

    Raises:
        SeedReadError: There is no such file.
    """
    if source.path.startswith(PREFIX):
        return digest([source_name(source), source.path])
    with _opened(source) as path:
        files = [[relative, file_digest(file)] for relative, file in data_files(path).items()]
    return digest([source_name(source), _label(source), files])


def _label(source: Source) -> str:
    """Return what the ledger calls a source's file: unique among sources, and free of the checkout's folder."""
    last = Path(source.path).name
    return last if source.name in (None, "", last) else f"{source.name}/{last}"


@contextmanager
def _opened(source: Source) -> Iterator[Path]:
    if source.path == SAMPLES:
        with resources.as_file(resources.files("crabtk") / "samples") as folder:
            yield folder
    else:
        yield Path(source.path)


def _drained(held: list[Rejected]) -> Iterator[Rejected]:
    yield from held
    held.clear()
