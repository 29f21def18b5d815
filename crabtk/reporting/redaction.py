"""Settings as they may be shown: without secrets, and for a card without local folders."""

from __future__ import annotations

import re
from pathlib import PurePath, PureWindowsPath
from typing import Any

import tomlkit

from crabtk.settings import Settings

_SECRET = re.compile(r"(^|[_-])(api[_-]?key|key|token|password|secret|authorization|credentials?)$", re.IGNORECASE)
HIDDEN = "(hidden)"


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON values; texts under names such as ``api_key`` or ``token`` are hidden."""
    dumped: dict[str, Any] = _without_secrets(settings.model_dump(mode="json", exclude_none=True))
    return dumped


def public_settings(settings: Settings) -> dict[str, Any]:
    """Return what shaped the data, for a card: no secrets, no runtime, of local paths only the last part."""
    shown = shown_settings(settings)
    for later in ("runtime", "training", "preferences", "dpo", "rl", "controls", "scoring"):
        shown.pop(later, None)
    for source in shown["seeds"]["sources"]:
        source["path"] = public_path(source["path"])
    for engine in shown["engines"].values():
        engine["model"] = public_model(engine["model"])
        engine.pop("options", None)
    return shown


def public_model(model: str) -> str:
    """Return a hub name as it is, and of a local folder the last part."""
    local = model.startswith((".", "/", "~")) or model.count("/") > 1 or "\\" in model
    return PureWindowsPath(model).name if local else model  # this reads both kinds of slashes


def toml(values: dict[str, Any]) -> str:
    """Write settings as TOML."""
    return tomlkit.dumps(values)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if _is_secret(key, each) else _without_secrets(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each) for each in value]
    return value


def _is_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and bool(value) and _SECRET.search(key) is not None


def public_path(path: str) -> str:
    """Return a scheme's name as it is, and of a path the last part."""
    return path if path.startswith(("crabtk:", "hf:")) else PurePath(path).name
