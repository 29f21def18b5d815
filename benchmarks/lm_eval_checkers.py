"""lm-eval's IFEval checkers, strict, over the gold responses. Prints checks per second."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

from langdetect import DetectorFactory
from lm_eval.tasks.ifeval.utils import test_instruction_following_strict
from responses import FOLDER, result


def main() -> None:
    """Check every response."""
    DetectorFactory.seed = 0
    prompts = {row["key"]: row for row in map(json.loads, (FOLDER / "ifeval" / "input_data.jsonl").open())}
    rows = [json.loads(line) for line in (FOLDER / "ifeval" / "gold_responses.jsonl").open()]
    checks = held = 0
    start = time.perf_counter()
    for row in rows:
        asked = SimpleNamespace(**prompts[row["key"]])
        follow = test_instruction_following_strict(asked, row["response"]).follow_instruction_list
        checks += len(follow)
        held += sum(follow)
    print(result(checks, time.perf_counter() - start, held))


if __name__ == "__main__":
    main()
