"""Write settings back as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.settings import Settings


def dump(settings: Settings) -> str:
    """Return all settings, defaults included, as a TOML file that loads to the same settings."""
    import tomlkit

    return tomlkit.dumps(_plain(settings.model_dump(mode="json")))


def _plain(value: Any) -> Any:
    """Leave out nulls, which TOML does not have, and put single values before tables, as TOML wants them."""
    if isinstance(value, Mapping):
        kept = {key: _plain(inner) for key, inner in value.items() if inner is not None}
        return dict(sorted(kept.items(), key=lambda item: _is_table(item[1])))
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))
