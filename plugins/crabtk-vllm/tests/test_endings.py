"""However a run ends, no process of the engine is left, and what was answered is kept."""

from collections.abc import Sequence
from itertools import count

import psutil
import pytest

pytest.importorskip("vllm")

from crabtk.testing.endings import check_endings
from crabtk.types import Message, Request, Sampling
from crabtk_vllm import VllmBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL = {"enforce_eager": True, "max_model_len": 512, "max_num_seqs": 4, "kv_cache_gib": 0.5}


def test_endings(model: str) -> None:
    check_endings(VllmBackend, {"model": model, **SMALL}, kill=_kill_engine, says="engine died", loading=_loads)


def _kill_engine(processes: Sequence[psutil.Process]) -> None:
    next(process for process in processes if "EngineCore" in _name(process)).kill()


def _loads(processes: Sequence[psutil.Process]) -> bool:
    # The worker is the last process to begin, and the one that holds the model.
    return any("Worker" in _name(process) for process in processes)


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_closed_stream_leaves_an_idle_engine(model: str) -> None:
    with VllmBackend(model, enforce_eager=True, max_model_len=512, max_num_seqs=4, kv_cache_gib=0.5) as backend:
        asked = (Request((Message("user", f"Say {n}."),), Sampling(max_tokens=300)) for n in count())
        answers = backend.stream(asked)
        next(answers)
        answers.close()
        engine = backend._engine
        assert engine is not None
        assert not engine.llm.llm_engine.has_unfinished_requests()
