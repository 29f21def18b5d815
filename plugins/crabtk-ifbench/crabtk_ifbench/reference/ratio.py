"""``ratio:``."""

from __future__ import annotations

from crabtk import ParsedText
from crabtk_ifbench.reference.sentences import sentences
from crabtk_ifbench.reference.tokens import stop_words, word_runs

_TOLERANCE = 2


def stop_word_share(text: ParsedText, percentage: int) -> bool:
    """Count stop words among runs of word characters; a text without any fails."""
    words = text.part(word_runs)
    return bool(words) and 100 * (sum(word.lower() in stop_words() for word in words) / len(words)) <= percentage


def sentence_type(text: ParsedText) -> bool:
    """Compare sentences that end in ``.`` and in ``?``; none of either passes."""
    return _ending(text, ".") == 2 * _ending(text, "?")


def sentence_balance(text: ParsedText) -> bool:
    """Compare sentences that end in ``.``, ``?`` and ``!``; none of any passes."""
    return _ending(text, ".") == _ending(text, "?") == _ending(text, "!")


def overlap(text: ParsedText, reference_text: str, percentage: int) -> bool:
    """Compare runs of three characters, not words; too short a text fails."""
    own = _trigrams(text.raw)
    if not own:
        return False
    shared = 100 * (len(own & _trigrams(reference_text)) / len(own))
    return percentage - _TOLERANCE <= shared <= percentage + _TOLERANCE


def sentence_words(text: ParsedText) -> bool:
    """Compare the lengths of three sentences; never look at the words."""
    found = text.part(sentences)
    return len(found) == 3 and len({len(sentence) for sentence in found}) == 1


def _ending(text: ParsedText, mark: str) -> int:
    return sum(sentence.endswith(mark) for sentence in text.part(sentences))


def _trigrams(raw: str) -> set[str]:
    return {raw[start : start + 3] for start in range(len(raw) - 2)}
