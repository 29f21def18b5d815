"""Prompts for RL: forward examples with constraints that code judges, kept by how often the policy passes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.calibration import Calibration, Prompt, clash
from crabtk.pipeline.choose import Row, may_ask, weight
from crabtk.pipeline.compose import Chosen, chosen_in, forward_prompt
from crabtk.pipeline.judge import REFINED
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.passing import Passes
from crabtk.pipeline.trip_wires import FEWEST, gameable
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.schemas import RlPrompts, columns
from crabtk.settings import Composition, Rl
from crabtk.types import Rejected

STAGE = "rl_prompts"
SCHEMA = columns(RlPrompts)

_MOST_TRIP_WIRES = 0.1
"""Share of the prompts that may become trip wires, so that a small run keeps prompts to learn from."""

_TOLD = 4


@dataclass
class _Making:
    """What the steps share."""

    seeds: Mapping[str, Row]
    constraints: Mapping[str, Row]
    types: Mapping[str, ConstraintType]
    settings: Rl
    composition: Composition
    seed: int
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, chosen: Chosen, reason: str) -> None:
        row = Rejected(STAGE, "crab", None, f"forward-{chosen.seed_id}", reason, chosen.instruction)
        self.rejected.append(row)


def rl_prompts(
    crab: pl.DataFrame,
    constraints: pl.DataFrame,
    seeds: pl.DataFrame,
    types: Mapping[str, ConstraintType],
    complete: Complete,
    settings: Rl,
    seed: int,
    *,
    judge: Complete | None = None,
    composition: Composition = Composition(),  # noqa: B008  # frozen
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make prompts for RL of forward examples, and calibrate them by pass rate.

    A prompt is a forward example without demonstrations and with those of its constraints that code judges. With
    ``settings.rollouts``, the policy responds so often to each; a response passes if every constraint's ``check``
    holds and the gate (``settings.reward.intent``) lets it through. Prompts whose pass rate is above the first and at
    most the second of ``settings.pass_rates`` stay. Where every response passes, a further constraint of the seed is
    appended (the seed's own response shows that it can be met), and the prompt is tried again, at most
    ``settings.append`` times.

    Trip wires are prompts whose constraints a formulaic text satisfies, of seeds that no prompt is then made of: at
    most ``settings.trip_wires``, and at most a tenth of the prompts. They are not calibrated.

    Args:
        crab: Schema ``Crab``; held-out rows never become prompts.
        constraints: Schema ``Constraints``.
        seeds: Schema ``Seeds``.
        types: All that may judge, by name.
        complete: The policy; not called where ``settings.rollouts`` is 0.
        settings: Of the section ``rl``.
        seed: Of the run; every draw and every rollout has a generator of its own.
        judge: The gate's judge, where ``settings.reward.intent`` is ``judge``.
        composition: Which types may be appended: none that is kept out, none of weight 0.

    Returns:
        Schema ``RlPrompts``, prompts in the order of ``crab``, then trip wires; and the ledger, with the pass rate as
        reason. ``rollouts`` counts those that the engine answered.

    Raises:
        EmptyStageError: No prompt of the training split is left.
    """
    work = _Making(
        {row["seed_id"]: row for row in seeds.iter_rows(named=True)},
        {row["constraint_id"]: row for row in constraints.iter_rows(named=True)},
        types, settings, composition, seed,
    )  # fmt: skip
    prompts = list(_prompts(crab, work))
    wires = _trip_wires(prompts, work)
    taken = {wire.chosen.seed_id for wire in wires}
    prompts = _limited([prompt for prompt in prompts if prompt.chosen.seed_id not in taken], work)
    if settings.rollouts:
        passes = Passes(types, complete, settings, seed, judge)
        prompts = Calibration(passes, types, settings, seed, work.reject)(prompts)
    if not any(prompt.chosen.seed["split"] == "train" for prompt in prompts):
        raise EmptyStageError(_nothing_left(work.rejected))
    rows = [_row(prompt, seed) for prompt in (*prompts, *wires)]
    return pl.DataFrame(rows, schema=SCHEMA), ledger(work.rejected)


def _nothing_left(rejected: Sequence[Rejected]) -> str:
    # Of a stage that fails no ledger is kept, so the error has to tell.
    reasons = Counter(row.reason for row in rejected).most_common(_TOLD)
    told = "; ".join(f"{count} times: {reason}" for reason, count in reasons) or "there was no forward example"
    return (
        f"No prompt for RL is left in the training split ({told}). Where the model never passes, lower "
        "composition.constraints, raise rl.rollouts or start from a trained model (rl.start); where it always passes, "
        "raise rl.append or the second of rl.pass_rates; rl.rollouts = 0 takes every prompt."
    )


def _prompts(crab: pl.DataFrame, work: _Making) -> Iterator[Prompt]:
    own: dict[str, list[Row]] = {}
    for row in work.constraints.values():
        own.setdefault(row["seed_id"], []).append(row)
    for row in crab.filter((pl.col("kind") == "forward") & (pl.col("split") != "held_out")).iter_rows(named=True):
        seed = work.seeds[row["seed_id"]]
        chosen = chosen_in(row, seed, work.constraints)
        asked = [c for c in chosen.constraints if c["judged_by"] == "code" and c["type"] in work.types]
        chosen = replace(chosen, constraints=asked)
        if asked:
            yield Prompt(chosen, _further(chosen, own.get(seed["seed_id"], ()), work))
        else:
            work.reject(chosen, "none of its constraints is one that code judges")


def _further(chosen: Chosen, own: Sequence[Row], work: _Making) -> list[Row]:
    """Return what could be asked besides, the most informative first; whether it agrees is seen when it is needed."""
    asked = set(chosen.constraint_ids)
    rest = [
        row
        for row in may_ask(own, chosen.seed["split"], work.composition)
        if row["constraint_id"] not in asked
        and row["verdict"] == "holds"
        and row["judged_by"] == "code"
        and row["type"] in work.types
        and row["type"] != REFINED
        and row["informative"] != 0.0
        and weight(row["type"], work.composition) > 0
    ]
    return sorted(rest, key=lambda row: (-(row["informative"] or 0.0), row["constraint_id"]))


def _trip_wires(prompts: Sequence[Prompt], work: _Making) -> list[Prompt]:
    """Make trip wires of seeds drawn by hash, of those whose constraints can be gamed."""
    at_most = min(work.settings.trip_wires, int(_MOST_TRIP_WIRES * len(prompts)))
    wires: list[Prompt] = []
    for prompt in _by_hash(prompts, "trip_wires", work.seed):
        if len(wires) == at_most:
            break
        asked = _agreeing([*prompt.chosen.constraints, *prompt.further])
        rows = gameable(asked, work.types, prompt.chosen.instruction)
        if len(rows) >= FEWEST:
            wires.append(Prompt(replace(prompt.chosen, constraints=rows), (), "trip_wire"))
    return wires


def _agreeing(rows: Sequence[Row]) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        if not any(clash(row, other) for other in kept):
            kept.append(row)
    return kept


def _by_hash(prompts: Sequence[Prompt], what: str, seed: int) -> list[Prompt]:
    return sorted(prompts, key=lambda prompt: generator(seed, STAGE, what, prompt.chosen.seed_id).random())


def _limited(prompts: list[Prompt], work: _Making) -> list[Prompt]:
    drawn = {p.chosen.seed_id for p in _by_hash(prompts, "limit", work.seed)[: work.settings.limit]}
    return [prompt for prompt in prompts if prompt.chosen.seed_id in drawn]


def _row(prompt: Prompt, seed: int) -> dict[str, Any]:
    asked = [
        {"type": r["type"], "params": json.loads(r["params"]), "text": r["text"]} for r in prompt.chosen.constraints
    ]
    return {
        "prompt_id": f"{prompt.kind}-{prompt.chosen.seed_id}",
        "seed_id": prompt.chosen.seed_id,
        "kind": prompt.kind,
        "messages": forward_prompt(prompt.chosen, seed),
        "constraint_ids": [row["constraint_id"] for row in prompt.chosen.constraints],
        "constraints": json.dumps(asked, ensure_ascii=False),
        "rollouts": prompt.rollouts,
        "pass_rate": prompt.pass_rate,
        "appended": prompt.appended,
        "split": prompt.chosen.seed["split"],
    }
