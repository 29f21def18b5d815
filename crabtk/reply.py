"""What a model says, out of the forms in which replies come: plain text, parts, hidden reasoning, nothing."""

from __future__ import annotations

import re
from typing import Any

_THINKING = re.compile(r"\s*<(think|thinking|reasoning)>.*?</\1>\s*", re.DOTALL)
_OPEN = re.compile(r"\s*<(?:think|thinking|reasoning)>")
_LAST_TAG = re.compile(r"<\w+>\s*\Z")
_CLOSE = re.compile(r"</(?:think|thinking|reasoning)>\s*")


def reply_text(value: Any) -> str:
    """Return a reply as one text.

    Args:
        value: A text; None, which is an empty reply; a message (its ``content`` counts); or a list of parts, of
            which those of text are joined by line breaks, as OpenAI's and Anthropic's interfaces give them.

    Raises:
        ValueError: It is none of these; says what it is.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "content" in value:
        return reply_text(value["content"])
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(value["text"])
    if isinstance(value, list | tuple):
        spoken = (part for part in value if not isinstance(part, dict) or part.get("type", "text") in _SPOKEN)
        return "\n".join(reply_text(part) for part in spoken)
    raise ValueError(f"a reply is a text or a list of parts, not {type(value).__name__}")


_SPOKEN = frozenset({"text", "output_text", "message"})
"""Kinds of parts that a reader sees; pictures, tool calls and reasoning are none."""


def without_thinking(text: str) -> str:
    """Return a reply without the reasoning that the reader does not see.

    A block ``<think>…</think>`` (or ``<thinking>``, ``<reasoning>``) at the beginning is left out with the white
    space around it; likewise all before a lone closing tag, since chat templates often open the block in the
    prompt. A block that is never closed hides all that follows: the reply is empty. Tags that come later are text.
    """
    if opened := _THINKING.match(text):
        return text[opened.end() :]
    if _OPEN.match(text):
        return ""
    closed = _CLOSE.search(text)
    if closed and not re.search(r"<(?:think|thinking|reasoning)>", text[: closed.start()]):
        return text[closed.end() :]
    return text


def opened_by(text: str) -> str:
    """Return what of a text's end opens a block of hidden reasoning, with the white space after it; else ``""``.

    Which tags open one is what ``without_thinking`` takes for an opening.

    Args:
        text: All that a model is given before it writes, or the end of it.
    """
    last = _LAST_TAG.search(text)
    return last[0] if last and not without_thinking(f"{last[0]}.") else ""
