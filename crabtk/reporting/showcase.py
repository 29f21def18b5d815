"""Chooses what a reader sees: a few training examples, and prompts with what two models made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crabtk.canonical import digest
from crabtk.reporting.formats import clip, visible
from crabtk.reporting.grades import Answer
from crabtk.reporting.highlights import Segment, segments
from crabtk.scoring.models import ordered

TEXT_SHOWN = 6_000
"""Characters of one message; longer ones lose their middle."""
_SHOWN = 4
"""Prompts of one pair of models, at most."""


@dataclass(frozen=True)
class Turn:
    """One message as shown."""

    role: str
    segments: Sequence[Segment]


@dataclass(frozen=True)
class ShownConstraint:
    """One constraint as shown; ``verdicts`` tell whether each model's response satisfies it, None where unknown."""

    number: int
    type: str
    text: str
    origin: str | None = None
    informative: float | None = None
    verdicts: Sequence[bool | None] = ()

    @property
    def change(self) -> str:
        """What the second model did to it."""
        if None in self.verdicts or len(set(self.verdicts)) < 2:
            return ""
        return "gained" if self.verdicts[-1] else "lost"


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
    """One prompt and what the models made of it; ``why`` it is shown."""

    models: Sequence[str]
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
    found: Sequence[Answer],
    pairs: Sequence[tuple[str, str]],
    crab: pl.DataFrame | None,
    constraints: pl.DataFrame | None,
    seed: int,
) -> list[Comparison]:
    """Choose prompts of a benchmark to show with their responses.

    Args:
        found: Of ``grades.answers``, of any number of models.
        pairs: Models to set side by side; without any, the first model stands alone.
        crab: For the constraints' wordings, where the benchmark's items are its examples.
        constraints: Likewise.
        seed: Of the run; draws by hash.

    Returns:
        Per pair up to four prompts: those that only the second model passes, and that only the first passes, the widest
        difference in satisfied constraints first (two each), or the largest gain and loss where none is; the first pair
        is filled up with prompts drawn by hash.
    """
    by_item: dict[str, dict[str, Answer]] = {}
    for answer in sorted(found, key=lambda each: digest([seed, "shown prompt", each.item_id])):
        by_item.setdefault(answer.item_id, {})[answer.model] = answer
    alone = tuple(ordered(each.model for each in found)[:1])
    chosen = {models: _chosen(by_item, models, fill=not place) for place, models in enumerate(pairs or [alone])}
    items = list(dict.fromkeys(item for each in chosen.values() for item in each))
    known = _example_constraints(items, crab, constraints)
    return [
        _comparison(why, [by_item[item][model] for model in models], known.get(item, []))
        for models, each in chosen.items()
        for item, why in each.items()
    ]


def _chosen(by_item: Mapping[str, Mapping[str, Answer]], models: Sequence[str], *, fill: bool) -> dict[str, str]:
    """Return items to show with why, in that order."""
    answered = [item for item, answers in by_item.items() if set(models) <= set(answers)]
    chosen = _extremes({item: [by_item[item][model] for model in models] for item in answered}) if models[1:] else {}
    for item in answered if fill else ():
        if len(chosen) < _SHOWN:
            chosen.setdefault(item, "drawn by hash")
    return chosen


def _extremes(by_item: Mapping[str, Sequence[Answer]]) -> dict[str, str]:
    """Return the items gained and lost, or else of the largest gain and loss, with what they are."""
    alike = [item for item, (one, other) in by_item.items() if _types(one) == _types(other)]
    gain = {item: by_item[item][1].satisfied - by_item[item][0].satisfied for item in alike}
    chosen: dict[str, str] = {}
    for word, sign, winner, loser in (("gain", 1, 1, 0), ("loss", -1, 0, 1)):
        ranked = sorted((item for item in alike if sign * gain[item] > 0), key=lambda item: -sign * gain[item])
        flipped = [item for item in ranked if by_item[item][winner].passes and not by_item[item][loser].passes]
        models = [each.model for each in by_item[ranked[0]]] if ranked else []
        for item in flipped[: _SHOWN // 2]:
            chosen[item] = (
                f"{'gained' if sign > 0 else 'lost'}: {models[winner]} satisfies all, {models[loser]} does not"
            )
        if ranked and not flipped:
            chosen[ranked[0]] = f"largest {word}"
    return chosen


def _types(answer: Answer) -> list[str]:
    return [name for name, _ in answer.verdicts]


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


def _comparison(why: str, shown: Sequence[Answer], known: Sequence[Mapping[str, Any]]) -> Comparison:
    graded = _graded(shown, known)
    *earlier, request = json.loads(shown[0].prompt) or [_NOTHING]
    return Comparison(
        models=[each.model for each in shown],
        why=why,
        earlier=[_turn(message) for message in earlier],
        request=_turn(request, [each.text for each in graded]),
        answers=[
            (each.model, _turn({"role": "assistant", "content": each.response}), each.finish_reason) for each in shown
        ],
        constraints=graded,
    )


def _graded(shown: Sequence[Answer], known: Sequence[Mapping[str, Any]]) -> list[ShownConstraint]:
    """Pair verdicts with the example's constraints by type, in order; one without shows its type only."""
    left = list(known)
    found = []
    for place, (type_, _) in enumerate(shown[0].verdicts):
        match = next((each for each in left if each["type"] == type_), None)
        if match is not None:
            left.remove(match)
        verdicts = [_verdict(answer, place, type_) for answer in shown]
        found.append(_shown(place + 1, match or {"type": type_, "text": ""}, verdicts))
    return found


def _verdict(answer: Answer, place: int, type_: str) -> bool | None:
    if place >= len(answer.verdicts) or answer.verdicts[place][0] != type_:
        return None
    return answer.verdicts[place][1]


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


def _shown(number: int, row: Mapping[str, Any], verdicts: Sequence[bool | None] = ()) -> ShownConstraint:
    text = visible(clip(row["text"], TEXT_SHOWN))
    return ShownConstraint(number, row["type"], text, row.get("origin"), row.get("informative"), verdicts)


def _turn(message: Mapping[str, str], wordings: Sequence[str] = ()) -> Turn:
    text = visible(clip(message["content"], TEXT_SHOWN))
    return Turn(message["role"], segments(text, [visible(each) for each in wordings]))
