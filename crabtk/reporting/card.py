"""The dataset card: a README.md as Hugging Face reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crabtk.reporting import formats, markdown
from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.redaction import public_settings, toml
from crabtk.reporting.summaries import summary
from crabtk.types import Split

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HUB_LICENCES = frozenset({
    "afl-3.0", "apache-2.0", "artistic-2.0", "bsd-2-clause", "bsd-3-clause", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0",
    "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-sa-3.0",
    "cc-by-sa-4.0", "cc0-1.0", "cdla-permissive-2.0", "gpl-3.0", "isc", "llama3", "llama3.1", "mit", "mpl-2.0",
    "odc-by", "odbl", "openrail", "pddl", "unlicense", "wtfpl",
})  # fmt: skip
"""Those of the Hub's licence ids that data is commonly under; a card with any other id is refused there."""
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(inputs: ReportInputs) -> str:
    """Return the card of the dataset in ``inputs.crab``.

    It names the files ``data/train.parquet`` and, where there are such rows, those of the other splits. The numbers are
    those of ``summary(inputs)``. No text of the data is shown; names that users or plugins chose are escaped. Equal
    inputs give equal text.
    """
    numbers = summary(inputs)
    environment = Environment(
        loader=PackageLoader("crabtk.reporting"),
        autoescape=True,
        finalize=markdown.prose,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        **formats.STYLES,
        "code": markdown.code,
        "block": markdown.block,
        "yaml": markdown.yaml_text,
    }
    return environment.get_template("card.md.jinja").render(
        s=numbers,
        languages=_languages(inputs),
        licence=_licence(source["licence"] for source in numbers["sources"]),
        size=_size(sum(numbers["examples"][split] for split in Split.__args__)),  # type: ignore[attr-defined]
        settings=toml(public_settings(inputs.settings)),
        versions="\n".join(f"{name} {version}" for name, version in numbers["versions"].items()),
        judging=inputs.settings.judging,
    )


def _languages(inputs: ReportInputs) -> list[str]:
    if inputs.seeds is None:
        return []
    return [each for each in inputs.seeds["language"].unique().sort().to_list() if _LANGUAGE.fullmatch(each)]


def _licence(licences: Iterable[Any]) -> str:
    """Return the one licence of all sources as the Hub names it, else ``other``."""
    found = {str(licence).strip().lower() for licence in licences}
    only = found.pop() if len(found) == 1 else ""
    return only if only in _HUB_LICENCES else "other"


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), "n>1M")
