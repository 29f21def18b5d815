"""``format:``."""

from __future__ import annotations

import re
import string
from itertools import pairwise

from crabtk import ParsedText
from crabtk_ifbench.reference.facts import TEMPLATE_LABELS
from crabtk_ifbench.reference.sentences import sentences, split
from crabtk_ifbench.reference.tokens import MARKS, tokens, without_marks

_LETTERED = re.compile(r"\W*[aA]\W*[bB]\W*[cC]\W*")
_PARTNER = {")": "(", "]": "[", "}": "{"}
_ALL_BUT_QUOTES = string.digits + string.punctuation.replace('"', "")
_DEEP = 5
_QUOTE_LEVELS = 3


def parentheses(text: ParsedText) -> bool:
    """Look for brackets five deep of which one is closed; all five need not be, and a wrong one starts afresh."""
    open_: list[str] = []
    deepest = 0
    for character in text.raw:
        if character in "([{":
            open_.append(character)
            deepest = max(deepest, len(open_))
        elif character in _PARTNER:
            if open_ and open_[-1] == _PARTNER[character]:
                open_.pop()
                if deepest >= _DEEP:
                    return True
            else:
                open_, deepest = [], 0
    return False


def quotes(text: ParsedText) -> bool:
    """Open and close straight quotation marks in turn; an apostrophe opens one, and closing three in all is enough."""
    open_: list[str] = []
    deepest = 0
    for character in text.raw:
        if open_ and character == open_[-1]:
            open_.pop()
            if deepest - len(open_) >= _QUOTE_LEVELS:
                return True
        elif character in "\"'":
            open_.append(character)
            deepest = max(deepest, len(open_))
    return False


def choices(options: str) -> list[str]:
    """Cut the options at ``/``, else at ``or`` (also within a word), else at commas."""
    separator = next((mark for mark in ("/", "or") if mark in options), ",")
    return [option.strip() for option in options.split(separator)]


def options(text: ParsedText, options: str) -> bool:
    """Compare without case and outer marks, but to the letter where the options read a, b, c."""
    if _LETTERED.match(options):
        return text.raw in choices(options)
    return text.raw.strip(MARKS).lower() in {option.strip(MARKS).lower() for option in choices(options)}


def newline(text: ParsedText) -> bool:
    """Count lines and words; a line of blanks counts, and two words on a line may make up for it."""
    bare = without_marks(text.raw).strip()
    return len([line for line in bare.split("\n") if line]) == len(bare.split())


def emoji_ends(text: ParsedText) -> bool:
    """Look for an emoji as one of the last two characters of each sentence or as the first of the next."""
    bare = [without_marks(sentence).strip() for sentence in text.part(sentences)]
    for place, sentence in enumerate(bare):
        if not sentence:
            return False
        if not any(map(_is_emoji, sentence[-2:])):
            following = bare[place + 1 : place + 2]
            if not following or not following[0] or not _is_emoji(following[0][0]):
                return False
    return True


def _is_emoji(character: str) -> bool:
    import emoji

    return emoji.is_emoji(character)


def line_indent(text: ParsedText) -> bool:
    """Compare the indents of neighbouring lines; blank lines go, but the first of two in a row hides the second.

    The reference takes lines out of the list that it walks, and ``remove`` takes out the first equal one.
    """
    lines = text.raw.split("\n")
    for line in lines:
        if not line.strip():
            lines.remove(line)
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    return all(before < after for before, after in pairwise(indents))


def quote_unquote(text: ParsedText) -> bool:
    """Look for quotation marks side by side or at the end, digits and other marks aside; without quotes it passes."""
    straight = text.raw.replace("“", '"').replace("”", '"').replace("'\"'", "")
    joined = "".join(straight.split())
    kept = joined.strip(_ALL_BUT_QUOTES)
    # The reference raises IndexError where nothing is kept.
    return '""' not in joined and bool(kept) and not kept.endswith('"')


def bullets_as(text: ParsedText, sep: str) -> bool:
    """Count the marker anywhere, not at the beginning of lines."""
    return text.raw.count(sep) >= 2


def thesis(text: ParsedText) -> bool:
    """Look for one passage in ``<i>`` or ``<em>`` with text after it; opened by one it may be closed by the other."""
    start = next((place for tag in ("<i>", "<em>") if (place := text.raw.find(tag)) >= 0), -1)
    rest = text.raw[start:] if start >= 0 else ""
    end = next((place for tag in ("</i>", "</em>") if (place := rest.find(tag)) >= 0), -1)
    # Three and four characters are cut off whichever tags they are: of <em> and </em>, ">" stays.
    return end >= 0 and bool(rest[3:end].strip()) and bool(rest[end + 4 :].strip())


def sub_bullets(text: ParsedText) -> bool:
    """Look for a hyphen after each asterisk, wherever they stand; without asterisks it passes."""
    return all("-" in part for part in text.raw.split("*")[1:])


def no_bullets_bullets(text: ParsedText) -> bool:
    """Count sentences before the first line with an asterisk, headings too; nothing else may follow, nor blank lines.

    A blank line before the asterisks ends the sentences as well.
    """
    counting = True
    before = bullets = 0
    for line in text.raw.split("\n"):
        if line.strip().startswith("*"):
            counting = False
            if before < 2:
                return False
            bullets += 1
        elif counting:
            found = split(line.strip())
            counting = bool(found)
            before += len(found)
        else:
            return False
    return bullets >= 2


def title_case(text: ParsedText) -> bool:
    """Ask that none of nltk's tokens of two or more letters begins small; minor words are no exception."""
    for word in text.part(tokens):
        rest = word[1:]
        if word[0].islower() and (rest.isupper() or rest.islower()):
            return False
    return True


def output_template(text: ParsedText) -> bool:
    """Look for the labels in any order, whatever stands around them."""
    return all(label in text.raw for label in TEMPLATE_LABELS)


def no_whitespace(text: ParsedText) -> bool:
    """Look for white space."""
    return not any(map(str.isspace, text.raw))
