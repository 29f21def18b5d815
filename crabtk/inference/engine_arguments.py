"""An engine's own arguments, given by their own names: checked where the engine's version is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from crabtk.errors import BackendError


def engine_arguments(
    named: Mapping[str, Any],
    others: Mapping[str, Any],
    *,
    known: Collection[str],
    defaults: Mapping[str, Any],
    needed: Mapping[str, str],
    options: Mapping[str, str],
    noun: str,
    source: str,
) -> dict[str, Any]:
    """Return the keyword arguments of an engine.

    Args:
        named: Arguments that are options of the backend; None is left out.
        others: The backend's option ``engine``.
        known: All arguments of the engine's version.
        defaults: Given where nothing else is, as far as they are known.
        needed: Arguments that cannot be set, with the reason.
        options: Options of the backend by the name that the engine has for them, where it differs.
        noun: What the engine calls such an argument, such as ``vLLM's engine arguments``.
        source: Where they are listed.

    Raises:
        BackendError: ``others`` holds a name that is not known, is an option of its own, or cannot be set.
    """
    for name in others:
        if name in named or name in options.values():
            option = options.get(name, name)
            raise BackendError(f'engine.{name} is an option of its own: give it once, as the option "{option}"')
        if name in needed:
            raise BackendError(f"engine.{name} cannot be set: {needed[name]}")
        if name not in known:
            near = get_close_matches(name, sorted(set(known) - named.keys()), n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"see {source}"
            raise BackendError(f"engine.{name} is none of this {noun}: {hint}")
    given = {name: value for name, value in named.items() if value is not None}
    return {**{name: value for name, value in defaults.items() if name in known}, **given, **others}
