"""Prompts with completions, as TRL writes them and crabtk's own samples are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.readers import conversation
from crabtk.readers.base import Found, RowReader
from crabtk.readers.messages import chat


class PromptCompletion(RowReader):
    """``{"prompt", "completion"}``, each a text or a list of messages; ``system`` and ``language`` are optional.

    ``response`` may stand for ``completion``, as in files of answers to a benchmark's prompts.
    """

    name = "prompt-completion"

    def recognises(self, value: Any) -> bool:
        """Tell a row by its two keys."""
        return self.has(value, "prompt", "completion") or self.has(value, "prompt", "response")

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Take the two texts as they stand; where one is a list, the first exchange and the whole conversation."""
        prompt, completion = value["prompt"], value["completion" if "completion" in value else "response"]
        system, language = value.get("system"), value.get("language")
        if not isinstance(prompt, list) and not isinstance(completion, list):
            return Found(prompt, completion, system, language)
        turns = [*_listed("user", prompt), *_listed("assistant", completion)]
        return conversation.found(chat(turns, system), language)


def _listed(role: str, side: Any) -> list[Any]:
    return side if isinstance(side, list) else [{"role": role, "content": side}]
