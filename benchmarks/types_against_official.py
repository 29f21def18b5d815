"""Measured types against the official recipe: python benchmarks/types_against_official.py [RESPONSES].

The same real responses, one process for each side, one after the other, in one run. Prints both speeds and the ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SINGLE = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1"}


def side(*arguments: str) -> dict[str, Any]:
    """Run one side in a process of its own and return its figures."""
    command = [sys.executable, str(HERE / arguments[0]), *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **SINGLE}, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run the three sides."""
    limit = sys.argv[1] if len(sys.argv) > 1 else "2000"
    official = side("official_recipe.py", limit)
    print(f"official recipe, six types and thinning: {official['per_second']:8.1f} items/s ({official['items']} items)")
    for which, what in (
        ("six", "crabtk, the same six and thinning"),
        ("training", "crabtk, all types for training"),
        ("all", "crabtk, all types, those for evaluation too"),
    ):
        ours = side("crabtk_types.py", which, limit)
        ratio = ours["per_second"] / official["per_second"]
        print(f"{what}: {ours['per_second']:8.1f} items/s, {ratio:.1f} times the official ({ours['made']} constraints)")


if __name__ == "__main__":
    main()
