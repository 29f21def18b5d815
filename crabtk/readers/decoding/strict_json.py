"""JSON as the standard has it: Python's parser without its extensions, and with reasons a user can act on."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple

from crabtk.readers.rejection import is_valid

WRONG_ENCODING = "wrong encoding: its bytes are not UTF-8; convert the file, for example with iconv -t UTF-8"

_LONGEST_INTEGER = 4000
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class BrokenJsonError(ValueError):
    """A text is not JSON.

    Attributes:
        position: Where the parser gave up.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


class Parsed(NamedTuple):
    """A value, where its text ends, and what speaks against taking it (else None)."""

    value: Any
    end: int
    fault: str | None


def parse(text: str, start: int = 0) -> Parsed:
    """Parse the JSON value that begins at a place in a text.

    Well-formed values that no table can hold (NaN, numbers too large, text that is no Unicode) have a fault
    and still an end, so that what follows them can be read.

    Raises:
        BrokenJsonError: There is no complete value.
    """
    faults: list[str] = []
    decoder = json.JSONDecoder(
        parse_constant=lambda name: faults.append(f"{name} is no JSON; write null instead"),
        parse_float=lambda digits: _finite(digits, faults),
        parse_int=lambda digits: _integer(digits, faults),
    )
    try:
        value, end = decoder.raw_decode(text, start)
        return Parsed(value, end, faults[0] if faults else _unicode_fault(text[start:end], value))
    except json.JSONDecodeError as error:
        reason = f"broken JSON: {error.msg} at character {error.pos - start + 1}; repair or remove this row"
        raise BrokenJsonError(reason, error.pos) from None
    except RecursionError:
        raise BrokenJsonError("nested too deeply to be read; flatten or remove this row", start) from None


def is_complete(text: str) -> bool:
    """Tell whether a text is one well-formed JSON value, whatever its faults."""
    try:
        return parse(text).end == len(text)
    except BrokenJsonError:
        return False


def _finite(digits: str, faults: list[str]) -> float:
    number = float(digits)
    if math.isinf(number):
        faults.append(f"the number {digits[:20]} is too large; write it as a text or remove it")
    return number


def _integer(digits: str, faults: list[str]) -> int:
    if len(digits) > _LONGEST_INTEGER:
        faults.append(f"a number of {len(digits)} digits is too large; write it as a text or remove it")
        return 0
    return int(digits)


def _unicode_fault(text: str, value: Any) -> str | None:
    if not is_valid(text):
        return WRONG_ENCODING
    # Only an escape can bring a lone surrogate in, and most rows have none: spare them the second look.
    if _SURROGATE_ESCAPE.search(text) and not is_valid(json.dumps(value, ensure_ascii=False)):
        return "holds a lone surrogate (one half of a character, written \\ud800 to \\udfff); mend the escape"
    return None
