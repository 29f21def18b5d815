"""Free text in one spelling: small letters, numbers in digits, what is quoted set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTED = re.compile(
    r'"([^"\n]+)"|“([^”\n]+)”|«\s*([^»\n]+?)\s*»|`([^`\n]+)`|(?<![\w])\'([^\'\n]+)\'(?!\w)|‘([^’\n]+)’(?!\w)'
)
_SPACE = re.compile(r"\s+")
_THOUSANDS = re.compile(r"(?<!\d)(\d{1,3}(?:,\d{3})+)(?!\d)")
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: number for number, word in enumerate((*_UNITS, *_TEENS))}
_VALUES |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_UNITS[1:])}))?|{'|'.join((*_TEENS, *_UNITS))})"
_BELOW_1000 = rf"(?:(?:a|\d|{'|'.join(_UNITS[1:])})[ -]hundred(?:[ -](?:and[ -])?{_SMALL})?|{_SMALL})"
_NUMBER = re.compile(rf"\b(?:(?:a|\d+|{_BELOW_1000})[ -]thousand(?:[ -](?:and[ -])?{_BELOW_1000})?|{_BELOW_1000})\b")
_DOZENS = re.compile(r"\b(?:(half a)|(?:(\d+|a) ))?dozen\b")
_SINGLE = re.compile(
    r"\b(?:exactly |only |just )?(?:a|one) single\b(?! code block)|"
    r"\bsingle\b(?= (?:paragraph|sentence|line|word|table|heading|bullet))"
)
_TIMES = {"once": "1 time", "twice": "2 times", "thrice": "3 times"}
_TIME = re.compile(rf"\b(?:{'|'.join(_TIMES)})\b")
_MARK = "\x1a"


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in one spelling.

    Attributes:
        text: Small letters; each quotation is its number between two substitute characters.
        quoted: What stood in quotation marks, as written.
    """

    text: str
    quoted: tuple[str, ...]


def normal(text: str) -> Normal:
    """Bring a constraint into one spelling."""
    quoted: list[str] = []

    def set_aside(match: re.Match[str]) -> str:
        quoted.append(next(group for group in match.groups() if group is not None))
        return f"{_MARK}{len(quoted) - 1}{_MARK}"

    plain = _SPACE.sub(" ", text.replace(_MARK, " ")).strip()
    plain = (
        _QUOTED.sub(set_aside, plain)
        .lower()
        .replace("’", "'")
        .replace("‑", "-")
        .replace("it's ", "it is ")
        .replace("–", "-")
    )
    plain = _THOUSANDS.sub(lambda match: match[1].replace(",", ""), plain)
    plain = _SINGLE.sub("exactly 1", plain)
    plain = _TIME.sub(lambda match: _TIMES[match[0]], plain)
    plain = _NUMBER.sub(lambda match: _value(match[0]), plain)
    plain = _DOZENS.sub(_dozens, plain)
    return Normal(plain.rstrip(" .!"), tuple(quoted))


def quotation(pattern: str = r"\d+") -> str:
    """Return the expression for one quotation; its group holds the number."""
    return f"{_MARK}({pattern}){_MARK}"


def _dozens(match: re.Match[str]) -> str:
    if match[1]:
        return "6"
    return str(12 * int(match[2])) if (match[2] or "").isdigit() else "12"


def _value(words: str) -> str:
    """Write a number in digits."""
    total = part = 0
    for word in re.split("[ -]", words):
        if word == "hundred":
            part *= 100
        elif word == "thousand":
            total, part = total + part * 1000, 0
        elif word != "and":
            part += 1 if word == "a" else int(word) if word.isdigit() else _VALUES[word]
    return str(total + part)
