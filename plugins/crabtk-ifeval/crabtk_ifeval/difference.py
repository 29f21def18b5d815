"""Where the registries ``upstream`` and ``fixed`` part, as data: each entry is shown true by a test."""

from __future__ import annotations

from dataclasses import dataclass, field

from crabtk import Params


@dataclass(frozen=True, slots=True)
class Difference:
    """One known difference.

    Attributes:
        id: Of the instruction.
        upstream: What the reference does.
        fixed: What the wording asks for.
        response: A response on which the verdicts differ.
        upstream_holds: The reference's verdict on it; the fixed one is the other.
        kwargs: Of the instruction.
    """

    id: str
    upstream: str
    fixed: str
    response: str
    upstream_holds: bool
    kwargs: Params = field(default_factory=dict)
