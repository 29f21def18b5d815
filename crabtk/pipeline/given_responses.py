"""Responses that were made elsewhere, put to a benchmark's items."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from crabtk.pipeline.ledger import storable
from crabtk.pipeline.score import RESPONSES
from crabtk.readers.rejection import rejected
from crabtk.reply import reply_text
from crabtk.types import BenchmarkItem, Record, Rejected

STAGE = "score"
_RESPONSES = ("response", "completion", "output")


@dataclass
class GivenResponses:
    """A benchmark's items with what each model answered.

    Attributes:
        by_model: Response by item id, for each model, in the order of the rows.
        refused: Rows that hold no response to an item, and other responses to one that has one.
    """

    by_model: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[Rejected] = field(default_factory=list)

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
            by ``prompt``, and holds the response as ``response``, ``completion``, ``output``, or ``messages`` whose
            last is the response. ``responses``, a list, or ``messages`` with several answers hold those of all turns
            of a ``key``. Samples that lm-eval logged (``doc`` with ``filtered_resps`` or ``resps``) are read, too, and
            its file of results is passed over. ``model`` tells models apart.
        items: The benchmark's.
        model: What to call the model of rows that name none; in folders of lm-eval the folder's name goes before it.
    """
    places, found = _Places(items), GivenResponses()
    for record in records:
        if isinstance(record, Rejected):
            found.refused.append(record)
        elif not _is_lm_evals_results(record):
            _take(record, places, found, model)
    return found


def _take(record: Record, places: _Places, found: GivenResponses, model: str) -> None:
    try:
        row, named = _row(record, model)
        answers = list(places.answers(row))
    except ValueError as error:
        found.refused.append(_refused(record, str(error)))
        return
    said = found.by_model.setdefault(named, {})
    for item_id, response in answers:
        if said.get(item_id, response) != response:
            found.refused.append(_refused(record, f"a row before it holds another response of {named}'s to {item_id}"))
        else:
            said[item_id] = response


class _Places:
    """Where a benchmark's items are found."""

    def __init__(self, items: Sequence[BenchmarkItem]) -> None:
        self._ids = {item.item_id for item in items}
        self._turns: dict[str, list[str]] = {}
        self._prompts: dict[str, list[str]] = {}
        for item in items:
            self._turns.setdefault(str(item.payload.get("key", item.item_id)), []).append(item.item_id)
            self._prompts.setdefault(_prompt(item), []).append(item.item_id)

    def answers(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield item ids with their responses.

        Raises:
            ValueError: The row names no item, or holds no response.
        """
        turns = self._named(row)
        spoken = _spoken(row, several=len(turns) > 1)
        if len(spoken) > len(turns):
            raise ValueError(f"it holds {len(spoken)} responses, and {turns[0]} has {len(turns)} turns")
        if len(turns) > 1 and not isinstance(row.get("responses"), list) and "messages" not in row:
            raise ValueError(f"its key has {len(turns)} turns: say which by `turn`, or give a list `responses`")
        yield from zip(turns, spoken, strict=False)

    def _named(self, row: Mapping[str, Any]) -> list[str]:
        """Return the ids of the turns that a row may be about."""
        named, key = row.get("item_id"), row.get("key")
        if named is not None and str(named) in self._ids:
            return [str(named)]
        if key is not None and (turns := self._turns.get(str(key))):
            return turns if row.get("turn") is None or len(turns) == 1 else [_turn(turns, row["turn"])]
        prompt = row.get("prompt")
        if not isinstance(prompt, str) and "messages" in row and isinstance(row["messages"], list):
            prompt = next((m.get("content") for m in row["messages"] if _role(m) == "user"), None)
        found = self._prompts.get(prompt.strip(), []) if isinstance(prompt, str) else []
        if len(found) == 1:
            return found
        if found:
            raise ValueError(f"its prompt is that of {len(found)} items; name the item by `key` or `item_id`")
        raise ValueError("neither its item_id, its key nor its prompt is among the benchmark's")


def _turn(turns: Sequence[str], turn: Any) -> str:
    try:
        place = int(turn)
    except (TypeError, ValueError):
        place = 0
    if not 1 <= place <= len(turns):
        raise ValueError(f"`turn` is {turn!r}, and {turns[0]} is the first of {len(turns)} turns")
    return turns[place - 1]


def _spoken(row: Mapping[str, Any], *, several: bool) -> list[str]:
    if isinstance(row.get("responses"), list):
        return [reply_text(response) for response in row["responses"]]
    name = next((name for name in _RESPONSES if name in row), None)
    if name is not None:
        return [reply_text(row[name])]
    messages = row.get("messages")
    if isinstance(messages, list) and messages:
        answers = [reply_text(message) for message in messages if _role(message) == "assistant"]
        return answers if several else [reply_text(messages[-1])]
    raise ValueError(f"it has no response: none of the keys {', '.join(_RESPONSES)}, responses, messages")


def _row(record: Record, model: str) -> tuple[dict[str, Any], str]:
    """Return a row in one form, and whose response it is."""
    row = record.value
    if not isinstance(row, Mapping):
        raise ValueError("it is no object with named values")
    named = row.get("model")
    if isinstance(row.get("doc"), Mapping):
        folder = PurePosixPath(record.file).parent.name
        return {**row["doc"], "response": _logged(row)}, str(named or folder or model)
    return dict(row), str(named or model)


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


def _prompt(item: BenchmarkItem) -> str:
    return item.messages[-1].content.strip() if item.messages else ""


def _role(message: Any) -> Any:
    return message.get("role") if isinstance(message, Mapping) else None


def _refused(record: Record, reason: str) -> Rejected:
    return replace(rejected(record, reason), stage=STAGE)
