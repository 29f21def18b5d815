"""Verdicts on anybody's dataset: which of the instructions that a row names its response follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crabtk.errors import VerificationError
from crabtk.pipeline.parallel import map_rows
from crabtk.protocols import ConstraintType, InstructionSet
from crabtk.readers.rejection import rejected
from crabtk.reply import reply_text
from crabtk.scoring.instructions import Instructions, Which, read_instructions, readings_for
from crabtk.types import Params, Record, Rejected

STAGE = "verify"

_RESPONSES = ("response", "completion", "output")


@dataclass(frozen=True, slots=True)
class Asked:
    """A response and what was asked of it.

    Attributes:
        key: The row's own, or None.
        response: As the model gave it.
        instructions: Instruction ids or names of constraint types, each with its keyword arguments or parameters;
            ids may repeat.
    """

    record: Record
    key: Any
    prompt: str
    response: str
    instructions: tuple[tuple[str, Params], ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What holds, one verdict per instruction in the row's order."""

    key: Any
    ids: tuple[str, ...]
    strict: tuple[bool, ...]
    loose: tuple[bool, ...]


Found = Verdicts | Rejected


def read_asked(record: Record, prompts: Mapping[Any, Mapping[str, Any]] | None = None) -> Asked | Rejected:
    """Read a row to verify.

    Args:
        record: A mapping with ``instruction_id_list`` and ``kwargs`` as IFEval writes them, or with
            ``constraints``, a list of ``{"type", "params"}``; and with ``response`` (or ``completion``,
            ``output``, or ``messages`` whose last is the response). ``prompt`` and ``key`` where there are any.
        prompts: Rows that say what was asked, by key and by prompt, for files that hold responses alone.

    Returns:
        The row, or why it cannot be read.
    """
    row = record.value
    if not isinstance(row, Mapping):
        return _refused(record, "it is no object with named values")
    if prompts is not None:
        asked = prompts.get(row.get("key")) if row.get("key") is not None else None
        asked = asked or prompts.get(_stripped(row.get("prompt")))
        if asked is None:
            return _refused(record, "neither its key nor its prompt is among the prompts")
        row = {**asked, **{name: value for name, value in row.items() if value is not None}}
    try:
        prompt, response = _turns(row)
        return Asked(record, row.get("key"), prompt, response, tuple(read_instructions(row)))
    except ValueError as error:
        return _refused(record, str(error))


def verify(
    rows: Iterable[Asked | Rejected],
    sets: Sequence[InstructionSet],
    types: Mapping[str, ConstraintType],
    registry: Which,
    *,
    seed: int = 0,
    processes: int = 1,
    chunk_size: int = 64,
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Found]:
    """Judge rows, in their order.

    Registry ``upstream`` gives the reference's verdict, bug for bug, on the reply as it stands; ``fixed`` gives
    what the wordings say, by the canonical types, on the reply without hidden reasoning. In both an empty reply
    follows nothing, a reply in parts is its texts joined by line breaks, and the loose verdict is that of the best
    of the eight variants. Names of constraint types are judged by the types in both.

    Args:
        rows: A stream will do.
        sets: Where two know one id, the earlier judges it. With several processes the sequence must survive
            pickling.
        types: By name.
        registry: Whose verdicts.
        seed: Of what a reference draws at random.
        processes: No verdict depends on it, nor on ``chunk_size``.
        chunk_size: Rows that a process takes at a time.
        progress: Called with rows done and, where it is known, their total.

    Yields:
        For each row its verdicts, or why there are none: an id that nobody knows, unfit arguments.
    """
    work = _Verify(Instructions(sets, types, seed), registry)
    yield from map_rows(work, rows, processes=processes, chunk_size=chunk_size, progress=progress)


@dataclass
class _Verify:
    """The work on one row."""

    instructions: Instructions
    registry: Which

    def __call__(self, row: Asked | Rejected) -> Found:
        if isinstance(row, Rejected):
            return row
        readings = readings_for(row.response, row.prompt, self.registry)
        try:
            verdicts = [self.instructions.judge(asked, readings, self.registry) for asked in row.instructions]
        except VerificationError as error:  # a plugin's failure costs the row, never the run
            return _refused(row.record, str(error))
        strict, loose = (tuple(each) for each in zip(*verdicts, strict=True)) if verdicts else ((), ())
        return Verdicts(row.key, tuple(id_ for id_, _ in row.instructions), strict, loose)


def _refused(record: Record, reason: str) -> Rejected:
    return replace(rejected(record, reason), stage=STAGE)


def _turns(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return prompt and response."""
    prompt = row.get("prompt")
    name = next((name for name in _RESPONSES if name in row), None)
    if name is not None:
        return _said(prompt), reply_text(row[name])
    messages = row.get("messages")
    if isinstance(messages, Sequence) and not isinstance(messages, str) and messages:
        *before, last = messages
        return _said(prompt) or "\n\n".join(map(reply_text, before)), reply_text(last)
    raise ValueError(f"it has no response: none of the keys {', '.join(_RESPONSES)}, messages")


def _said(prompt: Any) -> str:
    if isinstance(prompt, Sequence) and not isinstance(prompt, str):
        return "\n\n".join(map(reply_text, prompt))
    return reply_text(prompt)


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
