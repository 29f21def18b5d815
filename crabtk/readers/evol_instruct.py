"""WizardLM's Evol-Instruct V2."""

from __future__ import annotations

from typing import Any

from crabtk.readers.sharegpt import ShareGpt


class EvolInstruct(ShareGpt):
    """``{"idx", "conversations": [{"from", "value"}, …]}``: ShareGPT's turns under another row key."""

    name = "evol-instruct"

    def recognises(self, value: Any) -> bool:
        """Tell an Evol-Instruct row by ``idx``, which ShareGPT does not have."""
        return self.has(value, "idx") and super().recognises(value)
