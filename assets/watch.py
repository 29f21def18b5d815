"""Progress of a stage in Dagster's log."""

import time
from typing import Any

from crabtk.graph.run import Outcome


class LogObserver:
    """Writes a line every few seconds; Dagster's UI follows the log live."""

    EVERY = 5.0

    def __init__(self, log: Any) -> None:
        self._log = log
        self._said = time.monotonic()

    def started(self, stage: str) -> None:
        """Dagster itself says so."""

    def progress(self, stage: str, done: int, total: int | None, note: str = "") -> None:
        """Write how far the stage is."""
        if time.monotonic() - self._said >= self.EVERY or done == total:
            self._said = time.monotonic()
            self._log.info(f"{stage}: {done} of {total or '?'} {note}")

    def finished(self, outcome: Outcome) -> None:
        """Write how the stage came by its result."""
        self._log.info(f"{outcome.stage.name}: {outcome.state} in {outcome.seconds:.1f} s")
