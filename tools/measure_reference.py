"""Measure the shipped table of informativeness: python tools/measure_reference.py FOLDER_OF_REAL_DATA.

For every constraint type: on what share of real responses it measures, and, for the parameters that it measures, what
share of the responses satisfies them. Only numbers and parameters of closed sets are written, no text of anybody's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from crabtk.canonical import canonical_json
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.reference import FILE, Group, divided
from crabtk.protocols import SeedReader
from crabtk.randomness import generator
from crabtk.readers.builtin import READERS
from crabtk.readers.sources import read_source
from crabtk.settings import Source
from crabtk.text import ParsedText
from crabtk.types import Pair, Params
from crabtk.wording import OneOf

FILES = (
    "alpaca_eval_gpt4.json",
    "alpaca_eval_gpt4_1106_preview.json",
    "alpaca_eval_wizardlm-13b-v1.2.json",
    "oasst2_trees.jsonl",
)
SEED = 42
MOST_PARAMETERS = 24
"""Per combination of closed parameters."""
POINTS = tuple[tuple[float, ...], float]

_texts: list[ParsedText] = []


def responses(folder: Path, limit: int) -> list[Pair]:
    """Return the pairs of all sources, at most so many, drawn by hash."""
    readers: Sequence[SeedReader] = READERS
    found = [
        pair
        for name in FILES
        for pair in read_source(Source(path=str(folder / "seeds" / name)), readers)
        if isinstance(pair, Pair) and pair.response.strip()
    ]
    return sorted(found, key=lambda pair: generator(SEED, "reference", pair.file, str(pair.row)).random())[:limit]


def closed(type_: ConstraintType) -> list[str]:
    """Return the parameters with a closed set of values."""
    names = {name.partition(".")[0] for name, field in type_.fields.items() if isinstance(field, OneOf)}
    if not isinstance(type_.wordings, Sequence):
        names.add(type_.variant)
    return sorted(names)


def measured(type_: ConstraintType) -> Iterator[Params]:
    """Yield what the type measures, one draw per response."""
    for number, text in enumerate(_texts):
        params = type_.measure(text, generator(SEED, "table", str(number), type_.name))
        if params is not None:
            yield params


def entry(type_: ConstraintType) -> dict[str, object]:
    """Return a type's row of the table."""
    by_group: dict[Group, dict[tuple[float, ...], list[Params]]] = {}
    names = closed(type_)
    count = 0
    for params in measured(type_):
        count += 1
        group, numbers = divided(params, names)
        by_group.setdefault(group, {}).setdefault(numbers, []).append(params)
    shares = {canonical_json(dict(key)): list(_points(type_, by_group[key])) for key in sorted(by_group)}
    return {"measured": round(count / len(_texts), 4), "closed": names, "shares": shares}


def _points(type_: ConstraintType, found: dict[tuple[float, ...], list[Params]]) -> Iterator[list[float]]:
    places = sorted(found)
    step = max(1, len(places) / MOST_PARAMETERS)
    for place in dict.fromkeys(places[int(n * step)] for n in range(min(len(places), MOST_PARAMETERS))):
        # Of free texts a few stand for all.
        sample = (
            found[place][:8] if len({json.dumps(p, sort_keys=True) for p in found[place]}) > 1 else found[place][:1]
        )
        holding = sum(type_.check(text, params) for params in sample for text in _texts)
        yield [*place, round(holding / len(sample) / len(_texts), 4)]


def _load(folder: Path, limit: int) -> None:
    _texts.extend(ParsedText(pair.response, pair.language, pair.instruction) for pair in responses(folder, limit))


def _entry(name: str) -> tuple[str, dict[str, object]]:
    return name, entry(next(type_ for type_ in TYPES if type_.name == name))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=2000, help="responses")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.processes, initializer=_load, initargs=(given.folder, given.limit)) as pool:
        rows = dict(pool.map(_entry, [type_.name for type_ in TYPES]))
    place = Path(__file__).parents[1] / "crabtk" / "constraints" / FILE
    count = len(responses(given.folder, given.limit))
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    place.write_text(f'{{\n  "responses": {count},\n  "types": {{\n{lines}\n  }}\n}}\n', "utf-8")
    print(f"{place}: {len(rows)} types on {count} responses")


if __name__ == "__main__":
    main()
