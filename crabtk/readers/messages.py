"""Lists of messages, as TRL, OpenAI and Tülu write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.base import Found, RowReader, kind
from crabtk.types import Message


class Messages(RowReader):
    """``{"messages": [{"role", "content"}, …]}``; ``system`` and ``language`` beside it are optional."""

    name = "messages"

    def recognises(self, value: Any) -> bool:
        """Tell a row by its list of messages."""
        return self.has(value, "messages") and conversation.is_conversation(value["messages"], "role", "content")

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Take the first user's message, the first answer to it, and the whole conversation."""
        return conversation.found(chat(value["messages"], value.get("system")), value.get("language"))


def chat(messages: Sequence[Mapping[str, Any]], system: Any = None) -> list[Message]:
    """Return messages as crabtk's, with a system message set before them where one is given beside them.

    Raises:
        ValueError: A message is of an unknown role, or holds something other than text.
    """
    found = [Message(m.role, _text(m.content)) for m in conversation.turns(messages, "role", "content")]
    if isinstance(system, str) and system.strip() and not any(m.role == "system" for m in found):
        return [Message("system", system), *found]
    return found


def _text(content: Any) -> Any:
    """Join OpenAI's content parts; anything but text parts cannot become a seed."""
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, list) and all(isinstance(p, Mapping) and isinstance(p.get("text"), str) for p in content):
        return "".join(part["text"] for part in content)
    raise ValueError(f"the content of a message is {kind(content)}, not a text or a list of text parts")
