"""crabtk on the same responses: measure, check, word and thin, as the pipeline does. Prints items per second."""

from __future__ import annotations

import sys
import time

from responses import CONSTRAINTS, WARM_UP, responses, result

from crabtk.constraints.builtin import TYPES
from crabtk.pipeline.alike import Words, alike, words_of
from crabtk.pipeline.measure import Measure

MAX_ROUGE_L = 0.6
SIX = {
    "length:words",
    "length:words_per_sentence",
    "length:sentences_per_paragraph",
    "length:characters_per_word",
    "keyword:include",
    "punctuation:absent",
}


def main() -> None:
    """Run the six types with thinning, or all types."""
    which, limit = sys.argv[1], int(sys.argv[2])
    chosen = {
        "six": [type_ for type_ in TYPES if type_.name in SIX],
        "training": [type_ for type_ in TYPES if not type_.evaluation_only],
        "all": list(TYPES),
    }
    work = Measure(chosen[which], seed=42)
    texts = responses(limit)
    for text in WARM_UP:
        work(("warm", "", text, ""))
    made = 0
    start = time.perf_counter()
    for number, text in enumerate(texts):
        constraints, _ = work((str(number), "", text, ""))
        wordings = [*(row["text"] for row in constraints), *CONSTRAINTS]
        if which == "six":
            words = list(map(words_of, wordings))
            kept: list[Words] = []
            for one in words:
                if not any(alike(one, other, MAX_ROUGE_L) for other in kept):
                    kept.append(one)
            made += len(kept)
        else:
            made += len(constraints)
    print(result(len(texts), time.perf_counter() - start, made))


if __name__ == "__main__":
    main()
