"""Fixtures of several test folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is the machine's affair; pytest's own time limit finds what hangs.
settings.register_profile("crabtk", deadline=None)
settings.load_profile("crabtk")

TOY = Path(__file__).parent / "toy_plugin"
ROOT = Path(__file__).parent.parent


def install(source: Path, target: Path) -> Path:
    """Build a wheel of a distribution and install it into a folder, with no index and no network."""
    wheels = target / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-index", "--no-deps"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", wheels, source], check=True)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run([*pip, "install", *offline, "--target", target / "site", wheel], check=True)
    return target / "site"


@pytest.fixture(scope="session")
def toy_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the toy plugin installed from its wheel."""
    source = tmp_path_factory.mktemp("toy") / "source"
    shutil.copytree(TOY, source, ignore=shutil.ignore_patterns("__pycache__"))
    return install(source, source.parent)


@pytest.fixture(scope="session")
def newer_toy_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy plugin as version 0.2.0, otherwise unchanged."""
    source = tmp_path_factory.mktemp("newer_toy") / "source"
    shutil.copytree(TOY, source, ignore=shutil.ignore_patterns("__pycache__"))
    project = source / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    return install(source, source.parent)


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a fresh interpreter with further folders on its path."""

    def run(
        *arguments: str, sites: tuple[Path, ...] = (), env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(map(str, (*sites, ROOT)))
        return subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            timeout=120,
            env={**os.environ, "PYTHONPATH": path, **(env or {})},
        )

    return run
