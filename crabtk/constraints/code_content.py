"""What code holds: inline spans, lines of a block, comments, a named function."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.code import BLOCK_NEEDED, plainly_fenced
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.numbers import nearness, upper_bound
from crabtk.markdown import Code
from crabtk.quantities import Limit, counted
from crabtk.text import WORD, ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field, Quoted

_SPAN = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_FEWEST_LINES = 4
_COMMENT_MARKS: Mapping[tuple[str, ...], str] = {
    ("#",): "python py python3 bash sh shell zsh ruby rb r perl yaml yml toml dockerfile makefile powershell julia "
    "elixir nim",
    (
        "//",
        "/*",
    ): "javascript js jsx typescript ts tsx java c cpp c++ cs csharp c# go golang rust rs swift kotlin scala "
    "dart groovy scss",
    ("//", "/*", "#"): "php",
    ("/*",): "css",
    ("--", "/*"): "sql mysql postgresql plsql sqlite",
    ("--",): "haskell lua ada",
    ("%",): "matlab octave latex tex prolog erlang",
    ("<!--",): "html xml svg",
    (";",): "lisp clojure scheme asm",
}
_MARKS_OF = {language: marks for marks, languages in _COMMENT_MARKS.items() for language in languages.split()}
_ANY_MARK = ("# ", "// ", "/*", "-- ", "<!--")
_DEFINITION = re.compile(
    r"^(?:export[ \t]+)?(?:default[ \t]+)?(?:pub[ \t]+)?(?:async[ \t]+)?(?:def|function|func|fn|fun)[ \t]+"
    r"([A-Za-z_][A-Za-z0-9_]{2,30})[ \t]*\(",
    re.MULTILINE,
)
_CALLS = r"(?![^\n]*\b(?:if|while|return|else|for|switch|match|new|await)\b)"


class InlineCode(CountedType):
    """Number of inline code spans: text between single backticks on one line, outside fenced blocks."""

    name = "code:spans"
    examples = ("Run `make test` first. If it fails, read `build.log` and set `CC` to another compiler.",)
    wordings = (
        "Inline code spans in single backticks: {relation} {n}.",
        "Use {relation} {n} inline code {n|span|spans}, written between single backticks.",
        "Your response must contain {relation.firm} {n} {n|passage|passages} of inline code between single backticks.",
        "{relation.limit} number of inline code spans, fenced blocks not counted: {n}.",
        "{relation.cap} {n} {n|term|terms} should be set as inline code by a single backtick on either side.",
        "Could you mark up inline code with single backticks, in {n} {n|place|places}{relation.tail}?",
        "The number of inline code spans, written between single backticks, {relation.must} {n}.",
        "I index whatever stands between single backticks as inline code, and I expect {relation} {n} such "
        "{n|entry|entries}, repetitions counted.",
        "Set names of commands, files or functions as inline code, so that {relation} {n} {n|span stands|spans stand} "
        "between single backticks; fenced blocks do not count.",
        "When you are done, count the inline code spans in single backticks: what I asked for is {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        spans = len(text.part(_spans))
        if spans < 2:
            return None
        # A backtick besides those of spans and fences makes readers pair them differently.
        paired = sum(line.count("`") for line in text.prose_lines) == 2 * spans
        return exact_or_at_least(spans, rng) if paired and text.part(plainly_fenced) else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_spans))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (counted("code_spans", params["relation"], params["n"]),)


class CodeLines(ConstraintType):
    """The longest fenced code block in lines between its fences, blank ones counted; there must be a block."""

    name = "code:lines"
    fields: ClassVar[Mapping[str, Field]] = {"lines": Count()}
    examples = ("```sql\nSELECT name, length\nFROM rivers\nWHERE length > 500\n\nORDER BY length;\n```",)
    wordings = (
        "Lines per fenced code block: {lines} at most, with at least one block.",
        "Give code in fenced blocks, one or more, of at most {lines} {lines|line|lines} each.",
        "Your response must contain fenced code, and no fenced block may have more than {lines} {lines|line|lines}, "
        "blank ones counted.",
        "Maximum number of lines in a fenced code block: {lines}; show at least one block.",
        "Could you show code in fenced blocks, none of them longer than {lines} {lines|line|lines}?",
        "Keep each fenced code block to {lines} {lines|line|lines} or fewer, and include at least one such block.",
        "Fenced code is required; the longest block of it may run to {lines} {lines|line|lines}.",
        "No code block between Markdown fences may exceed {lines} {lines|line|lines}, and there must be such a block.",
        "My slides have room for {lines} {lines|line|lines} of code, so let every fenced block fit, blank lines "
        "included, and write at least one.",
        "Whatever code you show belongs in fenced blocks, of which there is at least one, and each stays within "
        "{lines} {lines|line|lines} between its fences.",
        "When writing code, use fences, at least once, and close each block after {lines} {lines|line|lines} at the "
        "latest.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.code_blocks:
            return None
        longest = max(map(_height, text.code_blocks))
        plain = longest >= _FEWEST_LINES and text.words and text.part(plainly_fenced)
        return {"lines": upper_bound(longest, rng)} if plain else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or not text.code_blocks:
            return 0.0
        return nearness(max(map(_height, text.code_blocks)), None, params["lines"])

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("code:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (BLOCK_NEEDED,)


class CommentedCode(ConstraintType):
    """A fenced code block holds a line that is nothing but a comment in the block's language.

    In a block whose language is unknown, a line is a comment that begins with one of the usual marks.
    """

    name = "code:comments"
    examples = ("Try this:\n\n```python\n# The tide turns twice a day.\ntides = 2\n```",)
    wordings = (
        "Comment your code: at least one line in a fenced code block must be nothing but a comment.",
        "Your response must contain a fenced code block with a comment on a line of its own.",
        "Code comments required: at least one full comment line in a fenced block.",
        "Could you explain the code by a comment on its own line inside a fenced code block?",
        "Include fenced code, and give a comment in it a line to itself.",
        "In at least one fenced code block, a whole line must be a comment.",
        "Put a comment line into the code, which goes between Markdown fences.",
        "There has to be a comment that fills a line of its own in the fenced code.",
        "My students read the code before the text, so place at least one comment on a separate line within a fenced "
        "code block.",
        "Write the code in a fenced block and add a comment to it, not behind a statement but on a line of its own.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.code_blocks:
            return None
        told = any(block.language in _MARKS_OF and _has_comment(block) for block in text.code_blocks)
        return {} if told and text.part(plainly_fenced) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return any(map(_has_comment, text.code_blocks))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("code:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (BLOCK_NEEDED,)


class NamedFunction(ConstraintType):
    """A fenced code block defines a function or method of that name, spelt just so.

    A definition is told by its line: a keyword such as ``def`` or ``function`` before the name, a function
    assigned to the name, or the name with brackets and an opening brace behind it.
    """

    name = "code:function"
    fields: ClassVar[Mapping[str, Field]] = {"name": Quoted()}
    examples = ("Here it is:\n\n```python\ndef add_tide(level, hours):\n    return level + hours % 12\n```",)
    wordings = (
        "Define a function or method named {name} in a fenced code block.",
        "Your response must contain fenced code that defines a function or method called {name}.",
        "Name of a function or method that a fenced code block must define: {name}.",
        "Could you write the code in a fenced block and have it define a function or method called {name}?",
        "Include a fenced code block in which a function (or method) by the name of {name} is defined.",
        "The code, in a fenced block, has to define a function or method with the exact name {name}.",
        "Give one of your functions or methods the name {name} and show its definition between code fences.",
        "My tests look for {name} in the code block of your answer, so define a function or method of that name, "
        "spelt just so, in fenced code.",
        "A fenced block of code must hold the definition of {name}, a function or method.",
        "In fenced code, define {name} as a function or method; upper and lower case matter.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.code_blocks:
            return None
        names = sorted({name for block in text.code_blocks for name in _DEFINITION.findall(block.content)} - {"main"})
        if not names or not text.part(plainly_fenced):
            return None
        params = {"name": rng.choice(names)}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        name = str(params["name"])
        held = (block.content for block in text.code_blocks if name in block.content)
        return bool(name) and any(_definition(name).search(content) for content in held)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("code:absent", "markdown:absent")

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return (BLOCK_NEEDED,)

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return (params["name"],)


def _spans(text: ParsedText) -> tuple[str, ...]:
    if "`" not in text.raw:
        return ()
    return tuple(span for line in text.prose_lines for span in _SPAN.findall(line))


def _height(block: Code) -> int:
    return block.content.count("\n") + 1 if block.content else 0


def _has_comment(block: Code) -> bool:
    marks = _MARKS_OF.get(block.language, _ANY_MARK)
    lines = (line.lstrip() for line in block.content.split("\n"))
    return any(line.startswith(marks) and not line.startswith("#!") and WORD.search(line) for line in lines)


@lru_cache(maxsize=256)
def _definition(name: str) -> re.Pattern[str]:
    """Return an expression for the definition of a function; each alternative reads a line once."""
    bare = re.escape(name)
    keyword = r"(?<![\w.])(?:def|function\*?|func|fn|fun|sub|defn|defun|procedure)[ \t]+(?:\([^()\n]*\)[ \t]*)?"
    assigned = r"[ \t]*(?::[^=\n]{0,80})?=[ \t]*(?:async[ \t]*)?(?:function\b|lambda\b|\([^()\n]*\)\s*=>|\w+[ \t]*=>)"
    braced = rf"^[ \t]*+{_CALLS}(?:[\w<>\[\],.*&:?~]+[ \t]+)*[*&]*{bare}[ \t]*\([^()]*\)[^\n;{{]*+\s*+\{{"
    return re.compile(rf"{keyword}{bare}(?!\w)|(?<![\w.]){bare}{assigned}|{braced}", re.MULTILINE)


TYPES: tuple[ConstraintType, ...] = (InlineCode(), CodeLines(), CommentedCode(), NamedFunction())
