"""Forms that take the whole response, such as JSON, CSV or one line of entries, and what they leave no room for."""

from __future__ import annotations

from crabtk.types import Constraint

_FORMS = frozenset({"json", "csv", "choice", "reverse", "sequence", "quiz"})
_FORM_TYPES = frozenset({"code:only", "tag:wrapped", "layout:stairs", "layout:word_per_line"})
_RUNNING_TEXT = frozenset(
    {
        "closing",
        "copy",
        "dialogue",
        "document",
        "emphasis",
        "heading",
        "list",
        "markdown",
        "opening",
        "paragraphs",
        "quotation",
        "reading",
        "section",
        "sentence",
        "start_end",
        "table",
        "title",
    }
)
_RUNNING_TEXT_TYPES = frozenset(
    {
        "emoji:sentence_end",
        "length:average_sentence",
        "length:sentences",
        "length:sentences_per_paragraph",
        "length:words_per_sentence",
        "punctuation:hyphen_joined",
        "punctuation:sentence_end",
    }
)


def of_running_text(other: Constraint) -> bool:
    """Tell whether a constraint speaks of sentences, paragraphs or Markdown, by its family or name."""
    return _family(other.type) in _RUNNING_TEXT or other.type in _RUNNING_TEXT_TYPES


def another_form(name: str, other: Constraint) -> bool:
    """Tell whether a constraint wants the whole response in a form of another family than ``name``."""
    family = _family(other.type)
    return family != _family(name) and (family in _FORMS or other.type in _FORM_TYPES)


def leaves_no_room(name: str, other: Constraint) -> bool:
    """Tell whether the form ``name`` cannot stand with a constraint: running text, or another form."""
    return of_running_text(other) or another_form(name, other)


def _family(name: str) -> str:
    return name.partition(":")[0]
