"""Scores and samples in the layout of lm-evaluation-harness, for tools that read that."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crabtk.protocols import Benchmark, OwnMetrics
from crabtk.scoring.own_metrics import standard_metrics
from crabtk.types import Grade, Graded, Metric

FILTER = "none"


@dataclass(frozen=True)
class LmEvalTask:
    """One benchmark by one registry, as one of lm-eval's tasks.

    Attributes:
        benchmark: The benchmark itself.
        graded: One model's responses that the variant grades, in the benchmark's order.
        variant: Of its grades and metrics.
        version: Of the plugin that grades.
        asked: Number of the benchmark's items; more than ``graded`` where only answered ones count, or where the
            variant grades some of them.
        options: Of the benchmark.
        metrics: The benchmark's own, of the variant.
    """

    benchmark: Benchmark
    graded: Sequence[Graded]
    variant: str
    version: str
    asked: int
    options: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[Metric] = ()

    @property
    def name(self) -> str:
        """``benchmark``, or ``benchmark_variant``."""
        return f"{self.benchmark.name}_{self.variant}" if self.variant else str(self.benchmark.name)


def lm_eval_tasks(
    benchmark: Benchmark, graded: Sequence[Graded], version: str, asked: int, options: Mapping[str, Any]
) -> list[LmEvalTask]:
    """Return a task for each variant of a benchmark's grades and own metrics.

    Args:
        benchmark: Whose.
        graded: One model's responses, in the benchmark's order; a variant without grades, whose metrics combine
            others', has all of them.
        version: Of the plugin that grades.
        asked: Number of the benchmark's items.
        options: Of the benchmark.
    """
    metrics = benchmark.metrics(graded) if isinstance(benchmark, OwnMetrics) else ()
    variants = [grade.variant for each in graded for grade in each.grades] + [metric.variant for metric in metrics]
    found: list[LmEvalTask] = []
    for variant in dict.fromkeys(variants):
        own = [each for each in graded if any(grade.variant == variant for grade in each.grades)]
        of_variant = [metric for metric in metrics if metric.variant == variant]
        found.append(LmEvalTask(benchmark, own or graded, variant, version, asked, options, of_variant))
    return found


def write_lm_eval(folder: Path, model: str, tasks: Sequence[LmEvalTask], *, date: str) -> Path:
    """Write a model's ``results_DATE.json`` and ``samples_TASK_DATE.jsonl`` into its own folder.

    Args:
        folder: One folder for each model comes into it, called as lm-eval calls it.
        model: Its name.
        tasks: What it was scored on.
        date: ISO 8601, as lm-eval writes it; colons become hyphens.

    Returns:
        The file of results.
    """
    named = re.sub(r'["<>:/|\\?*\[\]]+', "__", model)
    date = date.replace(":", "-")
    place = folder / (named if named.strip(".") else f"model_{named}")
    if (place / f"results_{date}.json").exists():  # two names that lm-eval would call alike
        place = folder / f"{named}_{_hash(model)[:8]}"
    place.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        lines = (json.dumps(sample, ensure_ascii=False) for sample in samples(task))
        path = place / f"samples_{re.sub(r'[^A-Za-z0-9_]', '_', task.name)}_{date}.jsonl"
        path.write_text("".join(line + "\n" for line in lines), "utf-8", newline="\n")
    path = place / f"results_{date}.json"
    path.write_text(json.dumps(results(model, named, tasks), indent=2, ensure_ascii=False), "utf-8", newline="\n")
    return path


def results(model: str, sanitised: str, tasks: Sequence[LmEvalTask]) -> dict[str, Any]:
    """Return lm-eval's object of results.

    Its metrics are IFEval's four where the benchmark's grades are verdicts on instructions, and the benchmark's own.
    Standard errors are lm-eval's: of a mean over prompts that of the sample mean; of anything else ``N/A``. That
    higher is better is said of IFEval's four alone: a benchmark's own may be lengths or shares of failures.
    """
    standard = {task.name: _standard(task) for task in tasks}
    figures = {task.name: {**standard[task.name], **_own(task)} for task in tasks}
    return {
        "results": {name: {"alias": name, **found} for name, found in figures.items()},
        "group_subtasks": {task.name: [] for task in tasks},
        "configs": {task.name: _config(task) for task in tasks},
        "versions": {task.name: task.version for task in tasks},
        "n-shot": {task.name: 0 for task in tasks},
        "higher_is_better": {
            name: {key.partition(",")[0]: True for key in found if "_stderr," not in key}
            for name, found in standard.items()
        },
        "n-samples": {task.name: {"original": task.asked, "effective": len(task.graded)} for task in tasks},
        "config": {"model": "crabtk", "model_args": {"model": model}, "batch_size": None, "device": None},
        "task_hashes": {task.name: _hash("".join(map(_hashes, samples(task)))) for task in tasks},
        "model_source": "crabtk",
        "model_name": model,
        "model_name_sanitized": sanitised,
    }


def samples(task: LmEvalTask) -> Iterator[dict[str, Any]]:
    """Yield lm-eval's object of each sample; ``crabtk score`` reads them as responses, too."""
    for place, graded in enumerate(task.graded):
        doc = {"item_id": graded.item.item_id, **graded.item.payload}
        asked = "\n\n".join(message.content for message in graded.item.messages)
        verdicts = _sample_metrics(task, graded)
        yield {
            "doc_id": place,
            "doc": doc,
            "target": "",
            "arguments": {"gen_args_0": {"arg_0": asked, "arg_1": {}}},
            "resps": [[graded.response]],
            "filtered_resps": [graded.response],
            "filter": FILTER,
            "metrics": list(verdicts),
            "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
            "prompt_hash": _hash(asked),
            "target_hash": _hash(""),
            **verdicts,
        }


def _sample_metrics(task: LmEvalTask, graded: Graded) -> dict[str, Any]:
    grades = [grade for grade in graded.grades if grade.variant == task.variant]
    if not grades:
        return {}
    found: dict[str, Any] = {}
    for reading in _readings(grades):
        verdicts = [bool(getattr(grade, reading)) for grade in grades]
        found[f"prompt_level_{reading}_acc"] = all(verdicts)
        found[f"inst_level_{reading}_acc"] = verdicts
    return found


def _readings(grades: Sequence[Grade]) -> list[str]:
    return ["strict"] if any(grade.loose is None for grade in grades) else ["strict", "loose"]


def _standard(task: LmEvalTask) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    verdicts = [metrics for graded in task.graded if (metrics := _sample_metrics(task, graded))]
    if standard_metrics(task.benchmark) and verdicts:
        for name in verdicts[0]:
            values = [metrics[name] for metrics in verdicts]
            flat = [value for each in values for value in each] if name.startswith("inst_level") else values
            found[f"{name},{FILTER}"] = sum(flat) / len(flat)
            found[f"{name}_stderr,{FILTER}"] = "N/A" if flat is not values else _standard_error(values)
    return found


def _own(task: LmEvalTask) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for metric in task.metrics:
        group = "" if metric.group == "all" else "_" + re.sub(r"\W+", "_", metric.group)
        found[f"{metric.metric}{group},{FILTER}"] = metric.value
        found[f"{metric.metric}{group}_stderr,{FILTER}"] = "N/A"
    return found


def _standard_error(values: Sequence[bool]) -> float | str:
    """Return the standard error of the mean, with Bessel's correction."""
    if len(values) < 2:
        return "N/A"
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)) / math.sqrt(len(values))


def _config(task: LmEvalTask) -> dict[str, Any]:
    return {
        "task": task.name,
        "output_type": "generate_until",
        "num_fewshot": 0,
        "metadata": {"version": task.version, "options": dict(task.options)},
    }


def _hashes(sample: Mapping[str, Any]) -> str:
    return f"{sample['doc_hash']}{sample['prompt_hash']}{sample['target_hash']}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
