"""The CRAB dataset: forward examples, reverse examples, general chat."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.pipeline.choose import Row, choose
from crabtk.pipeline.formats import FORMATS
from crabtk.pipeline.judge import REFINED
from crabtk.pipeline.ledger import ledger
from crabtk.prompts import prompt
from crabtk.randomness import generator
from crabtk.schemas import Crab, columns
from crabtk.settings import Composition
from crabtk.types import Rejected
from crabtk.wording import fill

STAGE = "crab"
SCHEMA = columns(Crab)


@dataclass(frozen=True)
class Chosen:
    """A seed with the constraints that its examples ask for.

    Attributes:
        seed: Row of schema ``Seeds``.
        constraints: Rows of schema ``Constraints``.
        instruction: The seed's, or the refined one.
        refined: The id of the refined instruction's constraint, if that is the instruction.
    """

    seed: Row
    constraints: Sequence[Row]
    instruction: str
    refined: str | None

    @property
    def seed_id(self) -> str:
        """Of the seed."""
        return str(self.seed["seed_id"])

    @property
    def constraint_ids(self) -> list[str]:
        """Of all that the example asks for."""
        return [c["constraint_id"] for c in self.constraints] + ([self.refined] if self.refined else [])


def compose(
    seeds: pl.DataFrame, constraints: pl.DataFrame, *, settings: Composition, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make training examples of seeds and their constraints.

    Held-out seeds give forward examples only, without demonstrations and with constraints that code can check, so
    that they can be scored.

    Args:
        seeds: Schema ``Seeds``.
        constraints: Schema ``Constraints``; those that do not hold are passed over.
        settings: Shares, bounds and weights.
        seed: Of the run; each example derives its own generator.

    Returns:
        Rows of schema ``Crab`` by kind and in the order of ``seeds`` (``demonstration_ids`` are seed ids), and the
        ledger: seeds without a constraint worth asking.

    Raises:
        EmptyStageError: No training seed kept a constraint.
    """
    chosen, rejected = _choose_all(seeds, constraints, settings, seed)
    train = [c for c in chosen if c.seed["split"] == "train"]
    held_out = [c for c in chosen if c.seed["split"] == "held_out"]
    if not train:
        raise EmptyStageError(
            "No training seed has a constraint worth asking. Relax measuring.types or composition.weights, or add "
            "seeds: with very few, none of their constraints tells them apart."
        )
    forward, reverse = _shares(len(train), settings.reverse)
    pool = {c.seed_id: c for c in train}
    rows = [_forward(c, pool, settings, seed) for c in _draw(train, forward, "forward", seed)]
    rows += [_forward(c, {}, settings, seed) for c in held_out]
    rows += [_reverse(c, settings, seed) for c in _draw(train, reverse, "reverse", seed)]
    rows += _chat(seeds, round((forward + reverse) * settings.chat / max(1e-9, 1 - settings.chat)), seed)
    return pl.DataFrame(rows, schema=SCHEMA), ledger(rejected)


def _choose_all(
    seeds: pl.DataFrame, constraints: pl.DataFrame, settings: Composition, seed: int
) -> tuple[list[Chosen], list[Rejected]]:
    by_seed: dict[str, list[Row]] = {}
    for row in constraints.filter(pl.col("verdict") == "holds").iter_rows(named=True):
        by_seed.setdefault(row["seed_id"], []).append(row)
    chosen: list[Chosen] = []
    rejected: list[Rejected] = []
    for row in seeds.filter(pl.col("use") == "seed").iter_rows(named=True):
        one = _choose(row, by_seed.get(row["seed_id"], []), settings, seed)
        if one.constraints:
            chosen.append(one)
        else:
            reason = "no constraint that tells it from other responses"
            rejected.append(Rejected(STAGE, "seeds", None, row["seed_id"], reason, row["instruction"]))
    return chosen, rejected


def _choose(row: Row, constraints: Sequence[Row], settings: Composition, seed: int) -> Chosen:
    rng = generator(seed, STAGE, "choose", row["seed_id"])
    if row["split"] == "held_out":
        constraints = [c for c in constraints if c["judged_by"] == "code"]
    refined = next((c for c in constraints if c["type"] == REFINED), None)
    use_refined = rng.random() < settings.refined_instruction
    picked = choose(constraints, settings, rng)
    if refined is None or not use_refined:
        return Chosen(row, picked, row["instruction"], None)
    return Chosen(row, picked, refined["text"], refined["constraint_id"])


def _shares(seeds: int, reverse: float) -> tuple[int, int]:
    """Return how many forward and reverse examples, each seed giving at most one of a kind, keep the share."""
    if reverse <= 0.5:
        return seeds, round(seeds * reverse / (1 - reverse))
    return round(seeds * (1 - reverse) / reverse), seeds


def _draw(chosen: Sequence[Chosen], count: int, what: str, seed: int) -> list[Chosen]:
    """Return ``count`` of them, drawn by hash, in their order."""
    ranked = sorted(chosen, key=lambda c: generator(seed, STAGE, what, c.seed_id).random())[:count]
    drawn = {c.seed_id for c in ranked}
    return [c for c in chosen if c.seed_id in drawn]


def _forward(one: Chosen, pool: Mapping[str, Chosen], settings: Composition, seed: int) -> dict[str, Any]:
    rng = generator(seed, STAGE, "forward", one.seed_id, "style")
    template, marker = _style(rng)
    demonstrations: list[Chosen] = []
    if pool and rng.random() < settings.demonstrated:
        demonstrations = _demonstrations(one, pool, rng.randint(*settings.demonstrations), settings, seed)
    turns = [turn for c in demonstrations for turn in _turns(c, template, marker)] + _turns(one, template, marker)
    system = [{"role": "system", "content": one.seed["system"]}] if one.seed["system"] else []
    return _row("forward", one.seed, system + turns, one.constraint_ids, [c.seed_id for c in demonstrations])


def _style(rng: Any) -> tuple[str, str | None]:
    """Draw a template and a list marker; no marker stands for running text."""
    texts = _texts()
    marker = rng.choice([*texts["markers"], None, None])
    return rng.choice(texts["running" if marker is None else "lists"]), marker


def _turns(one: Chosen, template: str, marker: str | None) -> list[dict[str, str]]:
    instruction = fill(template, {"instruction": one.instruction, "constraints": _listed(one.constraints, marker)})
    return [{"role": "user", "content": instruction}, {"role": "assistant", "content": one.seed["response"]}]


def _listed(constraints: Sequence[Row], marker: str | None) -> str:
    if marker is None:
        return " ".join(c["text"] for c in constraints)
    return "\n".join(
        fill(marker, {"number": str(i + 1), "letter": chr(ord("a") + i % 26)}) + c["text"]
        for i, c in enumerate(constraints)
    )


def _demonstrations(
    one: Chosen, pool: Mapping[str, Chosen], count: int, settings: Composition, seed: int
) -> list[Chosen]:
    """Draw training seeds other than the row's own and its twins; those that would make it too long are left out."""
    rng = generator(seed, STAGE, "forward", one.seed_id, "demonstrations")
    room = settings.max_words - _words(one) if settings.max_words else None
    found: list[Chosen] = []
    names = list(pool)
    for name in rng.sample(names, min(len(names), 25 * count)):
        candidate = pool[name]
        if len(found) == count:
            break
        if name == one.seed_id or candidate.seed["instruction"] == one.seed["instruction"]:
            continue
        if room is not None:
            if _words(candidate) > room:
                continue
            room -= _words(candidate)
        found.append(candidate)
    return found


def _words(one: Chosen) -> int:
    """Return about how many words an example of it has; white space will do, since the bound is a budget."""
    texts = [one.instruction, one.seed["response"], *(c["text"] for c in one.constraints)]
    return sum(len(text.split()) for text in texts)


def _reverse(one: Chosen, settings: Composition, seed: int) -> dict[str, Any]:
    rng = generator(seed, STAGE, "reverse", one.seed_id, "style")
    texts = _texts()
    format_ = rng.choice(sorted(FORMATS))
    shown = fill(prompt("response"), {"instruction": one.seed["instruction"], "response": one.seed["response"]})
    question = fill(rng.choice(texts["reverse"]), {"response": shown, "format": texts["formats"][format_]})
    answer = FORMATS[format_]([(c["type"], c["text"]) for c in one.constraints])
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return _row("reverse", one.seed, messages, [c["constraint_id"] for c in one.constraints], [])


def _chat(seeds: pl.DataFrame, count: int, seed: int) -> list[dict[str, Any]]:
    """Return general chat unchanged: from chat sources, or plain training pairs where there are none."""
    # A chat source is never held out itself, but may hold a prompt that another source has held out.
    held_out = seeds.filter(pl.col("split") == "held_out")["instruction"].unique().to_list()
    rows = seeds.filter((pl.col("use") == "chat") & ~pl.col("instruction").is_in(held_out)).to_dicts()
    if not rows:
        rows = seeds.filter((pl.col("use") == "seed") & (pl.col("split") == "train")).to_dicts()
    ranked = sorted(rows, key=lambda row: generator(seed, STAGE, "chat", row["seed_id"]).random())[:count]
    drawn = {row["seed_id"] for row in ranked}
    return [_row("chat", row, row["messages"], [], []) for row in rows if row["seed_id"] in drawn]


def _row(
    kind: str, seed: Row, messages: Sequence[Any], constraint_ids: list[str], demonstration_ids: list[str]
) -> dict[str, Any]:
    return {
        "example_id": f"{kind}-{seed['seed_id']}",
        "kind": kind,
        "messages": messages,
        "seed_id": seed["seed_id"],
        "constraint_ids": constraint_ids,
        "demonstration_ids": demonstration_ids,
        "split": seed["split"],
    }


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
