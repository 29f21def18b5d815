"""The constraint types that a model writes: the paper's thirteen, as data.

What such a constraint counts is grounded in a measured type or dropped, so neither the questions nor the
examples invite a number.

Source:
    arXiv 2410.24175, table of constraint types; every text here is our own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TranslatedType:
    """A property of a response that only a model can put into words.

    Attributes:
        name: ``family:name``; never the name of a measured type.
        key: The key under which the model answers, in one JSON object for all types.
        question: One line that tells the model what to look for in the response.
        always: Every response of some length has it, so the model may not answer null.
    """

    name: str
    key: str
    question: str
    always: bool = False


TRANSLATED: tuple[TranslatedType, ...] = (
    TranslatedType(
        "situation:refined_instruction",
        "refined_instruction",
        "The instruction itself, rewritten with the circumstances (who asks, for whom, to what end, under which "
        "limits) that the response answers to; ask for nothing that the response does not give.",
        always=True,
    ),
    TranslatedType(
        "style:writing",
        "writing_style",
        "The tone, register or voice that the response keeps to throughout.",
        always=True,
    ),
    TranslatedType(
        "content:semantic_elements",
        "semantic_elements",
        "A theme, entity, cause, effect or point of view that the response treats and could have left out.",
        always=True,
    ),
    TranslatedType(
        "format:morphological",
        "morphological",
        "A regular use of word forms or written shapes: verb forms that open items, spelling, affixes, "
        "capitals, symbols or punctuation used in one way.",
    ),
    TranslatedType(
        "language:multilingual",
        "multilingual",
        "The use of more than one language, or of borrowed words, translations or scripts.",
    ),
    TranslatedType(
        "style:literary_device",
        "literary_device",
        "A figure of speech that clearly occurs: metaphor, simile, alliteration, rhyme, irony, personification …",
    ),
    TranslatedType(
        "style:grammatical_structure",
        "grammatical_structure",
        "A grammatical pattern kept up in the response: tense, person, voice, mood, conditionals, questions.",
        always=True,
    ),
    TranslatedType(
        "content:hierarchy",
        "hierarchy",
        "The order or priority of parts: what comes before what, what is main and what is subordinate.",
        always=True,
    ),
    TranslatedType(
        "format:special_output",
        "special_output",
        "A recognisable document form: letter, dialogue, recipe, press release, script, table, source code …",
    ),
    TranslatedType(
        "format:paragraphs",
        "paragraphs",
        "How paragraphs or sections are divided and what each is devoted to.",
    ),
    TranslatedType(
        "content:specific_sentence",
        "specific_sentence",
        "What a particular sentence does, such as the opening or closing one; describe it and do not quote it.",
        always=True,
    ),
    TranslatedType(
        "format:keyword_formatting",
        "keyword_formatting",
        "How certain words are set off: bold, italics, capitals, quotation marks, code font.",
    ),
    TranslatedType(
        "format:item_listing",
        "item_listing",
        "How list items are built: what each contains, in which order, with which marker or label.",
    ),
)
"""In the paper's order."""
