"""Problems of settings, each as one line that names the place, the key, what was found and what is known."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from crabtk.settings_file import words

Place = tuple[str | int, ...]


def key_of(place: Place) -> str:
    """Write a place as a dotted key, with list positions in brackets and odd names in quotes."""
    key = ""
    for step in place:
        if isinstance(step, int):
            key += f"[{step}]"
        else:
            bare = step.replace("_", "").replace("-", "").isalnum()
            key += f"{'.' if key else ''}{step if bare else json.dumps(step, ensure_ascii=False)}"
    return key


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest known name, with a leading space; empty if none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


def unknown(what: str, name: str, known: Sequence[str]) -> str:
    """Say that a name is not among the known ones."""
    return f'there is no {what} "{name}".{did_you_mean(name, known)} Known: {", ".join(known) or "none"}.'


def validation_problems(error: ValidationError) -> list[tuple[Place, str]]:
    """Turn what Pydantic found into (place, sentence)."""
    return [(tuple(details["loc"]), _sentence(tuple(details["loc"]), dict(details))) for details in error.errors()]


def _sentence(place: Place, details: dict[str, Any]) -> str:
    kind = details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind == "missing":
        return f"is missing; give {words.expected(words.schema_at(place))}."
    if kind == "value_error":
        return f"{details['ctx']['error']}."
    return f"found {words.found(details['input'])}, expected {words.expected(words.schema_at(place))}."


def _unknown_key(place: Place) -> str:
    known = sorted(words.schema_at(place[:-1]).get("properties", ()))
    if len(place) == 1:
        known = ["preset", *known]
    return f"unknown key.{did_you_mean(str(place[-1]), known)} Known: {', '.join(known)}."
