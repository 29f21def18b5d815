"""Fine-tuning through crabtk against TRL alone: python benchmarks/sft_against_trl.py MODEL ROWS [STEPS] [REPEATS].

ROWS is a dataset's train.jsonl, or a file of prompts and completions. Both sides train all weights on the same rows
with the same arguments, in a process of their own with the same environment, alternately and in changing order. Tokens
per second are those between the first and the last step: by the clock, and by processor time, which on a CPU is the
one to go by where the machine does other work. The losses of both sides must be equal at each step, or it is no
comparison.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from training_speed import Run, Watch, as_examples, shortest, train
from transformers import AutoTokenizer

from crabtk_trl import TrlTrainer
from crabtk_trl.environment import child_environment

LENGTH, ROWS = 512, 64
SEED = 17


def main() -> None:
    """Measure both sides alternately."""
    model, rows, *given = sys.argv[1:]
    steps, repeats = (*map(int, given), *(8, 3)[len(given) :])
    gpu = torch.cuda.is_available()
    options = {
        "max_length": LENGTH,
        "accumulation": 1,
        "max_steps": steps,
        "learning_rate": 1e-5,
        "scheduler": "constant",
    }
    options |= {"warmup_ratio": 0.0, "dtype": "bfloat16" if gpu else "float32"}
    runs: dict[str, list[Run]] = {"bare": [], "crabtk": []}
    same = True
    with tempfile.TemporaryDirectory() as place:
        examples = _rows(model, Path(rows), Path(place))
        for repeat in range(repeats):
            losses = {}
            for name in ("bare", "crabtk") if repeat % 2 == 0 else ("crabtk", "bare"):
                folder = Path(place, f"{name}{repeat}")
                folder.mkdir()
                if name == "bare":
                    run, losses[name] = _bare(model, examples, folder, options, gpu)
                else:
                    run, outcome = train(model, examples, folder, options)
                    losses[name] = [line["loss"] for line in outcome.history]
                runs[name].append(run)
                says = f"{run.seconds:.1f} s for {run.steps} steps, {run.work:.1f} s of work, {run.whole:.1f} s in all"
                print(f"{name:>7}: {says}", flush=True)
            same = same and losses["bare"] == losses["crabtk"]
    print(f"the same loss at each step: {same}")
    for what in ("seconds", "work", "whole"):
        medians = {name: statistics.median(getattr(run, what) for run in found) for name, found in runs.items()}
        print(f"tokens per second through crabtk ÷ bare TRL, by {what}: {medians['bare'] / medians['crabtk']:.3f}")


def _rows(model: str, rows: Path, place: Path) -> Path:
    tokenizer = AutoTokenizer.from_pretrained(model)

    def length(line: str) -> int:
        row = json.loads(line)
        return len(tokenizer.apply_chat_template(row["prompt"] + row["completion"], return_dict=True)["input_ids"])

    return shortest(as_examples(rows, place), ROWS, LENGTH, place, length)


def _bare(model: str, rows: Path, folder: Path, options: Mapping[str, Any], gpu: bool) -> tuple[Run, list[float]]:
    arguments = {
        "max_length": LENGTH, "packing": True, "completion_only_loss": True, "per_device_train_batch_size": 1,
        "gradient_accumulation_steps": 1, "max_steps": options["max_steps"], "learning_rate": options["learning_rate"],
        "lr_scheduler_type": "constant", "warmup_steps": 0, "activation_checkpointing": False, "logging_steps": 1,
        "bf16": gpu, "use_cpu": not gpu, "seed": SEED, "data_seed": SEED, "report_to": "none", "disable_tqdm": True,
    }  # fmt: skip
    script = str(Path(__file__).with_name("bare_trl.py"))
    watch, losses = Watch(), []
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, script, model, str(rows), str(folder), json.dumps(arguments)],
            stdout=subprocess.PIPE, stderr=log, text=True, env=child_environment(asdict(TrlTrainer(**options))),
        )  # fmt: skip
        for line in child.stdout or ():
            if line.startswith("["):
                step, loss = json.loads(line)
                watch.mark(step)
                losses.append(loss)
        if child.wait():
            raise SystemExit((folder / "log").read_text()[-2000:])
    return watch.run(), losses


main()
