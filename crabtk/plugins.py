"""Load plugins, validate them, and find what they registered.

Built-ins come through the same entry-point group and hooks as everybody else's.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Final, get_type_hints

import pluggy

from crabtk.errors import DuplicateNameError, PluginLoadError, SettingsError, UnknownNameError

GROUP: Final = "crabtk"
KINDS: Final[Mapping[str, str]] = types.MappingProxyType(
    {
        "seed reader": "register_seed_readers",
        "constraint type": "register_constraint_types",
        "backend": "register_backends",
        "trainer": "register_trainers",
        "benchmark": "register_benchmarks",
    }
)


@dataclass(frozen=True)
class Plugin:
    """One registered object and where it comes from.

    Attributes:
        value: The object (readers, types) or class (backends, trainers, benchmarks).
        module: The plugin module whose hook registered it.
    """

    kind: str
    name: str
    value: Any
    distribution: str
    version: str
    module: str

    @cached_property
    def fingerprint(self) -> str:
        """Name, version and source hash: an editable install keeps its version while its code changes."""
        return f"{self.distribution}=={self.version}+{_source_digest(self.value)}"


@dataclass(frozen=True)
class Registry:
    """All that is registered, by kind and name."""

    plugins: Mapping[tuple[str, str], Plugin] = field(default_factory=dict)

    def names(self, kind: str) -> list[str]:
        """Return the known names of a kind, sorted."""
        return sorted(name for known, name in self.plugins if known == kind)

    def find(self, kind: str, name: str) -> Plugin:
        """Return what is registered under a name.

        Raises:
            UnknownNameError: Nothing is; lists the known names.
        """
        try:
            return self.plugins[kind, name]
        except KeyError:
            known = ", ".join(self.names(kind)) or "none"
            raise UnknownNameError(
                f'There is no {kind} "{name}". Known: {known}. '
                "If a package provides it, install that package; `crabtk plugins` lists what is found."
            ) from None

    def all(self, kind: str) -> list[Plugin]:
        """Return everything of a kind, in order of registration (built-ins first)."""
        return [plugin for (known, _), plugin in self.plugins.items() if known == kind]


def load(blocked: Iterable[str] = ()) -> Registry:
    """Load all installed plugins.

    Args:
        blocked: Entry-point names to leave out.
    Raises:
        PluginLoadError: A plugin fails to import, misspells a hook or registers something unfit.
        DuplicateNameError: Two plugins register one name of one kind.
    """
    from crabtk import hookspecs

    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for name in blocked:
        manager.set_blocked(name)
    registry: dict[tuple[str, str], Plugin] = {}
    for entry, distribution in _entry_points():
        if not manager.is_blocked(entry.name):
            module = _import(entry, distribution)
            manager.register(module, entry.name)
            _check_hooks(manager, module, entry, distribution)
            for plugin in _registered(module, entry, distribution):
                _add(registry, plugin)
    return Registry(types.MappingProxyType(registry))


def _entry_points() -> list[tuple[metadata.EntryPoint, metadata.Distribution]]:
    """Return the group's entry points, crabtk's own first, the rest by distribution name."""
    found: dict[tuple[str, str], tuple[metadata.EntryPoint, metadata.Distribution]] = {}
    for distribution in metadata.distributions():
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                # The first on sys.path is the one that imports; a stale second copy must not count as a duplicate.
                found.setdefault((distribution.name, entry.name), (entry, distribution))
    return [found[key] for key in sorted(found, key=lambda key: (key[0] != "crabtk", key))]


def _import(entry: metadata.EntryPoint, distribution: metadata.Distribution) -> Any:
    try:
        return entry.load()
    except Exception as error:  # the one boundary where a plugin's own failure is classified
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} fails to import: {type(error).__name__}: {error}. "
            f"Repair it, or remove it: pip uninstall {distribution.name}"
        ) from error


def _check_hooks(
    manager: pluggy.PluginManager, module: Any, entry: metadata.EntryPoint, distribution: metadata.Distribution
) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        known = ", ".join(KINDS.values())
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} implements a hook that crabtk does not have: "
            f"{error}. Known hooks: {known}."
        ) from error
    if not manager.get_hookcallers(module):
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} implements no hook. Mark a function with "
            f"@crabtk.hookimpl and name it one of {', '.join(KINDS.values())}."
        )


def _registered(
    module: Any, entry: metadata.EntryPoint, distribution: metadata.Distribution
) -> Iterable[Plugin]:
    for kind, hook in KINDS.items():
        implementation: Callable[..., None] | None = getattr(module, hook, None)
        if implementation is None:
            continue
        values: list[Any] = []
        try:
            implementation(values.append)
        except Exception as error:
            raise PluginLoadError(
                f"{_owner(distribution)}: {entry.value}.{hook} failed: {type(error).__name__}: {error}"
            ) from error
        for value in values:
            _check_value(kind, value, f"{_owner(distribution)}: {entry.value}.{hook}")
            yield Plugin(kind, value.name, value, distribution.name, distribution.version, entry.value)


def _check_value(kind: str, value: Any, where: str) -> None:
    """Refuse what lacks the methods of its protocol; registration is the place to say so, not the run."""
    name = getattr(value, "name", None)
    if not isinstance(name, str) or not name:
        raise PluginLoadError(f"{where} registered {value!r}, which has no attribute `name`.")
    wants_class = kind in ("backend", "trainer", "benchmark")
    if inspect.isclass(value) != wants_class:
        what = "the class itself, not an instance" if wants_class else "an instance, not the class"
        raise PluginLoadError(f'{where} registered the {kind} "{name}": register {what}.')
    missing = [method for method in _METHODS[kind] if not callable(getattr(value, method, None))]
    if missing:
        raise PluginLoadError(f'{where} registered the {kind} "{name}" without {", ".join(missing)}().')


_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "seed reader": ("recognises", "read"),
    "constraint type": ("measure", "check", "score", "render", "parse", "conflicts"),
    "backend": ("__enter__", "__exit__", "generate"),
    "trainer": ("train",),
    "benchmark": ("items", "grade"),
}


def _add(registry: dict[tuple[str, str], Plugin], plugin: Plugin) -> None:
    other = registry.setdefault((plugin.kind, plugin.name), plugin)
    if other is not plugin:
        raise DuplicateNameError(
            f'Two plugins register the {plugin.kind} "{plugin.name}": {other.distribution} {other.version} '
            f"({other.module}) and {plugin.distribution} {plugin.version} ({plugin.module}). "
            f"Rename one, or remove one: pip uninstall {plugin.distribution}"
        )


def _owner(distribution: metadata.Distribution) -> str:
    return f"{distribution.name} {distribution.version}"


def _source_digest(value: Any) -> str:
    """Hash the source files of the object's package folder (or lone module), so that edits count."""
    cls = value if inspect.isclass(value) else type(value)
    module = inspect.getmodule(cls)
    if module is None or module.__file__ is None:
        return "nosource"
    package = sys.modules[module.__name__.partition(".")[0]]
    if package.__name__ == GROUP or package.__file__ is None:
        files = [Path(module.__file__)]  # stages hash the parts of crabtk that they use
    else:
        top = Path(package.__file__)
        files = sorted(top.parent.rglob("*.py")) if top.name == "__init__.py" else [top]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def build(plugin: Plugin, options: Mapping[str, Any], where: str, **given: Any) -> Any:
    """Call a plugin class with options from the settings, checked against its constructor.

    Args:
        options: Keyword arguments by name, as the settings file gives them.
        where: The settings key that holds them, for error messages.
        given: Further arguments that crabtk itself passes.
    Raises:
        SettingsError: An option is unknown (lists the known ones) or of a wrong type.
    """
    check_options(plugin, options, where, tuple(given))
    return plugin.value(**given, **options)


def check_options(plugin: Plugin, options: Mapping[str, Any], where: str, given: tuple[str, ...] = ()) -> None:
    """Check options against the annotated keyword parameters of a plugin's constructor."""
    parameters = inspect.signature(plugin.value).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = [
        name for name, p in parameters.items() if name not in given and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]
    unknown = [name for name in options if name not in known]
    if unknown and not open_ended:
        raise SettingsError(
            f'{where}.{unknown[0]}: the {plugin.kind} "{plugin.name}" has no such option. '
            f"Known: {', '.join(known) or 'none'}."
        )
    hints = get_type_hints(plugin.value.__init__)
    for name, value in options.items():
        if name in hints:
            _check_type(value, hints[name], f"{where}.{name}")


def _check_type(value: Any, hint: Any, where: str) -> None:
    from pydantic import ConfigDict, TypeAdapter, ValidationError

    try:
        TypeAdapter(hint, config=ConfigDict(strict=True)).validate_python(value)
    except ValidationError as error:
        raise SettingsError(f"{where}: {value!r}: {error.errors()[0]['msg']}.") from None
