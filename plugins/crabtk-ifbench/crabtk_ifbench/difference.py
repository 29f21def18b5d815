"""What one difference between the two registries is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One known difference.

    Attributes:
        id: The instruction.
        upstream: What the reference does.
        fixed: What the wording says.
        response: A text on which the two verdicts differ.
        holds: The reference's verdict on it.
        kwargs: Keyword arguments for the example.
    """

    id: str
    upstream: str
    fixed: str
    response: str
    holds: bool
    kwargs: Mapping[str, Any] = field(default_factory=dict)
