"""Wordings that are alike are found, whatever shortcut is taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crabtk.pipeline.alike import alike, words_of

WORDS = st.lists(
    st.sampled_from(["use", "the", "a", "no", "more", "than", "ten", "words", "Words"]), min_size=1, max_size=9
).map(" ".join)


def rouge_l(one: list[str], other: list[str]) -> float:
    """By the textbook: the longest common subsequence, then F1 of its shares of both."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            longer = max(lengths[i][j + 1], lengths[i + 1][j])
            lengths[i + 1][j + 1] = lengths[i][j] + 1 if a == b else longer
    return 2 * lengths[-1][-1] / (len(one) + len(other))


@given(WORDS, WORDS, st.sampled_from([0.0, 0.3, 0.45, 0.6, 0.75, 0.9, 1.0]))
def test_alike_is_rouge_l(one: str, other: str, more_than: float) -> None:
    expected = rouge_l(one.lower().split(), other.lower().split()) > more_than + 1e-9
    assert alike(words_of(one), words_of(other), more_than) == expected
