"""Chooses what a reader sees: a few training examples, and held-out prompts with both models' responses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crabtk.canonical import digest
from crabtk.reporting.formats import clip, visible
from crabtk.reporting.grades import BASE, TRAINED, Answer, answers
from crabtk.reporting.highlights import Segment, segments

TEXT_SHOWN = 6_000
"""Characters of one message; longer ones lose their middle."""


@dataclass(frozen=True)
class Turn:
    """One message as shown."""

    role: str
    segments: Sequence[Segment]


@dataclass(frozen=True)
class ShownConstraint:
    """One constraint as shown; ``base`` and ``trained`` tell whether the model's response satisfies it."""

    number: int
    type: str
    text: str
    origin: str | None = None
    informative: float | None = None
    base: bool | None = None
    trained: bool | None = None

    @property
    def change(self) -> str:
        """What training did to it."""
        if self.base is None or self.trained is None or self.base == self.trained:
            return ""
        return "gained" if self.trained else "lost"


@dataclass(frozen=True)
class Example:
    """One training example; ``earlier`` holds what stands before the request, such as demonstrations."""

    kind: str
    demonstrations: int
    earlier: Sequence[Turn]
    request: Turn
    target: Turn
    constraints: Sequence[ShownConstraint]


@dataclass(frozen=True)
class Comparison:
    """One held-out prompt and what each model made of it; ``why`` it is shown."""

    why: str
    earlier: Sequence[Turn]
    request: Turn
    answers: Sequence[tuple[str, Turn, str]]
    constraints: Sequence[ShownConstraint] = field(default_factory=tuple)


_NOTHING = {"role": "user", "content": ""}
_WANTED = (
    ("forward", True),
    ("forward", False),
    ("reverse", None),
    ("chat", None),
    ("forward", True),
    ("forward", False),
)


def training_examples(crab: pl.DataFrame, constraints: pl.DataFrame | None, seed: int) -> list[Example]:
    """Choose up to six training examples: forward with and without demonstrations, reverse, chat.

    Each is the first of its sort by a hash over the run's seed and its id, so the choice is neither ours nor chance's.
    """
    rows = crab.filter(pl.col("split") == "train").select("example_id", "kind", "demonstration_ids").rows()
    rows.sort(key=lambda row: digest([seed, "shown example", row[0]]))
    chosen: list[str] = []
    for kind, demonstrated in _WANTED:
        fits = (
            row[0] for row in rows if row[0] not in chosen and row[1] == kind and demonstrated in (None, bool(row[2]))
        )
        chosen += [example_id for example_id in [next(fits, None)] if example_id is not None]
    found = {row["example_id"]: row for row in crab.filter(pl.col("example_id").is_in(chosen)).to_dicts()}
    return [_example(found[example_id], constraints) for example_id in chosen]


def comparisons(
    responses: pl.DataFrame, benchmark: str, crab: pl.DataFrame | None, constraints: pl.DataFrame | None, seed: int
) -> list[Comparison]:
    """Choose up to four prompts of a benchmark: the largest gain, the largest loss, and others by hash."""
    by_item: dict[str, dict[str, Answer]] = {}
    for answer in answers(responses, benchmark):
        by_item.setdefault(answer.item_id, {})[answer.model] = answer
    order = sorted(by_item, key=lambda item_id: digest([seed, "shown response", item_id]))
    chosen = _extremes(by_item, order)
    for item_id in order:
        if len(chosen) < 4:
            chosen.setdefault(item_id, "drawn by hash")
    known = _example_constraints(list(chosen), crab, constraints)
    return [_comparison(why, by_item[item_id], known.get(item_id, [])) for item_id, why in chosen.items()]


def _extremes(by_item: Mapping[str, Mapping[str, Answer]], order: Iterable[str]) -> dict[str, str]:
    """Return the items of the largest gain and loss in satisfied constraints, with what they are."""
    both = [item_id for item_id in order if {BASE, TRAINED} <= set(by_item[item_id])]
    gains = {item_id: by_item[item_id][TRAINED].satisfied - by_item[item_id][BASE].satisfied for item_id in both}
    most = max(both, key=lambda item_id: gains[item_id], default=None)
    least = min(both, key=lambda item_id: gains[item_id], default=None)
    chosen: dict[str, str] = {}
    if most is not None and gains[most] > 0:
        chosen[most] = "largest gain"
    if least is not None and gains[least] < 0:
        chosen[least] = "largest loss"
    return chosen


def _example(row: Mapping[str, Any], constraints: pl.DataFrame | None) -> Example:
    found = _constraints_of(row["constraint_ids"], constraints)
    wordings = [each["text"] for each in found]
    *earlier, request, target = row["messages"] if len(row["messages"]) > 1 else [_NOTHING, *row["messages"]]
    reverse = row["kind"] == "reverse"
    return Example(
        kind=row["kind"],
        demonstrations=len(row["demonstration_ids"]),
        earlier=[_turn(message) for message in earlier],
        request=_turn(request, () if reverse else wordings),
        target=_turn(target, wordings if reverse else ()),
        constraints=[_shown(number, each) for number, each in enumerate(found, 1)],
    )


def _comparison(why: str, found: Mapping[str, Answer], known: Sequence[Mapping[str, Any]]) -> Comparison:
    ordered = sorted(found.values(), key=lambda answer: (answer.model != BASE, answer.model != TRAINED, answer.model))
    graded = _graded(found, known)
    *earlier, request = json.loads(ordered[0].prompt) or [_NOTHING]
    return Comparison(
        why=why,
        earlier=[_turn(message) for message in earlier],
        request=_turn(request, [each.text for each in graded]),
        answers=[
            (each.model, _turn({"role": "assistant", "content": each.response}), each.finish_reason) for each in ordered
        ],
        constraints=graded,
    )


def _graded(found: Mapping[str, Answer], known: Sequence[Mapping[str, Any]]) -> list[ShownConstraint]:
    """Pair grades with the example's constraints by type, in order; a grade without one shows its type only."""
    left = list(known)
    shown = []
    for number, grade in enumerate(next(iter(found.values())).grades, 1):
        match = next((each for each in left if each["type"] == grade["type"]), None)
        if match is not None:
            left.remove(match)
        verdicts = {model: _verdict(found.get(model), number - 1, grade["type"]) for model in (BASE, TRAINED)}
        constraint = match or {"type": grade["type"], "text": ""}
        shown.append(_shown(number, constraint, base=verdicts[BASE], trained=verdicts[TRAINED]))
    return shown


def _verdict(answer: Answer | None, place: int, type_: str) -> bool | None:
    if answer is None or place >= len(answer.grades) or answer.grades[place]["type"] != type_:
        return None
    return bool(answer.grades[place]["strict"])


def _example_constraints(
    example_ids: list[str], crab: pl.DataFrame | None, constraints: pl.DataFrame | None
) -> dict[str, list[dict[str, Any]]]:
    if crab is None:
        return {}
    rows = crab.filter(pl.col("example_id").is_in(example_ids)).select("example_id", "constraint_ids").rows()
    return {example_id: _constraints_of(ids, constraints) for example_id, ids in rows}


def _constraints_of(ids: Sequence[str], constraints: pl.DataFrame | None) -> list[dict[str, Any]]:
    if constraints is None or not ids:
        return []
    found = {
        row["constraint_id"]: row for row in constraints.filter(pl.col("constraint_id").is_in(list(ids))).to_dicts()
    }
    return [found[each] for each in ids if each in found]


def _shown(
    number: int, row: Mapping[str, Any], base: bool | None = None, trained: bool | None = None
) -> ShownConstraint:
    text = visible(clip(row["text"], TEXT_SHOWN))
    return ShownConstraint(number, row["type"], text, row.get("origin"), row.get("informative"), base, trained)


def _turn(message: Mapping[str, str], wordings: Sequence[str] = ()) -> Turn:
    text = visible(clip(message["content"], TEXT_SHOWN))
    return Turn(message["role"], segments(text, [visible(each) for each in wordings]))
