"""What the wordings of marks, case, figures, dates, emoji, links, quotations, brackets say, read a second time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import regex

from tests.truth.plain_markdown import has_word, holds_for_all, lines_of, without_code

OPINIONS: dict[str, Callable[[str, dict], bool]] = {}


def opinion(name: str) -> Callable[[Callable[[str, dict], bool]], Callable[[str, dict], bool]]:
    def register(function: Callable[[str, dict], bool]) -> Callable[[str, dict], bool]:
        OPINIONS[name] = function
        return function

    return register


# Punctuation

_PLAIN = {
    "comma": ",",
    "full_stop": ".",
    "semicolon": ";",
    "colon": ":",
    "exclamation_mark": "!",
    "question_mark": "?",
    "round_bracket": "()",
    "double_quotation_mark": '"“”„‟',
    "dash": "–—",
    "ampersand": "&",
    "slash": "/",
}
_RELATED = {
    "comma": "，、،﹐､︐᠂",
    "full_stop": "。．｡۔।॥።",
    "semicolon": "；\u037e؛",
    "colon": "：∶",
    "exclamation_mark": "！¡‼⁉❗❕",
    "question_mark": "？؟¿⁇⁈❓❔",
    "round_bracket": "（）⁽⁾",
    "double_quotation_mark": "«»＂″「」『』〝〞",
    "dash": "―⸺⸻",
    "ampersand": "＆",
    "slash": "／⁄∕",
}


@opinion("punctuation:absent")
def punctuation_absent(raw: str, params: dict) -> bool:
    if params["mark"] == "ellipsis":
        return not re.search(r"…|\.\s?\.\s?\.|⋯|。。", raw)
    return not set(raw) & set(_PLAIN[params["mark"]] + _RELATED[params["mark"]])


@opinion("punctuation:count")
def punctuation_count(raw: str, params: dict) -> bool:
    mark = params["mark"]
    if mark == "ellipsis":
        threes = sum(len(run) // 3 for run in re.findall(r"\.{3,}", raw))
        signs = raw.count("…")
        joined = len(re.findall(r"(?:…|\.{3,})+", raw))
        return holds_for_all(params, [threes + signs, len(re.findall(r"\.{3,}", raw)) + signs, joined])
    plain = sum(map(raw.count, _PLAIN[mark]))
    related = plain + sum(map(raw.count, _RELATED[mark]))
    counts = [plain, related]
    if mark == "full_stop":
        counts.append(len(re.sub(r"\.{2,}", "", raw)) and re.sub(r"\.{2,}", "", raw).count("."))
    if mark == "double_quotation_mark":
        counts.append(related + raw.count("''") + raw.count("``"))
    return holds_for_all(params, counts)


@opinion("punctuation:every")
def punctuation_every(raw: str, params: dict) -> bool:
    rest, interrobangs = re.subn(r"\?!|!\?|‽", "", raw)
    return interrobangs > 0 and all(mark in rest for mark in ".,;:?!")


@opinion("punctuation:hyphenated")
def hyphenated(raw: str, params: dict) -> bool:
    outside = regex.sub(r"(?:https?://|www\.)\S+|\S+@\S+|</?[a-z]+>", " ", "\n".join(without_code(raw)))
    part = r"[\p{L}\p{M}\p{N}'’]+"
    sure = regex.findall(rf"(?<![\w.-])['’]?{part}(?:[-‐‑]{part})+(?![\w@])", outside)
    sure = [word for word in sure if regex.search(r"\p{L}\p{M}*[-‐‑]\p{L}", word)]
    loose = regex.findall(r"[\p{L}\p{M}\p{N}'’_]+(?:[-‐‑][\p{L}\p{M}\p{N}'’_]+)+", raw)
    loose = [word for word in loose if regex.search(r"\p{L}", word) and regex.search(r"\w['’]?[-‐‑]['’]?\w", word)]
    # What a line break cuts in two may be one word.
    loose += regex.findall(r"\p{L}-\n\p{Ll}", raw)
    return holds_for_all(params, [len(sure), len(loose)])


@opinion("punctuation:hyphen_joined")
def hyphen_joined(raw: str, params: dict) -> bool:
    text = raw.strip()
    return re.search(r"[.!?]-\S", text) is not None and not re.search(r"[.!?][\"'”’)]*\s", text)


_CLOSING = "\"'”’»)]*_`」』）"


@opinion("punctuation:sentence_end")
def sentence_end(raw: str, params: dict) -> bool:
    mark = {"full_stop": ".", "exclamation_mark": "!", "question_mark": "?"}[params["mark"]]
    for line in lines_of(raw):
        if not has_word(line):
            continue
        line = line.translate({ord(c): "." for c in "。．।"}) if mark == "." else line
        end = line.rstrip().rstrip(_CLOSING).rstrip()
        if not end.endswith(mark) or (mark == "." and end.endswith("..")):
            return False
        # Whatever could end a sentence inside the line: a mark, perhaps a closing one, and a new beginning.
        inner = re.findall(r"([.!?…。！？:]+)[\"'”’»)\]*_]*\s+[\"'“‘«(\[*_¿¡]*(?=[^\W\da-z_])", end)
        if any(not found.endswith(mark) for found in inner if set(found) != {":"} and set(found) != {"."}):
            return False
        if mark != "." and re.search(r"(?<=[a-z]{3})\.[\"'”’)]*\s+[\"'“(]*[A-Z]", end):
            return False
    return has_word(raw)


# Case


def _letters_only(text: str) -> list[str]:
    """Hyphens, apostrophes and underscores divide; letters that touch digits are part of a code such as 3x10."""
    return regex.findall(r"(?<![\p{L}\p{M}\p{N}])[\p{L}\p{M}]+(?![\p{L}\p{M}\p{N}])", text)


def _letter_runs(text: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}]+", text)


def _by_space(text: str) -> list[str]:
    return [word for word in (regex.sub(r"^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$", "", w) for w in text.split()) if word]


def _with_inner_marks(text: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}\p{N}]+(?:['’.&/-][\p{L}\p{M}\p{N}]+)*", text)


def _with_apostrophes(text: str) -> list[str]:
    return regex.findall(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*", text)


_TOKENISERS = (_letter_runs, _by_space, _with_inner_marks, _with_apostrophes)


def _capitals(word: str) -> bool:
    letters = [char for char in word if char.isalpha()]
    return len(letters) > 1 and all(unicodedata.category(char) in ("Lu", "Lm", "Mn") for char in letters)


@opinion("case:capitals")
def case_capitals(raw: str, params: dict) -> bool:
    return holds_for_all(params, [sum(map(_capitals, words(raw))) for words in (_letters_only, *_TOKENISERS[1:])])


@opinion("case:capitalised")
def capitalised(raw: str, params: dict) -> bool:
    return holds_for_all(params, [sum(word[0].isupper() for word in words(raw)) for words in _TOKENISERS])


@opinion("case:lowercase_words")
def lowercase_words(raw: str, params: dict) -> bool:
    def lower(word: str) -> bool:
        return all(char.islower() or unicodedata.category(char)[0] == "M" for char in word if char.isalpha()) and any(
            map(str.islower, word)
        )

    counts = []
    for words in (_letters_only, *_TOKENISERS[1:]):
        found = [word for word in words(raw) if lower(word)]
        counts += [len(found), sum(not any(map(str.isdigit, word)) for word in found)]
    return holds_for_all(params, counts)


@opinion("case:lower")
def case_lower(raw: str, params: dict) -> bool:
    letters = [char for char in raw if unicodedata.category(char)[0] == "L"]
    return bool(letters) and all(unicodedata.category(char) in ("Ll", "Lm") or char in "ªº" for char in letters)


@opinion("case:upper")
def case_upper(raw: str, params: dict) -> bool:
    letters = [char for char in raw if unicodedata.category(char)[0] == "L"]
    return bool(letters) and all(unicodedata.category(char) in ("Lu", "Lm") for char in letters)


_MINOR = set(
    re.findall(
        r"\w+",
        "a an the and but or nor for yet so as at by in of off on out per to up via from into like near onto "
        "over past than till upon with down if vs v ",
    )
)


@opinion("case:title")
def case_title(raw: str, params: dict) -> bool:
    words = [word for word in _by_space(raw) if word[0].isalpha()]
    return (
        bool(words) and words[0][0].isupper() and all(word[0].isupper() or word.casefold() in _MINOR for word in words)
    )


# Characters


@opinion("characters:ascii")
def ascii_only(raw: str, params: dict) -> bool:
    return all(ord(char) < 128 for char in raw)


@opinion("digits:absent")
def digits_absent(raw: str, params: dict) -> bool:
    return has_word(raw) and not any(unicodedata.category(char) in ("Nd", "No") for char in raw) and "\u20e3" not in raw


@opinion("whitespace:absent")
def whitespace_absent(raw: str, params: dict) -> bool:
    return has_word(raw) and not any(map(str.isspace, raw))


# Contractions

_NOT = r"(?:ai|are|ca|could|did|does|do|had|has|have|is|might|must|need|ought|sha|should|was|were|wo|would|may|dare)n"
_SURE = re.compile(
    rf"\b(?:{_NOT}['’]t|(?:I|you|we|they|he|she|it|that|there|who|what|this|these|those|how|where|when|why)"
    r"['’](?:ll|d|re|ve|m)|\w+['’](?:ll|re|ve)|(?:some|any|every|no)thing['’]s|(?:it|he|she|that|there|here|what|who|where|when|how|why|let)['’]s)\b",
    re.IGNORECASE,
)
_ANY = re.compile(r"(?<!\w)(?:\w+['’]\w+|['’](?:tis|twas|em|til|cause|bout|n)\b|\w+in['’](?=[ ,]))", re.IGNORECASE)
_AFTER_VERB = re.compile(
    r"\w+['’]s\s+(?:a|an|the|not|been|going|so|very|no|all|just|like|gonna|got|too|why|what|how|that|this)\b",
    re.IGNORECASE,
)


@opinion("contraction:count")
def contraction_count(raw: str, params: dict) -> bool:
    sure = len({m.start() for shape in (_SURE, _AFTER_VERB) for m in shape.finditer(raw)})
    loose = sum(
        not re.fullmatch(r"(?:[^\W\d_]+|\d+)['’]s", word) or bool(_SURE.fullmatch(word)) for word in _ANY.findall(raw)
    )
    return holds_for_all(params, [sure, max(sure, loose)])


@opinion("contraction:absent")
def contraction_absent(raw: str, params: dict) -> bool:
    words = [w for w in _ANY.findall(raw) if not re.fullmatch(r"[^\W_]+['’]s", w, re.IGNORECASE)]
    words = [w for w in words if not re.match(r"(?:[OD]['’][A-Z]|\w+['’]s['’])", w)]
    words = [w for w in words if not w.endswith("in'") or not re.search(rf"'[^'\n]*{re.escape(w)}", raw)]
    return not _SURE.search(raw) and not words and not _AFTER_VERB.search(raw)


# Figures

_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


@opinion("figures:numbers")
def numbers(raw: str, params: dict) -> bool:
    alone = len(re.findall(rf"(?<![^\W_])(?:{_DIGITS})(?![^\W_])", raw))
    joined = len(re.findall(r"(?<![^\W_])\d+(?:[.,:/–-]\d+)*(?![^\W_])", raw))
    touching = len(re.findall(_DIGITS, raw))
    return holds_for_all(params, [alone, joined, touching])


@opinion("figures:percentages")
def percentages(raw: str, params: dict) -> bool:
    signs = len(re.findall(r"\d\s?[%％٪]", raw))
    words = len(re.findall(r"\d[ \u00a0-](?:percent|per cent)\b", raw, re.IGNORECASE))
    every = len(re.findall(r"[%％٪]|\bper\s?cent\b|\bpercentage point|\bpercent", raw, re.IGNORECASE))
    ranges = len(re.findall(r"\d\s?(?:%|percent)?\s?(?:-|–|to)\s?\d+(?:\.\d+)?\s?(?:%|percent)", raw))
    return holds_for_all(params, [signs + words, every, every + ranges])


_CODES = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|RUB|BRL|MXN|KRW|ZAR|PLN|HKD|SGD|TRY|THB|IDR|MYR|PHP|AED"


@opinion("figures:currency")
def currency(raw: str, params: dict) -> bool:
    text = "\n".join(without_code(raw))
    sign = r"\p{Sc}"
    number = rf"(?:{_DIGITS})"
    exact = regex.findall(
        rf"(?:{sign}[ \u00a0]?|\b(?:{_CODES})[ \u00a0]?){number}|{number}[ \u00a0]?(?:{sign}|(?:{_CODES})\b)", text
    )
    every = regex.findall(rf"{sign}|\b(?:{_CODES})\b", raw)
    words = regex.findall(r"\d(?:[ -]\w+)?[ -](?:dollars?|euros?|pounds|yen|rupees?|cents?|bucks)\b", raw)
    ranges = regex.findall(rf"{sign}[ ]?{number}\s?[-–]\s?{number}", raw)
    return holds_for_all(params, [len(exact), len(every), len(exact) + len(words), len(exact) + len(ranges)])


_UNIT = (
    r"(?:mm|cm|dm|m|km|µm|nm|in|inch|inches|ft|foot|feet|yd|yards?|mi|miles?|mg|g|kg|grams?|kilograms?|kilos?|milligrams?|"
    r"oz|ounces?|lbs?|pounds?|tons?|tonnes?|ml|mL|cl|dl|l|L|lit(?:er|re)s?|millilit(?:er|re)s?|cups?|tablespoons?|tbsp|"
    r"teaspoons?|tsp|pints?|quarts?|gallons?|fl|°\s?[CF]|℃|℉|K|kelvin|degrees?|met(?:er|re)s?|centimet(?:er|re)s?|"
    r"millimet(?:er|re)s?|kilomet(?:er|re)s?|['\"′″])"
)


@opinion("figures:units")
def units(raw: str, params: dict) -> bool:
    text = raw
    number = rf"(?<![\w.])(?:{_DIGITS})(?:\s?[-–/]\s?\d+|\s\d/\d|[½¼¾⅓⅔⅛])?"
    loose = re.findall(rf"(?:{_DIGITS}|[½¼¾⅓⅔])[\s-]?(?:\(?(?:{_UNIT}))(?![^\W\d_])", text)
    sure = re.findall(
        rf"{number}[ \u00a0-]?(?:mm|cm|km|kg|mg|ml|mL|grams?|kilograms?|milligrams?|ounces?|oz|lbs?|tonnes?|"
        r"lit(?:er|re)s?|millilit(?:er|re)s?|cups?|tablespoons?|tbsp|teaspoons?|tsp|pints?|quarts?|gallons?|°\s?[CF]|℃|℉|"
        r"degrees (?:Celsius|Fahrenheit|[CF])|inch|inches|feet|ft|foot|yards?|miles?|met(?:er|re)s?|"
        r"centimet(?:er|re)s?|millimet(?:er|re)s?|kilomet(?:er|re)s?|pounds?|tons?|L|g|m|l)(?![\w/²³^])",
        text,
    )
    return (
        holds_for_all(params, [len(sure), len(loose)]) if params["relation"] != "at_least" else len(sure) >= params["n"]
    )


@opinion("figures:years")
def years(raw: str, params: dict) -> bool:
    sure = len(
        re.findall(
            r"(?<![\w.,:$€£#])(?:1\d{3}|20\d{2})"
            r"(?![^\W_]|%|:\d|[.,]\d|(?:-\d+)?[ -]?(?:kbps|calories|words|people|dollars|km|kg|miles))",
            raw,
        )
    )
    loose = len(re.findall(r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)", raw))
    return holds_for_all(params, [sure, loose])


# Dates and times

_MONTH = (
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![a-z])\.?)"
)
_DATES = {
    "long": rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b",
    "day_first": rf"(?<![\d.])\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? \d{{4}}\b",
    "iso": r"(?<![\d-])\d{4}-\d{1,2}-\d{1,2}(?![\d-])",
    "slashes": r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1\d{4}(?![\d/])",
}


def _dates(raw: str) -> list[str]:
    return [match[0] for shape in _DATES.values() for match in re.finditer(shape, raw, re.IGNORECASE)]


@opinion("date:count")
def date_count(raw: str, params: dict) -> bool:
    loose = len(re.findall(rf"{_MONTH}[^\n]{{0,12}}\b\d{{4}}\b|\d{{1,4}}([/.-])\d{{1,2}}\1\d{{2,4}}", raw))
    if params["relation"] == "at_least":
        return len(_dates(raw)) >= params["n"]
    return holds_for_all(params, [len(_dates(raw)), max(loose, len(_dates(raw)))])


@opinion("date:format")
def date_format(raw: str, params: dict) -> bool:
    found = _dates(raw)
    loose = re.findall(r"(?<![\d/.-])\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}(?![\d/])", raw)
    months = "January|February|March|April|May|June|July|August|September|October|November|December"
    shape = {
        "iso": r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])",
        "us": r"(0\d|1[0-2])/([0-2]\d|3[01])/\d{4}",
        "european": r"([0-2]\d|3[01])/(0\d|1[0-2])/\d{4}",
        "long": rf"(?:{months}) [1-3]?\d, \d{{4}}",
    }[params["format"]]
    return bool(found) and all(re.fullmatch(shape, date) for date in [*found, *loose])


@opinion("time:count")
def time_count(raw: str, params: dict) -> bool:
    minutes = r"(?<![\d:.,])(?:[01]?\d|2[0-4]):[0-5]\d(?![\d:])"
    half = r"(?:[ \u00a0]?[ap]\.?m\b)"
    sure = len(re.findall(rf"{minutes}|(?<![\d:.])(?:1[0-2]|0?\d){half}", raw, re.IGNORECASE))
    loose = len(re.findall(rf"\d:\d\d|\d{half}|\d\s?(?:-|–|to)\s?\d{{1,2}}{half}|\bo['’]clock", raw, re.IGNORECASE))
    return holds_for_all(params, [sure, loose])


# Emoji

_EMOJI = regex.compile(
    r"\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3"
    r"|(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f?)\p{EMod}?(?:[\U000e0020-\U000e007f])*"
    r"(?:\u200d(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f?)\p{EMod}?)*"
)


@opinion("emoji:count")
def emoji_count(raw: str, params: dict) -> bool:
    every = len(_EMOJI.findall(raw))
    sure = sum(
        regex.search(r"\p{Emoji_Presentation}|\ufe0f|\p{RI}", found) is not None for found in _EMOJI.findall(raw)
    )
    return holds_for_all(params, [every, sure])


@opinion("emoji:absent")
def emoji_absent(raw: str, params: dict) -> bool:
    return not _EMOJI.search(regex.sub(r"[©®™]", "", raw))


@opinion("emoji:sentence_end")
def emoji_sentence_end(raw: str, params: dict) -> bool:
    emoji = rf"(?:{_EMOJI.pattern})"
    for line in lines_of(raw):
        if not has_word(line):
            continue
        line = re.sub(r"^\s*\d+[.)]\s", "", line)
        parts = regex.split(
            rf"(?<=[.!?…][\"'”’)]*\s*(?:{emoji}\s*)*)(?<=[.!?…][\"'”’)]*)\s+(?=[\"'“(]*[\p{{Lu}}\p{{Lo}}])|(?<={emoji}\s*)(?=[\p{{Lu}}])",
            line,
        )
        for part in parts:
            if part and has_word(part) and not regex.search(rf"{emoji}\s*[.!?…\"'”’)*_]*\s*$", part):
                return False
    return has_word(raw)


# Links

_URL = re.compile(r"(?:https?://|(?<![\w.])www\.)[^\s<>\"'`|\\^{}\[\]]+", re.IGNORECASE)


@opinion("link:count")
def link_count(raw: str, params: dict) -> bool:
    starts = len(re.findall(r"https?://|(?<!//)\bwww\.\w", raw, re.IGNORECASE))
    return holds_for_all(params, [len(_URL.findall(raw)), starts])


@opinion("link:absent")
def link_absent(raw: str, params: dict) -> bool:
    domain = r"\b[a-z0-9-]+\.(?:com|org|net|edu|gov|io|co\.uk|de|fr|es|ru|info)\b(?!['’])"
    return not re.search(rf"https?:|\bwww\.|ftp://|\]\([^)\s]+\)|{domain}", raw, re.IGNORECASE)


@opinion("link:email")
def emails(raw: str, params: dict) -> bool:
    sure = len(re.findall(r"(?<![\w.+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", raw))
    loose = len(re.findall(r"\w@\w", raw))
    return holds_for_all(params, [sure, loose])


@opinion("symbol:hashtags")
def hashtags(raw: str, params: dict) -> bool:
    outside = "\n".join(without_code(raw))
    sure = len(re.findall(r"(?<![\w#/&])#(?=\w*[^\W\d])\w+", outside))
    loose = len(re.findall(r"#(?=\w*[^\W\d])\w+", raw))
    return holds_for_all(params, [sure, loose])


@opinion("symbol:mentions")
def mentions(raw: str, params: dict) -> bool:
    outside = "\n".join(without_code(raw))
    sure = len(re.findall(r"(?<![\w@./])@[^\W\d]\w*", outside))
    loose = len(re.findall(r"@\w", raw))
    return holds_for_all(params, [sure, loose])


# Quotations and brackets


def _quoted(text: str, *, per_line: bool = True) -> list[str] | None:
    """The passages in double quotation marks; None where the marks do not pair."""
    found: list[str] = []
    pairs = {
        "“": "”",
        "„": "“”",
        "«": "»",
        "»": "«",
        "「": "」",
        "『": "』",
        "”": "”",
        '"': '"',
        "＂": "＂",
        "〝": "〞",
    }
    for line in lines_of(text) if per_line else [text]:
        open_mark, start = "", 0
        for place, char in enumerate(line):
            if open_mark:
                if char in pairs[open_mark]:
                    found.append(line[start:place])
                    open_mark = ""
                elif char in '"“„«»「」』『' and open_mark in '"“„':
                    return None
            elif char in pairs:
                open_mark, start = char, place + 1
        if open_mark:
            return None
    return found


@opinion("quotation:count")
def quotation_count(raw: str, params: dict) -> bool:
    shaped = (
        r'"[^"\n]*"|“[^“”\n]*”|„[^“”„\n]*[“”]|«[^«»\n]*»|「[^「」\n]*」|『[^『』\n]*』|”[^”“\n]*”|»[^»«\n]*«'
        r"|＂[^＂\n]*＂"
    )
    passages = [p for p in re.findall(shaped, raw) if has_word(p)]
    if params["relation"] == "at_least":
        return len(passages) >= params["n"]
    strict = _quoted(raw)
    if strict is None:
        return False
    marks = sum(map(raw.count, '"“”„«»「」『』＂'))
    inches = re.search(r"\d\"", raw) is not None and re.search(r"\"\d+\"|\"[^\"\n]*\d\"", raw) is None
    sure = [p for p in strict if has_word(p)]
    return (
        holds_for_all(params, [len(passages), len(sure), (marks + 1) // 2 if len(sure) == len(strict) else len(sure)])
        and not inches
    )


@opinion("quotation:explained")
def quotation_explained(raw: str, params: dict) -> bool:
    shape = r'"[^"\n]*"|“[^“”\n]*”|„[^“”„\n]*[“”]|«[^«»\n]*»|「[^「」\n]*」|『[^『』\n]*』'
    matches = list(re.finditer(shape, raw))
    quotes = [m for m in matches if has_word(m[0])]
    if not quotes or sum(map(raw.count, '"＂')) % 2:
        return False
    ends = [m.start() for m in quotes[1:]] + [len(raw)]
    return all(has_word(re.sub(r"^['’]s\b", "", raw[m.end() : end])) for m, end in zip(quotes, ends, strict=True))


@opinion("quotation:whole")
def quotation_whole(raw: str, params: dict) -> bool:
    text = raw.strip()
    return len(text) > 1 and text[0] in '"“„«' and text[-1] in '"”“»' and has_word(text)


@opinion("quotation:nested")
def quotation_nested(raw: str, params: dict) -> bool:
    """Quotations open at once: a mark opens before a word and closes after one."""
    text = re.sub(r"(?<=\w)['’](?=\w)", "", raw)
    deepest = 0
    for line in re.split(r"\n\s*\n", text):
        open_marks: list[str] = []
        for match in re.finditer(r"[\"'“”‘’]", line):
            kind = "d" if match[0] in '"“”' else "s"
            before, after = line[: match.start()][-1:], line[match.end() :][:1]
            opens = match[0] in "“‘" or (
                match[0] in "\"'"
                and (not before or before in " \t\n([\"'“‘—-*_")
                and bool(after)
                and not after.isspace()
            )
            if opens and (not open_marks or open_marks[-1] != kind):
                open_marks.append(kind)
                deepest = max(deepest, len(open_marks)) if kind in line else deepest
                depth = len(open_marks)
                deepest = max(deepest, depth)
            elif open_marks and open_marks[-1] == kind:
                open_marks.pop()
    return deepest >= params["levels"]


@opinion("brackets:count")
def brackets_count(raw: str, params: dict) -> bool:
    inner = [p for p in re.findall(r"[(（]([^()（）\n]*)[)）]", raw) if has_word(p)]
    links = len(re.findall(r"\]\([^)\s]*\)", raw))
    calls = len(re.findall(r"(?<=[^\W_])\(\w", "\n".join(without_code(raw))))
    if params["relation"] == "at_least":
        return len(inner) - links - calls >= params["n"]
    every, starts = [], []
    for place, char in enumerate(raw):
        if char in "(（":
            starts.append(place)
        elif char in ")）" and starts:
            every.append(raw[starts.pop() + 1 : place])
    return holds_for_all(params, [len(inner), len(inner) - links, sum(map(has_word, every))])


@opinion("brackets:nested")
def brackets_nested(raw: str, params: dict) -> bool:
    pairs = {")": "(", "]": "[", "}": "{"}
    open_marks: list[tuple[str, int]] = []
    deepest = 0
    depth_reached: dict[int, int] = {}
    for place, char in enumerate(raw):
        if char in "([{":
            open_marks.append((char, place))
        elif char in pairs:
            if open_marks and open_marks[-1][0] == pairs[char]:
                _mark, start = open_marks.pop()
                below = max((d for s, d in depth_reached.items() if s > start), default=0)
                depth_reached = {s: d for s, d in depth_reached.items() if s < start}
                depth_reached[start] = below + 1
                deepest = max(deepest, below + 1)
            else:
                open_marks.clear()
                depth_reached.clear()
    return deepest >= params["levels"]


@opinion("brackets:every_word")
def brackets_every_word(raw: str, params: dict) -> bool:
    inside = re.findall(r"\[([^\[\]]*)\]", raw)
    outside = re.sub(r"\[[^\[\]]*\]", "", raw)
    return bool(inside) and not has_word(outside) and all(len(text.split()) == 1 and has_word(text) for text in inside)


@opinion("brackets:bigrams")
def brackets_bigrams(raw: str, params: dict) -> bool:
    inside = re.findall(r"<<([^<>]*)>>", raw)
    outside = re.sub(r"<<[^<>]*>>", " ", raw)
    sizes = [len(text.split()) for text in inside]
    last = raw.strip().split(">>")[-1]
    return (
        bool(sizes)
        and all(size == 2 for size in sizes[:-1])
        and sizes[-1] in (1, 2)
        and (not has_word(outside) or (len(outside.split()) == 1 and has_word(last)))
    )
