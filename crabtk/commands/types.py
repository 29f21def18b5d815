"""``crabtk types``: the constraint types there are, one of them in full, and what it says of a text."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from crabtk.commands.output import json_line
from crabtk.constraints.reference import known, satisfied_by
from crabtk.plugins import Plugin, Registry, load
from crabtk.randomness import generator
from crabtk.text import ParsedText
from crabtk.types import Params

_WORDINGS = 12
_DRAWS = 400


def list_types(search: str | None, as_json: bool) -> None:
    """Print the types whose name, description or benchmark ids hold the words, one a line."""
    registry = load()
    ids = benchmark_ids(registry)
    rows = [_facts(plugin, ids.get(plugin.name, [])) for plugin in registry.all("constraint type")]
    rows = sorted((row for row in rows if _matches(row, search)), key=lambda row: row["name"])
    if as_json:
        for row in rows:
            click.echo(json_line(row))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        measured = "     " if row["measured"] is None else f"{row['measured']:4.0%} "
        mark = "*" if row["evaluation_only"] else " "
        click.echo(f"{row['name'].ljust(width)} {mark} {measured} {row['description']}")
    click.echo(
        f"{len(rows)} types. Percent: share of real responses that it measures in. *: for evaluation only, "
        "unless the settings name it. `crabtk types NAME` shows one in full.",
        err=True,
    )


def show_type(name: str, text: str | None, seed: int, as_json: bool) -> None:
    """Print one type in full, and what it says of a text if one is given.

    Raises:
        UnknownNameError: There is none of that name; lists the known ones.
    """
    registry = load()
    plugin = registry.find("constraint type", name)
    facts = _facts(plugin, benchmark_ids(registry).get(name, []))
    if text is not None:
        facts["says"] = _says(plugin.value, ParsedText(text), seed)
    if as_json:
        click.echo(json_line({**facts, "wordings": list(_wordings(plugin.value, _samples(plugin.value, seed)))}))
        return
    click.echo(f"{name}  ({plugin.distribution} {plugin.version})\n")
    click.echo(inspect.cleandoc(type(plugin.value).__doc__ or "").strip() + "\n")
    for label, value in (
        ("benchmark ids", ", ".join(facts["ids"]) or "none"),
        ("measures in", "not known" if facts["measured"] is None else f"{facts['measured']:.1%} of real responses"),
        ("for evaluation only", "yes" if facts["evaluation_only"] else "no"),
    ):
        click.echo(f"{label + ':':<20} {value}")
    samples = _samples(plugin.value, seed)
    click.echo("\nParameters, and the share of other responses that satisfy them unasked:")
    for params in samples:
        share = satisfied_by(name, params)
        written = json.dumps(dict(params), ensure_ascii=False)
        click.echo(f"  {written}  {'' if share is None else f'{share:.0%}'}".rstrip())
    click.echo("\nWordings:")
    for wording in _wordings(plugin.value, samples):
        click.echo(f"  {wording}")
    if text is not None:
        _print_says(facts["says"])


def benchmark_ids(registry: Registry) -> dict[str, list[str]]:
    """Return, for each type, the ids of instruction sets that may mean it, as ``set/id``."""
    found: dict[str, list[str]] = {}
    for plugin in registry.all("instruction set"):
        for id_, types in plugin.value.ids.items():
            for type_ in dict.fromkeys(types):
                found.setdefault(type_, []).append(f"{plugin.name}/{id_}")
    return found


def _facts(plugin: Plugin, ids: list[str]) -> dict[str, Any]:
    entry = known(plugin.name)
    return {
        "name": plugin.name,
        "family": plugin.name.partition(":")[0],
        "description": (inspect.getdoc(type(plugin.value)) or "").partition("\n\n")[0].replace("\n", " "),
        "parameters": sorted({name.partition(".")[0] for name in getattr(plugin.value, "fields", {})}),
        "counts": bool(getattr(plugin.value, "counts", False)),
        "evaluation_only": bool(getattr(plugin.value, "evaluation_only", False)),
        "ids": ids,
        "measured": None if entry is None else entry.measured,
        "distribution": plugin.distribution,
    }


def _matches(row: Mapping[str, Any], search: str | None) -> bool:
    words = (search or "").lower().split()
    text = " ".join((row["name"], row["description"], *row["ids"])).lower()
    return all(word in text for word in words)


def _samples(type_: Any, seed: int) -> list[Params]:
    """Return parameters to show: what the type measures in its own examples and in the suite's texts."""
    from crabtk.testing import TEXTS

    found: dict[str, Params] = {}
    for number, raw in enumerate((*getattr(type_, "examples", ()), *TEXTS)):
        params = type_.measure(ParsedText(raw), generator(seed, "types", str(number)))
        if params is not None:
            found.setdefault(json.dumps(dict(params), sort_keys=True), params)
    return [*getattr(type_, "example_params", ()), *found.values()][:5]


def _wordings(type_: Any, samples: list[Params]) -> Iterator[str]:
    if samples:
        rng = generator(0, "types")
        yield from list(dict.fromkeys(type_.render(samples[0], rng) for _ in range(_DRAWS)))[:_WORDINGS]


def _says(type_: Any, text: ParsedText, seed: int) -> dict[str, Any] | None:
    rng = generator(seed, "types")
    params = type_.measure(text, rng)
    if params is None:
        return None
    share = satisfied_by(type_.name, params)
    return {
        "params": dict(params),
        "text": type_.render(params, rng),
        "informative": None if share is None else round(1 - share, 4),
    }


def _print_says(says: Mapping[str, Any] | None) -> None:
    click.echo("\nOf this text:")
    if says is None:
        click.echo("  nothing: it has not the property, or readings differ, or it would not be worth asking.")
        return
    click.echo(f"  {says['text']}")
    click.echo(f"  {json.dumps(says['params'], ensure_ascii=False)}")
