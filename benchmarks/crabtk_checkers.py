"""crabtk's IFEval verdicts over the gold responses, strict, from one registry. Prints checks per second."""

from __future__ import annotations

import json
import sys
import time

from responses import FOLDER, result

from crabtk.plugins import load
from crabtk.text import ParsedText


def main() -> None:
    """Check every response."""
    registry = load()
    types = {plugin.name: plugin.value for plugin in registry.all("constraint type")}
    ifeval = registry.find("instruction set", "ifeval").value
    prompts = {row["key"]: row for row in map(json.loads, (FOLDER / "ifeval" / "input_data.jsonl").open())}
    rows = [json.loads(line) for line in (FOLDER / "ifeval" / "gold_responses.jsonl").open()]
    checks = held = 0
    start = time.perf_counter()
    for row in rows:
        asked = prompts[row["key"]]
        text = ParsedText(row["response"])
        for id_, kwargs in zip(asked["instruction_id_list"], asked["kwargs"], strict=True):
            checks += 1
            if sys.argv[1] == "upstream":
                checker = ifeval.upstream(id_, kwargs, asked["prompt"], 0)
                held += bool(text.raw.strip()) and checker(text)
            else:
                meant = ifeval.canonical(id_, kwargs, asked["prompt"])
                held += all(types[c.type].check(text, c.params) for c in meant)
    print(result(checks, time.perf_counter() - start, held))


if __name__ == "__main__":
    main()
