"""The language of a response."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.language import detect, may_be
from crabtk.text import ParsedText
from crabtk.types import Params
from crabtk.wording import Field, OneOf

LANGUAGES: Mapping[str, str] = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "gl": "Galician",
    "gu": "Gujarati",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "kn": "Kannada",
    "ko": "Korean",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ne": "Nepali",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""Languages that can be asked for, by ISO 639-1 code."""


class ResponseLanguage(ConstraintType):
    """The language of the response outside code blocks, as a detector guesses it.

    A text too short to tell passes unless another language is likely; measured only where the detector is sure.
    Not measured for English: nearly every seed is English, so asking for it would teach nothing. Nor where
    the source states another language than the detector, or the two halves of the text disagree.
    """

    name = "language:response"
    fields: ClassVar[Mapping[str, Field]] = {"language": OneOf(LANGUAGES)}
    wordings = (
        "Write your response in {language}.",
        "Your response must be in {language}.",
        "The language of the answer is {language}.",
        "Could you answer in {language}?",
        "Language: {language}.",
        "I am going to read this to someone who only understands {language}, so use that language.",
        "Reply in {language}.",
        "{language} is the language to answer in.",
        "Whatever language this request is in, respond in {language}.",
        "Use {language} from the first word to the last; code, if there is any, is exempt.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        language = text.detected
        if language == "en" or language not in LANGUAGES or text.language != language:
            return None
        content = "\n".join(text.prose_lines)
        half = len(content) // 2
        agrees = detect(content[:half]) == language == detect(content[half:])
        return {"language": language} if agrees and self.check(text, {"language": language}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and may_be("\n".join(text.prose_lines), str(params["language"]))


TYPES: tuple[ConstraintType, ...] = (ResponseLanguage(),)
