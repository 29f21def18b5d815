"""Orca-Chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.alpaca import with_input
from crabtk.readers.base import Found, RowReader
from crabtk.types import Message


class OrcaChat(RowReader):
    """``{"instruction", "conversation": [{"input", "output"}, …]}``."""

    name = "orca-chat"

    def recognises(self, value: Any) -> bool:
        """Tell an Orca-Chat row by its keys and those of its turns."""
        return self.has(value, "instruction", "conversation") and conversation.is_conversation(
            value["conversation"], "input", "output"
        )

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Join the instruction and the first input by a blank line; later turns stand as they are."""
        turns = value["conversation"]
        if not turns:
            raise ValueError("the conversation has no turn")
        messages: list[Message] = []
        for turn in turns:
            messages += [Message("user", turn["input"]), Message("assistant", turn["output"])]
        messages[0] = Message("user", with_input(value["instruction"], turns[0]["input"]))
        return conversation.found(messages)
