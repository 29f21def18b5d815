"""Responses that were made elsewhere, put to a benchmark's items."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from crabtk.pipeline.given_turns import GivenTurns
from crabtk.pipeline.ledger import storable
from crabtk.pipeline.score import RESPONSES
from crabtk.readers.rejection import rejected
from crabtk.types import BenchmarkItem, Record, Rejected

STAGE = "score"
_NAMES = ("item_id", "key", "turn", "prompt", "instruction")


@dataclass
class GivenResponses:
    """A benchmark's items with what each model answered.

    Attributes:
        by_model: Response by item id, for each model, in the order of the rows.
        refused: Rows that hold no response to an item, and other responses to one that has one.
        reworded: Item id, file and row of each row that was taken, though its own `prompt` is not the item's.
    """

    by_model: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[Rejected] = field(default_factory=list)
    reworded: list[tuple[str, str, int]] = field(default_factory=list)

    def table(self, benchmark: str, items: Sequence[BenchmarkItem], *, only_answered: bool) -> pl.DataFrame:
        """Return the responses as schema ``Responses``, model by model in the order of the items.

        An item without a response has a row that says so, and counts as failed, unless only answered ones count.
        """
        rows = [
            (
                model,
                benchmark,
                item.item_id,
                json.dumps([{"role": m.role, "content": storable(m.content)} for m in item.messages]),
                storable(said.get(item.item_id, "")),
                "stop" if item.item_id in said else "error",
            )
            for model, said in self.by_model.items()
            for item in items
            if item.item_id in said or not only_answered
        ]
        return pl.DataFrame(rows, schema=RESPONSES, orient="row")


def read_responses(
    records: Iterable[Record | Rejected], items: Sequence[BenchmarkItem], *, model: str
) -> GivenResponses:
    """Read rows of responses.

    Args:
        records: Each names its item by ``item_id``, by ``key`` (of an item of several turns also ``turn``, from 1) or
            by ``prompt`` (also ``instruction``), and holds the response as ``response``, ``completion``, ``output``, or
            ``messages`` whose last is the response. ``responses``, a list, or ``messages`` with several answers hold
            those of all turns of a conversation; with ``turn``, or an item's id, that one's is taken. Samples that
            lm-eval logged (``doc`` with ``filtered_resps`` or ``resps``) are read, too, and its file of results is
            passed over. ``model`` (also ``generator``) tells models apart.
        items: The benchmark's.
        model: What to call the model of rows that name none; in folders of lm-eval the folder's name goes before it.
    """
    turns, found = GivenTurns(items), GivenResponses()
    for record in records:
        if isinstance(record, Rejected):
            found.refused.append(record)
        elif not _is_lm_evals_results(record):
            _take(record, turns, found, model)
    return found


def _take(record: Record, turns: GivenTurns, found: GivenResponses, model: str) -> None:
    try:
        row, named = _row(record, model)
        answers = turns.answers(row)
    except ValueError as error:
        found.refused.append(_refused(record, str(error)))
        return
    said = found.by_model.setdefault(named, {})
    for item_id, response in answers:
        if said.get(item_id, response) != response:
            found.refused.append(_refused(record, f"a row before it holds another response of {named}'s to {item_id}"))
        else:
            said[item_id] = response
    if turns.is_reworded(row, answers[0][0]):
        found.reworded.append((answers[0][0], record.file, record.row))


def _row(record: Record, model: str) -> tuple[dict[str, Any], str]:
    """Return a row in one form, and whose response it is."""
    row = record.value
    if not isinstance(row, Mapping):
        raise ValueError("it is no object with named values")
    named = row.get("model")
    if isinstance(row.get("doc"), Mapping):
        folder = PurePosixPath(record.file).parent.name
        doc = {name: row["doc"][name] for name in _NAMES if name in row["doc"]}
        return {**doc, "response": _logged(row)}, str(named or folder or model)
    return dict(row), str(named or row.get("generator") or model)


def _logged(row: Mapping[str, Any]) -> Any:
    """Return the response of a sample that lm-eval logged: the first that its filter let through."""
    for name in ("filtered_resps", "resps"):
        value = row.get(name)
        while isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, str):
            return value
    raise ValueError("it is a sample of lm-eval's without a response in `filtered_resps` or `resps`")


def _is_lm_evals_results(record: Record) -> bool:
    return isinstance(record.value, Mapping) and {"results", "configs", "versions"} <= set(record.value)


def _refused(record: Record, reason: str) -> Rejected:
    return replace(rejected(record, reason), stage=STAGE)
