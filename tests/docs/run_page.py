"""Run the code of one page of documentation in the current folder: ``run_page.py FILE …``, in their order.

Settings are loaded and checked against the installed plugins, modules are imported, other Python is executed in one
namespace, and its tests are called.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from crabtk import plugins
from crabtk.constraints.translated import TRANSLATED
from crabtk.settings_file import check_plugins, load_settings


def check_settings(path: Path) -> None:
    """Load settings; a page may show a part, which is then taken as a change of the preset ``demo``."""
    given = tomllib.loads(path.read_text("utf-8"))
    whole = "preset" in given or "sources" in given.get("seeds", {})
    loaded = load_settings(path, None if whole and "engines" in given else "demo")
    check_plugins(loaded.settings, plugins.load(), loaded.origin, [type_.name for type_ in TRANSLATED])


def call_tests(namespace: dict[str, Any], before: set[str]) -> None:
    for name in namespace.keys() - before:
        if name.startswith("test_"):
            wanted = inspect.signature(namespace[name]).parameters
            given = {"tmp_path": Path(tempfile.mkdtemp(dir="."))} if "tmp_path" in wanted else {}
            namespace[name](**given)


def main() -> None:
    sys.path.insert(0, "")
    namespace: dict[str, Any] = {"__name__": "page"}
    for path in map(Path, sys.argv[1:]):
        before = set(namespace)
        if path.suffix == ".toml":
            check_settings(path)
        elif path.parts[0].startswith("crabtk_"):
            importlib.import_module(".".join(path.with_suffix("").parts))
        else:
            exec(compile(path.read_text("utf-8"), str(path), "exec"), namespace)
            call_tests(namespace, before)


if __name__ == "__main__":
    main()
