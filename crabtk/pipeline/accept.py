"""The constraints that a dataset may rest on: grounded, judged, repaired, thinned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crabtk.canonical import canonical_json
from crabtk.constraints.counting import states_a_count
from crabtk.constraints.reference import satisfied_by
from crabtk.constraints.stopwords import stopwords
from crabtk.grounding import ground
from crabtk.pipeline.alike import Words, alike, words_of
from crabtk.pipeline.ask import SENTENCE_OR_NULL, Complete, json_request, question
from crabtk.pipeline.audit import Finding
from crabtk.pipeline.judge import REFINED, judge
from crabtk.pipeline.ledger import ledger
from crabtk.pipeline.measure import SCHEMA
from crabtk.pipeline.translate import read_answer, unfit, unjudged
from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.text import ParsedText
from crabtk.types import Constraint, Rejected, Sampling

STAGE = "constraints"
FRAMING = frozenset(("answer", "response", "text", "use", "used", "using", "write", "writing", "written", "must"))
"""Words in which a model puts the same requirement another way."""
Row = dict[str, Any]


@dataclass
class _Accepting:
    """What the steps share."""

    seeds: Mapping[str, Mapping[str, Any]]
    types: Mapping[str, ConstraintType]
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, row: Row, reason: str) -> None:
        self.rejected.append(Rejected(STAGE, row["origin"], None, row["constraint_id"], reason, row["text"]))


def accept(
    seeds: pl.DataFrame,
    measured: pl.DataFrame,
    translated: pl.DataFrame,
    types: Mapping[str, ConstraintType],
    finding: Finding,
    complete: Complete,
    *,
    repair: bool,
    max_rouge_l: float,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge the translated constraints and join them with the measured ones.

    What says nothing but what measured types can check is grounded in them and checked by code; what counts something
    and cannot be grounded is dropped. The rest is judged one
    by one against the audit's threshold. For one that fails, a corrected one is asked for once, if so set, and goes
    the same way; the first stays in the table with its verdict. If the audit does not accept the judge, nobody is
    asked and the verdicts stay unknown. Of two constraints of a seed that hold and are worded too much alike, one of
    them translated, the translated one is dropped; of two translated ones the less sure.

    Args:
        seeds: Schema ``Seeds``.
        measured: Schema ``Constraints``, all checked by code.
        translated: Schema ``Constraints``, unjudged.
        types: Measured types by name.
        finding: Of the audit.
        complete: Answers requests; not called unless ``finding.accepted``.
        repair: Whether to ask for a correction of what fails.
        max_rouge_l: ROUGE-L (F1 over words) above which two constraints are too much alike.

    Returns:
        Rows of schema ``Constraints`` with every verdict, by seed in the order of ``seeds``, and the ledger.
    """
    work = _Accepting({row["seed_id"]: row for row in seeds.to_dicts()}, types)
    taken = {(row["seed_id"], row["type"]) for row in measured.iter_rows(named=True)}
    open_rows, grounded = _ground(translated.to_dicts(), taken, work)
    if finding.accepted and finding.threshold is not None:
        open_rows = _judge(open_rows, finding.threshold, complete, work)
        if repair:
            repaired = _repair([row for row in open_rows if row["verdict"] == "fails"], complete, work)
            repaired, more = _ground(repaired, taken | {(r["seed_id"], r["type"]) for r in grounded}, work)
            grounded += more
            open_rows += _judge(repaired, finding.threshold, complete, work)
    by_seed: dict[str, list[Row]] = {seed_id: [] for seed_id in work.seeds}
    for row in [*measured.to_dicts(), *grounded, *open_rows]:
        by_seed[row["seed_id"]].append(row)
    kept = [row for rows in by_seed.values() for row in _with_conflicts(_thinned(rows, max_rouge_l, work), types)]
    return pl.DataFrame(kept, schema=SCHEMA), ledger(work.rejected)


def _ground(rows: Sequence[Row], taken: set[tuple[str, str]], work: _Accepting) -> tuple[list[Row], list[Row]]:
    """Split rows into those for the judge and those that code has checked; the rest goes to the ledger."""
    open_rows: list[Row] = []
    grounded: dict[tuple[str, str], Row] = {}
    for row in rows:
        constraints = ground(row["text"], work.types)
        if not constraints:
            if states_a_count(row["text"]):
                work.reject(row, "it counts something, and no measured type can check it")
            else:
                open_rows.append(row)
            continue
        seed = work.seeds[row["seed_id"]]
        text = ParsedText(seed["response"], seed["language"])
        false = next((c.type for c in constraints if not work.types[c.type].check(text, c.params)), None)
        if false is not None:
            work.reject(row, f"code ({false}) finds it false")
            continue
        for number, constraint in enumerate(constraints):
            key = (row["seed_id"], constraint.type)
            one = _typed(row, constraint, number if len(constraints) > 1 else None, work.types)
            if key in taken or key in grounded:
                work.reject(one, f"{constraint.type} is stated of this response already")
            else:
                grounded[key] = one
    return open_rows, list(grounded.values())


def _typed(row: Row, constraint: Constraint, number: int | None, types: Mapping[str, ConstraintType]) -> Row:
    """Return a free-text row as one of a type; where it said several things, each gets a wording of its own."""
    id_ = row["constraint_id"] if number is None else f"{row['constraint_id']}/{number}"
    rng = generator(0, "ground", id_)
    share = satisfied_by(constraint.type, constraint.params)
    return {
        **row,
        "constraint_id": id_,
        "type": constraint.type,
        "params": canonical_json(dict(constraint.params)),
        "text": row["text"] if number is None else types[constraint.type].render(constraint.params, rng),
        "verdict": "holds",
        "score": 1.0,
        "judged_by": "code",
        "informative": None if share is None else round(1 - share, 4),
    }


def _judge(rows: Sequence[Row], threshold: float, complete: Complete, work: _Accepting) -> list[Row]:
    scores = judge(complete, [(work.seeds[row["seed_id"]], row["type"], row["text"]) for row in rows])
    return [
        {**row, "score": score, "judged_by": "model", "verdict": _verdict(score, threshold)}
        for row, score in zip(rows, scores, strict=True)
    ]


def _verdict(score: float | None, threshold: float) -> str:
    if score is None:
        return "unknown"
    return "holds" if score >= threshold else "fails"


def _repair(rows: Sequence[Row], complete: Complete, work: _Accepting) -> list[Row]:
    """Ask for a corrected text of each row; what comes back is a new, unjudged row."""
    # A refined instruction is a whole request, which one corrected sentence cannot replace.
    rows = [row for row in rows if row["type"] != REFINED]
    requests = [
        json_request(
            question(
                "repair",
                work.seeds[row["seed_id"]]["instruction"],
                work.seeds[row["seed_id"]]["response"],
                constraint=row["text"],
            ),
            {"constraint": SENTENCE_OR_NULL},
            Sampling(max_tokens=96),
        )
        for row in rows
    ]
    repaired: list[Row] = []
    for row, completion in zip(rows, complete(requests), strict=True):
        answer = read_answer(completion, ["constraint"])
        if isinstance(answer, str):
            work.reject(_repaired(row, completion.text), f"the repair is unreadable: {answer}")
            continue
        text = answer["constraint"] or ""
        if not text.strip():
            continue
        if _content(row["text"]) <= _content(text):
            # Asked twice for the same thing, a judge that is not sure says yes sooner or later.
            work.reject(_repaired(row, text), "the repair withdraws nothing of what was found not to hold")
        elif reason := unfit(text, work.seeds[row["seed_id"]], row["type"]):
            work.reject(_repaired(row, text), reason)
        else:
            repaired.append(_repaired(row, " ".join(text.split())))
    return repaired


def _content(text: str) -> set[str]:
    """Return the words that carry a constraint's meaning."""
    parsed = ParsedText(text)
    return set(parsed.lower_words) - stopwords(parsed.detected) - FRAMING


def _repaired(row: Row, text: str) -> Row:
    return unjudged(row["seed_id"], f"{row['constraint_id']}/repaired", row["type"], text, "repaired")


def _thinned(rows: Sequence[Row], max_rouge_l: float, work: _Accepting) -> list[Row]:
    """Drop translated constraints that hold but are worded too much like a better one of the same seed."""
    # Measured before translated, code before model, sure before unsure; the id breaks ties.
    ranked = sorted(
        (row for row in rows if row["verdict"] == "holds"),
        key=lambda row: (
            row["origin"] != "measured",
            row["judged_by"] != "code",
            -(row["score"] or 0.0),
            row["constraint_id"],
        ),
    )
    kept: dict[str, tuple[Row, Words]] = {}
    for row in ranked:
        words = words_of(row["text"])
        twin = None
        if row["origin"] != "measured" and row["type"] != REFINED:
            twin = next((k for k, other in kept.values() if alike(words, other, max_rouge_l)), None)
        if twin is None:
            kept[row["constraint_id"]] = (row, words)
        else:
            work.reject(row, f"it is worded too much like {twin['constraint_id']} (ROUGE-L over {max_rouge_l})")
    return [row for row in rows if row["verdict"] != "holds" or row["constraint_id"] in kept]


def _with_conflicts(rows: Sequence[Row], types: Mapping[str, ConstraintType]) -> list[Row]:
    """Fill in, for each constraint that holds, which others of the seed cannot be asked with it."""
    holding = [(row, _constraint(row)) for row in rows if row["verdict"] == "holds"]
    conflicts: dict[str, list[str]] = {}
    for i, (row, constraint) in enumerate(holding):
        for other_row, other in holding[i + 1 :]:
            if _conflict(constraint, other, types):
                conflicts.setdefault(row["constraint_id"], []).append(other_row["constraint_id"])
                conflicts.setdefault(other_row["constraint_id"], []).append(row["constraint_id"])
    return [{**row, "conflicts": sorted(conflicts.get(row["constraint_id"], []))} for row in rows]


def _constraint(row: Row) -> Constraint:
    return Constraint(row["type"], json.loads(row["params"]), row["text"])


def _conflict(one: Constraint, other: Constraint, types: Mapping[str, ConstraintType]) -> bool:
    """Ask both types, since each knows only its own side."""
    if one.type == other.type:
        return True
    return (one.type in types and types[one.type].conflicts(one.params, other)) or (
        other.type in types and types[other.type].conflicts(other.params, one)
    )
