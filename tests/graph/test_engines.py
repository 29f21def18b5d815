"""What makes an engine another one: what shapes its answers, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crabtk.graph.engines import Engines
from crabtk.plugins import load
from crabtk.settings import Settings

pytest.importorskip("crabtk_transformers")


def identity(folder: Path, name: str = "transformers", /, **options: Any) -> str:
    engine = {"backend": name, "model": str(folder / "model"), "options": options}
    settings = Settings(engines={"default": engine}, runtime={"store": str(folder / "store")})
    return Engines(settings, load()).identity("default")


def through_ray(folder: Path, inner: str, **options: Any) -> str:
    return identity(folder, "ray", **{"backend": inner, **options})


def test_options_that_shape_no_answer_ask_for_nothing_anew(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_text("these")
    plain = identity(tmp_path)
    assert identity(tmp_path, threads=3) == plain
    assert identity(tmp_path, dtype="float16") != plain
    (tmp_path / "model" / "weights").write_text("others")
    assert identity(tmp_path) != plain


def test_what_a_backend_answered_is_not_asked_again_through_ray(tmp_path: Path) -> None:
    pytest.importorskip("crabtk_ray")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_text("these")
    through = through_ray(tmp_path, "transformers", actors=2, options={"dtype": "float32", "threads": 1})
    assert through == identity(tmp_path, dtype="float32")
    assert through == through_ray(tmp_path, "transformers", actors=8, options={"dtype": "float32"})
    assert through_ray(tmp_path, "ray") == through_ray(tmp_path, "ray")
