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
        examples: Two short constraints of this type, on different subjects.
    """

    name: str
    key: str
    question: str
    examples: tuple[str, str]


TRANSLATED: tuple[TranslatedType, ...] = (
    TranslatedType(
        "situation:refined_instruction",
        "refined_instruction",
        "The instruction itself, rewritten with the circumstances (who asks, for whom, to what end, under which "
        "limits) that the response answers to; ask for nothing that the response does not give.",
        (
            "I volunteer at a village library; suggest outdoor reading events that shy children would enjoy.",
            "As a night nurse with little time to cook, I need cheap meals that keep well in a staff fridge.",
        ),
    ),
    TranslatedType(
        "style:writing",
        "writing_style",
        "The tone, register or voice that the response keeps to throughout.",
        (
            "Write in the dry, factual tone of an encyclopaedia entry.",
            "Sound like a friendly coach who speaks to a nervous beginner.",
        ),
    ),
    TranslatedType(
        "content:semantic_elements",
        "semantic_elements",
        "A theme, entity, cause, effect or point of view that the response treats and could have left out.",
        (
            "Discuss how the weather affects the decision.",
            "Take the view of the people who live next to the new railway line.",
        ),
    ),
    TranslatedType(
        "format:morphological",
        "morphological",
        "A regular use of word forms or written shapes: verb forms that open items, spelling, affixes, "
        "capitals, symbols or punctuation used in one way.",
        (
            "Begin every step with a verb in the imperative.",
            "Follow British spelling throughout.",
        ),
    ),
    TranslatedType(
        "language:multilingual",
        "multilingual",
        "The use of more than one language, or of borrowed words, translations or scripts.",
        (
            "Give the Japanese name of each dish in brackets after the English one.",
            "Leave legal terms in Latin and explain them in plain English.",
        ),
    ),
    TranslatedType(
        "style:literary_device",
        "literary_device",
        "A figure of speech that clearly occurs: metaphor, simile, alliteration, rhyme, irony, personification …",
        (
            "Compare the heart to a machine in an extended metaphor.",
            "Let the storm speak and act like a person.",
        ),
    ),
    TranslatedType(
        "style:grammatical_structure",
        "grammatical_structure",
        "A grammatical pattern kept up in the response: tense, person, voice, mood, conditionals, questions.",
        (
            "Stay in the past tense and in the first person.",
            "Prefer the passive voice when describing the procedure.",
        ),
    ),
    TranslatedType(
        "content:hierarchy",
        "hierarchy",
        "The order or priority of parts: what comes before what, what is main and what is subordinate.",
        (
            "Explain the risks before you mention any benefit.",
            "Move from general principles to the particular case, and leave exceptions for the end.",
        ),
    ),
    TranslatedType(
        "format:special_output",
        "special_output",
        "A recognisable document form: letter, dialogue, recipe, press release, script, table, source code …",
        (
            "Present the answer as a dialogue between a teacher and a pupil.",
            "Lay it out as a formal letter with salutation and closing.",
        ),
    ),
    TranslatedType(
        "format:paragraphs",
        "paragraphs",
        "How paragraphs or sections are divided and what each is devoted to.",
        (
            "Devote a separate paragraph to each season.",
            "Close with a short section that sums up the argument.",
        ),
    ),
    TranslatedType(
        "content:specific_sentence",
        "specific_sentence",
        "What a particular sentence does, such as the opening or closing one; describe it and do not quote it.",
        (
            "Open with a sentence that thanks the reader for the question.",
            "Close with a sentence that urges the reader to see a doctor.",
        ),
    ),
    TranslatedType(
        "format:keyword_formatting",
        "keyword_formatting",
        "How certain words are set off: bold, italics, capitals, quotation marks, code font.",
        (
            "Set the name of each tool in bold.",
            "Put technical terms in quotation marks where they are introduced.",
        ),
    ),
    TranslatedType(
        "format:item_listing",
        "item_listing",
        "How list items are built: what each contains, in which order, with which marker or label.",
        (
            "Start each item with a short label and a colon, followed by an explanation.",
            "List the ingredients with their quantities before the names.",
        ),
    ),
)
"""In the paper's order."""
