"""ShareGPT, as Vicuna's split files have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.base import Found, RowReader


class ShareGpt(RowReader):
    """``{"id", "conversations": [{"from", "value"}, …]}``."""

    name = "sharegpt"

    def recognises(self, value: Any) -> bool:
        """Tell a ShareGPT row by its turns."""
        return self.has(value, "conversations") and conversation.is_conversation(
            value["conversations"], "from", "value"
        )

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Take the first human turn, the first answer to it, and the whole conversation."""
        return conversation.found(conversation.turns(value["conversations"], "from", "value"))
