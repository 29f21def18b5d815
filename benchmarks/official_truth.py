"""How true the official recipe's scripted constraints are: python benchmarks/official_truth.py [RESPONSES].

On real responses, drawn by hash from all files of seeds, by crabtk's checkers; prints a row for each script.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from responses import FILES, FOLDER

from crabtk.canonical import digest
from crabtk.constraints.builtin import TYPES
from crabtk.controls.truth import truth

TREES = "oasst2_trees.jsonl"


def replies(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every reply of a message tree with its language."""
    if message["role"] == "assistant":
        yield message["text"], message["lang"]
    for reply in message["replies"]:
        yield from replies(reply)


def everything() -> Iterator[tuple[str, str]]:
    """Yield all responses of all files that hold a word."""
    for name in FILES:
        yield from ((row["output"], "en") for row in json.loads((FOLDER / "seeds" / name).read_text("utf-8")))
    for line in (FOLDER / "seeds" / TREES).read_text("utf-8").splitlines():
        yield from replies(json.loads(line)["prompt"])


def main() -> None:
    """Draw, check, print."""
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    found = [one for one in everything() if any(map(str.isalpha, one[0]))]
    drawn = sorted(found, key=lambda one: digest(one[0]))[:limit]
    for name, one in truth(drawn, {type_.name: type_ for type_ in TYPES}).items():
        print(f"{name:36} {one.true:5} of {one.stated:5}  {100 * one.share:5.1f} %")


if __name__ == "__main__":
    main()
