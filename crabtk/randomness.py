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
    return random.Random(_number(seed, scope))  # noqa: S311 - not for secrets


class Deferred(random.Random):
    """Draws what ``generator`` would, seeded only when first drawn from.

    Most constraint types say nothing of most texts and draw nothing; seeding costs more than many of them.
    """

    _waiting: tuple[int, tuple[str, ...]] | None = None

    def stand_for(self, seed: int, *scope: str) -> random.Random:
        """Become the generator of another row; what was drawn before is forgotten."""
        self._waiting = (seed, scope)
        self.__dict__.pop("getrandbits", None)
        return self

    def random(self) -> float:
        """Return the next number in [0, 1)."""
        self._begin()
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        """Return the next ``k`` bits; what ``choice``, ``sample`` and ``randint`` draw from."""
        self._begin()
        return super().getrandbits(k)

    def _begin(self) -> None:
        if self._waiting is not None:
            (seed, scope), self._waiting = self._waiting, None
            self.seed(_number(seed, scope))
            # From now on straight from the base class, which most draws use.
            self.__dict__["getrandbits"] = super().getrandbits


def _number(seed: int, scope: tuple[str, ...]) -> int:
    key = "\x1f".join((str(seed), *scope)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(key).digest()[:16], "big")
