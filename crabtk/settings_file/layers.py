"""Layers of settings: a preset, a file, and overrides from the command line, merged in that order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from crabtk.errors import SettingsError
from crabtk.settings_file.problems import did_you_mean

_LOCATED: Final = re.compile(r"^(.*) \(at line (\d+), column (\d+)\)$")
_KEY: Final = re.compile(r"""(?:"([^"]+)"|'([^']+)'|([^\s."'=]+))(\.|$)""")
_GOES_WITH: Final[Mapping[str, str]] = {"backend": "options", "trainer": "options", "model": "revision"}
"""What belongs to a value and is not inherited once a later layer changes that value."""


@dataclass(frozen=True)
class Layer:
    """Settings from one place.

    Attributes:
        title: How messages call the place.
        values: As TOML gives them, without the key ``preset``.
        folder: What relative paths in it are relative to.
        preset: The base that it names.
    """

    title: str
    values: Mapping[str, Any]
    folder: Path
    preset: str | None = None


def presets() -> list[str]:
    """Return the names of the shipped presets, sorted."""
    return sorted(Path(file.name).stem for file in _folder().iterdir() if file.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """Return a preset's TOML with its comments, ready to be copied.

    Raises:
        SettingsError: There is no such preset; lists them.
    """
    if name not in presets():
        raise SettingsError(
            f'There is no preset "{name}".{did_you_mean(name, presets())} Known: {", ".join(presets())}.'
        )
    return _folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")


def preset_layer(name: str) -> Layer:
    """Read a preset; its relative paths are relative to the current folder."""
    return _layer(preset_text(name), f'preset "{name}"', Path.cwd())


def file_layer(path: Path) -> Layer:
    """Read a settings file; its relative paths are relative to its folder.

    Raises:
        SettingsError: The file cannot be read or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(
            f"{path}: the settings file cannot be read: {reason}. "
            f"Name another one, or start from a preset: {', '.join(presets())}."
        ) from None
    return _layer(text, str(path), path.absolute().parent)


def override_layer(text: str) -> Layer:
    """Read ``section.key=value``; what is no TOML value is taken as plain text.

    Raises:
        SettingsError: It has no key or no ``=``.
    """
    title = f"--set {text}"
    key, equals, written = text.partition("=")
    names = _names(key.strip())
    if not equals or not names:
        raise SettingsError(f"{title}: write section.key=value, for example --set composition.chat=0.2")
    value: Any = _value(written.strip())
    for name in reversed(names):
        value = {name: value}
    return Layer(title, value, Path.cwd())


def merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables deeply; every other value, lists included, is replaced.

    A plugin's options go with the plugin, and a revision with its model: naming another one drops them.
    """
    merged = dict(base)
    for key, follower in _GOES_WITH.items():
        if key in base and change.get(key, base[key]) != base[key]:
            merged.pop(follower, None)
    for key, value in change.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _folder() -> resources.abc.Traversable:
    return resources.files("crabtk").joinpath("presets")


def _layer(text: str, title: str, folder: Path) -> Layer:
    values = _parse(text, title)
    preset = values.pop("preset", None)
    if preset is not None and not isinstance(preset, str):
        raise SettingsError(f"{title}: preset: expected one of {', '.join(presets())}.")
    return Layer(title, values, folder, preset)


def _parse(text: str, title: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        located = _LOCATED.match(str(error))
        where = f"line {located[2]}, column {located[3]}: {located[1]}" if located else str(error)
        raise SettingsError(f"{title}: this is not TOML: {where}.") from None


def _names(key: str) -> list[str]:
    """Split a dotted key; unlike TOML, a bare name may hold a colon, as constraint types do."""
    names: list[str] = []
    end = 0
    while match := _KEY.match(key, end):
        names.append(match[1] or match[2] or match[3])
        end = match.end()
        if not match[4]:
            return names
    return []


def _value(written: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {written}")
    except tomllib.TOMLDecodeError:
        return written
    return parsed["value"] if len(parsed) == 1 else written
