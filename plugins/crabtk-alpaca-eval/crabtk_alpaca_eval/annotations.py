"""What AlpacaEval's own judges said: its annotation files, read to be scored here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crabtk.errors import BenchmarkError
from crabtk_alpaca_eval.comparison import Comparison
from crabtk_alpaca_eval.rows import read_rows


def read_annotations(path: Path) -> Mapping[str, Sequence[Comparison]]:
    """Return the comparisons of an ``annotations.json`` by model, in the order of the file.

    ``preference`` lies between 1 (the baseline, ``output_1``) and 2 (the model, ``output_2``); 0 and 1.5 are draws. A
    row without a preference is left out, as AlpacaEval does; the place in the file is the instruction's index.

    Raises:
        BenchmarkError: The file is unfit; names the row.
    """
    found: dict[str, list[Comparison]] = {}
    places: dict[str, int] = {}
    for place, row in enumerate(read_rows(path, ("instruction", "output_1", "output_2")), 1):
        model = str(row.get("generator_2") or "model")
        index = places[model] = places.get(model, -1) + 1
        preference = _preference(row.get("preference"), f"{path}, row {place}")
        if preference is not None:
            lengths = len(row["output_1"]), len(row["output_2"])
            found.setdefault(model, []).append(Comparison(index, preference, *lengths))
    if not found:
        raise BenchmarkError(f'{path}: no row has a "preference".')
    return found


def _preference(value: Any, where: str) -> float | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not (value == 0 or 1 <= value <= 2):
        raise BenchmarkError(f'{where}: "preference" is {value!r}; it lies between 1 and 2, or is 0.')
    return 0.5 if value == 0 else float(value) - 1
