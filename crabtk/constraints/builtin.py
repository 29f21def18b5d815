"""The measured constraint types that crabtk ships."""

from __future__ import annotations

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.characters import Capitals, NoDigits
from crabtk.constraints.code import CodeBlocks, CodeLanguage
from crabtk.constraints.headings import Headings, Level
from crabtk.constraints.json_value import ValidJson
from crabtk.constraints.keyword import Exclude, Frequency, Include
from crabtk.constraints.length import CharactersPerWord, Words
from crabtk.constraints.lists import Bullets, Marker, Numbered
from crabtk.constraints.markup import Bold, NoMarkdown, Placeholders
from crabtk.constraints.paragraph import Paragraphs, WordsPerParagraph
from crabtk.constraints.punctuation import Absent
from crabtk.constraints.response_language import ResponseLanguage
from crabtk.constraints.sentence import Sentences, SentencesPerParagraph, WordsPerSentence
from crabtk.constraints.start_end import FirstPhrase, LastPhrase, QuestionEnd
from crabtk.constraints.tables import TableColumns

TYPES: tuple[ConstraintType, ...] = (
    Words(),
    Sentences(),
    WordsPerSentence(),
    SentencesPerParagraph(),
    CharactersPerWord(),
    Paragraphs(),
    WordsPerParagraph(),
    Include(),
    Frequency(),
    Exclude(),
    Absent(),
    NoDigits(),
    Capitals(),
    Bullets(),
    Numbered(),
    Marker(),
    Headings(),
    Level(),
    Bold(),
    NoMarkdown(),
    Placeholders(),
    FirstPhrase(),
    LastPhrase(),
    QuestionEnd(),
    ResponseLanguage(),
    CodeLanguage(),
    CodeBlocks(),
    TableColumns(),
    ValidJson(),
)
"""One instance of each, by family."""
