"""Loose readings of a response: without a first line, a last line, or asterisks that may only be packaging."""

from __future__ import annotations

from collections.abc import Iterator

from crabtk.text import ParsedText


class Readings:
    """A response and its loose variants, each parsed once and shared by all checkers.

    Attributes:
        strict: The response as it stands.
    """

    def __init__(self, response: str, prompt: str | None = None) -> None:
        """Take a response to a prompt."""
        self.strict = ParsedText(response, prompt=prompt)
        self._loose: tuple[ParsedText, ...] | None = None

    @property
    def loose(self) -> tuple[ParsedText, ...]:
        """The variants in the reference's order: all eight, so that a checker with a state sees what it sees there.

        Variants of one text are one object; blank ones are in it, and hold nothing.
        """
        if self._loose is None:
            known = {self.strict.raw: self.strict}
            for text in _variants(self.strict.raw):
                known.setdefault(text, ParsedText(text, prompt=self.strict.prompt))
            self._loose = tuple(known[text] for text in _variants(self.strict.raw))
        return self._loose


def _variants(response: str) -> Iterator[str]:
    """Yield the eight variants.

    Source:
        IFEval (arXiv 2311.07911), the loose metric: each of full, without first line, without last line, without
        both; the same without asterisks.
    """
    lines = response.split("\n")
    cut = ["\n".join(lines[1:]).strip(), "\n".join(lines[:-1]).strip(), "\n".join(lines[1:-1]).strip()]
    yield response
    yield response.replace("*", "")
    yield from cut
    yield from (text.replace("*", "") for text in cut)
