"""Per-row random generators: results depend on the row, never on order, batches or processes."""

from __future__ import annotations

import hashlib
import random
import struct
from typing import Any

from typing_extensions import override

_FOUR = struct.Struct("<4Q")
_SMALL = 1 << 32
_Scope = tuple[int, tuple[str, ...]]


def generator(seed: int, *scope: str) -> RowRandom:
    """Return a generator of its own for one row.

    Args:
        seed: Of the run.
        scope: Stage, row id and whatever else tells this use from others.

    Returns:
        A generator that draws from SHA-256 over all of it, equal on every platform.
    """
    return RowRandom().stand_for(seed, *scope)


class RowRandom(random.Random):
    """Draws from SHA-256 over a scope and a counter: nothing is seeded until it is drawn from, and that costs little.

    One generator can stand for row after row. Python's own takes longer to seed than most constraint types take to
    measure, and most types say nothing of most texts and draw nothing.
    """

    def __new__(cls, *_: Any) -> RowRandom:
        """Make one; Python's own state, which is never drawn from, is set at the least cost."""
        return super().__new__(cls, 0)  # type: ignore[call-arg]  # typeshed leaves it to object, which takes none

    def stand_for(self, seed: int, *scope: str) -> RowRandom:
        """Become the generator of another row; what was drawn before is forgotten."""
        self._scope: _Scope = (seed, scope)
        self._words: list[int] = []
        self._blocks = 0
        return self

    @override
    def seed(self, a: Any = None, version: int = 2) -> None:
        """Stand for whatever is given, in place of a row."""
        self.gauss_next: float | None = None
        self.stand_for(0, repr(a))

    @override
    def getstate(self) -> tuple[Any, ...]:
        """Return all that later draws hang on."""
        return self._scope, tuple(self._words), self._blocks, self.gauss_next

    @override
    def setstate(self, state: tuple[Any, ...]) -> None:
        """Go on where ``getstate`` was asked."""
        self._scope, words, self._blocks, self.gauss_next = state
        self._words = list(words)

    @override
    def random(self) -> float:
        """Return the next number in [0, 1)."""
        return ((self._words or self._more()).pop() >> 11) * 2**-53

    @override
    def getrandbits(self, k: int, /) -> int:
        """Return ``k`` bits."""
        if k < 0:
            raise ValueError("the number of bits must be non-negative")
        found = 0
        for _ in range(0, k, 64):
            found = found << 64 | (self._words or self._more()).pop()
        return found >> -k % 64

    def _randbelow(self, n: int) -> int:
        """Return an integer in [0, n); what ``choice``, ``sample`` and ``randint`` draw by."""
        if n < _SMALL:  # off from even by less than one part in 2**32
            return (self._words or self._more()).pop() * n >> 64
        k = n.bit_length()
        found = self.getrandbits(k)
        while found >= n:
            found = self.getrandbits(k)
        return found

    def _more(self) -> list[int]:
        """Draw 256 bits."""
        seed, scope = self._scope
        key = "\x1f".join((str(seed), *scope))
        if self._blocks:
            key = f"{key}\x1e{self._blocks}"
        self._blocks += 1
        self._words = list(_FOUR.unpack(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()))
        return self._words
