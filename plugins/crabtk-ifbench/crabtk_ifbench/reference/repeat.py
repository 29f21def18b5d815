"""``repeat:``."""

from __future__ import annotations

from crabtk import ParsedText
from crabtk_ifbench.reference.facts import SENTENCE_TO_REPEAT


def repeat_change(text: ParsedText, prompt_to_repeat: str) -> bool:
    """Compare all words but the first; that it was changed is seen from the whole text, white space included."""
    return text.raw != prompt_to_repeat and text.raw.split()[1:] == prompt_to_repeat.split()[1:]


def repeat_simple(text: ParsedText) -> bool:
    """Compare with one sentence, case ignored."""
    return text.raw.strip().lower() == SENTENCE_TO_REPEAT.lower()


def repeat_span(text: ParsedText, prompt_to_repeat: str, n_start: int, n_end: int) -> bool:
    """Compare with words ``n_start`` to ``n_end - 1``, though the wording says characters and both ends."""
    return text.raw.lower().split() == prompt_to_repeat.lower().split()[n_start:n_end]
