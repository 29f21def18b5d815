"""Types of words, keywords and letters on texts worked by hand."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}
TEA = "The tea was hot. We drank it in the garden.\n\nLater the tea was cold."

EXAMPLES: list[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]]] = [
    ("keyword:any", {"phrases": ["tea", "red wine"]}, ("Tea!", "We had Red  Wine."), ("teas", "red\nwine")),
    ("keyword:order", {"phrases": ["tea", "milk"]}, ("Tea, milk, tea", "tea-milk"), ("milk, tea, milk", "tea", "no")),
    ("keyword:order", {"phrases": ["a b", "c"]}, ("A b c", "a b, b c"), ("c a b", "a\nb c")),
    ("keyword:place", {"phrase": "tea", "place": "first_sentence"}, (TEA, "- Tea\n- milk"), ("Hot. Tea.", "teas.")),
    ("keyword:place", {"phrase": "cold", "place": "last_sentence"}, (TEA, "Cold"), ("Cold. Hot.", "cold\n\nhot")),
    ("keyword:place", {"phrase": "garden", "place": "first_paragraph"}, (TEA, "a\nGARDEN"), ("a\n\ngarden", "gardens")),
    ("keyword:place", {"phrase": "cold", "place": "last_paragraph"}, ("a\n\nCold\nb", TEA), ("colds", "cold\n\na")),
    ("keyword:every_paragraph", {"keyword": "tea"}, (TEA, "Tea"), ("tea\n\nmilk", "tea\n\nteas")),
    ("keyword:sentence", {"keyword": "drank", "n": 2}, (TEA, "Hot!\n\nDrank"), ("Drank. Hot.", "We. Drankest.")),
    ("keyword:position", {"keyword": "drank", "n": 2, "m": 2}, (TEA, "Hot! We; DRANK!"), ("Hot! Drank we.", "a drank")),
    ("keyword:position", {"keyword": "well-known", "n": 1, "m": 2}, ("a well-known b",), ("well-known", "a")),
    ("keyword:nth_word", {"keyword": "tea", "n": 2, "side": "start"}, (TEA, "# A\nTea"), ("tea", "a b tea")),
    ("keyword:nth_word", {"keyword": "tea", "n": 2, "side": "end"}, ("Tea, cold!",), ("a tea", "tea", "tea a b")),
    ("keyword:case", {"keyword": "NASA"}, ("NASA", "NASA's NASA"), ("no", "NASA and Nasa", "nasa")),
    ("keyword:case", {"keyword": "internet"}, ("the internet", "internets, internet"), ("Internet", "internets")),
    ("letter:frequency", {"letter": "e", "relation": "exactly", "n": 2}, ("Ee", "tree"), ("e", "eee", "éé")),
    ("letter:frequency", {"letter": "#", "relation": "at_least", "n": 1}, ("a #1", "# a"), ("a", "1")),
    ("letter:frequency", {"letter": "E", "relation": "at_most", "n": 1}, ("one", "a"), ("Eve", "")),
    ("letter:absent", {"letter": "e"}, ("A cat", "é"), ("E", "the", "")),
    ("letter:initial", {"letter": "d", "relation": "exactly", "n": 2}, ("Don't do", "day-date d"), ("do", "d d d")),
    ("letter:initial", {"letter": "T", "relation": "at_most", "n": 0}, ("don't", "a-t"), ("it, to", "Tea")),
    ("word:repeat_limit", {"n": 2}, ("Tea, tea", "it's it it"), ("tea tea TEA", "a a-b a a")),
    ("word:unique", {}, ("don't do it", "a-a a"), ("A a", "one. One")),
    ("word:long", {"relation": "exactly", "n": 2, "characters": 5}, ("seven seven", "green house-boat"), ("seven",)),
    ("word:long", {"relation": "at_most", "n": 0, "characters": 5}, ("four", "well-done"), ("seven", "")),
    ("word:stop_words", {"percent": 50}, ("The sea", "bread, butter"), ("of the sea", "It's", "don't can't tea")),
    ("word:pronouns", {"relation": "exactly", "n": 2}, ("I'm yours", "Itself, THEIRS"), ("the US", "he she it")),
    ("word:conjunctions", {"n": 3}, ("And or BUT", "so, yet: nor for"), ("and and or", "button order soil")),
    ("word:person_names", {"n": 2, "names": ["Ann", "Bo", "Cy"]}, ("Ann, Bo", "Cy's Ann"), ("ann bo", "Anna Bo")),
    ("word:palindromes", {"relation": "exactly", "n": 2, "characters": 3}, ("Eve, noon",), ("did did", "11 a eve")),
    ("word:palindromes", {"relation": "at_most", "n": 0, "characters": 4}, ("eve", "2002"), ("Noon", "")),
    ("word:alphabet", {}, ("Yes, zebras are big", "Go"), ("a c", "1 a", "a b b")),
    ("word:vowels", {"n": 2}, ("Ten Men, ámen", "why"), ("one i", "aei", "…")),
    ("word:consonant_clusters", {}, ("Strong winds", "myth, arcs"), ("a strong wind", "s-trap a", "12")),
    ("word:prime_lengths", {}, ("it's the fence", "to-do-ab-c", "ab"), ("four", "a", "self-do")),
    ("word:syllable_parity", {}, ("Cold water", "Water cold", "a-b a"), ("cold tea", "water under")),
    ("word:initials_differ", {}, ("Two red cats", "tea-time red", "on 2 21"), ("Two tall cats", "a A")),
    ("word:initials_not_successive", {}, ("b a", "Zebra ant", "a c"), ("A bee", "the under")),
    ("word:language_every", {"n": 2, "script": "japanese"}, ("I 犬 am ねこ", "a カ b"), ("犬 a", "I", "a 犬 b c")),
    ("word:language_every", {"n": 1, "script": "greek"}, ("α βγ", "δ - ε"), ("a β", "…")),
    ("start_end:verb", {}, ("Take it.", "**Consider** this", "Taking it", "Carried off", "Stopped", "Is it?",
     "Lying low"), ("The sea", "String", "Thing", "Red", "This", "")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "good", "bad"), EXAMPLES)
def test_check(name: str, params: dict[str, Any], good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    type_ = BY_NAME[name]
    for raw in good:
        assert type_.check(ParsedText(raw), params), raw
        assert type_.score(ParsedText(raw), params) == 1.0
    for raw in bad:
        assert not type_.check(ParsedText(raw), params), raw
        assert 0.0 <= type_.score(ParsedText(raw), params) < 1.0


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("keyword:order", {"phrases": ["a", "b", "c", "d"]}, "a b d c", 0.75),
        ("keyword:order", {"phrases": ["a", "b"]}, "b a", 0.5),
        ("keyword:place", {"phrase": "tea", "place": "first_sentence"}, "Hot. Tea.", 0.5),
        ("keyword:place", {"phrase": "tea", "place": "first_sentence"}, "Hot.", 0.0),
        ("keyword:every_paragraph", {"keyword": "a"}, "a\n\nb\n\na\n\nc", 0.5),
        ("keyword:sentence", {"keyword": "a", "n": 2}, "A.", 0.5),
        ("keyword:position", {"keyword": "a", "n": 1, "m": 2}, "A b.", 0.5),
        ("keyword:nth_word", {"keyword": "a", "n": 1, "side": "end"}, "a b", 0.5),
        ("keyword:case", {"keyword": "NASA"}, "NASA NASA Nasa nasa", 0.5),
        ("letter:frequency", {"letter": "e", "relation": "at_least", "n": 4}, "eve", 0.5),
        ("letter:absent", {"letter": "e"}, "the sea is big", 0.5),
        ("letter:initial", {"letter": "a", "relation": "at_most", "n": 1}, "a a a a", 0.25),
        ("word:repeat_limit", {"n": 1}, "a a b b", 0.5),
        ("word:unique", {}, "a A b c", 0.75),
        ("word:stop_words", {"percent": 25}, "The sea", 0.5),
        ("word:conjunctions", {"n": 4}, "and or", 0.5),
        ("word:person_names", {"n": 2, "names": ["Ann", "Bo", "Cy"]}, "Ann", 0.5),
        ("word:alphabet", {}, "a b d e", 0.75),
        ("word:vowels", {"n": 1}, "a e", 0.5),
        ("word:consonant_clusters", {}, "and a", 0.5),
        ("word:language_every", {"n": 2, "script": "japanese"}, "a 犬 b c", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


def drawn(name: str, raw: str, language: str | None = None) -> list[dict[str, Any]]:
    """What 30 generators measure."""
    found = (BY_NAME[name].measure(ParsedText(raw, language), random.Random(seed)) for seed in range(30))
    return [dict(params) for params in found if params is not None]


MILL = (
    "The tidal mill grinds corn when the tide turns. A tidal mill needs a dam, a pond and a wheel, because water is "
    "its only power.\n\nAt ebb the pond empties through the tidal mill, and the wheel turns."
)


def test_places_are_where_the_phrase_surely_stands() -> None:
    found = drawn("keyword:place", MILL)
    assert {params["place"] for params in found} == {
        "first_sentence", "last_sentence", "first_paragraph", "last_paragraph"
    }  # fmt: skip
    assert not [params for params in found if params["phrase"] == "power" and params["place"] != "first_paragraph"]
    assert not drawn("keyword:place", f"The mill\n\n{MILL}\n\nYours,\nthe miller")


def test_every_paragraph_asks_for_a_word_that_all_paragraphs_hold() -> None:
    assert {params["keyword"] for params in drawn("keyword:every_paragraph", MILL)} == {
        "tidal", "mill", "wheel", "pond", "turns"
    }  # fmt: skip


def test_order_follows_first_mentions() -> None:
    found = drawn("keyword:order", MILL)
    assert found
    for params in found:
        places = [MILL.lower().index(phrase) for phrase in params["phrases"]]
        assert places == sorted(places)


def test_one_of_several_links_is_asked_where_some_are_used() -> None:
    assert {frozenset(params["phrases"]) for params in drawn("keyword:any", MILL)} == {
        frozenset({"because", "since", "due to"})
    }


def test_positions_are_counted_where_nobody_counts_otherwise() -> None:
    for params in drawn("keyword:position", MILL):
        assert params["n"] != 2 or params["m"] <= 6  # up to "dam"
    assert not drawn("keyword:position", MILL.replace("its only power.", "its only power (e.g. tides)."))


def test_acronyms_are_preferred_for_case() -> None:
    raw = "NASA sent the probe in May. The probe left orbit, and NASA lost the probe after a week. " * 2
    assert {params["keyword"] for params in drawn("keyword:case", raw)} == {"NASA"}
    assert not [params for params in drawn("keyword:case", f"{raw} Nasa") if params["keyword"] == "NASA"]


def test_letters_are_bounded_on_both_sides_of_the_count() -> None:
    for params in drawn("letter:frequency", MILL * 2):
        count = (MILL * 2).lower().count(params["letter"])
        assert params["n"] <= count if params["relation"] == "at_least" else params["n"] >= count
    assert {params["letter"] for params in drawn("letter:absent", MILL * 2)} == set("fjkqvxz")


def test_palindromes_are_counted_once_each() -> None:
    raw = "At noon the kayak stood level with the other kayak, and by noon again it had gone down the river."
    assert {params["n"] for params in drawn("word:palindromes", raw) if params["relation"] == "exactly"} == {2, 3}
    assert not drawn("word:palindromes", raw.replace("noon", "www").replace("kayak", "2002").replace("level", "eye"))


def test_names_and_pronouns_in_capitals_are_told_apart() -> None:
    pronouns = BY_NAME["word:pronouns"]
    assert pronouns.check(ParsedText("GIVE IT TO US"), {"relation": "exactly", "n": 2})
    assert pronouns.check(ParsedText("Give it to the US"), {"relation": "exactly", "n": 1})


SPANISH = "La lluvia cayó toda la noche. El río creció, y la gente miraba el río desde el puente. " * 4
CHINESE = "春天来了。花园里的花都开了！孩子们在树下唱歌，老人们喝茶聊天。" * 9
CODE = "Run this:\n\n```python\nfor i in range(10):\n    print(i)\n```\n\nand then look at the numbers it has printed."


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("keyword:any", CHINESE),
        ("keyword:order", CHINESE),
        ("keyword:place", CHINESE),
        ("keyword:place", "Just one sentence about a mill that grinds corn when the tide turns, " * 3),
        ("keyword:every_paragraph", "The mill turns.\nThe mill stands.\n\nThe mill is old, and so is the miller. " * 3),
        ("keyword:every_paragraph", CHINESE),
        ("keyword:sentence", MILL.replace("a wheel,", "a wheel:\n- x\n")),
        ("keyword:sentence", CHINESE),
        ("keyword:position", CODE),
        ("keyword:nth_word", CHINESE),
        ("keyword:case", CHINESE),
        ("letter:frequency", CHINESE),
        ("letter:absent", CHINESE),
        ("letter:initial", "Короткий русский текст про волков, которые живут в лесу. " * 8),
        ("word:repeat_limit", CHINESE),
        ("word:unique", "One two, three."),
        ("word:long", CHINESE),
        ("word:long", "the the İstanbul İstanbul İstanbul wellbeing harvesting " * 5),
        ("word:stop_words", SPANISH),
        ("word:pronouns", SPANISH),
        ("word:conjunctions", SPANISH),
        ("word:person_names", "Maria went home alone, and Maria's brother stayed at the harbour until dawn."),
        ("word:initials_differ", CHINESE),
        ("word:initials_not_successive", "Не было ни ветра, ни дождя, только снег лежал на полях вокруг деревни."),
        ("word:vowels", CHINESE),
        ("word:language_every", CHINESE),
        ("start_end:verb", "Plan the garden before you plant it. " * 8),
        ("start_end:verb", SPANISH),
    ],
)
def test_nothing_is_asked_where_readers_differ_or_it_means_nothing(name: str, raw: str) -> None:
    assert not drawn(name, raw)


Asked = tuple[str, dict[str, Any]]
SEA: Asked = ("keyword:frequency", {"relation": "exactly", "keyword": "sea", "n": 3})

CONFLICTS: list[tuple[Asked, Asked]] = [
    (("keyword:any", {"phrases": ["sea", "bay"]}), ("keyword:include", {"phrases": ["deep sea"]})),
    (("keyword:any", {"phrases": ["sea", "red bay"]}), ("keyword:exclude", {"phrases": ["sea", "bay"]})),
    (("keyword:include", {"phrases": ["sea"]}), ("keyword:place", {"phrase": "the sea", "place": "last_sentence"})),
    (("keyword:exclude", {"phrases": ["sea"]}), ("keyword:order", {"phrases": ["sea", "bay"]})),
    (("keyword:exclude", {"phrases": ["sea"]}), ("keyword:case", {"keyword": "Sea"})),
    (("keyword:place", {"phrase": "sea", "place": "first_sentence"}), ("start_end:first_phrase", {"phrase": "A sea"})),
    (("word:unique", {}), SEA),
    (("word:unique", {}), ("word:repeat_limit", {"n": 3})),
    (("word:repeat_limit", {"n": 2}), SEA),
    (("letter:absent", {"letter": "E"}), ("letter:frequency", {"letter": "e", "relation": "at_least", "n": 9})),
    (
        ("word:long", {"relation": "at_least", "n": 3, "characters": 10}),
        ("length:characters_per_word", {"characters": 9}),
    ),
]  # fmt: skip
COMPATIBLE: list[tuple[Asked, Asked]] = [
    (("keyword:any", {"phrases": ["sea", "bay"]}), ("keyword:exclude", {"phrases": ["sea"]})),
    (("keyword:include", {"phrases": ["sea"]}), ("keyword:frequency", {**SEA[1], "relation": "at_most"})),
    (("keyword:exclude", {"phrases": ["sea"]}), ("keyword:frequency", {**SEA[1], "relation": "at_most"})),
    (("keyword:place", {"phrase": "sea", "place": "last_sentence"}), ("start_end:first_phrase", {"phrase": "The sea"})),
    (("word:unique", {}), ("keyword:frequency", {**SEA[1], "n": 1})),
    (("word:repeat_limit", {"n": 3}), SEA),
    (("letter:absent", {"letter": "e"}), ("letter:frequency", {"letter": "a", "relation": "at_least", "n": 9})),
    (
        ("word:long", {"relation": "at_most", "n": 3, "characters": 10}),
        ("length:characters_per_word", {"characters": 9}),
    ),
]  # fmt: skip


def conflict(one: Asked, other: Asked) -> bool:
    return BY_NAME[one[0]].conflicts(one[1], Constraint(*other, "")) or BY_NAME[other[0]].conflicts(
        other[1], Constraint(*one, "")
    )


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_conflict(one: Asked, other: Asked) -> None:
    assert conflict(one, other)


@pytest.mark.parametrize(("one", "other"), COMPATIBLE)
def test_no_conflict(one: Asked, other: Asked) -> None:
    assert not conflict(one, other)


EACH = [Limit("phrase:sea", 1), Limit("phrase:sea", 1, per="paragraphs")]


@pytest.mark.parametrize(
    ("name", "params", "limits"),
    [
        ("keyword:include", {"phrases": ["Red tea", "milk"]}, [Limit("phrase:red tea", 1), Limit("phrase:milk", 1)]),
        ("keyword:exclude", {"phrases": ["Tea"]}, [Limit("phrase:tea", None, 0)]),
        ("keyword:frequency", SEA[1], [Limit("phrase:sea", 3, 3)]),
        ("keyword:frequency", {**SEA[1], "relation": "at_most"}, [Limit("phrase:sea", None, 3)]),
        ("keyword:every_paragraph", {"keyword": "Sea"}, EACH),
        ("keyword:sentence", {"keyword": "sea", "n": 4}, [Limit("phrase:sea", 1), Limit("sentences", 4)]),
        ("keyword:nth_word", {"keyword": "sea", "n": 4, "side": "end"}, [Limit("phrase:sea", 1), Limit("words", 4)]),
        ("letter:frequency", {"letter": "E", "relation": "at_most", "n": 4}, [Limit("letter:e", None, 4)]),
        ("letter:absent", {"letter": "E"}, [Limit("letter:e", None, 0)]),
        ("letter:initial", {"letter": "e", "relation": "exactly", "n": 4}, [Limit("letter:e", 4), Limit("words", 4)]),
        ("letter:initial", {"letter": "e", "relation": "at_most", "n": 4}, []),
        ("word:long", {"relation": "at_least", "n": 3, "characters": 10}, [Limit("words", 3), Limit("characters", 30)]),
        ("word:long", {"relation": "at_most", "n": 3, "characters": 10}, []),
        ("word:pronouns", {"relation": "at_least", "n": 3}, [Limit("words", 3)]),
        ("word:person_names", {"n": 2, "names": ["Ann", "Bo"]}, [Limit("phrase:ann", 1), Limit("phrase:bo", 1)]),
        ("word:person_names", {"n": 1, "names": ["Ann", "Bo"]}, []),
    ],
)  # fmt: skip
def test_limits(name: str, params: dict[str, Any], limits: list[Limit]) -> None:
    assert list(BY_NAME[name].limits(params)) == limits


@pytest.mark.parametrize(
    ("name", "params", "phrases"),
    [
        ("keyword:include", {"phrases": ["sea", "bay"]}, ("sea", "bay")),
        ("keyword:order", {"phrases": ["sea", "bay"]}, ("sea", "bay")),
        ("keyword:any", {"phrases": ["sea", "bay"]}, ()),
        ("keyword:frequency", SEA[1], ("sea",)),
        ("keyword:frequency", {**SEA[1], "relation": "at_most"}, ()),
        ("keyword:frequency", {**SEA[1], "n": 0}, ()),
        ("keyword:place", {"phrase": "sea", "place": "last_sentence"}, ("sea",)),
        ("keyword:position", {"keyword": "sea", "n": 1, "m": 1}, ("sea",)),
        ("word:person_names", {"n": 2, "names": ["Ann", "Bo"]}, ("Ann", "Bo")),
    ],
)
def test_demands(name: str, params: dict[str, Any], phrases: tuple[str, ...]) -> None:
    assert tuple(BY_NAME[name].demands(params)) == phrases


@pytest.mark.parametrize(
    ("name", "params", "allowed", "refused"),
    [
        ("keyword:exclude", {"phrases": ["red sea"]}, "red seas", "the Red Sea"),
        ("letter:absent", {"letter": "E"}, "a cat", "tea"),
        ("letter:frequency", {"letter": "e", "relation": "at_most", "n": 1}, "tea", "tree"),
        ("word:vowels", {"n": 2}, "red sea", "cold tea"),
    ],
)
def test_allows(name: str, params: dict[str, Any], allowed: str, refused: str) -> None:
    assert BY_NAME[name].allows(allowed, params)
    assert not BY_NAME[name].allows(refused, params)


@pytest.mark.parametrize(
    "raw", ["[" * 100_000, "a-" * 50_000, "a" * 100_000, "a. " * 30_000, "É'é" * 30_000, "(a" * 50_000]
)
def test_odd_texts_take_linear_time(raw: str) -> None:
    text = ParsedText(raw, "en")
    assert len(text.sentences) >= 0
    for name, params, *_ in EXAMPLES:
        started = time.perf_counter()
        BY_NAME[name].measure(text, random.Random(1))
        BY_NAME[name].score(text, params)
        assert time.perf_counter() - started < 3.0, name


def keywords(name: str, raw: str) -> set[str]:
    """The words and phrases that a type asks for, over several generators."""
    found = (BY_NAME[name].measure(ParsedText(raw, "en"), random.Random(seed)) for seed in range(60))
    return {
        word
        for params in found
        if params is not None
        for key in ("phrases", "phrase", "keyword")
        for word in ([params[key]] if isinstance(params.get(key), str) else params.get(key, ()))
    }


PLATO = (
    "Plato wrote of an island beyond the pillars, where Plato let kings rule for many ages over a rich land.\n\n"
    "The island in Plato's tale sank within one night, and the sea above the island has been calm ever since then."
)
BOT = (
    "We built a little Discord.js bot last winter, and the bot has been running on a shelf in the hall since then. "
    "Discord users like it, because the bot knows the weather."
)
CODE = (
    "```\nstore(file) # because\n```\n\nWe write greetings to a file, and the file holds greetings in order. Ask for "
    "the store and read the greetings from the file again when you like, since every store keeps them."
)


def test_a_possessive_is_not_the_word_to_everybody() -> None:
    assert "plato" not in {word.lower() for word in keywords("keyword:every_paragraph", PLATO)}
    assert "island" in keywords("keyword:every_paragraph", PLATO)
    assert "Plato" not in keywords("keyword:place", PLATO.split("\n\n")[1] + "\n\nSo they say. It may be true.")


def test_a_word_before_a_full_stop_and_letters_is_no_word_by_itself() -> None:
    assert "Discord" not in keywords("keyword:nth_word", BOT)


def test_what_stands_in_code_alone_is_not_said() -> None:
    assert not keywords("keyword:any", CODE.replace("since every", "where every"))
    for seed in range(60):
        params = BY_NAME["keyword:order"].measure(ParsedText(CODE, "en"), random.Random(seed))
        assert params is None or not {"store", "greetings"} <= set(params["phrases"])


@pytest.mark.parametrize("raw", ["Problem:\n\nThe lake is dry. The fish have gone, and nobody in the town knows why."])
def test_a_word_before_a_colon_may_be_a_title(raw: str) -> None:
    text = ParsedText(f"{raw} They waited for rain and for the river to rise again, and each problem grew.", "en")
    places = [BY_NAME["keyword:place"].measure(text, random.Random(seed)) for seed in range(60)]
    assert not any(params["place"].startswith("first") for params in places if params)


def test_labels_of_an_outline_may_be_words_or_not() -> None:
    raw = "\n".join(f"{label}. Bring bread and {label} beans to the table now" for label in "ABCDB")
    for seed in range(60):
        params = BY_NAME["letter:initial"].measure(ParsedText(raw, "en"), random.Random(seed))
        assert params is None or params["letter"] != "b" or params["relation"] != "exactly"


def test_lets_holds_a_pronoun_to_some() -> None:
    raw = "Let's see what they make of it. " + "She told them that he liked the old boat, and they believed her. " * 3
    measured = [BY_NAME["word:pronouns"].measure(ParsedText(raw, "en"), random.Random(seed)) for seed in range(40)]
    assert not any(params["relation"] == "exactly" for params in measured if params)
    assert any(measured)


def test_a_conjunction_that_an_invisible_joiner_glues_to_the_next_word_is_not_counted_on() -> None:
    (type_,) = [type_ for type_ in TYPES if type_.name == "word:conjunctions"]
    plain = ("The dam is old and the mill is new, but the river is calm or nearly so, yet the miller "
             "and his sons work for the town and sleep in the barn of the parish by the road. ") * 3  # fmt: skip
    for raw in (plain, plain.replace("but ", "but\u200d ").replace("yet ", "yet \u200d")):
        params = type_.measure(ParsedText(raw), random.Random(1))
        assert params is None or type_.check(ParsedText(raw), params)
    assert type_.measure(ParsedText(plain), random.Random(1)) is not None
