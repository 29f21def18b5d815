"""How much two wordings are alike."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel


def rouge_l(one: Sequence[str], other: Sequence[str]) -> float:
    """Return ROUGE-L's F1 over words: twice the longest common subsequence over both lengths."""
    return float(Indel.normalized_similarity(one, other))
