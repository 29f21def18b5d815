"""Types that ask a response to do without something."""

from __future__ import annotations

from abc import abstractmethod

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.text import ParsedText
from crabtk.types import Params


class AbsentType(ConstraintType):
    """None of the things that ``count`` counts; each one found costs credit."""

    @abstractmethod
    def count(self, text: ParsedText, params: Params) -> int:
        """Return how many there are."""

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + self.count(text, params)) if text.words else 0.0


def is_plain(text: ParsedText) -> bool:
    """Tell whether a text holds words, and neither code nor data, in which marks and figures mean something else.

    For ``ParsedText.part``.
    """
    raw = text.raw
    if not text.words or "`" in raw or ("<" in raw and "</" in raw):
        return False
    return not text.code_blocks and text.json is None
