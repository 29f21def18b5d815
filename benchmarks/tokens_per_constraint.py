"""Tokens for each translated constraint kept: python benchmarks/tokens_per_constraint.py SETTINGS [PAIRS] [SIDE].

SETTINGS is a settings file whose engine ``default`` answers, such as one with ``backend = "vllm"``. Each side gets the
same pairs and a fresh engine of its own, with the engine's prefix cache on for both. The engine's own counters are
printed: prompt tokens, those among them that its prefix cache served, tokens written, and what had to be computed (read
without the cache, and written) for each translated constraint that the side keeps on the model's word; constraints that
code measures cost no tokens and are not counted. SIDE is ``official`` or ``crabtk``; both if not given.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crabtk_calls import crabtk_calls
from official_calls import official_calls
from responses import FOLDER

from crabtk.graph.open import open_run
from crabtk.inference.usage import Usage
from crabtk.settings_file import load_settings

SIDES = {"official": official_calls, "crabtk": crabtk_calls}
WORDS = range(100, 301)


def pairs(limit: int) -> list[tuple[str, str]]:
    """Return instructions with real responses of 100 to 300 words."""
    rows = json.loads((FOLDER / "seeds" / "alpaca_eval_gpt4.json").read_text("utf-8"))
    return [(row["instruction"], row["output"]) for row in rows if len(row["output"].split()) in WORDS][:limit]


def side(name: str, settings: str, chosen: list[tuple[str, str]]) -> tuple[Usage, int, float]:
    """Run one side with a fresh engine and an empty response cache."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_settings(Path(settings), None, [f"runtime.store={json.dumps(folder)}"])
        with open_run(loaded) as run:
            client = run.engines.client("default")
            begun = time.perf_counter()
            kept = SIDES[name](chosen, lambda requests: client.complete(requests, _progress(name)))
            return client.usage, kept, time.perf_counter() - begun


def _progress(name: str) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total:
            print(f"{name}: {done} of {total}", file=sys.stderr)

    return report


def main() -> None:
    """Run the sides and compare them."""
    settings, limit = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 50
    names = sys.argv[3:] or list(SIDES)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    computed: dict[str, float] = {}
    whole: dict[str, float] = {}
    for name in names:
        usage, kept, seconds = side(name, settings, pairs(limit))
        spent = usage.prompt_tokens - usage.cached_tokens + usage.generated_tokens
        computed[name] = spent / max(kept, 1)
        whole[name] = (usage.prompt_tokens + usage.generated_tokens) / max(kept, 1)
        reused = usage.cached_tokens / max(usage.prompt_tokens, 1)
        print(
            f"{name}: {usage.calls} calls, {usage.prompt_tokens} prompt tokens ({usage.cached_tokens} cached, "
            f"{reused:.0%}), {usage.generated_tokens} generated, {kept} constraints kept, {seconds:.0f} s: "
            f"{computed[name]:.0f} tokens computed for each, {whole[name]:.0f} with the cached ones"
        )
    if len(names) > 1:
        print(
            f"crabtk / official: {computed['crabtk'] / computed['official']:.3f} of the tokens computed, "
            f"{whole['crabtk'] / whole['official']:.3f} with the cached ones"
        )


if __name__ == "__main__":
    main()
