"""The reference of all settings in Markdown, made from the docstrings of ``crabtk.settings``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crabtk.settings_file import words
from crabtk.settings_file.words import Schema

_HEAD = """# Settings

Made from the docstrings of `crabtk/settings.py` by `crabtk.settings_file.reference()`; change them there.

One TOML file holds all settings. A key that is not listed here is an error. `preset = "NAME"` at the top takes
that preset as the base: tables merge, all other values, lists included, are replaced. A backend's or trainer's
`options` go with it, and a `revision` with its model: naming another one drops them. On the command line
`--set section.key=value` changes one value. Relative paths are relative to the file's folder; in a preset, in
`--set` and in defaults to the current folder.
"""


def reference() -> str:
    """Return the Markdown text of ``docs/settings.md``."""
    return "\n".join([_HEAD, *_sections()]).strip() + "\n"


def _sections() -> Iterator[str]:
    schema = words.settings_schema()
    tables = {name: inner for name, inner in schema["properties"].items() if _headline(name, inner) is not None}
    top = {name: inner for name, inner in schema["properties"].items() if name not in tables}
    yield _section("At the top", "", top)
    for name, inner in tables.items():
        yield from _described(name, inner)


def _headline(name: str, schema: Schema) -> str | None:
    """Return how TOML heads the table of a key; None for a plain value."""
    followed = words.schema_at((name,))
    if "properties" in followed:
        return f"[{name}]"
    return f"[{name}.NAME]" if "$ref" in schema.get("additionalProperties", {}) else None


def _described(name: str, schema: Schema) -> Iterator[str]:
    place: tuple[str | int, ...] = (name,) if "properties" in words.schema_at((name,)) else (name, "NAME")
    section = words.schema_at(place)
    yield _section(f"`{_headline(name, schema)}`", section.get("description", ""), section["properties"], section)
    for key in section["properties"]:
        for step, title in (((), f"`[{name}.{key}]`"), ((0,), f"`[[{name}.{key}]]`")):
            inner = words.schema_at((*place, key, *step))
            if "properties" in inner:
                yield _section(title, inner.get("description", ""), inner["properties"], inner)


def _section(title: str, meaning: str, fields: Mapping[str, Schema], section: Schema | None = None) -> str:
    required = (section or {}).get("required", ())
    rows = [_row(name, schema, name in required) for name, schema in fields.items()]
    table = ["| key | takes | default | meaning |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {title}", "", *([meaning, ""] if meaning else []), *table, ""])


def _row(name: str, schema: Schema, required: bool) -> str:
    meaning = schema.get("description", "").replace("``", "`")
    cells = (f"`{name}`", words.expected(schema), _default(schema, required), meaning)
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"


def _default(schema: Schema, required: bool) -> str:
    if required:
        return "required"
    value = schema.get("default")
    return "—" if value in (None, "", {}) else f"`{words.quoted(value)}`"
