"""Load plugins, validate them, and find what they registered.

Built-ins come through the same entry-point group and hooks as everybody else's.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import re
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Final, get_type_hints

import pluggy

from crabtk.errors import CrabtkError, DuplicateNameError, PluginLoadError, SettingsError, UnknownNameError

GROUP: Final = "crabtk"
KINDS: Final[Mapping[str, str]] = types.MappingProxyType(
    {
        "seed reader": "register_seed_readers",
        "constraint type": "register_constraint_types",
        "instruction set": "register_instruction_sets",
        "backend": "register_backends",
        "trainer": "register_trainers",
        "benchmark": "register_benchmarks",
    }
)


@dataclass(frozen=True)
class Plugin:
    """One registered object and where it comes from.

    Attributes:
        value: The object (readers, types, instruction sets) or class (backends, trainers, benchmarks).
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
    left_out = frozenset(blocked)
    registry: dict[tuple[str, str], Plugin] = {}
    for entry, distribution in _entry_points():
        if entry.name not in left_out:
            module = _import(entry, distribution)
            _register(manager, module, entry, distribution)
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


def _register(
    manager: pluggy.PluginManager, module: Any, entry: metadata.EntryPoint, distribution: metadata.Distribution
) -> None:
    """Have pluggy check the module's hooks: their names, their arguments, and that there is one at all."""
    known = ", ".join(KINDS.values())
    try:
        # Two distributions may well choose one entry-point name; only the pair must be unique.
        manager.register(module, f"{distribution.name}:{entry.name}")
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} implements a hook that crabtk does not have: "
            f"{error}. Known hooks, each with the one argument `register`: {known}."
        ) from error
    except ValueError as error:
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} is named by two entry points; keep one."
        ) from error
    if not manager.get_hookcallers(module):
        raise PluginLoadError(
            f"{_owner(distribution)}: plugin module {entry.value} implements no hook. Mark a function with "
            f"@crabtk.hookimpl and name it one of {known}."
        )


def _registered(module: Any, entry: metadata.EntryPoint, distribution: metadata.Distribution) -> Iterable[Plugin]:
    # Read once: each look parses the distribution's metadata anew.
    name, version = distribution.name, distribution.version
    for kind, hook in KINDS.items():
        implementation: Callable[..., None] | None = getattr(module, hook, None)
        if implementation is None:
            continue
        values: list[Any] = []
        try:
            implementation(values.append)
        except Exception as error:
            raise PluginLoadError(
                f"{name} {version}: {entry.value}.{hook} failed: {type(error).__name__}: {error}"
            ) from error
        for value in values:
            _check_value(kind, value, f"{name} {version}: {entry.value}.{hook}")
            yield Plugin(kind, value.name, value, name, version, entry.value)


def _check_value(kind: str, value: Any, where: str) -> None:
    """Refuse what lacks the methods of its protocol; registration is the place to say so, not the run."""
    name = getattr(value, "name", None)
    if not isinstance(name, str) or not name:
        raise PluginLoadError(f"{where} registered {value!r}, which has no attribute `name`.")
    if kind == "constraint type" and not _TYPE_NAME.fullmatch(name):
        raise PluginLoadError(
            f'{where} registered the constraint type "{name}": write its name as family:name, in small letters, '
            "digits and underscores."
        )
    wants_class = kind in ("backend", "trainer", "benchmark")
    if inspect.isclass(value) != wants_class:
        what = "the class itself, not an instance" if wants_class else "an instance, not the class"
        raise PluginLoadError(f'{where} registered the {kind} "{name}": register {what}.')
    missing = [method for method in _METHODS[kind] if not callable(getattr(value, method, None))]
    if missing:
        raise PluginLoadError(f'{where} registered the {kind} "{name}" without {", ".join(missing)}().')


_TYPE_NAME: Final = re.compile(r"[a-z0-9_]+:[a-z0-9_]+")
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "seed reader": ("recognises", "read"),
    "constraint type": ("measure", "check", "score", "render", "parse", "conflicts"),
    "instruction set": ("upstream", "canonical", "alias"),
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


@contextmanager
def failures_of(plugin: Plugin, error: type[CrabtkError]) -> Iterator[None]:
    """Classify whatever a plugin raises, once: what is worded for the user passes, the rest is named."""
    try:
        yield
    except CrabtkError:
        raise
    except Exception as cause:
        raise error(
            f'The {plugin.kind} "{plugin.name}" of {plugin.distribution} {plugin.version} failed: '
            f"{type(cause).__name__}: {cause}"
        ) from cause


def build(plugin: Plugin, options: Mapping[str, Any], where: str, **given: Any) -> Any:
    """Call a plugin class with options from the settings, checked against its constructor.

    Args:
        options: Keyword arguments by name, as the settings file gives them.
        where: The settings key that holds them, for error messages.
        given: Further arguments that crabtk itself passes.

    Raises:
        SettingsError: An option is unknown (lists the known ones) or of a wrong type.
    """
    return plugin.value(**given, **_checked(plugin, options, where, tuple(given)))


def check_options(plugin: Plugin, options: Mapping[str, Any], where: str, given: tuple[str, ...] = ()) -> None:
    """Check options against the annotated keyword parameters of a plugin's constructor.

    Args:
        plugin: A class.
        options: As the settings file gives them.
        where: The settings key that holds them, for error messages.
        given: Names of the arguments that crabtk itself passes.

    Raises:
        SettingsError: An option is unknown (lists the known ones), missing or of a wrong type; a line for each.
    """
    _checked(plugin, options, where, given)


def _checked(plugin: Plugin, options: Mapping[str, Any], where: str, given: tuple[str, ...]) -> dict[str, Any]:
    """Return the options as the constructor annotates them (a list as a tuple, a text as a path)."""
    problems = [f"{where}.{name}: {says}" for name, says in _misnamed(plugin, options, given)]
    values = dict(options)
    hints = get_type_hints(plugin.value.__init__, include_extras=True)
    for name, value in options.items():
        try:
            values[name] = _fitted(value, hints[name]) if name in hints else value
        except ValueError as error:
            problems.append(f"{where}.{name}: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return values


def _misnamed(plugin: Plugin, options: Mapping[str, Any], given: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    """Yield the options that the constructor does not take, and those that it needs and does not get."""
    parameters = inspect.signature(plugin.value).parameters.values()
    named = [p for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD) and p.name not in given]
    known = [parameter.name for parameter in named]
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    label = f'the {plugin.kind} "{plugin.name}"'
    for name in options:
        if name in given or (name not in known and not open_ended):
            yield name, f"{label} has no such option. Known: {', '.join(known) or 'none'}."
    for parameter in named:
        if parameter.default is parameter.empty and parameter.name not in options:
            yield parameter.name, f"is missing; {label} needs it."


def _fitted(value: Any, hint: Any) -> Any:
    """Read a TOML value strictly as an annotated type, by the rules of JSON, whose values TOML's resemble.

    Raises:
        ValueError: It is of another type.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(hint).validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        raise ValueError(f"{value!r}: {error.errors()[0]['msg']}.") from None
    except PydanticUserError:
        return value  # a type that Pydantic does not know; the constructor is the judge
