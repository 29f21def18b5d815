"""Load settings: a preset and a file and overrides become one checked, frozen ``Settings``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from crabtk.errors import SettingsError
from crabtk.settings import Arm, Settings, Source
from crabtk.settings_file.layers import Layer, file_layer, merge, override_layer, preset_layer, presets
from crabtk.settings_file.paths import resolve
from crabtk.settings_file.problems import Place, key_of, unknown, validation_problems

VARIABLE: Final = "CRABTK_SETTINGS"


@dataclass(frozen=True)
class Loaded:
    """Settings and where they come from.

    Attributes:
        origin: The file as the user named it, or ``preset "name"``; messages begin with it.
        path: The settings file, absolute; None where only a preset was named.
        preset: Name of the preset beneath, if any.
        overrides: As given, in order.
    """

    settings: Settings
    origin: str
    path: Path | None = None
    preset: str | None = None
    overrides: tuple[str, ...] = ()


def load_settings(path: Path | None, preset: str | None, overrides: Sequence[str] = ()) -> Loaded:
    """Load and check settings; what plugins must say to them is ``check_plugins``.

    Args:
        path: A TOML file; without path and preset, the file that the variable ``CRABTK_SETTINGS`` names.
        preset: Name of the base; wins over the file's own ``preset``.
        overrides: ``section.key=value`` each; later ones win.

    Raises:
        SettingsError: Nothing is named, or something is wrong; one line for each problem.
    """
    if path is None and preset is None:
        path = _from_environment()
    layers = _layers(path, preset)
    origin = layers[-1].title
    base = preset or layers[-1].preset
    layers += [override_layer(text) for text in overrides]
    settings = _validated(layers)
    problems = [f"{origin}: {key_of(place)}: {sentence}" for place, sentence in _contradictions(settings)]
    if problems:
        raise SettingsError("\n".join(problems))
    return Loaded(settings, origin, path and path.absolute(), base, tuple(overrides))


def _from_environment() -> Path:
    named = os.environ.get(VARIABLE)
    if not named:
        raise SettingsError(
            f"No settings: name a file (--settings FILE) or a preset (--preset {presets()[0]}; "
            f"known: {', '.join(presets())}), or set {VARIABLE} to a file."
        )
    return Path(named)


def _layers(path: Path | None, preset: str | None) -> list[Layer]:
    """Return the layers from the lowest base up."""
    layers = [] if path is None else [file_layer(path)]
    base = preset or layers[0].preset
    while base is not None:
        try:
            layer = preset_layer(base)
        except SettingsError as error:
            raise SettingsError(
                f"{layers[0].title}: preset: {error}" if layers and not preset else str(error)
            ) from None
        layers.insert(0, layer)
        base = layer.preset
    return layers


def _validated(layers: Sequence[Layer]) -> Settings:
    tables = [resolve(layer.values, layer.folder) for layer in layers]
    default = resolve({"runtime": Settings().runtime.model_dump(include={"store", "output"})}, Path.cwd())
    merged: dict[str, Any] = reduce(merge, tables, default)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        lines = [f"{_title(layers, place)}: {key_of(place)}: {says}" for place, says in validation_problems(error)]
        raise SettingsError("\n".join(lines)) from None


def _title(layers: Sequence[Layer], place: Place) -> str:
    """Name the topmost layer that holds most of a place."""
    return max(reversed(layers), key=lambda layer: _depth(layer.values, place)).title


def _depth(values: Any, place: Place) -> int:
    for depth, step in enumerate(place):
        if isinstance(values, Mapping) and step in values:
            values = values[str(step)]
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return depth
    return len(place)


_KINDS = ("forward", "reverse", "chat")


def _contradictions(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Find what is wrong between settings that are each right."""
    yield from _sources(settings)
    yield from _splits(settings)
    yield from _models(settings)
    for place, engine in _engines_used(settings):
        if engine not in settings.engines:
            yield place, unknown("engine", engine, sorted(settings.engines)) + " Add it as a table [engines.NAME]."


def _sources(settings: Settings) -> Iterator[tuple[Place, str]]:
    if not any(source.use == "seed" for source in settings.seeds.sources):
        yield ("seeds", "sources"), 'there is none with use = "seed"; add one, for example {path = "crabtk:samples"}.'
    yield from _names("seeds", settings.seeds.sources)
    yield from _names("preferences", settings.preferences.sources)


def _names(section: str, sources: Sequence[Source]) -> Iterator[tuple[Place, str]]:
    names = Counter(source.name or Path(source.path).name for source in sources)
    for position, source in enumerate(sources):
        name = source.name or Path(source.path).name
        if names[name] > 1:
            yield (
                (section, "sources", position, "name"),
                f'several sources are called "{name}"; give each its own name.',
            )


def _splits(settings: Settings) -> Iterator[tuple[Place, str]]:
    seeds = settings.seeds
    if seeds.held_out + seeds.dev > 1:
        yield ("seeds", "dev"), f"is {seeds.dev}; with seeds.held_out = {seeds.held_out} nothing is left to train on."
    pairing, rates = settings.preferences, settings.rl.pass_rates
    if pairing.enabled and not pairing.samples and not pairing.sources:
        yield ("preferences", "samples"), "is 0 and preferences.sources is empty, so there is nothing to pair."
    if settings.dpo.enabled and not pairing.enabled:
        yield ("dpo", "enabled"), "trains on pairs; set preferences.enabled = true as well."
    if rates[0] >= rates[1]:
        yield ("rl", "pass_rates"), f"is {list(rates)}; the first must lie below the second."


def _models(settings: Settings) -> Iterator[tuple[Place, str]]:
    if settings.controls.arms and not settings.training.enabled:
        yield ("controls", "arms"), "are trained like the run's own model; set training.enabled = true as well."
    judge, audited = (settings.engines.get(name) for name in (settings.preferences.judge, settings.judging.engine))
    if not (settings.preferences.enabled and settings.translation.enabled):
        judge = None
    if judge and audited and (judge.backend, judge.model) != (audited.backend, audited.model):
        yield ("preferences", "judge"), "is not the model that is audited; name what judging.engine names."
    for kind in settings.training.weights:
        if kind not in _KINDS:
            yield ("training", "weights", kind), unknown("kind of example", kind, _KINDS)
    reward = settings.rl.reward
    if reward.weights and reward.aggregate != "weighted":
        yield ("rl", "reward", "weights"), f'has no effect with aggregate = "{reward.aggregate}"; set "weighted".'
    taken = {"base", "sft", "dpo", "grpo", *Arm.__args__}  # type: ignore[attr-defined]
    for name in settings.scoring.models:
        if name.partition("#")[0] in taken:
            yield ("scoring", "models", name), "is what scores call a model of the run; choose another name."


def _engines_used(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Yield the engines that the enabled stages name."""
    if settings.translation.enabled:
        yield ("translation", "engine"), settings.translation.engine
        yield ("judging", "engine"), settings.judging.engine
    if settings.scoring.enabled:
        yield ("scoring", "engine"), settings.scoring.engine
        if settings.scoring.judge:
            yield ("scoring", "judge"), settings.scoring.judge
    if settings.preferences.enabled:
        yield ("preferences", "engine"), settings.preferences.engine
        if settings.preferences.judge:
            yield ("preferences", "judge"), settings.preferences.judge
    if settings.rl.enabled:
        yield ("rl", "engine"), settings.rl.engine
        if settings.rl.reward.intent == "judge":
            yield ("rl", "reward", "judge"), settings.rl.reward.judge
    sampled = settings.preferences.enabled and settings.preferences.samples > 0
    starts = sampled or any(getattr(settings, name).enabled for name in ("training", "dpo", "rl", "scoring"))
    if starts and not settings.training.model:
        yield ("training", "model"), "default"
