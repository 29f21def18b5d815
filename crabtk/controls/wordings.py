"""How a control words what the official recipe's scripts state; the sentences are our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WORDINGS: Mapping[tuple[str, str], Sequence[str]] = {
    ("length:words", "between"): (
        "The response should be between {low} and {high} words long.",
        "Write {low} to {high} words.",
        "Keep the length of your answer within {low} and {high} words.",
        "Your text needs at least {low} words and may have up to {high}.",
    ),
    ("length:words", "at_least"): (
        "The response should have at least {words} words.",
        "Write no fewer than {words} words.",
        "Give an answer of {words} words or more.",
        "Minimum length: {words} words.",
    ),
    ("length:words", "about"): (
        "The response should have about {words} words, give or take ten percent.",
        "Write roughly {words} words, within a margin of 10%.",
        "Aim at a length of {words} words (10% more or fewer is fine).",
        "Length: around {words} words, plus or minus a tenth.",
    ),
    ("length:words", "at_most"): (
        "The response should have at most {words} words.",
        "Write no more than {words} words.",
        "Limit your answer to {words} words.",
        "Maximum length: {words} words.",
    ),
    ("length:words_per_sentence", ""): (
        "No sentence should have more than {words} words.",
        "Keep each sentence within {words} words.",
        "Use sentences of at most {words} words.",
        "Every sentence has to stay at or below {words} words.",
    ),
    ("length:sentences_per_paragraph", ""): (
        "Each paragraph should have at most {sentences} {sentences|sentence|sentences}.",
        "Use no more than {sentences} {sentences|sentence|sentences} per paragraph.",
        "Limit every paragraph to {sentences} {sentences|sentence|sentences}.",
        "A paragraph may hold up to {sentences} {sentences|sentence|sentences}.",
    ),
    ("length:characters_per_word", "at_least"): (
        "Each word should have at least {characters} {characters|character|characters}.",
        "Use words of {characters} {characters|character|characters} or more.",
        "No word should be shorter than {characters} {characters|character|characters}.",
        "Words need a length of at least {characters} {characters|character|characters}.",
    ),
    ("keyword:include", ""): (
        "Include these keywords in your response: {phrases}.",
        "Your answer should mention {phrases}.",
        "Make use of the following keywords: {phrases}.",
        "The response must contain {phrases}.",
    ),
    ("punctuation:absent", ""): (
        "Do not use any {mark} in your response.",
        "Write without a single {mark}.",
        "Avoid the {mark} altogether.",
        "The answer must contain no {mark}.",
    ),
}
"""By type and relation, empty where there is but one."""
