"""lm-eval's IFEval checkers, strict, over the gold responses. Prints checks per second."""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from langdetect import DetectorFactory
from responses import FOLDER, WARM, result


def checkers() -> Any:
    """Import the checkers without the rest of lm-eval, whose packages would want a dozen others."""
    spec = find_spec("lm_eval")
    assert spec is not None and spec.submodule_search_locations
    for name, folder in (("lm_eval", ""), ("lm_eval.tasks", "tasks")):
        package = ModuleType(name)
        package.__path__ = [str(Path(spec.submodule_search_locations[0]) / folder)]
        sys.modules[name] = package
    return import_module("lm_eval.tasks.ifeval.utils")


def main() -> None:
    """Check every response."""
    DetectorFactory.seed = 0
    theirs = checkers()
    prompts = {row["key"]: row for row in map(json.loads, (FOLDER / "ifeval" / "input_data.jsonl").open())}
    rows = [json.loads(line) for line in (FOLDER / "ifeval" / "gold_responses.jsonl").open()]
    for row in rows[:WARM]:  # models load with their first use; not counted
        theirs.test_instruction_following_strict(SimpleNamespace(**prompts[row["key"]]), row["response"])
    checks = held = 0
    start = time.perf_counter()
    for row in rows:
        asked = SimpleNamespace(**prompts[row["key"]])
        follow = theirs.test_instruction_following_strict(asked, row["response"]).follow_instruction_list
        checks += len(follow)
        held += sum(follow)
    print(result(checks, time.perf_counter() - start, held))


if __name__ == "__main__":
    main()
