"""Rows that a reader refuses, as the ledger wants them."""

from __future__ import annotations

import json
from typing import Any

from crabtk.types import RAW_LIMIT, Record, Rejected

STAGE = "seeds"


def rejected(record: Record, reason: str) -> Rejected:
    """Refuse a decoded record; its raw text is the value as JSON."""
    return Rejected(STAGE, record.file, record.row, None, valid(reason), raw_text(record.value))


def rejected_text(file: str, row: int, reason: str, raw: str) -> Rejected:
    """Refuse a row that could not be decoded."""
    return Rejected(STAGE, file, row, None, valid(reason), valid(raw[:RAW_LIMIT]))


def raw_text(value: Any) -> str:
    """Return a value as text for the ledger, whatever it is, at most ``RAW_LIMIT`` characters."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = f"<{type(value).__name__} that cannot be written as JSON>"
    return valid(text[:RAW_LIMIT])


def valid(text: str) -> str:
    """Replace lone surrogates by question marks: neither Parquet nor a terminal takes them."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_valid(text: str) -> bool:
    """Tell whether a text is free of lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
