"""The syllables of English words by their vowels, as a reader without a dictionary would count them."""

from __future__ import annotations

from functools import lru_cache

import regex

VOWELS = regex.compile(r"[aeiouy]+")
APART = regex.compile(r"(?<![cst])ia(?!u)|eo(?!u)|io(?!n|us)|[aeiou]ing|[^aeiouqgs]ua|uou|uity|iet|(?<=cr|id|ar)ea|yi")
SILENT = regex.compile(
    r"(?<=[^l])e$|(?<=[aeiouy]l)e$|(?<=[^tdaeiou])ed$|(?<=[aeiou][^aeioutd])ed$|(?<=[^cgsxzhaeiou])es$"
    r"|(?<=[^aeiou])e(?=ly$|less$|ment$|ness$|ful$)"
)


@lru_cache(maxsize=65536)
def syllables(word: str) -> int:
    """A guess at the number of syllables of a word."""
    total = 0
    for part in regex.split(r"[^a-z]+", regex.sub(r"['’]", "", word.lower().replace("hua", "wa"))):
        if not part:
            continue
        spoken = SILENT.sub("", part) if len(part) > 3 else part
        count = len(VOWELS.findall(spoken)) + len(APART.findall(spoken))
        total += max(1, count)
    return max(1, total)
