"""IFEval's instructions as Multi-IF's reference changed them: lengths by language, and quotation marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crabtk import Checker, Constraint, InstructionSet, Params, ParsedText
from crabtk_multi_if.lengths import LANGUAGES, sentence_count, word_count
from crabtk_multi_if.spoken import detected

_QUOTES = (("\u201c", "\u201d"), ("\u300c", "\u300d"))
_COUNTS: Mapping[str, tuple[str, Callable[[ParsedText], int | None]]] = {
    "length_constraints:number_words": ("num_words", word_count),
    "length_constraints:number_sentences": ("num_sentences", sentence_count),
}


class ReferenceSet:
    """IFEval's set with the verdicts of Multi-IF's reference.

    It counts words and sentences of Chinese, Japanese, Thai and Hindi in their own ways, and takes curly and corner
    quotation marks for quotation marks; in everything else it is IFEval's.
    """

    def __init__(self, ifeval: InstructionSet) -> None:
        """Take IFEval's set."""
        self._ifeval = ifeval
        self.name = ifeval.name
        self.ids: Mapping[str, Sequence[str]] = ifeval.ids

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        """Return the reference's checker."""
        ifevals = self._ifeval.upstream(id_, kwargs, prompt, seed)
        if id_ == "startend:quotation":
            return lambda text: ifevals(text) or _is_quoted(text.raw.strip())
        limit, count = _COUNTS.get(id_, ("", None))
        n, relation = kwargs.get(limit), kwargs.get("relation")
        if count is None or n is None or relation is None or n < 0:
            return ifevals
        return lambda text: _counted(text, count, n, relation, ifevals)

    def canonical(self, id_: str, kwargs: Params, prompt: str) -> Sequence[Constraint]:
        """Return what IFEval's wording says; it holds in every language."""
        return self._ifeval.canonical(id_, kwargs, prompt)

    def alias(self, constraint: Constraint) -> tuple[str, Params] | None:
        """Return IFEval's alias."""
        return self._ifeval.alias(constraint)


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and any(text[0] == begin and text[-1] == end for begin, end in _QUOTES)


def _counted(
    text: ParsedText, count: Callable[[ParsedText], int | None], n: int, relation: str, ifevals: Checker
) -> bool:
    found = count(text) if text.part(detected) in LANGUAGES else None
    if found is None:
        return ifevals(text)
    return found < n if relation == "less than" else found >= n
