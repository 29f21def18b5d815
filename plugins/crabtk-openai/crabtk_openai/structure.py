"""Whether an answer has the form that its request asks for: no server is trusted with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import jsonschema
import jsonschema.validators
import referencing
import referencing.exceptions
import regex

from crabtk.types import Completion, Request
from crabtk_openai.failures import Unanswerable

_MATCH_SECONDS = 1.0
_SHOWN = 200


def check_request(request: Request) -> None:
    """Find what no server should be asked.

    Raises:
        Unanswerable: The schema or expression cannot be compiled.
    """
    if request.json_schema is not None:
        _validator(json.dumps(dict(request.json_schema)))
    if request.regex is not None:
        _expression(request.regex)


def check_answer(request: Request, completion: Completion) -> Completion:
    """Return the completion, or in its place an error where its text is not of the form asked for.

    A text that declines the task has no form to be checked, nor has JSON that was cut off; what was cut off under an
    expression must be its beginning. What was paid stays noted.
    """
    whole = completion.finish_reason == "stop"
    problem = None
    if completion.finish_reason in ("stop", "length"):
        if request.json_schema is not None and whole:
            problem = _schema_problem(json.dumps(dict(request.json_schema)), completion.text)
        elif request.regex is not None:
            problem = _expression_problem(request.regex, completion.text, whole=whole)
    if problem is None:
        return completion
    return replace(completion, text="", finish_reason="error", error=f"{problem}: {_short(completion.text)}")


def _schema_problem(schema: str, text: str) -> str | None:
    try:
        value = json.loads(text)
        error = next(iter(_validator(schema).iter_errors(value)), None)
    except (ValueError, RecursionError):
        return "the server's answer is not the JSON that the schema asks for"
    except referencing.exceptions.Unresolvable as unresolvable:
        return f"the schema refers to {unresolvable.ref}, which it does not hold"
    return None if error is None else f"the server's answer does not follow the schema ({_short(error.message)})"


def _expression_problem(expression: str, text: str, *, whole: bool) -> str | None:
    try:
        matches = _expression(expression).fullmatch(text, partial=not whole, timeout=_MATCH_SECONDS)
    except TimeoutError:
        return f"the expression needs more than {_MATCH_SECONDS:g} s on the server's answer"
    return None if matches else "the server's answer does not match the expression"


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    value = json.loads(schema)
    kind = jsonschema.validators.validator_for(value, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(value)
    except jsonschema.SchemaError as error:
        raise Unanswerable(f"the schema cannot be compiled: {_short(error.message)}") from None
    # An empty registry: a schema that refers to the network must not make this process fetch it.
    return _patient(kind)(value, registry=referencing.Registry())


@lru_cache(maxsize=256)
def _expression(expression: str) -> Any:
    try:
        return regex.compile(expression)
    except (regex.error, RecursionError) as error:
        raise Unanswerable(f"the expression cannot be compiled: {error}") from None


@lru_cache(maxsize=8)
def _patient(kind: Any) -> Any:
    """Return the validator with expressions that cannot run for ever."""
    return jsonschema.validators.extend(kind, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _pattern(
    validator: Any, pattern: str, instance: Any, schema: Mapping[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    if not validator.is_type(instance, "string"):
        return
    try:
        found = _expression(pattern).search(instance, timeout=_MATCH_SECONDS)
    except TimeoutError:
        found = None
    if not found:
        yield jsonschema.ValidationError(f"{_short(instance)!r} does not match {pattern!r}")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"
