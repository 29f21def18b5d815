"""Rules that compare a response with the target of its row."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

Comparison = Callable[[str, str], bool]
"""Judges a response (first) by a target (second)."""


def equal(text: str, target: str) -> bool:
    """The response is the target, to the last character."""
    return text == target


def lines_among(text: str, target: str) -> bool:
    """Each line of the response is a line of the target; how many there are is not asked."""
    return set(text.split("\n")) <= set(target.split("\n"))


def one_of(text: str, target: str) -> bool:
    """The response is one of the names that the target lists."""
    return text in names(target)


def names(target: str) -> Sequence[str]:
    """Return the names of a target that is written as a list of Python strings.

    Raises:
        ValueError: It is written otherwise.
    """
    try:
        found = ast.literal_eval(target)  # reads literals, runs nothing
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"the target {target[:80]!r} is no list of names") from error
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"the target {target[:80]!r} is no list of names")
    return found


def last_match(pattern: str) -> Comparison:
    """The last match of a pattern in the response is the target."""
    compiled = re.compile(pattern)

    def check(text: str, target: str) -> bool:
        found = compiled.findall(text)
        return bool(found) and found[-1] == target

    return check


def contained(text: str, target: str) -> bool:
    """The target stands in the response, be it within a word."""
    return target in text


def fills(text: str, target: str) -> bool:
    """The response is the template with its answer filled in; the answer is any text without a line feed."""
    before, _, after = template(target).partition(_ANSWER)
    fits = len(text) >= len(before) + len(after) and text.startswith(before) and text.endswith(after)
    return fits and "\n" not in text[len(before) : len(text) - len(after)]


def template(target: str) -> str:
    """Return what a response of ``example`` must look like, with ``{answer}`` where the answer goes."""
    return target.replace("{instruction}\n", "").replace("{{", "{").replace("}}", "}")


_ANSWER = "{answer}"

COMPARISONS: Mapping[str, Comparison] = {
    "E2E": equal,
    "WIKIEVENTS": lines_among,
    "CONLL2003": one_of,
    "text_editing": equal,
    "BBH_logical": last_match(r"\([A-Z]\)"),
    "BBH_time": last_match(r"\d{2}/\d{2}/\d{4}"),
    "self_made_space": contained,
    "gsm_8k": last_match(r"\$\d+"),
}
"""By source, in all categories but ``example``."""
