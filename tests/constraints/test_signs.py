"""Emoji, addresses, hashtags and contractions on texts worked by hand."""

from __future__ import annotations

import random
from typing import Any

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.text import ParsedText
from crabtk.types import Constraint

BY_NAME = {type_.name: type_ for type_ in TYPES}


def check(name: str, params: dict[str, Any], raw: str) -> bool:
    return BY_NAME[name].check(ParsedText(raw), params)


def drawn(name: str, raw: str, language: str | None = None) -> list[dict[str, Any]]:
    """What forty generators measure, None left out."""
    found = (BY_NAME[name].measure(ParsedText(raw, language), random.Random(seed)) for seed in range(40))
    return [dict(params) for params in found if params is not None]


def numbers(found: list[dict[str, Any]], relation: str) -> set[int]:
    return {params["n"] for params in found if params["relation"] == relation}


def n(relation: str, number: int) -> dict[str, Any]:
    return {"relation": relation, "n": number}


CASES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    ("emoji:count", n("exactly", 2), ["a 😀😀", "flag 🇩🇪 and 👩‍💻", "1️⃣ and ❤️", "so ❤ ☀"],
     ["a 😀", "© ™ ★ ✓", "😀 (no words) 🎉 🍎"]),
    ("emoji:count", n("at_least", 1), ["👍🏽 yes"], ["yes :)", "→ yes", "5 #"]),
    ("emoji:absent", {}, ["yes :)", "© 2020"], ["yes 😀", "❤️ you", "😀"]),
    ("emoji:sentence_end", {}, ["We ran! 😀 It rained. 🎉", "We ran 😀. It rained 🎉!", "We ran 😀", "We ran! 👩‍💻🎉"],
     ["We ran! 😀 It rained.", "We ran.", "😀 We ran. It rained. 🎉"]),
    ("link:count", n("exactly", 2), ["https://a.example and www.b.example", "http://a.example/x?y=(z) (https://b.example)."],
     ["https://a.example", "a.example and b.example"]),
    ("link:count", n("at_least", 1), ["[a](https://a.example)", "HTTPS://A.EXAMPLE", "https://www.a.example"],
     ["[a](b)", "https://", "wwwx.a"]),
    ("link:absent", {}, ["see a.example", "www"], ["see www.a.example", "http://a.example"]),
    ("link:email", n("exactly", 2), ["a@b.example, c.d+e@f-g.example", "<a@b.example> a@b.example."],
     ["a@b.example", "a@b", "@b.example"]),
    ("symbol:hashtags", n("exactly", 2), ["#one #two", "so (#one) #2nd_try"], ["#one", "# one # two", "C# #1 #2"]),
    ("symbol:mentions", n("exactly", 2), ["@anna and @tom_1", "(@anna) @tom."],
     ["@anna", "a@b.example @tom", "@1 @ tom"]),
    ("contraction:count", n("exactly", 2), ["I don't, we’ll", "It's what he'd say", "LET'S go, isn't it"],
     ["I don't", "John's hat isn't", "do not"]),
    ("contraction:absent", {}, ["John's hat is not red", "the boys' hats", "cannot"],
     ["It's red", "I’m here", "they'd"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "good", "bad"), CASES)
def test_check(name: str, params: dict[str, Any], good: list[str], bad: list[str]) -> None:
    for raw in good:
        assert check(name, params, raw), raw
        assert BY_NAME[name].score(ParsedText(raw), params) == 1.0
    for raw in bad:
        assert not check(name, params, raw), raw
        assert BY_NAME[name].score(ParsedText(raw), params) < 1.0


@pytest.mark.parametrize(
    ("name", "params", "raw", "score"),
    [
        ("emoji:count", n("at_least", 4), "yes 😀🎉", 0.5),
        ("emoji:absent", {}, "yes 😀", 0.5),
        ("emoji:sentence_end", {}, "We ran! 😀 It rained.", 0.5),
        ("link:absent", {}, "see www.a.example and www.b.example", 1 / 3),
        ("contraction:absent", {}, "It's red", 0.5),
        ("contraction:count", n("exactly", 1), "It's red, isn't it", 0.5),
        ("symbol:hashtags", n("at_least", 2), "#one", 0.5),
    ],
)
def test_partial_credit(name: str, params: dict[str, Any], raw: str, score: float) -> None:
    assert BY_NAME[name].score(ParsedText(raw), params) == pytest.approx(score)


PROSE = "The miller grinds the corn of the whole valley and keeps a tenth of it as his due. " * 4


@pytest.mark.parametrize(
    ("name", "raw", "exactly"),
    [
        ("emoji:count", "Market day 🍎 with bread 🍞", 2),
        ("link:count", "See https://a.example/x and www.b.example.", 2),
        ("link:email", "Write to a@b.example or c@d.example.", 2),
        ("symbol:hashtags", "New bread! #bakery #mill", 2),
        ("symbol:mentions", "Thanks to @mara and @nils!", 2),
        ("contraction:count", "I don't know who built the old mill, but it's surely older than the bridge is.", 2),
    ],
)
def test_exact_numbers(name: str, raw: str, exactly: int) -> None:
    assert numbers(drawn(name, raw, "en"), "exactly") == {exactly}


@pytest.mark.parametrize(
    ("name", "raw", "at_most"),
    [
        ("emoji:count", "Work 👩‍💻 and play 🎉 and rest.", 2),
        ("link:count", "See https://a.example, https://a.example, and b.com too.", 1),
        ("link:email", "Write to a@b.example or a@b.example.", 1),
        ("symbol:mentions", "Thanks to @mara and a@b.example.", 1),
        (
            "contraction:count",
            "I don't know who built the miller's house, but it's surely older than the bridge is.",
            2,
        ),
    ],
)
def test_lower_bounds_where_readers_differ(name: str, raw: str, at_most: int) -> None:
    found = drawn(name, raw, "en")
    assert {params["relation"] for params in found} == {"at_least"}
    assert max(params["n"] for params in found) == at_most


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("emoji:count", "🎉😀"),
        ("emoji:absent", PROSE),
        ("emoji:absent", f"{PROSE} Wow! Great! Yes! :)"),
        ("emoji:absent", f"{PROSE} Wow! Great! Yes! ★ ©"),
        ("emoji:sentence_end", "We ran! 😀 It rained."),
        ("link:count", "See `https://a.example`."),
        ("link:absent", f"{PROSE} See the website at mill.com."),
        ("link:absent", PROSE),
        ("symbol:hashtags", "Colour #ff0000 it is."),
        ("symbol:hashtags", "#Title\n\nText."),
        ("symbol:mentions", "Use `@property` here."),
        ("contraction:absent", PROSE),
        ("contraction:absent", f"{PROSE} It is not here. It is the miller's going away."),
        ("contraction:absent", f"{PROSE} It is not here. You are gonna see."),
        ("contraction:count", "Je n'ai pas dit qu'il m'a vu, c'est la vie de l'ami d'Anne, et j'ai faim aujourd'hui."),
    ],
)
def test_nothing_is_asked_where_readers_differ(name: str, raw: str) -> None:
    assert not drawn(name, raw)


def test_what_is_absent_is_asked_where_it_could_have_been() -> None:
    assert drawn("emoji:absent", f"{PROSE} Wow! Great! Yes!")[0] == {}
    assert drawn("link:absent", f"{PROSE} See their website.")[0] == {}
    plain = f"{PROSE} It is not here, and they will not find the miller's cat."
    assert drawn("contraction:absent", plain, "en")[0] == {}
    assert not drawn("contraction:absent", plain, "de")


def test_every_emoji_of_a_sentence_end_is_found() -> None:
    assert drawn("emoji:sentence_end", "We ran! 😀 It rained. 🎉")[0] == {}


def test_conflicts_limits_and_phrases() -> None:
    assert BY_NAME["emoji:absent"].conflicts({}, Constraint("emoji:sentence_end", {}, ""))
    assert BY_NAME["contraction:absent"].conflicts({}, Constraint("language:response", {"language": "de"}, ""))
    assert not BY_NAME["contraction:absent"].conflicts({}, Constraint("language:response", {"language": "en"}, ""))
    for name, quantity in [("emoji:absent", "emoji"), ("link:absent", "links"), ("contraction:absent", "contractions")]:
        (limit,) = BY_NAME[name].limits({})
        assert (limit.quantity, limit.low, limit.high) == (quantity, None, 0)
    (each,) = BY_NAME["emoji:sentence_end"].limits({})
    assert (each.quantity, each.low, each.per) == ("emoji", 1, "sentences")
    assert not BY_NAME["emoji:absent"].allows("yes 😀", {})
    assert BY_NAME["emoji:absent"].allows("yes", {})
    assert not BY_NAME["link:absent"].allows("www.a.example", {})
    assert not BY_NAME["contraction:absent"].allows("it's here", {})
    assert BY_NAME["contraction:absent"].allows("John's here", {})
    assert not BY_NAME["contraction:count"].allows("it's what I don't", n("at_most", 1))


@pytest.mark.parametrize(
    "raw", ["@" * 50_000, "a.b" * 20_000, "#" * 50_000, "'s" * 30_000, "www." * 15_000, "😀" * 20_000]
)
def test_odd_texts_are_read_in_linear_time(raw: str) -> None:
    text = ParsedText(f"word {raw}")
    for type_ in TYPES:
        if type_.name.split(":")[0] in ("emoji", "link", "symbol", "contraction"):
            type_.measure(text, random.Random(1))


def test_what_an_apostrophe_inflects_is_no_sure_contraction() -> None:
    prose = "I don't know who built the old mill, but it's surely older than the bridge is. He RSVP'd (CONT'D)."
    found = drawn("contraction:count", prose)
    assert {params["relation"] for params in found} == {"at_least"}
    assert max(params["n"] for params in found) == 2
