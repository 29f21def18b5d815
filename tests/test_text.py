"""What counts as a word, sentence, paragraph, list item …: worked by hand, and for texts that nobody would write."""

from __future__ import annotations

import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crabtk.text import ParsedText

PARTS = [name for name, part in vars(ParsedText).items() if not name.startswith("__") and not callable(part)]


def read_all(text: ParsedText) -> None:
    for part in PARTS:
        getattr(text, part)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("Don't stop!", ["Don", "t", "stop"]),
        ("snake_case and kebab-case", ["snake", "case", "and", "kebab", "case"]),
        ("3.5 km, 2nd time", ["3", "5", "km", "2nd", "time"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("cafe\u0301 crème", ["cafe\u0301", "crème"]),
        ("❤\ufe0f \u0301 — …", []),
        ("می\u200cخواهم", ["می\u200cخواهم"]),
        ("L’eau coûte 3 €.", ["L", "eau", "coûte", "3"]),
        ("¿Qué tal, señor Ruíz?", ["Qué", "tal", "señor", "Ruíz"]),
        ("Straßenbahn fährt über Köln", ["Straßenbahn", "fährt", "über", "Köln"]),
        ("Это всё-таки ёлка, т.е. дерево", ["Это", "всё", "таки", "ёлка", "т", "е", "дерево"]),
        ("ذهبَ الطلّابُ إلى المكتبة", ["ذهبَ", "الطلّابُ", "إلى", "المكتبة"]),
        ("मैं ५ किताबें पढ़ता हूँ।", ["मैं", "५", "किताबें", "पढ़ता", "हूँ"]),
        ("我喜欢吃苹果，但是今天没有时间。", ["我", "喜欢", "吃", "苹果", "但是", "今天", "没有", "时间"]),
        ("今日は天気がいいです。", ["今日", "は", "天気", "が", "いい", "です"]),
        ("我用Python写了3个程序", ["我", "用", "Python", "写", "了", "3", "个", "程序"]),
        ("ฝนตกหนักมาก", ["ฝน", "ตกหนัก", "มาก"]),
        ("한국어 문장입니다.", ["한국어", "문장입니다"]),
    ],
)
def test_words(raw: str, words: list[str]) -> None:
    assert list(ParsedText(raw).words) == words
    assert list(ParsedText(raw).lower_words) == [word.lower() for word in words]


@pytest.mark.parametrize(
    ("raw", "sentences"),
    [
        ("Dr. Ahn left at 5 p.m. sharp. She was tired.", ["Dr. Ahn left at 5 p.m. sharp.", "She was tired."]),
        ("It works, e.g. here. Fine.", ["It works, e.g. here.", "Fine."]),
        ("One line\nof a wrapped sentence. Next.", ["One line of a wrapped sentence.", "Next."]),
        ("# A title\nText below. More.", ["A title", "Text below.", "More."]),
        ("Buy:\n- milk\n- bread and\n  butter", ["Buy:", "milk", "bread and butter"]),
        ("1. Stir. Wait.\n2. Serve", ["Stir.", "Wait.", "Serve"]),
        ("No stop\n\nNew block", ["No stop", "New block"]),
        ("| a b | c |\n|---|---|\n| d. e | f |", ["a b", "c", "d. e", "f"]),
        ("Look:\n```\nx = 1. y = 2.\n```\nDone.", ["Look:", "Done."]),
        ("**Bold.** Then plain.", ["Bold.", "Then plain."]),
        ("Above\n---\nBelow", ["Above", "Below"]),
        ("今天很好。我们走吧！好吗？", ["今天很好。", "我们走吧！", "好吗？"]),
        ("वह घर गया। मैं रुका।", ["वह घर गया।", "मैं रुका।"]),
        ("他说：“走吧。”我们走了。", ["他说：“走吧。”", "我们走了。"]),
        (
            "「公園に行こう。」と彼は言った。彼女は（本当に？）驚いた。",
            ["「公園に行こう。」と彼は言った。", "彼女は（本当に？）驚いた。"],
        ),
        ("価格は3.5万円です。高い！", ["価格は3.5万円です。", "高い！"]),
        ("وصل د. أحمد صباحًا. هل قرأت الكتاب؟ نعم!", ["وصل د. أحمد صباحًا.", "هل قرأت الكتاب؟", "نعم!"]),
        ("डॉ. शर्मा ने कहा कि वे ३.५ किलोमीटर चले। सच?", ["डॉ. शर्मा ने कहा कि वे ३.५ किलोमीटर चले।", "सच?"]),
        (
            "M. Dupont habite ici depuis janv. 2010. Mme Leroy a dit : « Venez. » Est-ce possible ?",
            ["M. Dupont habite ici depuis janv. 2010.", "Mme Leroy a dit : « Venez. »", "Est-ce possible ?"],
        ),
        (
            "El Sr. Gómez llegó a las 10:30. ¿Dónde estaba la Dra. Ruiz? ¡Nadie lo sabía!",
            ["El Sr. Gómez llegó a las 10:30.", "¿Dónde estaba la Dra. Ruiz?", "¡Nadie lo sabía!"],
        ),
        (
            "Am 3. Oktober fuhr Dr. Weber z. B. nach Köln. Er blieb ca. 2 Std. dort. War das genug?",
            ["Am 3. Oktober fuhr Dr. Weber z. B. nach Köln.", "Er blieb ca. 2 Std. dort.", "War das genug?"],
        ),
        (
            "В 1990 г. А. С. Петров переехал в Москву. Дом на ул. Ленина был стар. Кто знает?",
            ["В 1990 г. А. С. Петров переехал в Москву.", "Дом на ул. Ленина был стар.", "Кто знает?"],
        ),
        ("... !!! ---", []),
    ],
)
def test_sentences(raw: str, sentences: list[str]) -> None:
    assert list(ParsedText(raw).sentences) == sentences


def test_abbreviations_are_those_of_the_language() -> None:
    text = ParsedText(
        "Das gilt z.B. für Kinder und ältere Menschen. Prof. Dr. Weber sieht das bzgl. der Kosten anders."
    )
    assert text.detected == "de"
    assert len(text.sentences) == 2


@pytest.mark.parametrize(
    ("raw", "paragraphs"),
    [
        ("a\nb\n\nc", ["a\nb", "c"]),
        ("\n\n  \na\n \t \n\n\nb\n\n", ["a", "b"]),
        ("# h\n\n- x\n- y\n\nz", ["# h", "- x\n- y", "z"]),
        ("a\n\n---\n\nb", ["a", "b"]),
        ("```\nx\n\ny\n```\n\nb", ["```\nx\n\ny\n```", "b"]),
        ("a\r\n\r\nb\r\rc\u2029\u2029d", ["a", "b", "c", "d"]),
    ],
)
def test_paragraphs_stand_between_blank_lines(raw: str, paragraphs: list[str]) -> None:
    text = ParsedText(raw)
    assert list(text.paragraphs) == paragraphs
    assert len(text.paragraph_sentences) == len(paragraphs)


def test_list_items() -> None:
    text = ParsedText("- a\n  * b\n+ c\n• d\n-e\n**f**\n1. g\n 22) h\n1999. i\n3.j\n```\n- k\n1. l\n```\n* * *\n- ")
    assert [(item.mark, item.text, item.indent) for item in text.bullet_items] == [
        ("-", "a", 0), ("*", "b", 2), ("+", "c", 0), ("•", "d", 0),
    ]  # fmt: skip
    assert [(item.mark, item.text) for item in text.numbered_items] == [("1.", "g"), ("22)", "h")]


def test_headings() -> None:
    text = ParsedText("# One\n### Two ##\n#hash\n####### seven\n```\n# code\n```\n#\n # Three")
    assert [(heading.level, heading.text) for heading in text.headings] == [(1, "One"), (3, "Two"), (1, "Three")]


def test_code_blocks() -> None:
    raw = "```Python title=x\na\n```\n~~~\nb\n```\n~~~\n   ```js\n   c\n   ```\n````\n```\n````\n`` `x` ``\n```sh\nopen"
    blocks = ParsedText(raw).code_blocks
    assert [(block.language, block.content) for block in blocks] == [
        ("python", "a"), ("", "b\n```"), ("js", "   c"), ("", "```"), ("sh", "open"),
    ]  # fmt: skip


def test_tables() -> None:
    raw = "| a | b |\n|:--|--:|\n| 1 | 2 \\| 3 |\n| 4 | 5 |\n\nx | y | z\n--|--|--\n\nno | table\n\n"
    raw += "```\n| c |\n|---|\n```"
    assert [(table.columns, table.rows) for table in ParsedText(raw).tables] == [(2, 2), (3, 0)]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ('{"a": [1, 2]}', {"a": [1, 2]}),
        ("  [1]\n", [1]),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("```\n[]\n```", []),
        ('Here:\n```json\n{"a": 1}\n```', None),
        ("```python\n[1]\n```", None),
        ('{"a": NaN}', None),
        ('{"a": 1', None),
        ("3", None),
        ('"text"', None),
        ("[" * 100_000, None),
        ("[" + "9" * 10_000 + "]", None),
    ],
)
def test_json(raw: str, value: object) -> None:
    assert ParsedText(raw).json == value


def test_bold_and_placeholders() -> None:
    text = ParsedText("**One** and __two words__, `**code**`, a ** b ** c, ****, snake__case__x\n```\n**x**\n```")
    assert text.bold_spans == ("One", "two words")
    text = ParsedText("Dear [Your Name], see [this](http://x.y), [1], [^2], [ ], [x], [ref][a] and [City] [City].")
    assert text.placeholders == ("Your Name", "City", "City")


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("The river rose in the night and flooded the lower road.", "en"),
        ("Der Fluss stieg in der Nacht und überflutete die untere Straße.", "de"),
        ("昨夜河水上涨，淹没了下面的道路。", "zh"),
        ("Ok.", "und"),
        ("", "und"),
        ("\ud800\x00 12345 67890", "und"),
        ("```python\nthe_code = is_english_and_long\n```", "und"),
    ],
)
def test_language(raw: str, language: str) -> None:
    assert ParsedText(raw).detected == language
    assert ParsedText(raw).language == language
    assert ParsedText(raw, language="pt-BR").language == "pt"


@pytest.mark.parametrize(
    ("raw", "spaced"),
    [
        ("plain words", True),
        ("", True),
        ("한국어는 띄어쓰기를 합니다", True),
        ("The word 茶 means tea in the language that we study.", True),
        ("今日は晴れです", False),
        ("ภาษาไทยไม่มีช่องว่าง", False),
    ],
)
def test_scripts_without_spaces(raw: str, spaced: bool) -> None:
    assert ParsedText(raw).spaced is spaced


def test_every_line_end_is_known() -> None:
    raw = "a\r\nb\rc\nd\u2028e\u2029f\x85g\x0bh\x0ci"
    assert ParsedText(raw).lines == tuple("abcdefghi")


def test_a_parsed_text_travels_between_processes() -> None:
    text = ParsedText("One. Two.", "en")
    assert len(text.sentences) == 2
    copied = pickle.loads(pickle.dumps(text))
    assert (copied.raw, copied.given, copied.sentences) == (text.raw, "en", text.sentences)


@settings(max_examples=150, deadline=None)
@given(st.text(st.one_of(st.sampled_from('#|`-*~.!? \n\r\u2028\ud800\0[]{}"1a字。'), st.characters()), max_size=200))
def test_no_text_is_refused(raw: str) -> None:
    read_all(ParsedText(raw))


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "unit",
    [
        "#",
        "|",
        "`",
        "-",
        " ",
        "\n",
        "a ",
        "*",
        "a. ",
        "字。",
        "|-|\n",
        "```\n",
        "**a",
        "[a",
        "- x\n",
        "\n\na",
        "{",
        "[1,",
    ],
)
def test_a_megabyte_of_anything_takes_seconds(unit: str) -> None:
    """Quadratic time would take hours; the bound is wide, for slow machines."""
    started = time.process_time()
    read_all(ParsedText(unit * (MEGABYTE // 4 // len(unit))))
    assert time.process_time() - started < 10


def test_two_megabytes_on_one_line() -> None:
    text = ParsedText("word, " * 350_000)
    read_all(text)
    assert len(text.words) == 350_000
    assert len(text.sentences) == 1
