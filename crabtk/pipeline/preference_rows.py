"""Rows of the table of preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crabtk.canonical import digest

OWN_SOURCES = ("sampled", "seed_response", "hindsight")
"""What the table calls the sources of pairs that crabtk makes itself."""


def pair_row(
    source: str,
    seed_id: str | None,
    messages: Sequence[Mapping[str, str]],
    chosen: str,
    rejected: str,
    *,
    split: str,
    margin: float | None,
    constraint_ids: Sequence[str] = (),
    verdicts: tuple[str, str] = ("{}", "{}"),
) -> dict[str, Any]:
    """Return a row of schema ``Preferences``; its id hangs on the source's name and the pair's texts alone."""
    return {
        "pair_id": f"{source}-{digest([list(messages), chosen, rejected], 16)}",
        "source": source,
        "seed_id": seed_id,
        "messages": list(messages),
        "chosen": chosen,
        "rejected": rejected,
        "constraint_ids": list(constraint_ids),
        "chosen_verdicts": verdicts[0],
        "rejected_verdicts": verdicts[1],
        "margin": margin,
        "split": split,
    }
