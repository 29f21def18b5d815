"""How long to wait before asking again."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 30.0


def backoff(attempt: int) -> float:
    """Return the seconds before an attempt, counted from 1: exponential, with full jitter.

    The jitter is random in each run; it shapes no answer.
    """
    # 30 s are reached after six doublings; a larger exponent would only overflow.
    ceiling = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(attempt - 1, 10))
    return random.uniform(0.0, ceiling)  # noqa: S311


def asked_pause(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a server asks to be left alone; None if it does not say.

    Reads ``retry-after-ms`` and ``Retry-After``, the latter in seconds or as an HTTP date.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - (now or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    # Neither "nan" nor "inf" is a time.
    return value if value is not None and 0 <= value < 1e9 else None
