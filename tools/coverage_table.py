"""Write the coverage table: python tools/coverage_table.py > docs/constraint-types.md.

Every constraint type with its parameters, the benchmark ids that mean it, the share of real responses that it measures
in, and how informative what it measures is; and where the two registries of each instruction set differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from statistics import fmean

from crabtk.commands.types import benchmark_ids
from crabtk.constraints.reference import known
from crabtk.plugins import Plugin, Registry, load

HEAD = """# Constraint types

<!-- Written by `python tools/coverage_table.py > docs/constraint-types.md`; a test holds it against the code. -->

Every type that code measures, words and checks. **Measures in** is the share of 2,000 real responses (three AlpacaEval
runs and OpenAssistant 2) in which the type finds something worth asking; **informative** is the mean share of the other
responses that do *not* satisfy what it found: 0 asks for what everybody does anyway. A dash means that the sample shows
none. Types marked * are there to measure transfer (they stand behind IFBench's ids) and are left out of training unless
the settings name them. `crabtk types NAME` shows one in full, with its wordings; concepts are in
[concepts.md](concepts.md), a type of your own in [writing-a-type.md](writing-a-type.md).

A benchmark id is an alias, never a type of its own: the last column lists the ids whose wording a type says, alone or
together with others. Where a reference's own verdict differs from the wording stands
[below](#where-the-registries-differ).
"""

DIFFER = """
## Where the registries differ

`crabtk verify FILE --registry upstream` gives the reference's verdict, bug for bug; `--registry fixed` gives what the
instruction's wording says, by the types above. Each line is an entry of the plugin's `differences.py`, with an example
that a test runs.
"""


def lines(registry: Registry) -> Iterator[str]:
    """Yield the page."""
    yield HEAD
    yield "| type | what it means | parameters | measures in | informative | benchmark ids |"
    yield "|---|---|---|---|---|---|"
    ids = benchmark_ids(registry)
    for plugin in sorted(registry.all("constraint type"), key=lambda plugin: plugin.name):
        if plugin.distribution.startswith("crabtk"):
            yield _row(plugin, ids.get(plugin.name, []))
    yield DIFFER
    for plugin in registry.all("instruction set"):
        name = f"{plugin.module}.differences"
        if find_spec(name) is None:
            continue
        yield f"### {plugin.name}\n"
        yield "| id | upstream | fixed |"
        yield "|---|---|---|"
        found = import_module(name).DIFFERENCES
        for difference in found[plugin.name] if isinstance(found, Mapping) else found:
            if difference.id in plugin.value.ids:
                yield f"| `{difference.id}` | {_cell(difference.upstream)} | {_cell(difference.fixed)} |"
        yield ""


def _row(plugin: Plugin, ids: list[str]) -> str:
    entry = known(plugin.name)
    shares = [1 - point[-1] for points in entry.shares.values() for point in points] if entry else []
    mark = "*" if getattr(plugin.value, "evaluation_only", False) else ""
    what = (inspect.getdoc(type(plugin.value)) or "").partition("\n\n")[0]
    parameters = sorted({name.partition(".")[0] for name in getattr(plugin.value, "fields", {})})
    cells = (
        f"`{plugin.name}`{mark}",
        _cell(what),
        ", ".join(f"`{name}`" for name in parameters) or "–",
        f"{entry.measured:.1%}" if entry and entry.measured else "–",
        f"{fmean(shares):.2f}" if shares else "–",
        ", ".join(f"`{id_}`" for id_ in ids) or "–",
    )
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print("\n".join(lines(load())).rstrip())
