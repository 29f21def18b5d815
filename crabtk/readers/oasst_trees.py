"""OpenAssistant's trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crabtk.readers import oasst
from crabtk.readers.base import Found, RowReader


class OasstTrees(RowReader):
    """``{"message_tree_id", "prompt": {"text", "role", "replies": […], …}}``; a tree is a row and gives one pair."""

    name = "oasst-trees"

    def recognises(self, value: Any) -> bool:
        """Tell a tree by its root prompt."""
        return self.has(value, "message_tree_id", "prompt") and self.has(value["prompt"], "text", "role")

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Take the root prompt and its reply of rank 0."""
        return oasst.best_thread(value["prompt"], _replies)


def _replies(message: oasst.Node) -> Iterable[oasst.Node]:
    return message.get("replies") or ()
