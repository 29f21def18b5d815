"""What needs no engine: the backend is registered, imports nothing heavy, and says what is missing."""

import os
import subprocess
import sys

import pytest

from crabtk.errors import BackendError, SettingsError
from crabtk.plugins import build, load
from crabtk_vllm import VllmBackend
from crabtk_vllm.environment import DEFAULTS, prepare


def test_the_backend_is_registered_and_its_options_are_checked() -> None:
    plugin = load().find("backend", "vllm")
    assert plugin.value is VllmBackend
    options = {"max_num_seqs": 8, "kv_cache_gib": 2, "engine": {"block_size": 32}, "template_options": {"a": True}}
    assert isinstance(build(plugin, options, "engines.default.options", model="owner/model"), VllmBackend)
    for wrong in ({"max_num_seq": 8}, {"max_num_seqs": "eight"}, {"engine": [1]}):
        with pytest.raises(SettingsError, match=next(iter(wrong))):
            build(plugin, wrong, "engines.default.options", model="owner/model")


def test_a_missing_vllm_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(BackendError, match=r'pip install "crabtk-vllm\[engine\]"'):
        VllmBackend("owner/model").__enter__()


def test_nothing_is_answered_while_closed() -> None:
    with pytest.raises(BackendError, match="with statement"):
        VllmBackend("owner/model").generate([])


def test_the_plugin_imports_neither_vllm_nor_torch() -> None:
    code = "import sys, crabtk_vllm; sys.exit(any(name in sys.modules for name in ('vllm', 'torch', 'transformers')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "DEBUG")
    prepare()
    assert os.environ["VLLM_LOGGING_LEVEL"] == "DEBUG"
    assert os.environ["VLLM_NO_USAGE_STATS"] == os.environ["DO_NOT_TRACK"] == "1"
