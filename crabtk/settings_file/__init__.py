"""Settings from files, presets and the command line: read, check, explain and write back.

The settings themselves are the types in ``crabtk.settings``.
"""

from crabtk.settings_file.check import check_plugins
from crabtk.settings_file.dump import dump
from crabtk.settings_file.layers import preset_text, presets
from crabtk.settings_file.load import VARIABLE, Loaded, load_settings
from crabtk.settings_file.reference import reference

__all__ = ["VARIABLE", "Loaded", "check_plugins", "dump", "load_settings", "preset_text", "presets", "reference"]
