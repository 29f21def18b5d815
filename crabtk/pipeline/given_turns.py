"""Which items of a benchmark a row of responses answers, and what it says to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.reply import reply_text
from crabtk.types import BenchmarkItem

_RESPONSES = ("response", "completion", "output")


@dataclass(frozen=True, slots=True)
class _About:
    """What a row is about: one turn of a conversation (an item that stands alone is one), or all from one on.

    Attributes:
        turns: Item ids of the whole conversation.
        turn: Place of the one turn, from 0; None is all.
        begins: Place of the turn that the row's first answer is to.
        least: How many answers there must be at the least.
        by_messages: Whether the row's first user message told the item, so that the answers must be to that.
    """

    turns: Sequence[str]
    turn: int | None
    begins: int = 0
    least: int = 1
    by_messages: bool = False


class GivenTurns:
    """A benchmark's items, found by what rows of responses call them."""

    def __init__(self, items: Sequence[BenchmarkItem]) -> None:
        """Take the items, each turn after the one that it follows on."""
        self._conversations: dict[str, list[str]] = {}
        self._keys: dict[str, list[str]] = {}
        self._prompts: dict[str, list[str]] = {}
        self._wordings: dict[str, set[str]] = {}
        for item in items:
            before = self._conversations.get(item.after or "", [])
            before.append(item.item_id)
            self._conversations[item.item_id] = before
            self._keys.setdefault(str(item.payload.get("key", item.item_id)), []).append(item.item_id)
            self._prompts.setdefault(_prompt(item), []).append(item.item_id)
            whole = item.payload.get("prompt")
            self._wordings[item.item_id] = {_prompt(item), *([whole.strip()] if isinstance(whole, str) else [])}

    def answers(self, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return item ids with their responses, at least one.

        Raises:
            ValueError: The row names no item, or holds no response to it; says which.
        """
        about = self._about(row)
        name = next((name for name in _RESPONSES if name in row), None)
        if isinstance(row.get("responses"), list):
            spoken = [reply_text(response) for response in row["responses"]]
        elif name is not None:
            return [(_one(about), reply_text(row[name]))]
        elif isinstance(row.get("messages"), list):
            spoken = _spoken(row["messages"], alone=len(about.turns) == 1 and not about.by_messages)
        else:
            raise ValueError(f"it has no response: none of the keys {', '.join(_RESPONSES)}, responses, messages")
        return _fitted(about, spoken)

    def is_reworded(self, row: Mapping[str, Any], item_id: str) -> bool:
        """Tell whether a row holds the text of a prompt that is none of the item's conversation."""
        prompt, turns = row.get("prompt"), self._conversations[item_id]
        asked = [prompt] if isinstance(prompt, str) else _contents(row.get("messages"), "user")
        known = set().union(*(self._wordings[turn] for turn in turns))
        # Before an item that stands alone there may be examples.
        return any(isinstance(text, str) and text.strip() not in known for text in asked[-len(turns) :])

    def _about(self, row: Mapping[str, Any]) -> _About:
        named, key = row.get("item_id"), row.get("key")
        if named is not None and str(named) in self._conversations:
            return self._about_item(str(named), row)
        if key is not None and (turns := self._keys.get(str(key))):
            if len(turns) == 1:
                return self._about_item(turns[0], row)
            turn = None if row.get("turn") is None else _turn(turns, row["turn"])
            return _About(turns, turn, self._begins(turns, row))
        return self._about_prompt(row)

    def _about_item(self, item_id: str, row: Mapping[str, Any]) -> _About:
        turns = self._conversations[item_id]
        return _About(turns, turns.index(item_id), self._begins(turns, row))

    def _begins(self, turns: Sequence[str], row: Mapping[str, Any]) -> int:
        """Return the place of the turn that a row's messages begin with; 0 where they ask what no turn asks."""
        asked = [] if isinstance(row.get("responses"), list) else _contents(row.get("messages"), "user")
        return next((place for place, turn in enumerate(turns) if asked and self._goes_on(turn, asked)), 0)

    def _about_prompt(self, row: Mapping[str, Any]) -> _About:
        texts = (text for name in ("prompt", "instruction") if isinstance(text := row.get(name), str))
        prompt, asked = next(texts, None), _contents(row.get("messages"), "user")
        by_messages = prompt is None
        item_id = self._found(asked) if by_messages else self._found([prompt])
        turns = self._conversations[item_id]
        place = turns.index(item_id)
        if len(turns) > 1 and row.get("turn") is not None:
            return _About(turns, _turn(turns, row["turn"]))
        if isinstance(row.get("responses"), list) or (isinstance(row.get("messages"), list) and not _has_one(row)):
            # Messages that begin with a later turn hold the answers from there on.
            begins = place if by_messages else 0
            return _About(turns, None, begins, place - begins + 1, by_messages)
        return _About(turns, place + len(asked) - 1 if by_messages else place)

    def _found(self, asked: Sequence[Any]) -> str:
        """Return the one item that asks the first of these prompts, and whose conversation then asks the others."""
        begun = self._prompts.get(asked[0].strip(), []) if asked and isinstance(asked[0], str) else []
        if not begun:
            raise ValueError("neither its item_id, its key nor its prompt is among the benchmark's")
        found = [item_id for item_id in begun if self._goes_on(item_id, asked)]
        if not found:
            raise ValueError("its messages begin with a prompt of the benchmark's, but then ask something else")
        if len(found) > 1:
            raise ValueError(f"its prompt is that of {len(found)} items; name the item by `key` or `item_id`")
        return found[0]

    def _goes_on(self, item_id: str, asked: Sequence[Any]) -> bool:
        """Tell whether what a user asks, from an item on, is what its conversation asks."""
        turns = self._conversations[item_id]
        turns = turns[turns.index(item_id) :]
        return len(asked) <= len(turns) and all(
            isinstance(text, str) and text.strip() in self._wordings[turn]
            for turn, text in zip(turns, asked, strict=False)
        )


def _has_one(row: Mapping[str, Any]) -> bool:
    return any(name in row for name in _RESPONSES)


def _one(about: _About) -> str:
    if about.turn is None:
        raise ValueError(f"its key has {len(about.turns)} turns: say which by `turn`, or give a list `responses`")
    return about.turns[about.turn]


def _fitted(about: _About, spoken: Sequence[str]) -> list[tuple[str, str]]:
    """Return the answers with their turns; with one turn wanted, that one's."""
    turns = about.turns[about.begins :]
    least = about.least if about.turn is None else about.turn - about.begins + 1
    if not spoken:
        raise ValueError("its `responses` are an empty list")
    if len(spoken) > len(turns):
        raise ValueError(f"it holds {len(spoken)} responses, and {turns[0]} has {_counted(len(turns), 'turn')}")
    if least < 1:
        raise ValueError(f"its messages begin after turn {about.begins + least}")
    if len(spoken) < least:
        place = about.begins + least
        raise ValueError(f"it holds {_counted(len(spoken), 'response')}, and {turns[least - 1]} is turn {place}")
    if about.turn is not None:
        return [(turns[least - 1], spoken[least - 1])]
    return list(zip(turns, spoken, strict=False))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}"


def _turn(turns: Sequence[str], turn: Any) -> int:
    try:
        place = int(turn)
    except (TypeError, ValueError):
        place = 0
    if not 1 <= place <= len(turns):
        raise ValueError(f"`turn` is {turn!r}, and {turns[0]} is the first of {len(turns)} turns")
    return place - 1


def _spoken(messages: Sequence[Any], *, alone: bool) -> list[str]:
    """Return the answers in messages: all of them; of an item that stands alone the last, as examples may precede."""
    if not messages or _role(messages[-1]) != "assistant":
        raise ValueError("its messages end without an answer")
    if alone:
        return [reply_text(messages[-1])]
    answers, asked = _contents(messages, "assistant"), _contents(messages, "user")
    if asked and len(asked) != len(answers):
        raise ValueError(f"its messages hold {len(asked)} prompts and {len(answers)} answers")
    return [reply_text(answer) for answer in answers]


def _contents(messages: Any, role: str) -> list[Any]:
    found: Iterable[Any] = messages if isinstance(messages, list) else ()
    return [message.get("content") for message in found if _role(message) == role]


def _role(message: Any) -> Any:
    return message.get("role") if isinstance(message, Mapping) else None


def _prompt(item: BenchmarkItem) -> str:
    return item.messages[-1].content.strip() if item.messages else ""
