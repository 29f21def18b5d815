"""Per-row random generators: results depend on the row, never on order, batches or processes."""

from __future__ import annotations

import hashlib
import random


def generator(seed: int, *scope: str) -> random.Random:
    """Return a generator of its own for one row.

    Args:
        seed: Of the run.
        scope: Stage, row id and whatever else tells this use from others.

    Returns:
        A ``random.Random`` seeded from a SHA-256 over all of it, equal on every platform.
    """
    key = "\x1f".join((str(seed), *scope)).encode("utf-8", "surrogatepass")
    return random.Random(int.from_bytes(hashlib.sha256(key).digest()[:16], "big"))  # noqa: S311 - not for secrets
