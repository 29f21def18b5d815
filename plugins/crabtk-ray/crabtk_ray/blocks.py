"""Requests in blocks: what one actor is handed at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crabtk.types import Request


@dataclass(eq=False)
class Block:
    """Requests that stand together and go to one actor.

    Attributes:
        requests: Those without an answer, by number.
        deaths: How many actors died that had it.
    """

    requests: dict[int, Request]
    deaths: int = 0


def blocks(requests: Iterator[Request], size: int) -> Iterator[Block]:
    """Cut requests into blocks of at most ``size``, looking one request ahead.

    Requests on one response share most of their prompt, which an engine reads once if they come together: where they
    fit into a block they are not parted. The cuts follow from the requests alone, not from who is free when.
    """
    held: list[tuple[int, Request]] = []
    borders: list[int] = []
    for numbered in enumerate(requests):
        if held and not share_prefix(held[-1][1], numbered[1]):
            borders.append(len(held))
        held.append(numbered)
        if len(held) > size:
            cut = borders[-1] if borders else size
            yield Block(dict(held[:cut]))
            # What is left is of one kind: the last border was the cut.
            held, borders = held[cut:], []
    if held:
        yield Block(dict(held))


def share_prefix(one: Request, other: Request) -> bool:
    """Tell whether two prompts differ only in the second half of their last message."""
    if not one.messages or one.messages[:-1] != other.messages[:-1]:
        return False
    last, others = one.messages[-1], other.messages[-1]
    half = (min(len(last.content), len(others.content)) + 1) // 2
    return last.role == others.role and last.content[:half] == others.content[:half]
