"""Verdicts on anybody's dataset: which of the instructions that a row names its response follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from crabtk.errors import VerificationError
from crabtk.pipeline.parallel import map_rows
from crabtk.protocols import Checker, ConstraintType, InstructionSet
from crabtk.readers.rejection import rejected
from crabtk.reply import reply_text, without_thinking
from crabtk.scoring.loose import Readings
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params, Record, Rejected

STAGE = "verify"
Which = Literal["upstream", "fixed"]

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
        return Asked(record, row.get("key"), prompt, response, tuple(_instructions(row)))
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
    work = _Verify(sets, types, registry, seed)
    yield from map_rows(work, rows, processes=processes, chunk_size=chunk_size, progress=progress)


@dataclass
class _Verify:
    """The work on one row."""

    sets: Sequence[InstructionSet]
    types: Mapping[str, ConstraintType]
    registry: Which
    seed: int

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_by_id"}

    @cached_property
    def _by_id(self) -> dict[str, InstructionSet]:
        return {id_: set_ for set_ in reversed(self.sets) for id_ in set_.ids}

    def __call__(self, row: Asked | Rejected) -> Found:
        if isinstance(row, Rejected):
            return row
        reply = row.response if self.registry == "upstream" else without_thinking(row.response)
        readings = Readings(reply, row.prompt)
        strict: list[bool] = []
        loose: list[bool] = []
        for id_, kwargs in row.instructions:
            try:
                strict.append(_follows(self._checker(id_, kwargs, row.prompt), (readings.strict,)))
                # The reference builds its checker anew for the loose verdict, and once for all variants.
                loose.append(_follows(self._checker(id_, kwargs, row.prompt), readings.loose))
            except VerificationError as error:
                return _refused(row.record, str(error))
            except KeyError as error:
                return _refused(row.record, f"{id_} lacks the parameter {error}")
            except Exception as error:  # a set or a type is a plugin: its failure costs the row, never the run
                return _refused(row.record, f"checking {id_} raised {type(error).__name__}: {error}")
        return Verdicts(row.key, tuple(id_ for id_, _ in row.instructions), tuple(strict), tuple(loose))

    def _checker(self, id_: str, kwargs: Params, prompt: str) -> Checker:
        set_ = self._by_id.get(id_)
        if set_ is None:
            return self._of_types([Constraint(id_, kwargs)])
        if self.registry == "upstream":
            return set_.upstream(id_, kwargs, prompt, self.seed)
        return self._of_types(set_.canonical(id_, kwargs, prompt))

    def _of_types(self, constraints: Sequence[Constraint]) -> Checker:
        missing = [constraint.type for constraint in constraints if constraint.type not in self.types]
        if missing:
            raise VerificationError(
                f'there is neither an instruction nor a constraint type "{missing[0]}"; `crabtk types` lists them, '
                "and a plugin may bring more (crabtk-ifeval, crabtk-ifbench)"
            )
        return lambda text: all(self.types[c.type].check(text, c.params) for c in constraints)


def _refused(record: Record, reason: str) -> Rejected:
    return replace(rejected(record, reason), stage=STAGE)


def _follows(checker: Checker, texts: Sequence[ParsedText]) -> bool:
    return any(bool(text.raw.strip()) and checker(text) for text in texts)


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


def _instructions(row: Mapping[str, Any]) -> Iterator[tuple[str, Params]]:
    ids, constraints = row.get("instruction_id_list"), row.get("constraints")
    if isinstance(ids, list):
        given = row.get("kwargs")
        kwargs = [{}] * len(ids) if given is None else _decoded(given)
        if not isinstance(kwargs, list) or len(kwargs) != len(ids):
            raise ValueError("`kwargs` must be a list with one object for each of `instruction_id_list`")
        for id_, arguments in zip(ids, kwargs, strict=True):
            yield _name(id_), _params(arguments)
    elif isinstance(constraints, list):
        for constraint in constraints:
            if not isinstance(constraint, Mapping) or "type" not in constraint:
                raise ValueError('each of `constraints` must be an object {"type": …, "params": …}')
            yield _name(constraint["type"]), _params(constraint.get("params"))
    else:
        raise ValueError("it names no instructions: neither a list `instruction_id_list` nor a list `constraints`")


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"an instruction's id is a text, not {value!r}")
    return value.strip()


def _params(value: Any) -> Params:
    decoded = _decoded({} if value is None else value)
    if not isinstance(decoded, Mapping):
        raise ValueError(f"an instruction's arguments are an object, not {decoded!r}")
    return {name: argument for name, argument in decoded.items() if argument is not None}


def _decoded(value: Any) -> Any:
    """Decode what a table holds as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError(f"arguments are no JSON: {value[:80]!r}") from None


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
