"""The audit of the judge: constraints whose truth code knows, planted among its questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from crabtk.pipeline.ask import Complete
from crabtk.pipeline.judge import judge
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.schemas import Audit, columns
from crabtk.scoring.judges import Threshold, choose_threshold
from crabtk.text import ParsedText
from crabtk.types import Params

STAGE = "judge_audit"
TELLING = 0.5
"""Share of other responses that must not satisfy a planted constraint.

Translated constraints describe what sets a response apart; "no ampersands", which nearly every response satisfies,
would try the judge at another task.
"""
CASES_PER_SEED = 4
"""Questions on one response share its prefix; more would make the audit hang on few responses."""

SCHEMA = columns(Audit)


def plant(
    seeds: pl.DataFrame, measured: pl.DataFrame, types: Mapping[str, ConstraintType], *, cases: int, seed: int
) -> pl.DataFrame:
    """Choose the audit's cases: for each true constraint, a false one of the same type on the same response.

    False ones are another seed's constraint, or the own one with a parameter of another seed's, that code has
    found not to hold. Since both halves have the same types and the same responses, neither tells the answer.
    Types whose parameters state a number are left out, since they are never accepted on a judge's word, and so is
    what most responses satisfy, since translated constraints are not of that sort.

    Args:
        seeds: Schema ``Seeds``.
        measured: Schema ``Constraints``, all measured.
        types: By name.
        cases: At most so many, half of them false.
        seed: Of the run.

    Returns:
        Rows of schema ``Audit`` without a score, those of one seed together. No draw hangs on the order of a table.
    """
    known = {row["seed_id"]: row for row in seeds.filter(pl.col("use") == "seed").to_dicts()}
    usable = [
        row
        for row in measured.sort("constraint_id").to_dicts()
        if row["seed_id"] in known and _like_translated(row, types)
    ]
    by_type: dict[str, list[dict[str, Any]]] = {}
    by_seed: dict[str, list[dict[str, Any]]] = {}
    for row in usable:
        by_type.setdefault(row["type"], []).append(row)
        by_seed.setdefault(row["seed_id"], []).append(row)
    order = sorted(by_seed, key=lambda seed_id: generator(seed, STAGE, seed_id).random())
    rows: list[dict[str, Any]] = []
    used: dict[str, int] = {}
    for seed_id in order:
        if len(rows) + 2 > cases:
            break
        text = ParsedText(known[seed_id]["response"], known[seed_id]["language"])
        # The types used least so far come first, so that no one type makes the figure.
        own = sorted(by_seed[seed_id], key=lambda row: (used.get(row["type"], 0), row["type"]))
        pairs = (pair for row in own for pair in _pair(row, by_type[row["type"]], types[row["type"]], text, seed))
        for pair, _ in zip(pairs, range(min(CASES_PER_SEED, cases - len(rows)) // 2), strict=False):
            rows += pair
            used[pair[0]["type"]] = used.get(pair[0]["type"], 0) + 1
    return pl.DataFrame(rows, schema=SCHEMA)


def _like_translated(row: Mapping[str, Any], types: Mapping[str, ConstraintType]) -> bool:
    """Tell whether a constraint is of the sort that models write: it says something of this response, in no number."""
    telling = row["informative"] is None or row["informative"] >= TELLING
    return telling and row["type"] in types and not getattr(types[row["type"]], "counts", False)


def _pair(
    own: Mapping[str, Any], donors: Sequence[Mapping[str, Any]], type_: ConstraintType, text: ParsedText, seed: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the true case and its false twin, if another seed's parameters make one."""
    rng = generator(seed, STAGE, own["constraint_id"])
    params = json.loads(own["params"])
    others = [donor for donor in donors if donor["seed_id"] != own["seed_id"]]
    for donor in rng.sample(others, min(len(others), 12)):
        theirs = json.loads(donor["params"])
        altered = _mixed(params, theirs)
        if altered is not None and rng.random() < 0.5 and not type_.check(text, altered):
            planted, false_params = "other_params", altered
        elif not type_.check(text, theirs):
            planted, false_params = "other_owner", theirs
        else:
            continue
        yield (
            _case(own, "own", own["text"], True),
            _case(own, planted, type_.render(false_params, rng), False),
        )
        return


def _mixed(own: Params, theirs: Params) -> dict[str, Any] | None:
    """Return the own parameters with the last item of a list from another's; None if there is no such list."""
    for name, value in own.items():
        other = theirs.get(name)
        if isinstance(value, list) and len(value) > 1 and isinstance(other, list) and other:
            return {**own, name: [*value[:-1], other[-1]]}
    return None


def _case(own: Mapping[str, Any], planted: str, text: str, truth: bool) -> dict[str, Any]:
    return {
        "case_id": f"{own['constraint_id']}/{planted}",
        "seed_id": own["seed_id"],
        "type": own["type"],
        "text": text,
        "planted": planted,
        "truth": truth,
        "score": None,
    }


def ask_judge(seeds: pl.DataFrame, planted: pl.DataFrame, complete: Complete) -> pl.DataFrame:
    """Put the planted cases to the judge and fill in its P(yes); null where its answer was unreadable."""
    known = {row["seed_id"]: row for row in seeds.to_dicts()}
    rows = planted.to_dicts()
    scores = judge(complete, [(known[row["seed_id"]], row["type"], row["text"]) for row in rows])
    return planted.with_columns(score=pl.Series(scores, dtype=pl.Float64))


@dataclass(frozen=True)
class Finding:
    """What the audit says of a judge, in figures and one sentence.

    Attributes:
        accepted: Whether translated constraints may rest on this judge.
        reason: Why, or why not; for the report and the ledger.
    """

    accepted: bool
    reason: str
    auc: float | None
    auc_low: float | None
    auc_high: float | None
    threshold: float | None
    recall: float | None
    false_holds: float | None
    cases_true: int
    cases_false: int
    unreadable: int

    def figures(self) -> dict[str, Any]:
        """Return the figures as JSON values."""
        return asdict(self)


def find(audit: pl.DataFrame, *, max_false_holds: float, min_recall: float, seed: int) -> Finding:
    """Decide from the audit's table whether the judge is to be believed, and from which P(yes) on.

    Unreadable answers count as "does not hold", as they do for the real questions.
    """
    truths = audit["truth"].to_list()
    scores = [score if score is not None else -1.0 for score in audit["score"].to_list()]
    unreadable = audit["score"].null_count()
    chosen: Threshold | None = choose_threshold(truths, scores, max_false_holds=max_false_holds, seed=seed)
    true, false = truths.count(True), truths.count(False)
    if chosen is None:
        reason = (
            f"the audit could plant only {true} true and {false} false cases, too few to tell; "
            "more seeds or more constraint types would give it cases"
        )
        return Finding(False, reason, None, None, None, None, None, None, true, false, unreadable)
    accepted = chosen.threshold is not None and chosen.recall >= min_recall
    where = f"P(yes) ≥ {chosen.threshold:.3f}" if chosen.threshold is not None else "any P(yes)"
    figures = (
        f"ROC AUC {chosen.auc:.2f} (95 % CI {chosen.auc_low:.2f}–{chosen.auc_high:.2f}) on {true} true and "
        f"{false} false planted cases"
    )
    if accepted:
        reason = (
            f"{figures}; at {where} it passes {chosen.recall:.0%} of the true and {chosen.false_holds:.0%} of the "
            "false cases"
        )
    else:
        reason = (
            f"{figures}; no threshold passes {min_recall:.0%} of the true cases while at most {max_false_holds:.0%} "
            f"of the false ones pass (best: {chosen.recall:.0%} of the true at {where})"
        )
    return Finding(
        accepted,
        reason,
        chosen.auc,
        chosen.auc_low,
        chosen.auc_high,
        chosen.threshold if accepted else None,
        chosen.recall,
        chosen.false_holds,
        true,
        false,
        unreadable,
    )
