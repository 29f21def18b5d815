"""Peak memory of streamed files: python benchmarks/memory.py [ROWS]. Prints the peak of all processes in MiB."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from responses import responses


def main() -> None:
    """Write a file of real responses, repeated with a number, then measure and verify it."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    texts = responses(2_000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.jsonl"
        with file.open("w", encoding="utf-8") as stream:
            for number in range(rows):
                asked = {"instruction_id_list": ["length:words"], "kwargs": [{"relation": "at_least", "words": 100}]}
                response = f"{number}. {texts[number % len(texts)]}"
                stream.write(json.dumps({"prompt": f"Task {number}", "response": response, **asked}) + "\n")
        size = file.stat().st_size / 2**20
        for name, options in (("measure", ("--types", "list", "--types", "length")), ("verify", ())):
            command = [sys.executable, "-m", "crabtk", name, str(file), "--json", "--processes", "2", *options]
            print(f"crabtk {name}, {rows:,} rows, {size:.0f} MiB: peak {peak(command):.0f} MiB")


def peak(command: list[str]) -> float:
    """Run a command and return the largest sum of its processes' resident memory, in MiB."""
    most = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                most = max(most, sum(one.memory_info().rss for one in family) / 2**20)
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.2)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed")
    return most


if __name__ == "__main__":
    main()
