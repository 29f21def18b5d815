"""The baseline: AlpacaEval's prompts with another model's answers, which a model has to beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crabtk.errors import BenchmarkError
from crabtk_alpaca_eval.hub import HUB, cached
from crabtk_alpaca_eval.rows import read_rows

FILE = "alpaca_eval_gpt4_baseline.json"
"""Of AlpacaEval 2: answers of gpt4_1106_preview."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One prompt with the baseline's answer.

    Attributes:
        index: Place in the file, from 0; AlpacaEval's instruction difficulties go by it.
        dataset: Where the instruction comes from; empty where the file does not say.
        generator: Who gave the answer.
    """

    index: int
    instruction: str
    output: str
    dataset: str
    generator: str


def read_baseline(path: str, *, download: bool) -> list[Answered]:
    """Return the prompts with the baseline's answers, in the order of the file.

    Args:
        path: JSON list of ``instruction`` and ``output``, perhaps ``generator`` and ``dataset``; empty looks into the
            hub's cache.
        download: Whether the hub may be asked for what its cache lacks.

    Raises:
        BenchmarkError: There is no file, or a row is unfit; names where and what to do.
    """
    found = find_baseline(path, download=download)
    rows = list(_rows(found))
    if len({row.instruction for row in rows}) < len(rows):
        raise BenchmarkError(f"{found}: an instruction stands there twice; each prompt has one baseline.")
    return rows


def find_baseline(path: str, *, download: bool) -> Path:
    """Return where the file lies that ``read_baseline`` reads; arguments as there.

    Raises:
        BenchmarkError: The hub's cache has none, or the file that was named is absent; says what to do.
    """
    found = Path(path) if path else cached(FILE, download=download)
    if found is None:
        raise BenchmarkError(
            "AlpacaEval's prompts are not in the package: set scoring.options.alpaca_eval.prompts to a JSON list of "
            f"a baseline's outputs (AlpacaEval 2's is {FILE}), or fetch it once with `hf download "
            f'--repo-type dataset {HUB} {FILE}` (pip install "crabtk-alpaca-eval[hub]"), or set '
            "scoring.options.alpaca_eval.download = true."
        )
    if not found.is_file():
        raise BenchmarkError(f"AlpacaEval's {found} cannot be read (there is no such file): name a file that is there.")
    return found


def _rows(path: Path) -> Iterator[Answered]:
    for index, row in enumerate(read_rows(path, ("instruction", "output"))):
        dataset, generator = (str(row.get(name) or "") for name in ("dataset", "generator"))
        yield Answered(index, row["instruction"], row["output"], dataset, generator)
