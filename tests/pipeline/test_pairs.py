"""Pairs by verdicts: what is better than what, margins, lengths, and hindsight."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crabtk.pipeline.hindsight import hindsight
from crabtk.pipeline.pairs import RankedResponses, Response, best, ranked, satisfied
from crabtk.settings import Pairing
from crabtk.types import Holds

NAMES = tuple("abcdefgh")
SIGNS: dict[str, Holds] = {"+": "holds", "-": "fails", "?": "unknown"}


def response(signs: str, words: int = 10, **more: Any) -> Response:
    """A response whose verdicts on a, b, c … are signs, one each."""
    text = " ".join([f"w{signs}".replace("+", "p").replace("-", "m").replace("?", "q")] * words)
    verdicts = {name: SIGNS[sign] for name, sign in zip(NAMES, signs, strict=False)}
    return Response(text, verdicts, **more)


def margin(chosen: str, rejected: str) -> float | None:
    pair = ranked(response(chosen), response(rejected, 11), NAMES[: len(chosen)])
    return None if pair is None else pair.margin


@pytest.mark.parametrize(
    ("chosen", "rejected", "expected"),
    [
        ("++++", "----", 1.0),
        ("++++", "+++-", 0.25),
        ("++--", "+---", 0.25),
        ("+++-", "---+", None),  # gains three and loses one
        ("++++", "++++", None),
        ("+---", "++++", None),
        ("++?+", "+--+", 1 / 3),  # the third is not compared
        ("++??", "+-+-", 1 / 2),
        ("?+++", "+-++", 1 / 3),  # nor does it count as lost
        ("????", "----", None),
        ("", "", None),
    ],
)
def test_the_chosen_holds_all_that_the_rejected_holds_and_more(
    chosen: str, rejected: str, expected: float | None
) -> None:
    assert margin(chosen, rejected) == expected


def test_what_does_not_answer_is_never_chosen_but_may_be_rejected() -> None:
    off_topic, failing = response("++++", answers=False), response("+---")
    assert ranked(off_topic, failing, NAMES[:4]) is None
    assert ranked(response("++++", 12), response("+---", answers=False), NAMES[:4]) is not None


def test_one_text_is_no_pair_whatever_its_verdicts() -> None:
    assert ranked(Response("x", {"a": "holds"}), Response("x", {"a": "fails"}), ["a"]) is None


def pairs(*responses: Response, **values: Any) -> tuple[list[RankedResponses], int]:
    names = list(responses[0].verdicts)
    return best((ranked(*two, names) for two in permutations(responses, 2)), Pairing(**values))


def test_the_widest_margins_come_first() -> None:
    top, middle, low = response("++++"), response("++--"), response("----")
    (only,), _ = pairs(middle, low, top)
    assert (only.chosen, only.rejected, only.margin) == (top, low, 1.0)
    three, _ = pairs(middle, low, top, pairs_per_prompt=5)
    assert [(one.chosen, one.rejected) for one in three] == [(top, low), (middle, low), (top, middle)]


@pytest.mark.parametrize(("min_margin", "count"), [(0.0, 1), (0.25, 1), (0.26, 0), (1.0, 0)])
def test_a_smaller_margin_makes_no_pair(min_margin: float, count: int) -> None:
    assert len(pairs(response("++++"), response("+++-"), min_margin=min_margin)[0]) == count


def test_thirds_are_no_smaller_than_a_third() -> None:
    assert len(pairs(response("+++"), response("++-"), min_margin=1 / 3)[0]) == 1


def test_of_equal_margins_those_nearest_in_length_come_first() -> None:
    chosen = response("++++", 20)
    far, near, other = response("+++-", 39), response("++-+", 19), response("-+++", 12)
    found, too_long = pairs(far, other, chosen, near, pairs_per_prompt=3)
    assert [one.rejected for one in found] == [near, other, far] and too_long == 0


@pytest.mark.parametrize(("words", "kept"), [(5, 0), (9, 0), (10, 1), (20, 1), (40, 1), (41, 0), (200, 0)])
def test_pairs_of_too_different_lengths_are_left_out_and_counted(words: int, kept: int) -> None:
    found, too_long = pairs(response("++++", 20), response("----", words))
    assert (len(found), too_long) == (kept, 1 - kept)


# Hindsight.


def test_a_failed_response_is_chosen_for_what_it_satisfies() -> None:
    one, other = response("++-?"), response("+-+-")
    found, reason = hindsight([one, other], Pairing(pairs_per_prompt=2))
    assert reason is None and [(p.chosen, p.rejected, list(p.names), p.margin) for p in found] == [
        (one, other, ["a", "b"], 0.5),
        (other, one, ["a", "c"], 0.5),
    ]
    assert len(hindsight([one, other], Pairing())[0]) == 1


@pytest.mark.parametrize(
    ("responses", "says"),
    [
        ([response("++++"), response("+++?")], None),  # nothing failed
        ([], None),
        ([response("----"), response("?---", 11)], "satisfies any"),
        ([response("++--", answers=False)], "answers the instruction"),
        ([response("++--")], "min_margin"),  # nothing to reject
        ([response("++--"), response("++++")], "min_margin"),
        ([response("++--", 5), response("----", 50)], "max_length_ratio"),
    ],
)
def test_where_hindsight_cannot_help_it_says_why(responses: list[Response], says: str | None) -> None:
    found, reason = hindsight(responses, Pairing())
    assert found == [] and (reason is None if says is None else says in str(reason))


signs = st.text("+-?", min_size=5, max_size=5)


@hypothesis_settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(signs, st.integers(1, 60), st.booleans()), max_size=5, unique_by=lambda one: one[:2]),
    st.sampled_from((0.0, 0.2, 0.5)),
    st.sampled_from((1.0, 1.5, 3.0)),
    st.integers(1, 3),
)
def test_whatever_the_verdicts_every_pair_keeps_the_rules(
    made: list[tuple[str, int, bool]], min_margin: float, ratio: float, at_most: int
) -> None:
    responses = [response(sign, words, answers=answers) for sign, words, answers in made]
    settings = Pairing(min_margin=min_margin, max_length_ratio=ratio, pairs_per_prompt=at_most)
    own, _ = best((ranked(*two, NAMES[:5]) for two in permutations(responses, 2)), settings)
    again, _ = hindsight(responses, settings)
    assert len(own) <= at_most and len(again) <= at_most
    for pair in [*own, *again]:
        known = [n for n in pair.names if "unknown" not in (pair.chosen.verdicts[n], pair.rejected.verdicts[n])]
        better, worse = ([r.verdicts[n] == "holds" for n in known] for r in (pair.chosen, pair.rejected))
        assert all(b >= w for b, w in zip(better, worse, strict=True))
        assert pair.margin == pytest.approx((sum(better) - sum(worse)) / len(known)) and pair.margin > 0
        assert pair.margin >= min_margin - 1e-6 and pair.chosen.answers
        lengths = sorted((pair.chosen.words, pair.rejected.words))
        assert lengths[1] <= ratio * lengths[0] + 1e-6
    for pair in again:
        assert list(pair.names) == satisfied(pair.chosen) and 0 < len(pair.names) < 5
        assert "fails" in pair.chosen.verdicts.values()


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(signs, st.integers(1, 30)), max_size=5, unique=True), st.randoms(use_true_random=False))
def test_margins_and_lengths_do_not_hang_on_the_order_of_responses(made: list[tuple[str, int]], rng: Any) -> None:
    responses = [response(*one) for one in made]
    shuffled = rng.sample(responses, len(responses))
    figures = []
    for order in (responses, shuffled):
        found, too_long = best((ranked(*two, NAMES[:5]) for two in permutations(order, 2)), Pairing(pairs_per_prompt=3))
        figures.append(([(round(p.margin, 9), round(p.length_ratio, 9)) for p in found], too_long))
    assert figures[0] == figures[1]
