"""How FollowBench calls the parts of itself."""

from __future__ import annotations

from typing import Literal

Category = Literal["content", "situation", "style", "format", "example", "mixed"]
"""As the release names its files; the field ``category`` of a row of ``mixed`` lists kinds, and is not used."""

Level = Literal[1, 2, 3, 4, 5]
"""How many constraints were added to the prompt of level 0."""
