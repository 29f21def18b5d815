"""The official recipe's scripted part as a plain loop: its six types, then its thinning by ROUGE-L.

Written anew from the recipe's description, with its libraries and parameters: nltk's tokens and sentences, langdetect
for yake's language, yake's keywords, `rouge` over all pairs of an instance's constraints. Prints items per second.
"""

from __future__ import annotations

import random
import string
import sys
import time
from itertools import combinations

import nltk
import yake
from langdetect import DetectorFactory, detect
from langdetect.lang_detect_exception import LangDetectException
from responses import CONSTRAINTS, WARM_UP, responses, result
from rouge import Rouge

MAX_ROUGE_L = 0.6


def length(response: str, rng: random.Random) -> str:
    """Words, counted as nltk's tokens."""
    tokens = len(nltk.word_tokenize(response))
    low, high = int(tokens * 0.9) // 10 * 10, int(tokens * 1.1) // 10 * 10 + 10
    return rng.choice(
        (
            f"The response should have between {low} and {high} words.",
            f"Write at least {low} words.",
            f"Write at most {high} words.",
            f"Write about {tokens} words.",
        )
    )


def words_per_sentence(response: str) -> str:
    """The longest sentence."""
    longest = max(len(nltk.word_tokenize(sentence)) for sentence in nltk.sent_tokenize(response))
    return f"No sentence should have more than {longest} words."


def sentences_per_paragraph(response: str, rng: random.Random) -> str:
    """Sentences of each block between blank lines."""
    counts = [len(nltk.sent_tokenize(part)) for part in response.split("\n\n") if part.strip()]
    return f"Each paragraph should have at most {min(counts) + rng.randint(0, 2)} sentences."


def characters_per_word(response: str) -> str:
    """The longest token."""
    longest = max(map(len, nltk.word_tokenize(response)))
    return f"Each word should have at least {longest} characters."


def keyword(response: str, rng: random.Random) -> str:
    """Yake's phrases in the language that langdetect finds."""
    try:
        language = detect(response)
    except LangDetectException:
        language = "en"
    found = yake.KeywordExtractor(lan=language.partition("-")[0]).extract_keywords(response)
    phrases = [phrase for phrase, _ in found]
    return f"Include the keywords {', '.join(rng.sample(phrases, min(3, len(phrases))))}."


def punctuation(response: str) -> str:
    """The first absent mark."""
    absent = next((mark for mark in ",.!?;:" if mark not in response), string.punctuation[0])
    return f"Do not use {absent} in the response."


def thinned(constraints: list[str], rouge: Rouge) -> list[str]:
    """Drop the later of two constraints that are too much alike."""
    dropped = set()
    for (i, one), (j, other) in combinations(enumerate(constraints), 2):
        if i not in dropped and j not in dropped and rouge.get_scores(one, other)[0]["rouge-l"]["f"] > MAX_ROUGE_L:
            dropped.add(j)
    return [text for number, text in enumerate(constraints) if number not in dropped]


def main() -> None:
    """Run over all responses."""
    DetectorFactory.seed = 0
    limit = int(sys.argv[1])
    rouge = Rouge()
    texts = responses(limit)
    for text in WARM_UP:
        item(text, random.Random(0), rouge)
    kept = 0
    start = time.perf_counter()
    for number, text in enumerate(texts):
        kept += len(item(text, random.Random(number), rouge))
    print(result(len(texts), time.perf_counter() - start, kept))


def item(text: str, rng: random.Random, rouge: Rouge) -> list[str]:
    """Return what is kept of the constraints of one response."""
    found = [
        length(text, rng),
        words_per_sentence(text),
        sentences_per_paragraph(text, rng),
        characters_per_word(text),
        keyword(text, rng),
        punctuation(text),
    ]
    return thinned([*CONSTRAINTS, *found], rouge)


if __name__ == "__main__":
    main()
