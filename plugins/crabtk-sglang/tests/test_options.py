"""What needs no engine: the backend is registered, imports nothing heavy, and says what is missing."""

import os
import subprocess
import sys

import pytest

from crabtk.errors import BackendError, SettingsError
from crabtk.plugins import build, load
from crabtk_sglang import SglangBackend
from crabtk_sglang.environment import MARK, environment


def test_the_backend_is_registered_and_its_options_are_checked() -> None:
    plugin = load().find("backend", "sglang")
    assert plugin.value is SglangBackend
    options = {"max_running_requests": 8, "tp_size": 2, "engine": {"page_size": 32}, "template_options": {"a": True}}
    assert isinstance(build(plugin, options, "engines.default.options", model="owner/model"), SglangBackend)
    for wrong in ({"max_running_request": 8}, {"tp_size": "two"}, {"engine": [1]}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            build(plugin, wrong, "engines.default.options", model="owner/model")


def test_a_missing_sglang_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sglang", None)
    with pytest.raises(BackendError, match=r'pip install "crabtk-sglang\[engine\]"'):
        SglangBackend("owner/model").__enter__()


def test_nothing_is_answered_while_closed() -> None:
    with pytest.raises(BackendError, match="with statement"):
        SglangBackend("owner/model").generate([])


def test_the_plugin_imports_neither_sglang_nor_torch() -> None:
    code = (
        "import sys; before = set(sys.modules); import crabtk_sglang, crabtk_sglang.worker; "
        "sys.exit(bool({'sglang', 'torch', 'transformers'} & (set(sys.modules) - before)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_only_the_engine_s_environment_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    monkeypatch.setenv("DO_NOT_TRACK", "as the user has it")
    before = dict(os.environ)
    made = environment()
    assert os.environ == before
    assert made["HF_HUB_DISABLE_TELEMETRY"] == "1" and made[MARK] == "1"
    assert made["DO_NOT_TRACK"] == "as the user has it"
