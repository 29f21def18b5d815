"""Relative paths of a layer become absolute, so that no later step depends on the current folder."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

_SCHEMES: Final = ("crabtk:", "hf:")
_PATH_STARTS: Final = ("./", "../", "/", "~")


def resolve(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a layer's values with paths made absolute.

    Whatever is not of the expected type is left for validation to refuse.

    Args:
        values: As TOML gives them.
        folder: What they are relative to.
    """
    table = _changed(values, "runtime", lambda runtime: _paths(runtime, ("store", "output"), folder, _path))
    table = _changed(table, "seeds", lambda seeds: _sources(seeds, folder))
    table = _changed(table, "preferences", lambda preferences: _sources(preferences, folder))
    table = _changed(table, "training", lambda training: _paths(training, ("model",), folder, _model))
    table = _changed(table, "scoring", lambda scoring: _scoring(scoring, folder))
    return _changed(table, "engines", lambda engines: _engines(engines, folder))


def _changed(
    values: Mapping[str, Any], key: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    table = values.get(key)
    return {**values, key: change(table)} if isinstance(table, Mapping) else dict(values)


def _engines(engines: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {
        name: _paths(engine, ("model",), folder, _model) if isinstance(engine, Mapping) else engine
        for name, engine in engines.items()
    }


def _scoring(scoring: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Resolve further models, and those options of benchmarks that are plainly written as paths."""
    table = _changed(scoring, "models", lambda models: _paths(models, tuple(models), folder, _model))
    return _changed(
        table,
        "options",
        lambda options: {
            name: _paths(given, tuple(given), folder, _plain_path) if isinstance(given, Mapping) else given
            for name, given in options.items()
        },
    )


def _sources(section: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    sources = section.get("sources")
    if not isinstance(sources, list):
        return dict(section)
    resolved = [
        _paths(source, ("path",), folder, _path) if isinstance(source, Mapping) else source for source in sources
    ]
    return {**section, "sources": resolved}


def _paths(
    table: Mapping[str, Any], keys: tuple[str, ...], folder: Path, place: Callable[[str, Path], str]
) -> dict[str, Any]:
    return {
        key: place(value, folder) if key in keys and isinstance(value, str) and value else value
        for key, value in table.items()
    }


def _path(value: str, folder: Path) -> str:
    return value if value.startswith(_SCHEMES) else _absolute(value, folder)


def _model(value: str, folder: Path) -> str:
    """Tell folders from hub names: what looks like a path or is a folder here is one."""
    is_folder = value.startswith(_PATH_STARTS) or folder.joinpath(value).is_dir()
    return _absolute(value, folder) if is_folder else value


def _plain_path(value: str, folder: Path) -> str:
    return _absolute(value, folder) if value.startswith(_PATH_STARTS) else value


def _absolute(value: str, folder: Path) -> str:
    # Links are not followed: a dataset behind a link keeps the name that the user gave it.
    return os.path.normpath(folder.joinpath(Path(value).expanduser()))
