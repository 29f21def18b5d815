"""What the length-controlled win rate leans on: instruction difficulties, and baselines asked for other lengths."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crabtk.errors import BenchmarkError
from crabtk_alpaca_eval.hub import cached

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "df_gamed.csv"
_NUMBERS = ("index", "preference", "std_delta_len", "instruction_difficulty")


@dataclass(frozen=True, slots=True)
class Gamed:
    """What the release ships with its data.

    Attributes:
        difficulty: Of each instruction, by its index.
        rows: Baselines told to be terse or verbose against the baseline: standardised difference of lengths,
            difficulty, preference; one row each.
    """

    difficulty: Mapping[int, float]
    rows: NDArray[np.float64]


def find_gamed(path: str, *, download: bool) -> Gamed | None:
    """Return the table from a file, or from the hub's cache; None where there is none.

    Args:
        path: Of ``df_gamed.csv``; empty looks into the hub's cache.
        download: Whether the hub may be asked.

    Raises:
        BenchmarkError: A named file is missing or unfit; says what.
    """
    found = Path(path) if path else cached(FILE, download=download)
    return None if found is None else _read(found)


def _read(path: Path) -> Gamed:
    import numpy as np

    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = [[float(row[name]) for name in _NUMBERS] for row in csv.DictReader(file)]
    except OSError as error:
        raise BenchmarkError(f"{path} cannot be read ({error.strerror}).") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BenchmarkError(f'{path} is no "{FILE}" with the columns {", ".join(_NUMBERS)}: {error!r}.') from error
    if not lines:
        raise BenchmarkError(f'{path} holds no row: "{FILE}" has two for each instruction.')
    difficulty: dict[int, float] = {}
    for index, *_, hard in lines:
        difficulty.setdefault(int(index), hard)
    rows = [[delta, hard, preference] for _, preference, delta, hard in lines]
    kept = [row for row in rows if all(map(math.isfinite, row))]
    return Gamed(difficulty, np.array(kept, dtype=np.float64).reshape(-1, 3))
