"""Words and sentences of languages that the reference counts in their own ways."""

from __future__ import annotations

import pytest

from crabtk import ParsedText
from crabtk_multi_if.lengths import sentence_count, word_count
from crabtk_multi_if.spoken import detected

JAPANESE = "こんにちは、ジェイソンさん、Jason? Nice to meet you☺ ❤"
CHINESE = "今天天气很好。我们去公园散步吧！你想一起去吗？\n回来以后喝茶。"
HINDI = "मैं बाज़ार जा रहा हूँ। तुम कहाँ हो? जल्दी आओ!"
THAI = "วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะกันเถอะ"


def test_each_character_and_each_emoji_is_a_word() -> None:
    assert detected(ParsedText(JAPANESE)) == "ja"
    # 5 and 7 characters, five words in Latin letters, two emojis.
    assert word_count(ParsedText(JAPANESE)) == 19
    assert word_count(ParsedText(CHINESE)) == 6 + 8 + 6 + 6


def test_sentences_end_at_their_own_marks() -> None:
    assert sentence_count(ParsedText(CHINESE)) == 4
    assert sentence_count(ParsedText(HINDI)) == 3


def test_what_the_reference_counts_as_ifevals_does_is_left_to_it() -> None:
    assert word_count(ParsedText(HINDI)) is None
    assert word_count(ParsedText("One, two and three.")) is None
    assert sentence_count(ParsedText("12 34 !")) is None


def test_thai_is_counted_by_pythainlp() -> None:
    pytest.importorskip("pythainlp")
    pytest.importorskip("pycrfsuite")
    assert word_count(ParsedText(THAI)) == len(__import__("pythainlp").word_tokenize(THAI)) > 5
    assert sentence_count(ParsedText(THAI)) >= 1


def test_without_pythainlp_a_warning_says_that_thai_is_not_the_references(monkeypatch: pytest.MonkeyPatch) -> None:
    from crabtk_multi_if import lengths

    monkeypatch.setattr(lengths, "find_spec", lambda name: None)
    lengths._has_thai.cache_clear()
    with pytest.warns(UserWarning, match=r"crabtk-multi-if\[thai\]"):
        assert word_count(ParsedText(THAI)) is None
    lengths._has_thai.cache_clear()
