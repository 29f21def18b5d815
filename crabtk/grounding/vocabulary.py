"""The words for what types speak of: units, marks, languages, things that can be missing. Data only."""

from __future__ import annotations

from typing import Any

COUNTED = {
    r"(?:non-blank |non-empty )?lines?": "length:lines",
    r"(?:unique|different|distinct) words?": "length:unique_words",
    r"(?:markdown )?(?:bullet points?|bullets?|bulleted items?|bullet items?|bulleted points?)"
    r"(?: in markdown(?: format)?)?": "list:bullets",
    r"(?:numbered items?|numbered points?|items? in (?:a|the) numbered list)": "list:numbered",
    r"(?:markdown )?(?:headings?|headers?)": "heading:count",
    r"(?:fenced )?code blocks?": "code:count",
    r"(?:markdown )?tables?": "table:count",
    r"(?:emojis?|emoji characters?)": "emoji:count",
    r"(?:links?|urls?|hyperlinks?|web addresses)": "link:count",
    r"(?:e-?mail addresses|e-?mail address)": "link:email",
    r"contractions?": "contraction:count",
    r"hashtags?": "symbol:hashtags",
    r"(?:bold(?:ed)? (?:words? or phrases?|phrases?|passages?|spans?)|phrases? in bold)": "emphasis:bold",
    r"(?:italic(?:i[sz]ed)? (?:phrases?|passages?|spans?)|phrases? in italics)": "emphasis:italic",
    r"(?:(?:phrases?|passages?|expressions?) in double quotation marks)": "quotation:count",
    r"(?:@-?mentions?)": "symbol:mentions",
    r"(?:latex formulas?)": "formula:count",
    r"(?:block ?quotes?|block quotations?)": "document:block_quotes",
    r"(?:markdown )?footnotes?": "document:footnotes",
    r"(?:horizontal rules?|horizontal lines?)": "document:rules",
    r"percentages?": "figures:percentages",
    r"(?:inline code spans?)": "code:spans",
    r"(?:words? (?:written )?(?:in|with) all (?:capital letters|capitals|caps)|all-?caps? words?|all-capital words?|"
    r"fully capitali[sz]ed words?)": "case:capitals",
    r"placeholders?(?: (?:represented by|in|enclosed in|within) square brackets)?(?:,? (?:such as|like) \[[^\[\]]*\]"
    r"(?:, \[[^\[\]]*\]){0,3}(?:,? and \[[^\[\]]*\])?)?": "placeholder:count",
    r"hyphenated words?": "punctuation:hyphenated",
}  # fmt: skip
"""Units that one counted type counts."""

RUNNING = {r"sentences?": "length:sentences"}
"""Units that a text consists of, so that a bare "one" is exact too."""

SINGLE = {
    r"(?:an? )?(?:bullet points|bulleted list|bullets|bullet list|bullet-point list|bullet point list|"
    r"unordered list)": "list:bullets",
    r"an? (?:numbered|ordered) list": "list:numbered",
    r"a (?:markdown )?table": "table:count",
    r"a (?:fenced )?code block": "code:count",
    r"a (?:markdown )?block ?quote": "document:block_quotes",
    r"a (?:markdown )?horizontal (?:rule|line)": "document:rules",
    r"markdown (?:headings|headers)": "heading:count",
}
"""What there should be, with the type that counts it."""

MARKS = {
    r"commas?": "comma",
    r"semi-?colons?": "semicolon",
    r"colons?": "colon",
    r"exclamation (?:marks?|points?)": "exclamation_mark",
    r"question marks?": "question_mark",
    r"(?:parenthes[ei]s|round brackets?)": "round_bracket",
    r"double (?:quotation marks?|quotes)": "double_quotation_mark",
    r"ampersands?": "ampersand",
    r"slash(?:es)?": "slash",
    r"ellips[ei]s": "ellipsis",
    r"(?:full stops?|periods?)": "full_stop",
    r"(?:em(?:[ -]dashes)? (?:or|and) en[ -]dashes|en(?:[ -]dashes)? (?:or|and) em[ -]dashes|"
    r"an em[ -]dash or an en[ -]dash)": "dash",
}

MISSING: dict[str, tuple[str, dict[str, Any]]] = {
    **{unit: ("punctuation:absent", {"mark": mark}) for unit, mark in MARKS.items()},
    r"(?:bold(?: text)? (?:or|and|nor) italics?(?: text)?|italics? (?:or|and|nor) bold(?: text)?)":
        ("emphasis:absent", {}),
    r"(?:digits|arabic numerals)": ("digits:absent", {}),
    r"emojis?": ("emoji:absent", {}),
    r"contractions": ("contraction:absent", {}),
    r"(?:capital|uppercase|upper-case) letters": ("case:lower", {}),
    r"(?:lowercase|lower-case|small) letters": ("case:upper", {}),
    r"(?:(?:fenced )?code blocks?)": ("code:absent", {}),
    r"(?:html tags?|html)": ("html:absent", {}),
    r"(?:links?|urls?|hyperlinks|web addresses)": ("link:absent", {}),
    r"(?:bullet(?:ed)?(?: lists| points)? (?:or|and|nor) numbered lists|bulleted or numbered lists|"
    r"lists(?: of any kind)?(?:, (?:neither )?bulleted (?:or|nor) numbered)?|lists)": ("list:absent", {}),
    r"(?:bullet points?|bullets|bulleted lists?|bullet lists)": ("list:bullets", {"relation": "exactly", "n": 0}),
    r"numbered lists?": ("list:numbered", {"relation": "exactly", "n": 0}),
    r"(?:markdown )?(?:headings?|headers)": ("heading:absent", {}),
    r"(?:markdown )?tables": ("table:count", {"relation": "exactly", "n": 0}),
    r"hashtags": ("symbol:hashtags", {"relation": "exactly", "n": 0}),
    r"(?:bold(?: text| type| formatting)?)": ("emphasis:bold", {"relation": "exactly", "n": 0}),
    r"(?:italics|italic text)": ("emphasis:italic", {"relation": "exactly", "n": 0}),
}  # fmt: skip
"""What a response can be free of, the longer names first, with what says so."""

LANGUAGES = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he",
    "hindi": "hi", "hungarian": "hu", "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn",
    "korean": "ko", "marathi": "mr", "nepali": "ne", "norwegian": "no", "persian": "fa", "polish": "pl",
    "portuguese": "pt", "punjabi": "pa", "romanian": "ro", "russian": "ru", "spanish": "es", "swahili": "sw",
    "swedish": "sv", "tamil": "ta", "telugu": "te", "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur",
    "vietnamese": "vi",
}  # fmt: skip

CODE_LANGUAGES = ("bash", "css", "html", "java", "javascript", "json", "python", "ruby", "rust", "sql", "typescript")
"""Programming languages whose name is the usual tag of their code blocks."""

BULLETS = {
    r"(?:an? )?asterisks?(?: \(\*\))?": "*",
    r"(?:an? )?(?:hyphens?|dash|dashes)(?: \(-\))?": "-",
    r"(?:an? )?plus signs?(?: \(\+\))?": "+",
}
"""The marks of bullet points by name."""

SCOPED = {
    ("paragraph", "words", "at_most"): ("paragraphs:words", "words"),
    ("paragraph", "words", "at_least"): ("paragraphs:minimum", "words"),
    ("paragraph", "sentences", "at_most"): ("length:sentences_per_paragraph", "sentences"),
    ("paragraph", "sentences", "exactly"): ("paragraphs:sentences", "n"),
    ("sentence", "words", "at_most"): ("length:words_per_sentence", "words"),
    ("line", "words", "at_most"): ("length:words_per_line", "words"),
    ("line", "characters", "at_most"): ("layout:line_length", "characters"),
    ("item", "words", "at_most"): ("list:item_words", "words"),
    ("word", "characters", "at_most"): ("length:characters_per_word", "characters"),
    ("first sentence", "words", "at_most"): ("start_end:first_sentence", "words"),
    ("last sentence", "words", "at_most"): ("start_end:last_sentence", "words"),
    ("heading", "words", "at_most"): ("heading:words", "words"),
}
"""What each part is limited to: part, unit and relation, with the type and its parameter."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
ORDINALS = {word: n for n, word in enumerate(_ORDINALS, start=1)}
