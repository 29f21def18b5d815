"""How many calls one server gets at once."""

from __future__ import annotations

from math import sqrt
from statistics import median

_STEPS = 32
"""Additive steps from one call at once to the most."""
_BASE_DRIFT = 1.01
"""Per round; a stage's later requests may be longer than its first."""


class AdaptiveLimit:
    """Grows while latency holds, halves on trouble.

    A round is as many successes as the limit. Before the first trouble the limit doubles with each round, afterwards
    it grows by a fixed step. It grows only if it was used up, and only while latency has risen less than to twice the
    square root of the growth in concurrency: batching engines get slower with each further request and are still
    quicker in all, while a server with a full queue gets slower in proportion.

    Args:
        start: Calls at once in the beginning.
        most: Never exceeded.
    """

    def __init__(self, start: int, most: int) -> None:
        self.value = min(start, most)
        self.epoch = 0
        self._most = most
        self._step = max(1, most // _STEPS)
        self._doubling = True
        self._seconds: list[float] = []
        self._used_up = False
        self._base: tuple[float, int] | None = None

    def started(self, in_flight: int) -> int:
        """Note that a call begins, the one that is counted in ``in_flight``; return the epoch that it belongs to."""
        self._used_up = self._used_up or in_flight >= self.value
        return self.epoch

    def succeeded(self, seconds: float) -> None:
        """Note a success and how long it took."""
        self._seconds.append(seconds)
        if len(self._seconds) < self.value:
            return
        latency = median(self._seconds)
        base, at = self._base or (latency, self.value)
        self._base = (latency, self.value) if latency <= base else (base * _BASE_DRIFT, at)
        holds = latency <= base * 2 * sqrt(max(1.0, self.value / at))
        if self._used_up and holds:
            self.value = min(self._most, self.value + (self.value if self._doubling else self._step))
        self._new_round()

    def crowded(self, epoch: int) -> None:
        """Note trouble of a call; one that began before the last halving tells nothing new."""
        if epoch != self.epoch:
            return
        self.epoch += 1
        self._doubling = False
        self.value = max(1, self.value // 2)
        self._new_round()

    def _new_round(self) -> None:
        self._seconds = []
        self._used_up = False
