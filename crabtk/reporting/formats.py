"""How numbers and texts are written for readers; None, that is unknown, is a dash."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

UNKNOWN = "–"
_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def count(value: float | None) -> str:
    """Write a whole number with thousands separators; a fraction keeps two digits."""
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def share(value: float | None) -> str:
    """Write a share in [0, 1] as per cent with one digit, without ``.0``."""
    return UNKNOWN if value is None else f"{_trimmed(value * 100)}{_SPACE}%"


def score(value: float | None) -> str:
    """Write a score as per cent with one digit, always, since scores stand beside one another."""
    return UNKNOWN if value is None else f"{value * 100:.1f}{_SPACE}%"


def bare_score(value: float | None) -> str:
    """Write a score as ``score`` does, without the sign; for the lower end of an interval."""
    return UNKNOWN if value is None else f"{value * 100:.1f}"


def points(value: float | None) -> str:
    """Write a difference of two shares as signed percentage points."""
    if value is None:
        return UNKNOWN
    digits = f"{abs(value) * 100:.1f}"
    sign = "±" if digits == "0.0" else "+" if value > 0 else _MINUS
    return f"{sign}{digits}"


def number(value: float | None) -> str:
    """Write a number with up to four significant digits."""
    return UNKNOWN if value is None else f"{value:.4g}"


def probability(value: float | None) -> str:
    """Write a probability or AUC with two digits, very small ones as a bound."""
    if value is None:
        return UNKNOWN
    return f"<{_SPACE}0.001" if value < 0.001 else f"{value:.3f}" if value < 0.01 else f"{value:.2f}"


def p_value(value: float) -> str:
    """Write a p-value as a sentence has it: ``p = 0.03``, ``p < 0.001``."""
    written = probability(value)
    return f"p {written}" if written.startswith("<") else f"p = {written}"


def duration(seconds: float | None) -> str:
    """Write a duration in the two largest units that it has."""
    if seconds is None:
        return UNKNOWN
    if seconds < 59.95:
        return f"{_trimmed(seconds)}{_SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{_SPACE}min {rest}{_SPACE}s"
    return f"{minutes // 60}{_SPACE}h {minutes % 60}{_SPACE}min"


def signed(value: float | None) -> str:
    """Write a difference of two numbers with its sign, up to three significant digits."""
    if value is None:
        return UNKNOWN
    digits = f"{abs(value):.3g}"
    return f"{'±' if float(digits) == 0 else '+' if value > 0 else _MINUS}{digits}"


def many(number: int, noun: str) -> str:
    """Write a number of things in words that fit it."""
    return f"{count(number)} {noun}" if number == 1 else f"{count(number)} {noun}s"


def visible(text: str) -> str:
    """Replace control characters, which HTML forbids, by the replacement character."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def clip(text: str, limit: int) -> str:
    """Shorten a text to about ``limit`` characters by leaving out its middle, and say how much is missing."""
    if len(text) <= limit:
        return text
    head, tail = limit * 2 // 3, limit // 3
    return (
        f"{text[:head]} […{_SPACE}{len(text) - head - tail:,} characters left out{_SPACE}…] {text[len(text) - tail :]}"
    )


def _trimmed(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


STYLES: dict[str, Callable[[Any], str]] = {
    "count": count,
    "share": share,
    "score": score,
    "bare_score": bare_score,
    "points": points,
    "number": number,
    "signed": signed,
    "probability": probability,
    "duration": duration,
}
"""Ways to write a number, by the name that templates use."""
