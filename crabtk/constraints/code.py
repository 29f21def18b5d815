"""Fenced code blocks: how many, their language tags, and code alone."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.numbers import share
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, Quoted

_TAG = re.compile(r"[a-z][a-z0-9+#._-]{0,15}")
_FENCE = re.compile(r"`{3}|~{3}")
_TOPICS = (
    *("programming", "pseudocode", "code snippet", "regex", "Python", "python", "JavaScript", "javascript"),
    *("TypeScript", "HTML", "CSS", "SQL", "Kotlin", "PHP", "Golang", "C++", "C#"),
)
_MOST_BLOCKS = 8
_FEWEST_WORDS = 30
_NO_LANGUAGE = frozenset({"text", "txt", "plaintext", "plain", "none", "code", "output", "markdown", "md"})
_ALONE = (
    "bold_spans",
    "bullets",
    "block_quotes",
    "code_spans",
    "headings",
    "italic_spans",
    "lists",
    "numbered_items",
    "rules",
    "tables",
)
BLOCK_NEEDED = Limit("code_blocks", low=1)


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
        "Language tag of at least one fenced code block: {language}.",
        "At least one fenced code block must carry the language tag {language}.",
        "Mark code as {language} by writing that tag right after the opening fence of a code block.",
        "Use Markdown fences for code, and open at least one block with the tag {language}.",
        "The response has to show code in a fenced block that opens with the language tag {language}, so that it is "
        "highlighted properly.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.code_blocks:
            return None
        tags = sorted({block.language for block in text.code_blocks if _has_code(block.content)} - _NO_LANGUAGE)
        tags = [tag for tag in tags if _TAG.fullmatch(tag)]
        if not tags or not text.part(plainly_fenced):
            return None
        return {"language": rng.choice(tags)}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        tag = str(params["language"]).lower()
        return bool(text.words) and any(block.language == tag for block in text.code_blocks)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        none_left = other.type == "code:count" and other.params["relation"] != "at_least" and other.params["n"] == 0
        return super().conflicts(params, other) or none_left or other.type in ("code:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (BLOCK_NEEDED,)


class CodeBlocks(CountedType):
    """Number of fenced code blocks."""

    name = "code:count"
    wordings = (
        "Fenced code blocks: {relation} {n}.",
        "Use {relation} {n} fenced code {n|block|blocks}.",
        "Your response must contain {relation.firm} {n} code {n|block|blocks} in Markdown fences.",
        "{relation.limit} number of fenced code blocks: {n}.",
        "Could you put the code into {n} fenced {n|block|blocks}{relation.tail}?",
        "Code goes between Markdown fences, and there should be {relation} {n} such {n|block|blocks}.",
        "I paste fenced code blocks one by one, and I expect {relation} {n} of them.",
        "{relation.cap} {n} fenced {n|block|blocks} of code should stand in the response.",
        "The number of code blocks between Markdown fences {relation.must} {n}.",
        "When you have finished the response, go back and count its fenced code blocks: what I asked for is "
        "{n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        blocks = len(text.code_blocks)
        plain = 1 <= blocks <= _MOST_BLOCKS and text.words and text.part(plainly_fenced)
        return {"relation": "exactly", "n": blocks} if plain else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.code_blocks)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("code:absent", "code:only")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("code_blocks", params["relation"], params["n"]),)


class NoCodeBlocks(ConstraintType):
    """No fenced code block; measured where code is spoken of."""

    name = "code:absent"
    examples = (
        "The command `ls` lists a folder, and `cd` enters it. Neither changes a file, so a beginner can try both "
        "without fear; the shell waits, prints the names that it finds, and waits again for whatever comes next.",
    )
    wordings = (
        "Do not use fenced code blocks.",
        "Your response must not contain any fenced code block.",
        "No code blocks between Markdown fences, please.",
        "Avoid fenced blocks of code throughout; inline code is fine.",
        "Fenced code blocks: none.",
        "Could you explain this without a single fenced code block?",
        "Leave out Markdown code fences, whether of backticks or tildes.",
        "Code fences are not allowed anywhere in the response.",
        "My reader shows code fences as raw characters, so keep the response free of fenced code blocks.",
        "Explain whatever code is needed in sentences or inline, since fenced code blocks may not appear at all.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        raw, prompt = text.raw, text.prompt
        about_code = raw.count("`") >= 4 or (prompt and any(topic in prompt for topic in _TOPICS))
        if not about_code or len(text.words) < _FEWEST_WORDS:
            return None
        return None if "```" in raw or "~~~" in raw or "<pre" in raw else {}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and not text.code_blocks

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 1 / (1 + len(text.code_blocks)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        repeated = other.type in ("code:count", "markdown:absent")
        return super().conflicts(params, other) or repeated or other.type in _NEED_BLOCKS

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("code_blocks", high=0),)

    @override
    def allows(self, phrase: str, params: Params) -> bool:
        return not phrase.lstrip().startswith(("```", "~~~"))


class TaggedBlocks(ConstraintType):
    """Every opening fence names a language, whichever it is; there must be a fenced block."""

    name = "code:tagged"
    wordings = (
        "Tag every fenced code block with its language; use at least one block.",
        "Your response must contain fenced code, and each opening fence must name a language.",
        "Every opening fence of a code block needs a language tag; there must be at least one block.",
        "Could you show code in fenced blocks, each of them with a language tag after its opening fence?",
        "Name the language right after each opening fence, and include at least one fenced code block.",
        "Language tags: on all fenced code blocks, of which there is at least one.",
        "Leave no fenced code block without a language tag, and show at least one such block.",
        "Fenced code blocks are required, none of them without a language tag.",
        "My highlighter cannot guess languages, so write a language tag behind every opening fence; I expect at least "
        "one fenced code block.",
        "Include fenced code in such a way that every block states its language on the line of the opening fence.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.code_blocks:
            return None
        tags = {block.language for block in text.code_blocks}
        named = not tags & _NO_LANGUAGE and all(map(_TAG.fullmatch, tags))
        return {} if named and text.words and text.part(plainly_fenced) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        blocks = text.code_blocks
        return share(sum(bool(block.language) for block in blocks), len(blocks)) if text.words else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("code:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (BLOCK_NEEDED,)


class CodeOnly(ConstraintType):
    """The response is one fenced code block, closed, with nothing but white space around it."""

    name = "code:only"
    examples = ("```sql\nSELECT name FROM rivers WHERE length > 500;\n```",)
    wordings = (
        "Respond with a single fenced code block and nothing else.",
        "Your entire response must be one fenced code block, without a word before or after it.",
        "Code only: one block between Markdown fences, no other text.",
        "Could you put your whole answer into one fenced code block and leave out everything around it?",
        "Nothing may stand outside the one fenced code block that makes up your response.",
        "Give the answer as one fenced code block; explanations, if any, belong inside it.",
        "Open a code fence at the very start, close it at the very end, and use no fence in between.",
        "I extract the sole code block of your reply by script, so send exactly one fenced block with no text "
        "around it.",
        "Format of the response: a fenced code block, only one, and no text outside.",
        "Just a single block between Markdown code fences, please; drop introductions and closing remarks of any "
        "kind outside it.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if self.check(text, {}) and text.part(plainly_fenced) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        if not text.code_blocks:
            return False
        kinds = [line.kind for line in text.marked_lines if line.kind != "blank"]
        fences = kinds[:1] == ["fence"] == kinds[-1:] and kinds.count("fence") == 2
        return fences and "code" in kinds and bool(WORD.search(text.code_blocks[0].content))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        contradicted = leaves_no_room(self.name, other) and not other.type.startswith(("json:", "csv:"))
        return super().conflicts(params, other) or contradicted or other.type in ("code:absent", "code:count")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (Limit("code_blocks", low=1, high=1), *(Limit(quantity, high=0) for quantity in _ALONE))


_NEED_BLOCKS = frozenset({"code:block", "code:comments", "code:function", "code:lines", "code:only", "code:tagged"})


def plainly_fenced(text: ParsedText) -> bool:
    """Tell whether every reader sees the same blocks: no fence inside another, none left open."""
    nested = any(_FENCE.search(block.content) for block in text.code_blocks)
    return not nested and sum(line.kind == "fence" for line in text.marked_lines) == 2 * len(text.code_blocks)


def _has_code(content: str) -> bool:
    return bool(content.strip())


TYPES: tuple[ConstraintType, ...] = (CodeLanguage(), CodeBlocks(), NoCodeBlocks(), TaggedBlocks(), CodeOnly())
