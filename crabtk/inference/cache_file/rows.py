"""Completions as rows of a table, each under a checksum over everything that it says."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any
from zlib import crc32

from crabtk.types import Completion

Key = bytes | str
"""As the file holds it: 32 bytes for a SHA-256 digest, anything else as it is."""
Row = tuple[Any, ...]

_COLUMNS = {"text", "finish_reason", "prompt_tokens", "cached_tokens", "generated_tokens", "cost"}
_OTHERS = tuple(
    (field.name, field.default if field.default_factory is MISSING else field.default_factory())
    for field in fields(Completion)
    if field.name not in _COLUMNS
)
"""Fields that are seldom set share a column, so that a new field of ``Completion`` needs no new layout."""
_OTHER_NAMES = {name for name, _ in _OTHERS}

PUT = """
INSERT INTO completions
    (key, engine, made, finish_reason, prompt_tokens, cached_tokens, generated_tokens, cost, others, checksum, text)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    engine = excluded.engine, made = excluded.made, finish_reason = excluded.finish_reason,
    prompt_tokens = excluded.prompt_tokens, cached_tokens = excluded.cached_tokens,
    generated_tokens = excluded.generated_tokens, cost = excluded.cost, others = excluded.others,
    checksum = excluded.checksum, text = excluded.text
"""
SELECT = """
SELECT key, engine, made, finish_reason, prompt_tokens, cached_tokens, generated_tokens, cost, others, checksum, text,
    id, CAST(day AS INTEGER)
FROM completions LEFT JOIN uses ON completion = id
"""
"""Rows for ``decode``; the last column is the day on which the entry was last read, null before a later day."""


def current_day() -> int:
    """Return the days since 1970, by UTC: what entries are dated with."""
    return int(time.time() // 86_400)


def pack(key: str) -> Key:
    """Return a key as the file holds it: half the bytes for a digest in lower-case hex digits."""
    if len(key) == 64:
        try:
            digest = bytes.fromhex(key)
        except ValueError:
            return key
        if digest.hex() == key:
            return digest
    return key


def unpack(key: Key) -> str:
    """Return a key as the callers spell it."""
    return key if isinstance(key, str) else key.hex()


def encode(key: Key, completion: Completion, engine: int | None, day: int) -> Row:
    """Return the values for ``PUT``.

    A cost that is not a number is kept as none, which is all that SQLite can say.
    """
    cost = completion.cost
    values = (
        key,
        engine,
        day,
        completion.finish_reason,
        completion.prompt_tokens,
        completion.cached_tokens,
        completion.generated_tokens,
        None if cost is None or math.isnan(cost) else float(cost),
        _encode_others(completion),
    )
    text = completion.text.encode("utf-8", "surrogatepass")
    return (*values, _checksum(*values, text), text)


def decode(row: Row) -> Completion | None:
    """Return the completion of a row of ``SELECT``, or None if it is not what was written."""
    key, engine, made, finish_reason, prompt, cached, generated, cost, others, checksum, text, _, _ = row
    try:
        if checksum != _checksum(key, engine, made, finish_reason, prompt, cached, generated, cost, others, text):
            return None
        return Completion(
            text=text.decode("utf-8", "surrogatepass"),
            finish_reason=finish_reason,
            prompt_tokens=prompt,
            cached_tokens=cached,
            generated_tokens=generated,
            cost=cost,
            **(_decode_others(others) if others else {}),
        )
    except (TypeError, ValueError, AttributeError):
        return None


def known_fields(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Leave out fields that a newer version of crabtk wrote: the answer is the same without them."""
    return {name: found[name] for name in names if name in found}


def _encode_others(completion: Completion) -> bytes | None:
    others = {}
    for name, default in _OTHERS:
        value = getattr(completion, name)
        if value != default:
            others[name] = dict(value) if isinstance(value, Mapping) else value
    # NaN and infinities are let through: a choice may have a log-probability of -inf.
    return json.dumps(others, sort_keys=True, separators=(",", ":")).encode() if others else None


def _decode_others(others: bytes) -> dict[str, Any]:
    return known_fields(json.loads(others), _OTHER_NAMES)


def _checksum(
    key: Any,
    engine: Any,
    made: Any,
    finish_reason: Any,
    prompt: Any,
    cached: Any,
    generated: Any,
    cost: Any,
    others: Any,
    text: Any,
) -> int:
    """Return a checksum against bit rot and half-written rows, not against malice; a cryptographic one costs 4 µs."""
    small = f"{engine} {made} {finish_reason} {prompt} {cached} {generated} {cost!r}".encode()
    start = crc32(small, crc32(key.encode() if isinstance(key, str) else key))
    return crc32(text, start if others is None else crc32(others, start))
