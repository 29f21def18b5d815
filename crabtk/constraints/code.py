"""Fenced code blocks."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_TAG = re.compile(r"[a-z][a-z0-9+#._-]{0,15}")
_MOST_BLOCKS = 8
_NO_LANGUAGE = frozenset({"text", "txt", "plaintext", "plain", "none", "code", "output", "markdown", "md"})


class CodeLanguage(ConstraintType):
    """A fenced code block with a language tag; the tag's case is ignored."""

    name = "code:block"
    fields: ClassVar[Mapping[str, Field]] = {"language": Quoted()}
    wordings = (
        "Include a fenced code block with the language tag {language}.",
        "Your response must contain a code block in Markdown fences, tagged {language}.",
        "Put code between fences of backticks and tag a block of it as {language}.",
        "A fenced code block tagged {language} is required.",
        "Could you give code in a fenced block whose opening fence names {language} as its language?",
        "My renderer colours code by the tag after the opening fence, so tag a code block as {language}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        tags = sorted({block.language for block in text.code_blocks if _has_code(block.content)} - _NO_LANGUAGE)
        tags = [tag for tag in tags if _TAG.fullmatch(tag)]
        return {"language": rng.choice(tags)} if tags else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return any(block.language == str(params["language"]).lower() for block in text.code_blocks)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        none_left = other.type == "code:count" and other.params["relation"] != "at_least" and other.params["n"] == 0
        return super().conflicts(params, other) or none_left


class CodeBlocks(CountedType):
    """Number of fenced code blocks."""

    name = "code:count"
    wordings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "exactly": (
            "Use exactly {n} fenced code {n|block|blocks}.",
            "Your response must contain precisely {n} code {n|block|blocks} in Markdown fences.",
            "Number of fenced code blocks: {n}.",
            "Could you put the code into {n} fenced {n|block|blocks}, no more and no fewer?",
            "Code goes between Markdown fences, and there should be {n} such {n|block|blocks}, neither more nor fewer.",
            "I paste fenced code blocks one by one, and I expect exactly {n} of them.",
        ),
        "at_least": (
            "Use at least {n} fenced code {n|block|blocks}.",
            "Your response must contain {n} or more code blocks in Markdown fences.",
            "Minimum number of fenced code blocks: {n}.",
            "Could you put the code into no fewer than {n} fenced {n|block|blocks}?",
            "Code goes between Markdown fences, and there should be {n} or more such blocks.",
            "I paste fenced code blocks one by one, and I expect at least {n} of them.",
        ),
        "at_most": (
            "Use at most {n} fenced code {n|block|blocks}.",
            "Your response must contain {n} or fewer code blocks in Markdown fences.",
            "Maximum number of fenced code blocks: {n}.",
            "Could you use no more than {n} fenced {n|block|blocks} for code?",
            "Code goes between Markdown fences, and there should be {n} or fewer such blocks.",
            "I paste fenced code blocks one by one, and I expect at most {n} of them.",
        ),
    }

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        blocks = len(text.code_blocks)
        if not 1 <= blocks <= _MOST_BLOCKS or not text.words:
            return None
        # A fence shown inside a fence counts in some readers' eyes.
        nested = any("```" in block.content or "~~~" in block.content for block in text.code_blocks)
        return None if nested else {"relation": "exactly", "n": blocks}

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.code_blocks)


def _has_code(content: str) -> bool:
    return bool(content.strip())


TYPES: tuple[ConstraintType, ...] = (CodeLanguage(), CodeBlocks())
