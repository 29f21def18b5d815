"""Durations and sizes on the command line."""

from __future__ import annotations

import re

import click

_DAYS = {"d": 1, "w": 7, "y": 365}
_BYTES = {"B": 1, **{f"{prefix}B": 1000**n for n, prefix in enumerate("kMGT", 1)}}
_BYTES |= {f"{prefix}iB": 1024**n for n, prefix in enumerate("KMGT", 1)}
_BY_LOWER = {unit.lower(): size for unit, size in _BYTES.items()}
_DURATION = re.compile(r"([0-9]{1,6})\s*([dwy])", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([a-z]+)", re.IGNORECASE | re.ASCII)


def days(value: str) -> int:
    """Return the days of a duration in days, weeks or years of 365 days."""
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise click.BadParameter(f'"{value}" is no duration: write a whole number and d, w or y, as in 30d, 6w or 1y.')
    return int(match[1]) * _DAYS[match[2]]


def size(value: str) -> int:
    """Return the bytes of a size with a decimal or binary unit."""
    match = _SIZE.fullmatch(value.strip())
    if match is None or match[2].lower() not in _BY_LOWER:
        raise click.BadParameter(
            f'"{value}" is no size: write a number and a unit, as in 2GiB; units are {", ".join(_BYTES)}.'
        )
    return int(float(match[1]) * _BY_LOWER[match[2].lower()])


def shown_bytes(size: int) -> str:
    """Return a size as people read it."""
    amount, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"
