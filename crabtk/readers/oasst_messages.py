"""OpenAssistant's messages, one a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crabtk.readers import oasst
from crabtk.readers.base import Found, RowReader
from crabtk.readers.rejection import rejected
from crabtk.types import Pair, Record, Rejected

_KEPT = ("message_id", "parent_id", "text", "role", "lang", "rank", "deleted", "review_result")


class OasstMessages(RowReader):
    """``{"message_id", "parent_id", "text", "role", "lang", "rank"}``; a root prompt gives one pair.

    A parent may come after its replies, so that pairs are yielded once all rows are known, in the order of
    the root prompts. Replies that are not the best, and deeper turns, are part of their tree: no pair, and no
    row of the ledger.
    """

    name = "oasst-messages"

    def recognises(self, value: Any) -> bool:
        """Tell a message by its keys."""
        return self.has(value, "message_id", "parent_id", "text", "role")

    def pair(self, value: Mapping[str, Any]) -> Found:
        """Take a tree that ``read`` has put together."""
        return oasst.best_thread(value, lambda message: message["replies"])

    def read(self, records: Iterable[Record]) -> Iterator[Pair | Rejected]:
        """Put the trees together, then yield what each root holds."""
        known: dict[str, Record] = {}
        for record in records:
            fault = _fault(record.value, known)
            if fault is not None:
                yield rejected(record, f'no row of format "{self.name}": {fault}')
                continue
            # Only what a pair needs is held: the whole release would be a gigabyte.
            message = {key: record.value[key] for key in _KEPT if key in record.value}
            known[message["message_id"]] = Record({**message, "replies": []}, record.file, record.row)
        yield from (rejected(orphan, "its parent message is not in the file") for orphan in _orphans(known))
        yield from super().read(_trees(known))


def _fault(value: Any, known: Mapping[str, Record]) -> str | None:
    if not RowReader.has(value, "message_id", "parent_id", "text", "role"):
        return "it lacks message_id, parent_id, text or role"
    message_id = value["message_id"]
    if not isinstance(message_id, str) or not isinstance(value["parent_id"], str | None):
        return "message_id or parent_id is not a text"
    if message_id in known:
        return f'message_id "{message_id}" occurs before, in row {known[message_id].row} of {known[message_id].file}'
    return None


def _orphans(known: Mapping[str, Record]) -> Iterator[Record]:
    return (r for r in known.values() if r.value["parent_id"] is not None and r.value["parent_id"] not in known)


def _trees(known: Mapping[str, Record]) -> list[Record]:
    """Hang each message on its parent and return the roots."""
    for record in known.values():
        parent = known.get(record.value["parent_id"] or "")
        if parent is not None:
            parent.value["replies"].append(record.value)
    return [record for record in known.values() if record.value["parent_id"] is None]
