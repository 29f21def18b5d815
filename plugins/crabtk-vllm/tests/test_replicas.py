"""Two copies of a model answer as one does, in their own processes."""

import os
from typing import Any

import psutil
import pytest

pytest.importorskip("vllm")

from crabtk.types import Message, Request, Sampling
from crabtk_vllm import VllmBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL: dict[str, Any] = {"enforce_eager": True, "max_model_len": 512, "max_num_seqs": 4, "kv_cache_gib": 0.5}


def _ask(text: str, **fields: Any) -> Request:
    return Request((Message("user", text),), Sampling(max_tokens=12), **fields)


def _name(process: psutil.Process) -> str:
    """Return the command of a process; nothing of one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_copies_answer_and_end(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.environ.get("VLLM_CPU_OMP_THREADS_BIND"):
        monkeypatch.setenv("VLLM_CPU_OMP_THREADS_BIND", "0|1")
    before = set(psutil.Process().children(recursive=True))
    asked = [_ask(f"Say {number}.") for number in range(20)]
    asked += [_ask("Hello", regex="("), _ask("Well?", choices=("Yes", "No, not at all")), _ask("word " * 1000)]
    with VllmBackend(model, data_parallel_size=2, **SMALL) as backend:
        names = [_name(one) for one in psutil.Process().children(recursive=True)]
        assert sum("EngineCore" in name for name in names) == 2
        answers = backend.generate(asked)
        stream = backend.stream(iter(asked))
        next(stream)
        stream.close()
        again = backend.generate(asked[:3])
    assert [answer.finish_reason != "error" for answer in answers] == [True] * 20 + [False, True, False]
    assert all(answer.text for answer in answers[:20] + again)
    assert answers[21].choice_logprobs is not None
    left = [_name(one) for one in set(psutil.Process().children(recursive=True)) - before]
    assert not [name for name in left if name and "resource_tracker" not in name]
