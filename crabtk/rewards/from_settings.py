"""A reward from settings as JSON values, with the judge's engine where the gate asks one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from pydantic import ValidationError

from crabtk.errors import BackendError, SettingsError
from crabtk.pipeline.ask import Complete
from crabtk.plugins import Plugin, build, failures_of, load
from crabtk.protocols import Backend
from crabtk.rewards.constraint_reward import ConstraintReward
from crabtk.settings import Engine, Reward, Section
from crabtk.types import Completion, Request

_S = TypeVar("_S", bound=Section)


@contextmanager
def reward_from_settings(
    mapping: Mapping[str, Any], engines: Mapping[str, Any] | None = None, *, opening: str = ""
) -> Iterator[ConstraintReward]:
    """Give a reward to a ``with`` block; leaving it closes the judge's engine.

    Args:
        mapping: ``crabtk.settings.Reward`` as JSON values. It may also hold ``engines``, in the place of the argument.
        engines: By name, ``crabtk.settings.Engine`` as JSON values; read only where ``intent`` is ``judge``.
        opening: What the chat template writes before each completion; see ``ConstraintReward``.

    Raises:
        SettingsError: The settings are no reward's, or the judge is not among the engines.
        BackendError: The judge's engine cannot be opened.
    """
    values = {name: value for name, value in mapping.items() if name != "engines"}
    settings = _read(Reward, values, "reward")
    if settings.intent != "judge":
        yield ConstraintReward(settings, opening=opening)
        return
    known = mapping.get("engines") or engines or {}
    if settings.judge not in known:
        raise SettingsError(
            f'reward.judge: there is no engine "{settings.judge}". Known: {", ".join(sorted(known)) or "none"}.'
        )
    with _judge(settings.judge, _read(Engine, known[settings.judge], f"engines.{settings.judge}")) as judge:
        yield ConstraintReward(settings, judge=judge, opening=opening)


@contextmanager
def _judge(name: str, engine: Engine) -> Iterator[Complete]:
    plugin = load().find("backend", engine.backend)
    given = {"model": engine.model, **({"revision": engine.revision} if engine.revision else {})}
    backend = cast(Backend, build(plugin, engine.options, f"engines.{name}.options", **given))
    with failures_of(plugin, BackendError):
        opened = backend.__enter__()
    try:
        yield lambda requests, /: _answers(opened, requests, engine.batch_size, plugin)
    finally:
        backend.__exit__(None, None, None)


def _answers(backend: Backend, requests: Sequence[Request], at_once: int, plugin: Plugin) -> list[Completion]:
    found: list[Completion] = []
    for start in range(0, len(requests), at_once):
        with failures_of(plugin, BackendError):
            found += backend.generate(requests[start : start + at_once])
    return found


def _read(section: type[_S], values: Any, where: str) -> _S:
    """Read JSON values strictly as a section of settings."""
    try:
        return section.model_validate_json(json.dumps(values))
    except (TypeError, ValidationError) as error:
        if isinstance(error, TypeError):
            raise SettingsError(f"{where}: {error}") from None
        first = error.errors()[0]
        place = ".".join(map(str, (where, *first["loc"])))
        raise SettingsError(f"{place}: {first['msg']}. Known: {', '.join(section.model_fields)}.") from None
