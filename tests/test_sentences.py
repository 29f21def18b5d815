"""What is divided without asking Punkt is divided as Punkt would."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk import sentences
from crabtk.sentences import split

WORDS = """\
the River river. River! Dr. Mr. e.g. i.e. etc. a. A. U.S. 3.5 3. No. well-being. co-op. Node.js Ms. said. Is it?
yes!? no... … (so) (so.) "so." “so.” it's. I. II. S. Oct. Jan. p.m. vs. approx. fig. 1,000. 5% -0.01 end.) und.
z.B. usw. ca. Nr. fuhr. M. Mme. janv. г. т.е. ул. дом. Sr. Sra. casa. www.a.com x.y can. can't. über. été. St. Inc.
Ltd. Corp. Jr. then.Now a.b. .. -é. é--é. (b). x-ray. end-
"""
TOKENS = st.sampled_from([word for line in WORDS.split("\n") for word in line.split(" ")] + ["\t", "\u00a0", "\u2009"])


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ru", "it", "nl", "el", "xx"])
@settings(max_examples=150, deadline=None)
@given(words=st.lists(TOKENS, min_size=1, max_size=14))
def test_plain_ends_are_those_that_punkt_finds(language: str, words: list[str]) -> None:
    text = " ".join(words)
    found = split(text, language)
    model = sentences.PUNKT_MODELS.get(language, "english")
    pieces = sentences._tokenizer(model).tokenize(text)
    if language in sentences.ABBREVIATIONS:
        pieces = sentences._after_abbreviations(pieces, sentences.ABBREVIATIONS[language])
    assert found == [piece.strip() for piece in pieces if piece.strip()]
