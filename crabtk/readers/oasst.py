"""What OpenAssistant's two files share: which messages count, and the best thread of a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.base import Found
from crabtk.types import Message

Node = Mapping[str, Any]
Replies = Callable[[Node], Iterable[Node]]


def best_thread(root: Node, replies: Replies) -> Found:
    """Return a tree's root prompt with its best reply, and the conversation that goes on from there.

    Args:
        root: The first prompt.
        replies: Gives a message's replies, in the source's order.

    Returns:
        The pair, the prompt's language, and the thread: at each prompt the reply of rank 0, at each reply
        the first prompt that has one (prompts are not ranked).

    Raises:
        ValueError: Prompt or reply is deleted, failed its review or was never reviewed, or no reply is ranked.
    """
    if root["role"] != "prompter":
        raise ValueError(f'its root is a message of role "{root["role"]}", not of a prompter')
    _check(root, "prompt")
    answer = _best(root, replies)
    if answer is None:
        raise ValueError("its prompt has no assistant's reply of rank 0")
    _check(answer, "best reply")
    thread = [root, answer]
    while (exchange := _next_exchange(thread[-1], replies)) is not None:
        thread += exchange
    messages = [Message(conversation.SPEAKERS[message["role"]], message["text"]) for message in thread]
    return conversation.found(messages, root.get("lang"))


def _best(prompt: Node, replies: Replies) -> Node | None:
    return next((r for r in replies(prompt) if r["role"] == "assistant" and r.get("rank") == 0), None)


def _next_exchange(reply: Node, replies: Replies) -> tuple[Node, Node] | None:
    for prompt in replies(reply):
        if prompt["role"] == "prompter" and _fault(prompt) is None:
            answer = _best(prompt, replies)
            if answer is not None and _fault(answer) is None:
                return prompt, answer
    return None


def _check(message: Node, what: str) -> None:
    fault = _fault(message)
    if fault is not None:
        raise ValueError(f"its {what} {fault}")


def _fault(message: Node) -> str | None:
    """Say what speaks against a message; exports that leave the flags out hold reviewed messages only."""
    if message.get("deleted"):
        return "was deleted"
    reviewed = message.get("review_result", True)
    if reviewed is None:
        return "was never reviewed"
    return None if reviewed else "failed its review"
