"""Which of the registered constraint types a run measures."""

from __future__ import annotations

from collections.abc import Iterable

from crabtk.plugins import Plugin, Registry
from crabtk.settings import selects


def selected_types(registry: Registry, types: tuple[str, ...], without: tuple[str, ...] = ()) -> list[Plugin]:
    """Return the plugins of the types that the patterns choose, by name.

    Args:
        registry: All that is installed.
        types: Names, families, or ``*``, which leaves types out that are for evaluation only.
        without: Names, families, or instruction sets; the last stand for every type that one of their ids means.
    """
    named = tuple(pattern for pattern in types if pattern != "*")
    left_out = set(of_sets(registry, without))
    return sorted(
        (
            plugin
            for plugin in registry.all("constraint type")
            if selects(named if _evaluation_only(plugin) else types, plugin.name)
            and not selects(without, plugin.name)
            and plugin.name not in left_out
        ),
        key=lambda plugin: plugin.name,
    )


def of_sets(registry: Registry, names: Iterable[str]) -> Iterable[str]:
    """Yield the names of the types that ids of the named instruction sets mean; other names are passed over."""
    for name in names:
        plugin = registry.plugins.get(("instruction set", name))
        if plugin is not None:
            yield from (type_ for meant in plugin.value.ids.values() for type_ in meant)


def _evaluation_only(plugin: Plugin) -> bool:
    return bool(getattr(plugin.value, "evaluation_only", False))
