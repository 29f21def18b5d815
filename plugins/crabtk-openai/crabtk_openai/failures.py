"""What can go wrong with one call.

Failure                one call did not bring an answer; its text is fit for the user, free of secrets
├── Unanswerable       the server refuses this request, or it cannot be asked: asking again is no use
│   └── Misdirected    it may be the address, the rights or the model's name that is wrong, not the request
└── Retriable          it may go well the next time

A failure that concerns the whole run is a ``BackendError``.
"""

from __future__ import annotations


class Failure(Exception):
    """A call without an answer."""


class Unanswerable(Failure):
    """Asking again is no use; ``status`` is the server's, None where it was not asked."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Misdirected(Unanswerable):
    """An answer such as 404: as long as nothing has succeeded, the settings are to blame."""


class Retriable(Failure):
    """It may go well the next time.

    Attributes:
        crowded: The server has, or may have, more to do than it can.
        unreachable: There was no connection.
        pause: Seconds that the server asks to be left alone; None if it does not say.
    """

    def __init__(
        self, message: str, *, crowded: bool = False, unreachable: bool = False, pause: float | None = None
    ) -> None:
        super().__init__(message)
        self.crowded = crowded
        self.unreachable = unreachable
        self.pause = pause
