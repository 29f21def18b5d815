"""Choosing constraints: bounds, weights, agreement, and a preference for what tells a response from others."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crabtk
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.translated import TRANSLATED
from crabtk.pipeline.choose import choose, may_ask, weight
from crabtk.settings import Composition
from crabtk.types import Constraint, Split
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import REFINED, Row, constraint, seed

OWNER = seed(1)
TWELVE = [constraint(OWNER, f"toy:t{n}") for n in range(12)]

PAPER = {
    "style:writing": 0.7,
    "content:semantic_elements": 0.8,
    "format:morphological": 0.8,
    "language:multilingual": 0.8,
    "style:literary_device": 0.8,
    "style:grammatical_structure": 0.8,
    "content:hierarchy": 0.8,
    "format:special_output": 0.8,
    "format:paragraphs": 0.7,
    "content:specific_sentence": 0.7,
    "format:keyword_formatting": 1.0,
    "format:item_listing": 1.0,
    "length:words": 0.5,
    "length:words_per_sentence": 0.5,
    "length:sentences_per_paragraph": 0.3,
    "length:characters_per_word": 0.3,
    "keyword:include": 0.5,
    "punctuation:absent": 0.3,
}


def draws(rows: list[Row], count: int = 400, **values: Any) -> list[list[str]]:
    composition = Composition(**{"any_number": 0.0, **values})
    return [[row["type"] for row in choose(rows, composition, random.Random(n))] for n in range(count)]


def test_six_to_eight_are_chosen_unless_there_are_fewer() -> None:
    for have in range(13):
        counts = {len(chosen) for chosen in draws(TWELVE[:have], 60)}
        assert counts == ({have} if have <= 6 else set(range(6, min(have, 8) + 1)))


def test_a_share_takes_any_number_from_one_up() -> None:
    counts = [len(chosen) for chosen in draws(TWELVE, 1000, any_number=0.3)]
    assert set(counts) == set(range(1, 9))
    # Of those 30 %, five in eight ask for fewer than six.
    assert sum(count < 6 for count in counts) / 1000 == pytest.approx(0.3 * 5 / 8, abs=0.04)


@pytest.mark.parametrize("bounds", [(0, 0), (0, 3), (1, 1)])
def test_at_least_one_is_chosen_whatever_the_bounds(bounds: tuple[int, int]) -> None:
    counts = {len(chosen) for chosen in draws(TWELVE, 60, constraints=bounds, any_number=0.5)}
    assert min(counts) == 1 and max(counts) == max(1, bounds[1])


def test_weight_zero_is_never_chosen_and_weight_one_is_always_in_the_draw() -> None:
    weights = {"toy:t0": 0.0, "toy:t1": 1.0}
    for chosen in draws(TWELVE, constraints=(2, 2), weights=weights, default_weight=1e-9):
        assert chosen.count("toy:t1") == 1 and "toy:t0" not in chosen
    assert draws(TWELVE[:1], 20, weights=weights) == [[]] * 20


def test_weights_are_probabilities_of_the_draw() -> None:
    chosen = [types[0] for types in draws(TWELVE[:2], 2000, constraints=(1, 1), weights={"toy:t0": 0.2, "toy:t1": 0.8})]
    # Drawn alone, or one of two that were both drawn or both not.
    assert chosen.count("toy:t0") / 2000 == pytest.approx(0.2 * 0.2 + (0.2 * 0.8 + 0.8 * 0.2) / 2, abs=0.03)


def test_a_name_goes_before_its_family_and_a_family_before_the_default() -> None:
    composition = Composition(weights={"toy:*": 0.1, "toy:t1": 0.9}, default_weight=0.4)
    assert [weight(name, composition) for name in ("toy:t1", "toy:t2", "toys:t1")] == [0.9, 0.1, 0.4]
    assert all(types == ["toy:t1"] for types in draws(TWELVE, 50, weights={"toy:*": 0.0, "toy:t1": 1.0}))


def test_the_papers_preset_has_the_papers_probabilities_and_shares() -> None:
    preset = tomllib.loads((Path(crabtk.__file__).parent / "presets" / "paper.toml").read_text("utf-8"))
    composition = Composition(**preset["composition"])
    assert {name: weight(name, composition) for name in PAPER} == PAPER
    assert set(composition.weights) - {REFINED} == set(PAPER)
    assert set(PAPER) <= {type_.name for type_ in (*TYPES, *TRANSLATED)}
    assert composition.constraints == (6, 8) and composition.demonstrations == (1, 3)
    assert (composition.any_number, composition.refined_instruction) == (0.3, 0.7)
    assert (composition.demonstrated, composition.reverse) == (0.5, 0.3)


def test_the_informative_are_preferred_and_what_all_satisfy_is_never_asked() -> None:
    rows = [constraint(OWNER, f"toy:t{n}", informative=(0.9, 0.1, None, 0.0)[n % 4]) for n in range(12)]
    chosen = [int(name[5:]) % 4 for types in draws(rows, constraints=(3, 3), default_weight=1.0) for name in types]
    rare, common, unknown = (chosen.count(kind) / len(chosen) for kind in range(3))
    assert 3 not in chosen
    assert rare > 0.45 and rare > unknown > common


def test_the_refined_instruction_is_no_constraint_to_choose() -> None:
    assert draws([constraint(OWNER, REFINED)], 5) == [[]] * 5


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.frozensets(st.integers(0, 9), min_size=2, max_size=2)),
    st.lists(st.integers(0, 3), min_size=10, max_size=10),
    st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda pair: (min(pair), max(pair))),
    st.sets(st.integers(0, 3)),
    st.randoms(use_true_random=False),
)
def test_the_chosen_agree_and_are_fewer_only_where_no_other_agrees_with_them(
    conflicts: set[frozenset[int]], types: list[int], bounds: tuple[int, int], kept_out: set[int], rng: random.Random
) -> None:
    rows = [
        constraint(
            OWNER,
            f"toy:t{types[n]}",
            constraint_id=f"id-{n}",
            conflicts=[f"id-{other}" for pair in conflicts if n in pair for other in pair - {n}],
        )
        for n in range(10)
    ]

    def clash(one: Row, other: Row) -> bool:
        return one["type"] == other["type"] or other["constraint_id"] in one["conflicts"]

    kept = tuple(f"toy:t{n}" for n in sorted(kept_out))
    chosen = choose(rows, Composition(constraints=bounds, any_number=0.0, kept_out=kept), rng)
    assert 1 <= len(chosen) <= max(1, bounds[1])
    assert not any(clash(one, other) for one in chosen for other in chosen if one is not other)
    if len(chosen) < bounds[0]:
        assert all(any(clash(row, other) for other in chosen) for row in rows)


KEPT = [constraint(OWNER, f"kept:t{n}") for n in range(10)]


def of_kept(chosen: list[str]) -> int:
    return sum(name.startswith("kept:") for name in chosen)


def test_half_of_the_chosen_are_of_types_kept_out_where_there_are_both() -> None:
    chosen = draws([*TWELVE, *KEPT], 300, kept_out=("kept",), weights={"kept": 0.1, "toy": 1.0})
    assert all(abs(2 * of_kept(types) - len(types)) <= 1 for types in chosen)
    odd = [types for types in chosen if len(types) % 2]
    assert sum(2 * of_kept(types) > len(types) for types in odd) / len(odd) == pytest.approx(0.5, abs=0.15)
    single = [of_kept(types) for types in draws([*TWELVE, *KEPT], 300, constraints=(1, 1), kept_out=("kept",))]
    assert sum(single) / len(single) == pytest.approx(0.5, abs=0.1)


def test_where_one_half_has_too_few_the_other_fills_up() -> None:
    assert {of_kept(types) for types in draws([*TWELVE, *KEPT[:1]], 60, kept_out=("kept",))} == {1}
    assert all(
        len(types) >= 6 and of_kept(types) == len(types) - 1
        for types in draws([*TWELVE[:1], *KEPT], 60, kept_out=("kept",))
    )
    assert {of_kept(types) for types in draws(TWELVE, 20, kept_out=("kept",))} == {0}
    assert all(len(types) == of_kept(types) >= 6 for types in draws(KEPT, 20, kept_out=("kept",)))


def test_without_types_kept_out_the_draw_is_what_it_was() -> None:
    for n in range(20):
        rows = [*TWELVE, *KEPT]
        one = choose(rows, Composition(), random.Random(n))
        assert one == choose(rows, Composition(kept_out=("other",)), random.Random(n))


def test_what_a_split_may_ask() -> None:
    rows = [
        TWELVE[0],
        KEPT[0],
        constraint(OWNER, "style:writing", judged_by="model"),
        constraint(OWNER, "kept:style", judged_by="model"),
    ]
    types = {
        split: [row["type"] for row in may_ask(rows, split, Composition(kept_out=("kept:*",)))]
        for split in get_args(Split)
    }
    assert types == {
        "train": ["toy:t0", "style:writing"],
        "dev": ["toy:t0", "kept:t0"],
        "held_out": ["toy:t0", "kept:t0"],
    }
    assert may_ask(rows, "train", Composition()) == rows
    assert may_ask(rows, "train", Composition(kept_out=("*",))) == []


@pytest.mark.parametrize("kept_out", [(), ("kept",)])
def test_the_order_of_rows_does_not_matter(kept_out: tuple[str, ...]) -> None:
    composition = Composition(kept_out=kept_out)
    one = choose([*TWELVE, *KEPT], composition, random.Random(5))
    assert choose([*KEPT, *TWELVE][::-1], composition, random.Random(5)) == one


def test_no_example_of_the_shipped_sample_asks_for_what_contradicts(sample: Sample) -> None:
    for (owner,), group in sample.constraints.group_by("seed_id"):
        for n in range(10):
            chosen = choose(group.to_dicts(), Composition(), random.Random(f"{owner}{n}"))
            made = [Constraint(row["type"], json.loads(row["params"]), row["text"]) for row in chosen]
            assert len({one.type for one in made}) == len(made)
            for one in made:
                assert not any(
                    sample.types[one.type].conflicts(one.params, other) for other in made if other is not one
                )
