"""``words:``."""

from __future__ import annotations

import string
from collections import Counter
from itertools import pairwise

from crabtk import ParsedText
from crabtk_ifbench.reference.sentences import sentences
from crabtk_ifbench.reference.tokens import MARKS, bare_words, first_tag, tokenised, tokens

_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxyz")
_PRIMES = frozenset(n for n in range(2, 100) if all(n % divisor for divisor in range(2, n)))
_VOWELS = frozenset("aeiou")


def alphabet(text: ParsedText) -> bool:
    """Follow the first letters from whichever the first word has; ASCII letters alone."""
    initials = [word[0] if place == 0 else word.lower()[0] for place, word in enumerate(text.part(bare_words))]
    start = initials[0].lower() if initials else ""
    if len(start) != 1 or start not in string.ascii_lowercase:
        return False
    first = string.ascii_lowercase.index(start)
    return all(
        initial == string.ascii_lowercase[(first + place) % 26] for place, initial in enumerate(initials[1:], start=1)
    )


def vowel(text: ParsedText) -> bool:
    """Count the vowels of the whole text, not of each word, which must be one line."""
    whole = text.raw.strip()
    return "\n" not in whole and len(_VOWELS & set(whole.lower())) <= 3


def consonants(text: ParsedText) -> bool:
    """Look in every word by white space for two consonants side by side; a list mark or number fails."""
    return all(
        any(a in _CONSONANTS and b in _CONSONANTS for a, b in pairwise(word)) for word in text.raw.lower().split()
    )


def palindrome(text: ParsedText) -> bool:
    """Count palindromes of five or more characters, repetitions and numbers such as 12321 counted."""
    words = [word for word in without_case(text) if len(word) >= 5]
    return sum(word == word[::-1] for word in words) >= 10


def prime_lengths(text: ParsedText) -> bool:
    """Measure the words without punctuation; a text that is mere punctuation passes."""
    return all(len(word) in _PRIMES for word in text.part(bare_words))


def start_verb(text: ParsedText) -> bool:
    """Ask nltk's tagger for the first token, which may be a mark."""
    return "VB" in text.part(first_tag)


def repeats(text: ParsedText, small_n: int) -> bool:
    """Count occurrences, not repetitions: at most n in all."""
    return all(times <= small_n for times in Counter(without_case(text)).values())


def odd_even_syllables(text: ParsedText) -> bool:
    """Compare the parities of neighbours by syllapy, which gives 0 to a word with a digit."""
    import syllapy  # type: ignore[import-untyped]

    parities = [syllapy.count(word) % 2 for word in without_case(text)]
    return all(a != b for a, b in pairwise(parities))


def last_first(text: ParsedText) -> bool:
    """Compare the last word of each sentence with the first of the next; a single sentence passes."""
    for sentence, following in pairwise(text.part(sentences)):
        last = sentence.rstrip(MARKS).split()
        first = following.lstrip(MARKS).split()
        # The package of NVIDIA raises IndexError here.
        if not last or not first or last[-1].lower() != first[0].lower():
            return False
    return True


def paragraph_last_first(text: ParsedText) -> bool:
    """Compare the ends of every line; a line of one word passes, and one of mere punctuation is skipped."""
    for line in text.raw.split("\n"):
        # The package of NVIDIA fails a line of mere punctuation.
        words = line.strip().lower().strip(MARKS).split()
        if words and words[0] != words[-1]:
            return False
    return True


def no_consecutive(text: ParsedText) -> bool:
    """Compare the first characters of neighbours, digits too."""
    return all(a[0] != b[0] for a, b in pairwise(without_case(text)))


def keywords_specific_position(text: ParsedText, keyword: str, n: int, m: int) -> bool:
    """Compare nltk's m-th token of the n-th sentence, case kept; punctuation marks are tokens."""
    found = text.part(sentences)
    if not -len(found) < n <= len(found):
        return False
    words = tokenised(found[n - 1])
    return -len(words) < m <= len(words) and words[m - 1] == keyword


def words_position(text: ParsedText, keyword: str) -> bool:
    """Compare nltk's second and last but one token, so that a final full stop takes the last place."""
    words = text.part(tokens)
    return len(words) >= 2 and words[1] == words[-2] == keyword


def without_case(text: ParsedText) -> list[str]:
    """Return the words without ASCII punctuation in lower case."""
    return text.raw.lower().translate(str.maketrans("", "", string.punctuation)).split()
