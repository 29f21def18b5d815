"""What can be said before Ray is started."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import pytest

from crabtk import plugins
from crabtk.errors import BackendError, CrabtkError, SettingsError
from crabtk.graph.engines import Engines
from crabtk.settings import Settings
from crabtk_ray import RayBackend


def test_registered_with_checked_options() -> None:
    plugin = plugins.load().find("backend", "ray")
    options = {"backend": "vllm", "actors": 2, "num_gpus": 1, "num_cpus": 1, "options": {"dtype": "bfloat16"}}
    plugins.check_options(plugin, options, "engines.default.options", ("model",))
    with pytest.raises(SettingsError, match=r"options\.backend: is missing"):
        plugins.check_options(plugin, {}, "engines.default.options", ("model",))
    with pytest.raises(SettingsError, match=r"options\.actors: 'two'"):
        plugins.check_options(plugin, {"backend": "vllm", "actors": "two"}, "engines.default.options", ("model",))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"backend": "ray"}, "must name another backend"),
        ({"backend": "nonsense"}, 'There is no backend "nonsense"'),
        (
            {"backend": "mortal", "options": {"speed": 3}},
            r"options\.options\.speed: .* no such option\. Known: .*seconds",
        ),
        ({"backend": "mortal", "options": {"seconds": "a few"}}, r"options\.options\.seconds: 'a few'"),
        ({"backend": "mortal", "options": {"model": "other"}}, r"options\.options\.model"),
        ({"backend": "mortal", "actors": 0}, "at least 1"),
        ({"backend": "mortal", "num_cpus": -1.0}, "cannot be negative"),
    ],
)
def test_wrong_options_are_named_before_anything_starts(mortal: None, options: dict[str, Any], says: str) -> None:
    with pytest.raises(CrabtkError, match=says), RayBackend("model", **options):
        pass


def test_missing_package_is_named(mortal: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match=r'pip install "crabtk-ray\[engine\]"'), RayBackend("m", backend="mortal"):
        pass


def test_the_number_of_actors_asks_nothing_again(tmp_path: Path) -> None:
    def identity(**options: Any) -> str:
        engine = {"backend": "ray", "model": "owner/name", "options": {"backend": "vllm", **options}}
        runtime = {"store": str(tmp_path)}
        settings = Settings.model_validate(
            {"seeds": {"sources": [{"path": "crabtk:samples"}]}, "engines": {"default": engine}, "runtime": runtime}
        )
        return Engines(settings, plugins.load()).identity("default")

    few = identity(actors=2, num_gpus=1)
    assert few == identity(actors=8, num_cpus=4, batch_size=64, address="auto", runtime_env={"env_vars": {"A": "b"}})
    assert few != identity(options={"quantization": "fp8"})
    assert few != identity(backend="transformers")
    assert RayBackend.runtime_options < inspect.signature(RayBackend).parameters.keys()


def test_unopened() -> None:
    with pytest.raises(BackendError, match="not open"):
        RayBackend("model", backend="transformers").generate([])
