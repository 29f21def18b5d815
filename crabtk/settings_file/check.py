"""Check settings against the plugins that they name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence

from crabtk.errors import SettingsError
from crabtk.plugins import Plugin, Registry, check_options
from crabtk.readers.preferences.sources import FORMATS
from crabtk.settings import Engine, Settings, selects
from crabtk.settings_file.problems import Place, key_of, unknown


def check_plugins(settings: Settings, registry: Registry, origin: str, translated: Sequence[str] = ()) -> None:
    """Check every name of a plugin or constraint type in the settings, and every plugin's options.

    Parts that are switched off are not checked, so that their plugins need not be installed.

    Args:
        settings: As loaded.
        registry: Of the installed plugins.
        origin: Where the settings come from; each line of the error begins with it.
        translated: Names of the translated constraint types.

    Raises:
        SettingsError: Something is unknown or unfit; one line for each problem.
    """
    problems = [
        *_readers(settings, registry),
        *_types(settings, registry, translated),
        *_engines(settings, registry),
        *_trainers(settings, registry),
        *_benchmarks(settings, registry),
    ]
    if problems:
        raise SettingsError("\n".join(f"{origin}: {problem}" for problem in problems))


def _readers(settings: Settings, registry: Registry) -> Iterator[str]:
    known = ["auto", *registry.names("seed reader")]
    for position, source in enumerate(settings.seeds.sources):
        if source.format not in known:
            place = ("seeds", "sources", position, "format")
            yield _line(place, unknown("seed reader", source.format, known))
    formats = ["auto", *FORMATS]
    for position, ranked in enumerate(settings.preferences.sources):
        if ranked.format not in formats:
            place = ("preferences", "sources", position, "format")
            yield _line(place, unknown("format of preferences", ranked.format, formats))


def _types(settings: Settings, registry: Registry, translated: Sequence[str]) -> Iterator[str]:
    measured = registry.names("constraint type")
    both = sorted({*measured, *translated})
    yield from _patterns(("measuring", "types"), settings.measuring.types, measured)
    known = [*measured, *registry.names("instruction set")]
    yield from _patterns(("measuring", "without"), settings.measuring.without, known)
    if settings.translation.enabled and translated:
        yield from _patterns(("translation", "types"), settings.translation.types, translated)
    yield from _patterns(("composition", "kept_out"), settings.composition.kept_out, both)
    yield from _weighed(("composition", "weights"), settings.composition.weights, both)
    yield from _weighed(("rl", "reward", "weights"), settings.rl.reward.weights, measured)


def _weighed(place: Place, weights: Mapping[str, float], known: Sequence[str]) -> Iterator[str]:
    for name in weights:
        if not _matches(name, known):
            yield _line((*place, name), unknown("constraint type", name, known))


def _patterns(place: Place, patterns: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        if not _matches(pattern, known):
            yield _line(place, unknown("constraint type", pattern, known))


def _matches(pattern: str, names: Sequence[str]) -> bool:
    return any(selects((pattern,), name) for name in names)


def _engines(settings: Settings, registry: Registry) -> Iterator[str]:
    for name, engine in settings.engines.items():
        place = ("engines", name)
        plugin = registry.plugins.get(("backend", engine.backend))
        if plugin is None:
            yield _missing((*place, "backend"), "backend", engine.backend, registry)
        else:
            yield from _engine_options(place, engine, plugin)


def _engine_options(place: Place, engine: Engine, plugin: Plugin) -> Iterator[str]:
    parameters = inspect.signature(plugin.value).parameters
    takes_revision = "revision" in parameters
    if engine.revision is not None and not takes_revision:
        yield _line((*place, "revision"), f'the backend "{plugin.name}" takes no revision; leave it out.')
    given = ("model", "revision") if takes_revision else ("model",)
    yield from _options((*place, "options"), plugin, engine.options, given)


_ROWS = {"training": "examples", "dpo": "preferences", "rl": "prompts"}
"""What the trainer of each section has to train on."""


def _trainers(settings: Settings, registry: Registry) -> Iterator[str]:
    for section, rows in _ROWS.items():
        given = getattr(settings, section)
        if not given.enabled:
            continue
        plugin = registry.plugins.get(("trainer", given.trainer))
        if plugin is None:
            yield _missing((section, "trainer"), "trainer", given.trainer, registry)
        elif (trains_on := getattr(plugin.value, "trains_on", "examples")) != rows:
            fit = [p.name for p in registry.all("trainer") if getattr(p.value, "trains_on", "examples") == rows]
            says = f'"{plugin.name}" trains on {trains_on}, and {rows} are wanted. Known: {", ".join(fit) or "none"}.'
            yield _line((section, "trainer"), says)
        else:
            yield from _options((section, "options"), plugin, given.options)


def _benchmarks(settings: Settings, registry: Registry) -> Iterator[str]:
    scoring = settings.scoring
    if not scoring.enabled:
        return
    for name in scoring.benchmarks:
        plugin = registry.plugins.get(("benchmark", name))
        if plugin is None:
            yield _missing(("scoring", "benchmarks"), "benchmark", name, registry)
        else:
            yield from _options(("scoring", "options", name), plugin, scoring.options.get(name, {}))
    for name in scoring.options:
        if name not in scoring.benchmarks:
            yield _line(("scoring", "options", name), "has options, but scoring.benchmarks does not name it.")


def _options(place: Place, plugin: Plugin, options: dict[str, object], given: tuple[str, ...] = ()) -> Iterator[str]:
    try:
        check_options(plugin, options, key_of(place), given)
    except SettingsError as error:
        yield from str(error).splitlines()


def _missing(place: Place, kind: str, name: str, registry: Registry) -> str:
    says = unknown(kind, name, registry.names(kind))
    return _line(place, f"{says} If a package provides it, install it; `crabtk plugins` lists what is found.")


def _line(place: Place, says: str) -> str:
    return f"{key_of(place)}: {says}"
