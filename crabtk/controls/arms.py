"""The training examples of each control: those of the run, with one thing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from crabtk.controls.official import official_constraints
from crabtk.errors import EmptyStageError
from crabtk.pipeline.compose import SCHEMA, compose, example
from crabtk.settings import Arm, Composition


@dataclass(frozen=True)
class Material:
    """What the examples of an arm are made of.

    Attributes:
        seeds: Schema ``Seeds``; those alone whose responses the run trains on.
        constraints: Schema ``Constraints``.
        own: Schema ``Crab``: the run's forward and reverse training examples.
        settings: Of the run's composition.
        seed: Of the run.
    """

    seeds: pl.DataFrame
    constraints: pl.DataFrame
    own: pl.DataFrame
    settings: Composition
    seed: int


def arm_examples(
    arm: Arm, seeds: pl.DataFrame, constraints: pl.DataFrame, crab: pl.DataFrame, settings: Composition, seed: int
) -> pl.DataFrame:
    """Return a table to train a control on: the same responses as ``crab``'s, the same general chat.

    Args:
        arm: ``ours`` is ``crab`` itself. ``plain`` has each pair once, without constraints. ``official`` has the
            examples of ``crab`` with what the official recipe's scripts state, in the same styles and with
            demonstrations that state the like. ``no_reverse`` has each seed's forward example, ``no_demonstrations``
            those of ``crab`` without demonstrations, and ``all_families`` asks for types that ``crab`` keeps out, too.
        seeds: Schema ``Seeds``.
        constraints: Schema ``Constraints``.
        crab: Schema ``Crab``: what the run composed of both; may hold only some of its training examples.
        settings: By which ``crab`` was composed.
        seed: Of the run.

    Returns:
        Schema ``Crab``. Rows of other splits and general chat stand as they are; they come after the others.

    Raises:
        EmptyStageError: ``crab`` has neither forward nor reverse examples to train on, so that no arm could differ.
    """
    changing = (pl.col("split") == "train") & (pl.col("kind") != "chat")
    own = crab.filter(changing)
    if own.is_empty():
        raise EmptyStageError(
            "The dataset has general chat alone to train on, and controls would all be the same. Lower "
            "composition.chat, or set controls.arms = []."
        )
    trained = seeds.filter(pl.col("seed_id").is_in(own["seed_id"].unique().implode()))
    made = _ARMS[arm](Material(trained, constraints, own, settings, seed))
    return pl.concat([made, crab.filter(~changing)])


def _ours(of: Material) -> pl.DataFrame:
    return of.own


def _plain(of: Material) -> pl.DataFrame:
    rows = [
        example(
            "forward",
            row,
            [
                *([{"role": "system", "content": row["system"]}] if row["system"] else []),
                {"role": "user", "content": row["instruction"]},
                {"role": "assistant", "content": row["response"]},
            ],
            [],
            [],
        )
        for row in of.seeds.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _official(of: Material) -> pl.DataFrame:
    stated = official_constraints(of.seeds, seed=of.seed)
    # All that was drawn is asked for: the recipe's probabilities have done their part.
    most = stated["type"].n_unique()
    asking = {"constraints": (most, most), "any_number": 0.0, "weights": {}, "default_weight": 1.0, "kept_out": ()}
    return _the_same_rows(of, _composed(of, stated, asking))


def _no_reverse(of: Material) -> pl.DataFrame:
    return _composed(of, of.constraints, {}).filter(pl.col("kind") == "forward")


def _no_demonstrations(of: Material) -> pl.DataFrame:
    return _the_same_rows(of, _composed(of, of.constraints, {"demonstrated": 0.0}))


def _all_families(of: Material) -> pl.DataFrame:
    return _the_same_rows(of, _composed(of, of.constraints, {"kept_out": ()}))


def _composed(of: Material, constraints: pl.DataFrame, changes: Mapping[str, object]) -> pl.DataFrame:
    """Compose each seed's forward and reverse example by the run's settings with some changed."""
    every = of.settings.model_copy(update={"reverse": 0.5, "chat": 0.0, **changes})
    table, _ = compose(of.seeds, constraints, settings=every, seed=of.seed)
    return table


def _the_same_rows(of: Material, composed: pl.DataFrame) -> pl.DataFrame:
    """Keep the examples that the run has, too."""
    return composed.filter(pl.col("example_id").is_in(of.own["example_id"].implode()))


_ARMS: Mapping[Arm, Callable[[Material], pl.DataFrame]] = {
    "ours": _ours,
    "plain": _plain,
    "official": _official,
    "no_reverse": _no_reverse,
    "no_demonstrations": _no_demonstrations,
    "all_families": _all_families,
}
