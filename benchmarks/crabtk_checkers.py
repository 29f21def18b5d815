"""crabtk's IFEval verdicts over the gold responses, strict, from one registry. Prints checks per second."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from responses import FOLDER, WARM, result

from crabtk.plugins import load
from crabtk.text import ParsedText


def main() -> None:
    """Check every response."""
    registry = load()
    types = {plugin.name: plugin.value for plugin in registry.all("constraint type")}
    ifeval = registry.find("instruction set", "ifeval").value
    prompts = {row["key"]: row for row in map(json.loads, (FOLDER / "ifeval" / "input_data.jsonl").open())}
    rows = [json.loads(line) for line in (FOLDER / "ifeval" / "gold_responses.jsonl").open()]

    def verdicts(row: Mapping[str, Any]) -> list[bool]:
        asked = prompts[row["key"]]
        text = ParsedText(row["response"])
        found = []
        for id_, kwargs in zip(asked["instruction_id_list"], asked["kwargs"], strict=True):
            if sys.argv[1] == "upstream":
                checker = ifeval.upstream(id_, kwargs, asked["prompt"], 0)
                found.append(bool(text.raw.strip()) and checker(text))
            else:
                meant = ifeval.canonical(id_, kwargs, asked["prompt"])
                found.append(all(types[c.type].check(text, c.params) for c in meant))
        return found

    for row in rows[:WARM]:  # models load with their first use; not counted
        verdicts(row)
    start = time.perf_counter()
    all_of_them = [verdict for row in rows for verdict in verdicts(row)]
    seconds = time.perf_counter() - start
    print(result(len(all_of_them), seconds, sum(all_of_them)))


if __name__ == "__main__":
    main()
