"""What conversation formats share: their turns, the first pair among them, and the whole if it is well formed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crabtk.readers.base import Found, kind
from crabtk.types import Message, Role

SPEAKERS: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "human": "user",
    "user": "user",
    "prompter": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "assistant": "assistant",
}


def is_conversation(value: Any, speaker: str, text: str) -> bool:
    """Tell whether a value is a list of turns with these keys; an empty list is one."""
    return isinstance(value, Sequence) and all(
        isinstance(turn, Mapping) and speaker in turn and text in turn for turn in value
    )


def turns(conversation: Iterable[Mapping[str, Any]], speaker: str, text: str) -> list[Message]:
    """Return the turns with the three roles that crabtk knows.

    Args:
        conversation: As decoded.
        speaker: The key that names who speaks.
        text: The key that holds what is said.

    Raises:
        ValueError: A speaker is none of ``SPEAKERS`` (a tool, say).
        KeyError: A turn lacks one of the keys.
    """
    return [Message(_role(turn[speaker]), turn[text]) for turn in conversation]


def found(messages: Sequence[Message], language: Any = None) -> Found:
    """Return the first user's turn with the first assistant's turn after it, and the whole conversation.

    Empty system messages, which many exports carry, count as none.

    Raises:
        ValueError: There is no such pair.
    """
    messages = [m for m in messages if m.role != "system" or _says_something(m)]
    roles = [message.role for message in messages]
    if "user" not in roles:
        raise ValueError("the conversation has no turn of a user")
    asked = roles.index("user")
    if "assistant" not in roles[asked:]:
        raise ValueError("the conversation has no assistant's turn after the user's first")
    answered = roles.index("assistant", asked)
    system = next((message.content for message in messages[:asked] if message.role == "system"), None)
    return Found(messages[asked].content, messages[answered].content, system, language, whole(messages))


def whole(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return a conversation of more than one exchange, up to its last assistant's turn.

    Returns:
        Empty where it is one exchange only, where user and assistant do not take turns after at most one
        system message, or where a turn is empty.
    """
    kept = list(messages)
    while kept and kept[-1].role == "user":
        kept.pop()
    spoken = kept[1:] if kept and kept[0].role == "system" else kept
    alternates = all(
        message.role == ("user", "assistant")[place % 2] and _says_something(message)
        for place, message in enumerate(spoken)
    )
    return tuple(kept) if len(spoken) > 2 and len(spoken) % 2 == 0 and alternates else ()


def _says_something(message: Message) -> bool:
    return isinstance(message.content, str) and bool(message.content.strip())


def _role(speaker: Any) -> Role:
    try:
        return SPEAKERS[speaker]
    except (KeyError, TypeError):
        who = f'"{speaker}"' if isinstance(speaker, str) else kind(speaker)
        raise ValueError(f"unknown speaker {who}; known: {', '.join(SPEAKERS)}") from None
