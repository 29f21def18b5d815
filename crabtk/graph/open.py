"""From loaded settings to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crabtk import plugins
from crabtk.constraints.translated import TRANSLATED
from crabtk.graph.observer import Observer
from crabtk.graph.run import Run
from crabtk.graph.stages import STAGES
from crabtk.settings_file import check_plugins

if TYPE_CHECKING:
    from crabtk.settings_file import Loaded


def open_run(loaded: Loaded, observer: Observer | None = None) -> Run:
    """Load the plugins, check the settings against them, and return the run.

    Raises:
        PluginError: A plugin is broken.
        SettingsError: The settings name a plugin or an option that there is not.
    """
    registry = plugins.load()
    check_plugins(loaded.settings, registry, loaded.origin, [type_.name for type_ in TRANSLATED])
    return Run(loaded.settings, registry, STAGES, observer)
