"""What the settings' JSON schema says of a key, in words; error messages and the reference share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from crabtk.settings import Settings

Schema = Mapping[str, Any]


@cache
def settings_schema() -> Schema:
    """Return the JSON schema of all settings."""
    return Settings.model_json_schema()


def schema_at(place: Sequence[str | int]) -> Schema:
    """Return the schema of a key, with references followed; empty where anything goes or the key is unknown."""
    schema = _followed(settings_schema())
    for step in place:
        schema = _followed(_inside(schema, step))
    return schema


def expected(schema: Schema) -> str:
    """Say what values a schema takes."""
    schema = _followed(schema)
    if "enum" in schema:
        return f"one of {', '.join(map(quoted, schema['enum']))}"
    return _WORDS.get(schema.get("type", ""), _anything)(schema)


def found(value: Any) -> str:
    """Say what a value is."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"the list {short(value)}" if value else "an empty list"
    if isinstance(value, bool):
        return quoted(value)
    if isinstance(value, str):
        return f"the text {short(value)}"
    return f"the number {value}" if isinstance(value, int | float) else f"the date or time {value}"


def short(value: Any, most: int = 60) -> str:
    """Write a value as TOML does, cut to a length."""
    written = quoted(value)
    return written if len(written) <= most else f"{written[: most - 1]}…"


def quoted(value: Any) -> str:
    """Write a value as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(quoted, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {quoted(inner)}' for key, inner in value.items())}}}"
    return str(value)


def _followed(schema: Schema) -> Schema:
    """Follow references and leave out the null of optional settings; own words (description) win."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return _followed(settings_schema()["$defs"][name])
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return _followed(choice)
    return schema


def _inside(schema: Schema, step: str | int) -> Schema:
    if isinstance(step, int):
        first = schema.get("prefixItems", ())
        inner = first[step] if step < len(first) else schema.get("items", {})
    else:
        inner = schema.get("properties", {}).get(step, schema.get("additionalProperties", {}))
    return inner if isinstance(inner, Mapping) else {}


def _number(schema: Schema, noun: str) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"{noun} from {low:g} to {high:g}"
    return f"{noun} of at least {low:g}" if low is not None else noun


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[smallest, largest], each {expected(schema['prefixItems'][0])}"
    return f"a list of {_plural(schema.get('items', {}))}"


def _plural(schema: Schema) -> str:
    kind = _followed(schema).get("type")
    return {"string": "texts", "object": "tables", "integer": "whole numbers"}.get(str(kind), "values")


def _table(schema: Schema) -> str:
    inner = schema.get("additionalProperties")
    if not isinstance(inner, Mapping):
        return "a table"
    inner = _followed(inner)
    return "a table of tables by name" if inner.get("type") == "object" else f"a table of {expected(inner)} by name"


def _anything(schema: Schema) -> str:
    return "a value"


_WORDS = {
    "string": lambda schema: "a text",
    "integer": lambda schema: _number(schema, "a whole number"),
    "number": lambda schema: _number(schema, "a number"),
    "boolean": lambda schema: "true or false",
    "array": _list,
    "object": _table,
}
