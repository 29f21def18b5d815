"""The prompts that a model is asked for several responses to: what forward examples ask, without demonstrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from crabtk.pipeline.compose import Chosen, chosen_in, forward_prompt
from crabtk.randomness import generator
from crabtk.types import Message, Rejected

STAGE = "preferences"


@dataclass(frozen=True)
class Asked:
    """A prompt with what it asks for.

    Attributes:
        example_id: Of the forward example.
        split: ``train`` or ``dev``.
        one: Seed, instruction and constraints.
        constraints: All that the prompt asks for, as rows of schema ``Constraints``: those of ``one``, and the refined
            instruction where that is the instruction.
        seed: Of the run.
    """

    example_id: str
    split: str
    one: Chosen
    constraints: Sequence[Mapping[str, Any]]
    seed: int

    @property
    def turns(self) -> list[dict[str, str]]:
        """The prompt as a list of role and content."""
        return forward_prompt(self.one, self.seed)

    @property
    def messages(self) -> tuple[Message, ...]:
        """The prompt as a request has it."""
        return tuple(Message(turn["role"], turn["content"]) for turn in self.turns)  # type: ignore[arg-type]

    def only(self, kept: Sequence[str]) -> Asked:
        """Return the prompt that asks for those constraints only; without the refined instruction, the seed's own."""
        refined = self.one.refined if self.one.refined in kept else None
        instruction = self.one.instruction if refined else self.one.seed["instruction"]
        rows = [c for c in self.one.constraints if c["constraint_id"] in kept]
        one = replace(self.one, constraints=rows, instruction=instruction, refined=refined)
        return replace(self, one=one, constraints=[c for c in self.constraints if c["constraint_id"] in kept])


def sampled_prompts(
    seeds: pl.DataFrame, constraints: pl.DataFrame, crab: pl.DataFrame, *, judged: bool, limit: int | None, seed: int
) -> tuple[list[Asked], list[Rejected]]:
    """Return the prompts of the forward examples for training and for choices; held-out ones never.

    Args:
        seeds: Schema ``Seeds``.
        constraints: Schema ``Constraints``.
        crab: Schema ``Crab``.
        judged: Whether there is a judge; without one, only what code can check is asked for.
        limit: At most so many, drawn by hash.
        seed: Of the run.

    Returns:
        Prompts in the order of ``crab``, and those that ask for nothing that could be judged.
    """
    examples = crab.filter((pl.col("kind") == "forward") & pl.col("split").is_in(["train", "dev"])).to_dicts()
    seed_rows = {row["seed_id"]: row for row in seeds.to_dicts()}
    known = {row["constraint_id"]: row for row in constraints.to_dicts()}
    found: list[Asked] = []
    rejected: list[Rejected] = []
    for row in examples:
        one = chosen_in(row, seed_rows[row["seed_id"]], known)
        asked = Asked(row["example_id"], row["split"], one, [known[name] for name in row["constraint_ids"]], seed)
        if not judged:
            asked = asked.only([c["constraint_id"] for c in asked.constraints if c["judged_by"] == "code"])
        if asked.constraints:
            found.append(asked)
        else:
            reason = "code can check none of its constraints, and there is no judge (preferences.judge)"
            rejected.append(Rejected(STAGE, "crab", None, row["example_id"], reason, one.instruction))
    drawn = sorted(found, key=lambda asked: generator(seed, STAGE, "prompt", asked.example_id).random())[:limit]
    taken = {asked.example_id for asked in drawn}
    return [asked for asked in found if asked.example_id in taken], rejected
