"""However a run ends, no process of the engine is left, and what was answered is kept."""

import os
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import psutil
import pytest

pytest.importorskip("vllm")

from crabtk.errors import BackendError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.types import Message, Request, Sampling
from crabtk_vllm import VllmBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SMALL = '{"enforce_eager": True, "max_model_len": 512, "max_num_seqs": 4, "kv_cache_gib": 0.5}'

SCRIPT = f"""
import sys
from itertools import count
from crabtk.types import Message, Request, Sampling
from crabtk_vllm import VllmBackend

if __name__ == "__main__":
    asked = (Request((Message("user", f"Say {{n}}."),), Sampling(max_tokens=100)) for n in count())
    with VllmBackend(sys.argv[1], **{SMALL}) as backend:
        for number, completion in backend.stream(asked):
            print("answered", flush=True)
"""


@pytest.mark.parametrize(
    ("number", "loading"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGKILL, False), (signal.SIGINT, True)],
    ids=str,
)
def test_an_ended_run_leaves_no_process(number: signal.Signals, loading: bool, model: str, tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    with subprocess.Popen([sys.executable, str(script), model], stdout=subprocess.PIPE, text=True) as run:
        try:
            seen = _started(run, loading)
            assert any("EngineCore" in _name(process) for process in seen.values()), "vLLM's engine has a process"
            # To the one process, not to its group, as a scheduler does.
            run.send_signal(number)
            assert run.wait(60) != 0
        finally:
            run.kill()
    left = _left(seen, 30)
    for process in left:
        process.kill()
    assert not left


def _started(run: subprocess.Popen[str], loading: bool) -> dict[int, psutil.Process]:
    """Wait until a run loads its model, or until it has answered; return its processes."""
    assert run.stdout is not None
    if not loading:
        assert run.stdout.readline() == "answered\n"
        return _below(run.pid)
    seen: dict[int, psutil.Process] = {}
    while not any("Worker" in _name(process) for process in seen.values()):
        assert run.poll() is None, "it ended before its engine was loaded"
        seen |= _below(run.pid)
        time.sleep(0.1)
    return seen


def test_a_killed_engine_is_an_error_and_what_was_answered_is_kept(model: str, tmp_path: Path) -> None:
    requests = [Request((Message("user", f"Say {n}."),), Sampling(max_tokens=20)) for n in range(200)]
    processes: dict[int, psutil.Process] = {}

    def kill(done: int, _: int) -> None:
        if done and not processes:
            processes.update(_below(os.getpid()))
            core = next(process for process in processes.values() if "EngineCore" in _name(process))
            core.kill()

    def open_backend() -> VllmBackend:
        return VllmBackend(model, enforce_eager=True, max_model_len=512, max_num_seqs=4, kv_cache_gib=0.5)

    before = set(_below(os.getpid()))
    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        with pytest.raises(BackendError, match="engine died"), Client(open_backend, cache, "vllm", 1) as client:
            client.complete(requests, kill)
        kept = cache.stats().entries
        assert 0 < kept < len(requests)
        engine = {pid: process for pid, process in processes.items() if pid not in before}
        assert not [process for process in _left(engine, 30) if "resource_tracker" not in " ".join(process.cmdline())]
        # A second engine in this process goes on where the first one ended.
        with Client(open_backend, cache, "vllm", 1) as client:
            answers = client.complete(requests[:40])
        assert client.usage.cached > 0 and client.usage.requests == 40
        assert all(answer.finish_reason in ("stop", "length") for answer in answers)


def test_a_closed_stream_leaves_an_idle_engine(model: str) -> None:
    with VllmBackend(model, enforce_eager=True, max_model_len=512, max_num_seqs=4, kv_cache_gib=0.5) as backend:
        asked = (Request((Message("user", f"Say {n}."),), Sampling(max_tokens=300)) for n in count())
        answers = backend.stream(asked)
        next(answers)
        answers.close()
        engine = backend._engine
        assert engine is not None
        assert not engine.llm.llm_engine.has_unfinished_requests()


def _below(pid: int) -> dict[int, psutil.Process]:
    return {process.pid: process for process in psutil.Process(pid).children(recursive=True)}


def _name(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _left(processes: dict[int, psutil.Process], seconds: float) -> list[psutil.Process]:
    end = time.monotonic() + seconds
    while True:
        left = [process for process in processes.values() if not _gone(process)]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.5)


def _gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
