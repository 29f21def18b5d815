"""What a run tells whoever watches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from crabtk.graph.run import Outcome


class Observer(Protocol):
    """Receives a run's progress; all methods are called from the run's own thread."""

    def started(self, stage: str) -> None:
        """Note that a stage is being looked up or computed."""
        ...

    def progress(self, stage: str, done: int, total: int | None, note: str = "") -> None:
        """Note that a stage has done so many of its steps; ``total`` is None where nobody knows."""
        ...

    def finished(self, outcome: Outcome) -> None:
        """Note that a stage's result stands."""
        ...


class Silent:
    """An observer that looks away."""

    def started(self, stage: str) -> None:
        """Pass over."""

    def progress(self, stage: str, done: int, total: int | None, note: str = "") -> None:
        """Pass over."""

    def finished(self, outcome: Outcome) -> None:
        """Pass over."""
