"""How well the guard by words tells answers from answers to something else: shares refused, undecided and passed.

Real pairs against pairs whose response answers another instruction of the same language, on the data's two halves
(its thresholds were chosen on the first) and on the shipped samples.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import crabtk
from crabtk.pipeline.intent import answers_by_words

SEEDS = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / "shared" / "data")) / "seeds"
SAMPLES = Path(crabtk.__file__).parent / "samples"
MANY_WORDS = 200
FEW_WORDS = 60


class Pair(NamedTuple):
    """An instruction with a response, and where it is from."""

    source: str
    language: str
    instruction: str
    response: str


def pairs() -> Iterator[Pair]:
    """Yield AlpacaEval's, OASST's and the samples'."""
    for path in sorted(SEEDS.glob("alpaca_eval_*.json")):
        for row in json.loads(path.read_text("utf-8")):
            yield Pair("alpaca_eval", "en", row["instruction"], row["output"])
    for line in (SEEDS / "oasst2_trees.jsonl").read_text("utf-8").splitlines():
        root = json.loads(line)["prompt"]
        for reply in root["replies"]:
            if reply["role"] == "assistant":
                yield Pair("oasst2", root["lang"], root["text"], reply["text"])
    for path in sorted(SAMPLES.glob("*.jsonl")):
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            yield Pair("samples", row["language"], row["prompt"], row["completion"])


def half(pair: Pair) -> str:
    """Return which half a pair belongs to; those of one instruction fall together."""
    if pair.source == "samples":
        return "samples"
    return "dev" if hashlib.sha256(pair.instruction.encode()).digest()[0] < 128 else "test"


def shuffled(found: list[Pair], rng: random.Random) -> list[Pair]:
    """Give each pair the response to another instruction of its language, where there are several."""
    made = []
    for pair in found:
        others = [o.response for o in found if o.language == pair.language and o.instruction != pair.instruction]
        if len(others) >= 4:
            made.append(pair._replace(response=rng.choice(others)))
    return made


def shares(found: list[Pair]) -> str:
    """Return the shares of refused, undecided and passed pairs."""
    verdicts = [answers_by_words(pair.instruction, pair.response, (), ()) for pair in found]
    of = {says: 100 * verdicts.count(says) / max(1, len(verdicts)) for says in (False, None, True)}
    return f"{len(verdicts):5}  refused {of[False]:5.1f} %  undecided {of[None]:5.1f} %  passed {of[True]:5.1f} %"


def main() -> None:
    """Print a line for each group of real and of shuffled pairs."""
    everything = list(pairs())
    groups: dict[str, Callable[[Pair], Any]] = {
        "all": lambda _: True,
        "English": lambda pair: pair.language == "en",
        "Spanish": lambda pair: pair.language == "es",
        "others": lambda pair: pair.language not in ("en", "es"),
        f">= {MANY_WORDS} words": lambda pair: len(pair.response.split()) >= MANY_WORDS,
        f"< {FEW_WORDS} words": lambda pair: len(pair.response.split()) < FEW_WORDS,
    }
    for name in ("dev", "test", "samples"):
        own = [pair for pair in everything if half(pair) == name]
        for kind, found in (("real", own), ("shuffled", shuffled(own, random.Random(1)))):
            for group, belongs in groups.items():
                print(f"{name:8}{kind:9}{group:13}", shares([pair for pair in found if belongs(pair)]))


if __name__ == "__main__":
    main()
