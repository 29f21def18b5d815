"""Alpaca, Alpaca-GPT4 and the outputs of AlpacaEval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.readers.base import Found, RowReader, kind


class Alpaca(RowReader):
    """``{"instruction", "input", "output"}``; further keys, such as AlpacaEval's, are passed over."""

    name = "alpaca"

    def recognises(self, value: Any) -> bool:
        """Tell an Alpaca row by its keys."""
        return self.has(value, "instruction", "output")

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Join instruction and input by a blank line, where there is an input."""
        return Found(with_input(value["instruction"], value.get("input")), value["output"])


def with_input(instruction: Any, given: Any) -> Any:
    """Join an instruction and its input by a blank line; either may be empty or null.

    Raises:
        ValueError: One of them is neither a text nor null.
    """
    parts = [part for part in (instruction, given) if part is not None]
    for part in parts:
        if not isinstance(part, str):
            raise ValueError(f"instruction or input is {kind(part)}, not a text")
    if not isinstance(instruction, str) and not any(part.strip() for part in parts):
        return None
    return "\n\n".join(part for part in parts if part.strip())
