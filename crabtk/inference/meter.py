"""How fast an engine answers while a stage runs: the live line, and the curve that is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from crabtk.inference.usage import Usage

Point = tuple[float, int, int, int]
"""Seconds since the stage began to ask; requests answered, prompt tokens read and tokens generated until then."""

_MOST_POINTS = 240


class Meter:
    """Watches one stage's usage of engines.

    Args:
        clock: Seconds; only differences matter.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._usage = Usage()
        self._points: list[Point] = []
        self._every = 1.0
        self._seconds = 0.0
        self._begun: float | None = None
        self._before = Usage()

    def begin(self) -> None:
        """Note that requests are being answered from now on."""
        self._begun = self._clock()
        self._before = self._usage

    def watch(self, spent: Usage) -> None:
        """Take what was spent since ``begin``."""
        self._usage = self._before + spent
        seconds = self.seconds
        if not self._points or seconds - self._points[-1][0] >= self._every:
            self._note(seconds)

    def end(self) -> None:
        """Note that the answers are complete."""
        self._seconds, self._begun = self.seconds, None
        if self._usage.calls:
            self._note(self._seconds)

    @property
    def seconds(self) -> float:
        """How long requests have been waited for, in all."""
        return self._seconds + (self._clock() - self._begun if self._begun is not None else 0.0)

    def line(self) -> str:
        """Return the speed so far, and what there is to worry about, in one line."""
        usage, seconds = self._usage, max(self.seconds, 1e-9)
        parts = [f"{usage.requests / seconds:.1f} requests/s"]
        if usage.prompt_tokens or usage.generated_tokens:
            read, written = _short(usage.prompt_tokens / seconds), _short(usage.generated_tokens / seconds)
            parts.append(f"{read} prompt + {written} new tokens/s")
        if usage.cached:
            parts.append(f"{usage.cached} from cache")
        if usage.prompt_tokens and usage.cached_tokens:
            parts.append(f"prefix hits {usage.cached_tokens / usage.prompt_tokens:.0%}")
        for count, what in (
            (usage.retries, "retries"),
            (usage.truncated, "cut off"),
            (usage.refusals, "refused"),
            (usage.errors, "failed"),
        ):
            if count:
                parts.append(f"{count} {what}")
        if usage.cost:
            parts.append(f"cost {usage.cost:.4g}")
        return ", ".join(parts)

    def costs(self) -> dict[str, Any]:
        """Return what was spent, the mean speed, and the curve under ``throughput`` where an engine was asked."""
        seconds = round(self.seconds, 3)
        found = {**asdict(self._usage), "cost": round(self._usage.cost, 6), "engine_seconds": seconds}
        if self._usage.calls and seconds:
            found["requests_per_second"] = round(self._usage.requests / seconds, 2)
            found["prompt_tokens_per_second"] = round(self._usage.prompt_tokens / seconds, 1)
            found["generated_tokens_per_second"] = round(self._usage.generated_tokens / seconds, 1)
            found["throughput"] = [list(point) for point in self._points]
        return found

    def _note(self, seconds: float) -> None:
        usage = self._usage
        self._points.append((round(seconds, 2), usage.requests, usage.prompt_tokens, usage.generated_tokens))
        if len(self._points) > _MOST_POINTS:
            # Half as many points, half as often: a run of a day has as smooth a curve as one of a minute.
            self._points = self._points[1::2]
            self._every *= 2


def _short(number: float) -> str:
    return f"{number:,.0f}" if number < 10_000 else f"{number / 1000:,.0f}k"
