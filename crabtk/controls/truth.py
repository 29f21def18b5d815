"""How often what the official recipe's scripts state is true, by crabtk's own checkers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from crabtk.controls.official import SCRIPTS, Response
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.text import ParsedText
from crabtk.types import Params

_SHORTEST = "length:characters_per_word"


class Truth(NamedTuple):
    """Statements of one script, in one of its relations."""

    stated: int
    true: int

    @property
    def share(self) -> float:
        """In [0, 1]."""
        return self.true / self.stated


def truth(
    responses: Iterable[tuple[str, str]], types: Mapping[str, ConstraintType], *, seed: int = 17
) -> dict[str, Truth]:
    """Have every script state its constraint of every response, and check each.

    Args:
        responses: Each with its ISO 639-1 language.
        types: By name; those that ``SCRIPTS`` names at least.
        seed: Each (response, script) derives its own generator from it and the response's number.

    Returns:
        By ``name`` or ``name relation``, in alphabetical order.
    """
    found: dict[str, Truth] = {}
    for number, (response, language) in enumerate(responses):
        seen, text = Response(response, language), ParsedText(response, language)
        for name, (script, _) in SCRIPTS.items():
            params = script(seen, generator(seed, "truth", str(number), name))
            if params is None:
                continue
            key = f"{name} {params.get('relation', '')}".strip()
            stated, true = found.get(key, Truth(0, 0))
            found[key] = Truth(stated + 1, true + _holds(types[name], text, params))
    return dict(sorted(found.items()))


def _holds(type_: ConstraintType, text: ParsedText, params: Params) -> bool:
    """Check what is stated; the type of the longest word knows no shortest one."""
    if type_.name == _SHORTEST:
        return min(map(len, text.words), default=0) >= int(params["characters"])
    return type_.check(text, params)
