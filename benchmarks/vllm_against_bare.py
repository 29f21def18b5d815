"""crabtk over vLLM against vLLM alone: python benchmarks/vllm_against_bare.py MODEL [REQUESTS] [NEW_TOKENS] [REPEATS].

Both sides use one engine, alternately, with its prefix cache emptied before each run: a loop over ``LLM.generate`` with
prompts that are tokens already, and crabtk's client, which renders the prompts and stores each answer in a new response
cache. Prompts are real, of 200 to 400 tokens. Prints each run, and the ratio of tokens per second: of the clock, and of
processor time, which on a CPU is the one to go by where the machine does other work, too. ``VLLM_OPTIONS`` holds the
backend's options as JSON; on a CPU, set the variables that the plugin's README names.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from responses import FILES, FOLDER

from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.types import Message, Request, Sampling
from crabtk_vllm import VllmBackend

if TYPE_CHECKING:
    from crabtk_vllm.engine import Engine

SHORTEST, LONGEST = 200, 400
OPTIONS = json.loads(os.environ.get("VLLM_OPTIONS", '{"enforce_eager": true, "max_model_len": 1024}'))


def main() -> None:
    """Measure both sides alternately, in changing order."""
    model, *given = sys.argv[1:]
    count, new_tokens, repeats = (*map(int, given), *(256, 32, 3)[len(given) :])
    with VllmBackend(model, **OPTIONS) as backend:
        engine = backend._engine
        assert engine is not None
        requests, prompts = _prompts(engine, count, new_tokens)
        tokens = sum(map(len, prompts))
        print(f"{len(prompts)} prompts of {tokens} tokens, {new_tokens} new ones at most each", flush=True)
        end = engine.template.end_of_turn()
        _bare(engine, prompts[:16], 4, end)  # the first steps of an engine are slow
        speeds: dict[str, list[float]] = {"bare": [], "crabtk": []}
        works: dict[str, list[float]] = {"bare": [], "crabtk": []}
        for repeat in range(repeats):
            for name in ("bare", "crabtk") if repeat % 2 == 0 else ("crabtk", "bare"):
                engine.llm.reset_prefix_cache()
                began, worked, worked_here = time.perf_counter(), _work(), time.process_time()
                made = _bare(engine, prompts, new_tokens, end) if name == "bare" else _crabtk(backend, requests)
                seconds, work, here = time.perf_counter() - began, _work() - worked, time.process_time() - worked_here
                speeds[name].append(made / seconds)
                works[name].append(made / work)
                says = f"{made / seconds:.1f} a second; {work:.1f} s of work, {here:.2f} s of it beside the engine"
                print(f"{name:>7}: {made} tokens in {seconds:.2f} s, {says}", flush=True)
    for what, measured in (("per second", speeds), ("per second of work", works)):
        ratios = [ours / theirs for ours, theirs in zip(measured["crabtk"], measured["bare"], strict=True)]
        each = ", ".join(f"{ratio:.3f}" for ratio in ratios)
        print(f"tokens {what}, crabtk to bare: {statistics.median(ratios):.3f} (each: {each})")


def _work() -> float:
    """Return the processor time that this process and those below it have taken, in seconds."""
    own = psutil.Process()
    times = [process.cpu_times() for process in (own, *own.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _prompts(engine: Engine, count: int, new_tokens: int) -> tuple[list[Request], list[list[int]]]:
    """Return real prompts of the wanted length, as requests and as tokens."""
    requests, prompts = [], []
    for row in (row for name in FILES for row in json.loads((FOLDER / "seeds" / name).read_text("utf-8"))):
        text = f"{row['instruction']}\n\n{row['output']}\n\nSay in one sentence whether that is a good answer."
        message = Message("user", text)
        tokens = engine.template.tokens([message])
        if SHORTEST <= len(tokens) <= LONGEST and len(prompts) < count:
            requests.append(Request((message,), Sampling(max_tokens=new_tokens)))
            prompts.append(tokens)
    return requests, prompts


def _bare(engine: Engine, prompts: list[list[int]], new_tokens: int, end: int | None) -> int:
    from vllm import SamplingParams

    stop = None if end is None else [end]
    params = [SamplingParams(max_tokens=new_tokens, temperature=0.0, seed=0, stop_token_ids=stop) for _ in prompts]
    outputs = engine.llm.generate([{"prompt_token_ids": tokens} for tokens in prompts], params, use_tqdm=False)
    return sum(len(output.outputs[0].token_ids) for output in outputs)


def _crabtk(backend: VllmBackend, requests: list[Request]) -> int:
    with tempfile.TemporaryDirectory() as folder, ResponseCache(Path(folder) / "responses.sqlite") as cache:
        completions = Client(lambda: _Open(backend), cache, "vllm", 64).complete(requests)
    assert all(completion.finish_reason != "error" for completion in completions)
    return sum(completion.generated_tokens for completion in completions)


class _Open:
    """An open backend, to which opening and closing do nothing."""

    name = VllmBackend.name

    def __init__(self, backend: VllmBackend) -> None:
        self.generate, self.stream = backend.generate, backend.stream

    def __enter__(self) -> _Open:
        return self

    def __exit__(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    main()
