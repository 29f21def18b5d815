"""How much a JSON response holds, and of what types."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.json_value import JsonType
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field

_MOST_ERRORS = 20
_MOST_KEYS = 10
_MOST_SCHEMA = 700
_TYPE_NAMES: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class JsonItems(CountedType, JsonType):
    """The whole response is JSON; number of keys of the outermost object, or of elements of the outermost array."""

    name = "json:items"
    wordings = (
        "JSON entries at the top level: {relation} {n}, in one object or array, fenced or not.",
        "Respond with one JSON object or array of {relation} {n} top-level {n|entry|entries} and nothing else, save "
        "perhaps a code fence.",
        "Your entire response must be a JSON object or array, bare or fenced, with {relation.firm} {n} "
        "{n|entry|entries} at its top level.",
        "{relation.limit} number of top-level entries in the JSON object or array that is your whole response (a code "
        "fence is fine): {n}.",
        "Could you answer in JSON alone, with or without a code fence, and give the outermost object or array {n} "
        "{n|entry|entries}{relation.tail}?",
        "The number of entries in the outermost object or array of your JSON {relation.must} {n}; apart from a code "
        "fence, write nothing around it.",
        "Give JSON only, an object or array, optionally fenced, and put {relation} {n} {n|entry|entries} into it, not "
        "counting nested ones.",
        "{relation.cap} {n} {n|entry|entries} should be in the JSON array or object, fenced or not, that makes up the "
        "response; only its top level counts.",
        "My program walks the top level of your JSON (one object or array, a code fence may surround it) and expects "
        "{relation} {n} {n|entry|entries}.",
        "When your answer, one JSON object or array with or without a code fence, is written, count its entries at "
        "the top level alone: what I asked for is {n}{relation.tail}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return exact_or_at_least(len(text.json), rng) if text.json and text.words else None

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.json or ())

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        return 0.0 if text.json is None else super().score(text, params)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in ("json:only_keys", "json:schema")


@dataclass(frozen=True)
class InlineJson:
    """JSON text between backticks; it must hold neither a backtick nor a line break."""

    pattern: str = r"`[^`\n]+`"

    def write(self, value: Any) -> str:
        """Return the text between backticks; ValueError if it cannot stand there."""
        text = str(value)
        if not text or "`" in text or "\n" in text:
            raise ValueError(f"cannot stand between backticks: {text!r}")
        return f"`{text}`"

    def read(self, written: str) -> str:
        """Return the text without its backticks."""
        return written[1:-1]


class JsonSchema(JsonType):
    """The whole response is JSON that is valid under a JSON Schema (draft 2020-12), given as JSON text.

    References to other documents are never fetched: a schema that needs them, and one that is no schema, is
    satisfied by nothing.
    """

    name = "json:schema"
    fields: ClassVar[Mapping[str, Field]] = {"schema": InlineJson()}
    example_params: ClassVar[tuple[Params, ...]] = (
        {"schema": '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}'},
        {"schema": '{"type": "array", "items": {"type": "integer"}}'},
    )
    wordings = (
        "JSON Schema of the response: {schema} (JSON only, fenced or not).",
        "Respond with one JSON object or array that is valid under the JSON Schema {schema} and nothing else, save "
        "perhaps a code fence.",
        "Your entire response must be JSON, bare or in a code fence, that conforms to this JSON Schema: {schema}.",
        "Could you answer in JSON alone, with or without a code fence, such that it validates against the schema "
        "{schema}?",
        "Validate your answer against the JSON Schema {schema} before you send it; apart from a code fence, there may "
        "be no text around the JSON.",
        "Give nothing but one JSON object or array, which you may fence, and follow the schema {schema}.",
        "The schema {schema} describes what I want: write JSON that satisfies it and add no other text except a code "
        "fence if you like.",
        "My validator loads the JSON Schema {schema}, strips any code fence from your answer and rejects whatever does "
        "not conform, so write matching JSON only.",
        "Everything you write, a code fence aside, has to be a single JSON object or array valid under {schema}, "
        "which is a JSON Schema.",
        "Let the response be JSON, fenced or bare, with the shape that the JSON Schema {schema} prescribes.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        shape = _shape(text.json) if text.json and text.words else None
        if not shape:
            return None
        schema = json.dumps(shape, ensure_ascii=False)
        plain = len(schema) <= _MOST_SCHEMA and "`" not in schema and schema.isprintable()
        return {"schema": schema} if plain and self.check(text, {"schema": schema}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or text.json is None:
            return 0.0
        validator = _validator(str(params["schema"]))
        if validator is None:
            return 0.0
        try:
            errors = sum(1 for _ in islice(validator.iter_errors(text.json), _MOST_ERRORS))
        except Exception:
            # Some faults of a schema show only in use: a reference to nowhere or to itself, a bad expression.
            return 0.0
        return 1 / (1 + errors)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type.startswith("json:")


def _shape(value: Any) -> dict[str, Any] | None:
    """Return a schema of the types at the top level, or for each object of an array; None if nothing is told."""
    if isinstance(value, dict):
        return _object(value) if len(value) <= _MOST_KEYS else None
    shapes = [_object(item) for item in value if isinstance(item, dict) and 0 < len(item) <= _MOST_KEYS]
    if len(shapes) == len(value) and all(shape == shapes[0] for shape in shapes):
        return {"type": "array", "items": shapes[0]}
    kinds = {_TYPE_NAMES[type(item)] for item in value}
    return {"type": "array", "items": {"type": kinds.pop()}} if len(kinds) == 1 and "object" not in kinds else None


def _object(value: Mapping[str, Any]) -> dict[str, Any]:
    types = {key: {"type": _TYPE_NAMES[type(held)]} for key, held in value.items()}
    return {"type": "object", "required": list(types), "properties": types}


@lru_cache(maxsize=64)
def _validator(schema: str) -> Any:
    """Return a validator of a schema written as JSON; None if it is no schema."""
    # Late: few runs read a schema, and the library takes longer to import than all of crabtk's types.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry

    try:
        loaded = json.loads(schema)
        Draft202012Validator.check_schema(loaded)
    except (ValueError, RecursionError, SchemaError):
        return None
    # An explicit registry, since the default one fetches references from the network.
    return Draft202012Validator(loaded, registry=Registry())


TYPES: tuple[ConstraintType, ...] = (JsonItems(), JsonSchema())
