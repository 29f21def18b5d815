"""The CRAB dataset: forward examples, reverse examples, general chat."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from crabtk.errors import EmptyStageError
from crabtk.pipeline.choose import Row, choose, may_ask
from crabtk.pipeline.formats import FORMATS, one_line
from crabtk.pipeline.judge import REFINED
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.seed_rules import instruction_id, same, word_count
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

    Dev and held-out seeds give forward examples only, without demonstrations and with constraints that code can
    check, so that they can be scored. Only they ask for types that ``settings.kept_out`` names, and for those in half
    of their constraints as far as the seed allows. What an example asks and how hangs on its seed and that seed's
    constraints alone; its demonstrations hang on which training seeds there are, and its being drawn on how many;
    nothing hangs on the order of either table.

    Args:
        seeds: Schema ``Seeds``.
        constraints: Schema ``Constraints``; those that do not hold are passed over.
        settings: Shares, bounds and weights.
        seed: Of the run; each example derives its own generator.

    Returns:
        Rows of schema ``Crab`` by kind and in the order of ``seeds`` (``demonstration_ids`` are seed ids), and the
        ledger: seeds without a constraint worth asking. The shares are exact to one row as far as there is enough
        general chat.

    Raises:
        EmptyStageError: No training seed kept a constraint.
    """
    chosen, rejected = _choose_all(seeds, constraints, settings, seed)
    train = [c for c in chosen if c.seed["split"] == "train"]
    others = [c for c in chosen if c.seed["split"] != "train"]
    if not train:
        raise EmptyStageError(
            "No training seed has a constraint worth asking. Relax measuring.types or composition.weights, shorten "
            "composition.kept_out, or add seeds: with very few, none of their constraints tells them apart."
        )
    forward, reverse, chat = _counts(len(train), settings)
    # By id, so that no draw from it hangs on the order of the table.
    pool = {c.seed_id: c for c in sorted(train, key=lambda c: c.seed_id)}
    rows = [_forward(c, pool, settings, seed) for c in _draw(train, forward, "forward", seed)]
    rows += [_forward(c, {}, settings, seed) for c in others]
    rows += [_reverse(c, settings, seed) for c in _draw(train, reverse, "reverse", seed)]
    rows += _chat(seeds, chat, seed)
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
            if row["split"] == "train" and settings.kept_out:
                reason += " and is not kept out"
            rejected.append(Rejected(STAGE, "seeds", None, row["seed_id"], reason, row["instruction"]))
    return chosen, rejected


def _choose(row: Row, constraints: Sequence[Row], settings: Composition, seed: int) -> Chosen:
    rng = generator(seed, STAGE, "choose", row["seed_id"])
    constraints = may_ask(constraints, row["split"], settings)
    refined = next((c for c in constraints if c["type"] == REFINED), None)
    use_refined = rng.random() < settings.refined_instruction
    picked = choose(constraints, settings, rng)
    if refined is None or not use_refined:
        return Chosen(row, picked, row["instruction"], None)
    return Chosen(row, picked, refined["text"], refined["constraint_id"])


def _counts(seeds: int, settings: Composition) -> tuple[int, int, int | None]:
    """Return how many forward, reverse and chat examples keep the shares; None is all chat that there is.

    Each seed gives at most one example of a kind.
    """
    if settings.chat == 1:
        return 0, 0, None
    forward, reverse = seeds, seeds
    if settings.reverse <= 0.5:
        reverse = round(seeds * settings.reverse / (1 - settings.reverse))
    else:
        forward = round(seeds * (1 - settings.reverse) / settings.reverse)
    return forward, reverse, round((forward + reverse) * settings.chat / (1 - settings.chat))


def _draw(chosen: Sequence[Chosen], count: int, what: str, seed: int) -> list[Chosen]:
    """Return ``count`` of them, drawn by hash, in their order."""
    ranked = sorted(chosen, key=lambda c: generator(seed, STAGE, what, c.seed_id).random())[:count]
    drawn = {c.seed_id for c in ranked}
    return [c for c in chosen if c.seed_id in drawn]


def chosen_in(example: Row, seed: Row, constraints: Mapping[str, Row]) -> Chosen:
    """Return what a forward example asks for.

    Args:
        example: Row of schema ``Crab``.
        seed: The example's, row of schema ``Seeds``.
        constraints: Rows of schema ``Constraints`` by id; those of the example at least.
    """
    found = [constraints[name] for name in example["constraint_ids"]]
    refined = next((c for c in found if c["type"] == REFINED), None)
    asked = [c for c in found if c["type"] != REFINED]
    if refined is None:
        return Chosen(seed, asked, seed["instruction"], None)
    return Chosen(seed, asked, refined["text"], refined["constraint_id"])


def forward_prompt(one: Chosen, seed: int) -> list[dict[str, str]]:
    """Return the prompt of a seed's forward example without its demonstrations: what a model is asked.

    Args:
        one: What it asks for; the prompt has the style of the seed's own example, whatever the constraints.
        seed: Of the run.
    """
    return _system(one) + _turns(one, *_style(_style_generator(one, seed)))[:-1]


def _style_generator(one: Chosen, seed: int) -> random.Random:
    return generator(seed, STAGE, "forward", one.seed_id, "style")


def _system(one: Chosen) -> list[dict[str, str]]:
    return [{"role": "system", "content": one.seed["system"]}] if one.seed["system"] else []


def _forward(one: Chosen, pool: Mapping[str, Chosen], settings: Composition, seed: int) -> dict[str, Any]:
    rng = _style_generator(one, seed)
    template, marker = _style(rng)
    system = _system(one)
    own = _turns(one, template, marker)
    demonstrations: dict[str, list[dict[str, str]]] = {}
    if pool and rng.random() < settings.demonstrated:
        count = rng.randint(*settings.demonstrations)
        room = settings.max_words - _words(system + own) if settings.max_words else None
        for candidate in _candidates(one, pool, 25 * count, seed):
            if len(demonstrations) == count:
                break
            turns = _turns(candidate, template, marker)
            if room is not None:
                words = _words(turns)
                if words > room:
                    continue
                room -= words
            demonstrations[candidate.seed_id] = turns
    turns = [turn for turns in demonstrations.values() for turn in turns] + own
    return example("forward", one.seed, system + turns, one.constraint_ids, list(demonstrations))


def _candidates(one: Chosen, pool: Mapping[str, Chosen], at_most: int, seed: int) -> Iterator[Chosen]:
    """Draw demonstrations from the training seeds other than the row's own and those of the same instruction."""
    rng = generator(seed, STAGE, "forward", one.seed_id, "demonstrations")
    asked = same(one.seed["instruction"])
    for name in rng.sample(list(pool), min(len(pool), at_most)):
        if name != one.seed_id and same(pool[name].seed["instruction"]) != asked:
            yield pool[name]


def _words(messages: Sequence[Mapping[str, str]]) -> int:
    return sum(word_count(message["content"]) for message in messages)


def _style(rng: random.Random) -> tuple[str, str | None]:
    """Draw a template and a list marker; no marker stands for running text."""
    texts = _texts()
    marker = rng.choice([*texts["markers"], None, None])
    return rng.choice(texts["running" if marker is None else "lists"]), marker


def _turns(one: Chosen, template: str, marker: str | None) -> list[dict[str, str]]:
    instruction = fill(template, {"instruction": one.instruction, "constraints": _listed(one.constraints, marker)})
    return [{"role": "user", "content": instruction}, {"role": "assistant", "content": one.seed["response"]}]


def _listed(constraints: Sequence[Row], marker: str | None) -> str:
    if marker is None:
        return " ".join(one_line(c["text"]) for c in constraints)
    return "\n".join(
        fill(marker, {"number": str(i + 1), "letter": chr(ord("a") + i % 26)}) + one_line(c["text"])
        for i, c in enumerate(constraints)
    )


def _reverse(one: Chosen, settings: Composition, seed: int) -> dict[str, Any]:
    rng = generator(seed, STAGE, "reverse", one.seed_id, "style")
    texts = _texts()
    format_ = rng.choice(sorted(FORMATS))
    shown = fill(prompt("response"), {"instruction": one.seed["instruction"], "response": one.seed["response"]})
    question = fill(rng.choice(texts["reverse"]), {"response": shown, "format": texts["formats"][format_]})
    answer = FORMATS[format_]([(c["type"], one_line(c["text"])) for c in one.constraints])
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return example("reverse", one.seed, messages, [c["constraint_id"] for c in one.constraints], [])


def _chat(seeds: pl.DataFrame, count: int | None, seed: int) -> list[dict[str, Any]]:
    """Return general chat unchanged: from chat sources, or plain training pairs where there are none."""
    # General chat is always for training, but any turn of it may be a prompt that another source keeps for scores.
    kept = {same(text) for text in seeds.filter(pl.col("split") != "train")["instruction"]}
    rows = [
        row
        for row in seeds.filter(pl.col("split") == "train").iter_rows(named=True)
        if kept.isdisjoint(same(turn["content"]) for turn in row["messages"] if turn["role"] == "user")
    ]
    rows = [row for row in rows if row["use"] == "chat"] or [row for row in rows if row["use"] == "seed"]
    ranked = sorted(rows, key=lambda row: generator(seed, STAGE, "chat", row["seed_id"]).random())[:count]
    drawn = {row["seed_id"] for row in ranked}
    return [example("chat", row, row["messages"], [], []) for row in rows if row["seed_id"] in drawn]


def example(
    kind: str, seed: Row, messages: Sequence[Any], constraint_ids: list[str], demonstration_ids: list[str]
) -> dict[str, Any]:
    """Return an example made of a seed as a row of schema ``Crab``."""
    return {
        "example_id": f"{kind}-{seed['seed_id']}",
        "kind": kind,
        "messages": messages,
        "seed_id": seed["seed_id"],
        "instruction_id": instruction_id(seed["instruction"]),
        "constraint_ids": constraint_ids,
        "demonstration_ids": demonstration_ids,
        "split": seed["split"],
    }


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
