"""Hugging Face datasets as decoded records."""

from __future__ import annotations

from collections.abc import Iterator

from crabtk.errors import SeedReadError
from crabtk.types import Record

PREFIX = "hf:"


def read_hub(
    name: str, *, split: str = "train", config: str | None = None, revision: str | None = None
) -> Iterator[Record]:
    """Stream the rows of a dataset by its hub name, or of a local folder that ``datasets`` can load.

    Args:
        name: ``owner/name`` without the prefix ``hf:``.
        split: Part of the dataset.
        config: Configuration (subset), where the dataset has several.
        revision: Commit, tag or branch; without it a later run may see other rows.

    Yields:
        Rows in the dataset's order, with their position from 1; ``file`` is ``hf:owner/name``.

    Raises:
        SeedReadError: The package is missing, or the hub or the dataset cannot be reached. Part of a dataset
            is never taken for the whole: the connection may have failed at any row.
    """
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise SeedReadError(
            f'The source {PREFIX}{name} needs the package datasets: pip install "crabtk[hub]"'
        ) from error
    try:
        rows = load_dataset(name, name=config, split=split, revision=revision, streaming=True)
        for row, value in enumerate(rows, start=1):
            yield Record(dict(value), f"{PREFIX}{name}", row)
    except Exception as error:  # the package raises errors of a dozen libraries; all of them end the source
        raise SeedReadError(
            f"The source {PREFIX}{name} cannot be read ({_first_line(error)}). Check its name, hf_split "
            f'("{split}"), hf_config, revision and the network; or download a file of it and give its path.'
        ) from error


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().partition("\n")[0][:300]
