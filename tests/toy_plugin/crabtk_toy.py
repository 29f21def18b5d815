"""A third party's plugin: one object for every hook, from crabtk's public names alone."""

from __future__ import annotations

import json
import math
import shutil

from crabtk import (
    BenchmarkItem,
    Completion,
    Constraint,
    ConstraintType,
    Count,
    Grade,
    Message,
    RowReader,
    TrainingOutcome,
    TrainingProgress,
    hookimpl,
)


class Questions(ConstraintType):
    """How many question marks a text holds."""

    name = "toy:questions"
    fields = {"n": Count()}  # noqa: RUF012
    wordings = (
        "Use exactly {n} question {n|mark|marks}.",
        "Your response must hold exactly {n} question {n|mark|marks}.",
    )

    def measure(self, text, rng):
        n = text.raw.count("?")
        return {"n": n} if n else None

    def check(self, text, params):
        return text.raw.count("?") == params["n"]


class ToySet:
    """Calls its one instruction, ``toy:ask``, another name for ``toy:questions``."""

    name = "toy"
    ids = {"toy:ask": (Questions.name,)}  # noqa: RUF012

    def upstream(self, id_, kwargs, prompt, seed):
        return lambda text: text.raw.count("?") == kwargs["questions"]

    def canonical(self, id_, kwargs, prompt):
        return [Constraint(Questions.name, {"n": kwargs["questions"]})]

    def alias(self, constraint):
        return ("toy:ask", {"questions": constraint.params["n"]}) if constraint.type == Questions.name else None


class ToyBackend:
    """Answers without a model: the first choice, the least that a schema admits, or the prompt's last words."""

    name = "toy"

    def __init__(self, model: str, *, words: int = 40) -> None:
        self.model, self.words = model, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return None

    def generate(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        if request.choices:
            chances = {choice: math.log(2.0 ** -(n + 1)) for n, choice in enumerate(request.choices)}
            return Completion(request.choices[0], choice_logprobs=chances)
        if request.json_schema is not None:
            return Completion(json.dumps(instance(request.json_schema, request.json_schema)))
        if request.regex is not None:
            return Completion("", "error", error="the toy backend knows no regular expressions")
        return Completion(" ".join(request.messages[-1].content.split()[-self.words :]))


def instance(schema, root):
    """Return a small JSON value that a schema admits."""
    if "$ref" in schema:
        return instance(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "anyOf" in schema:
        return instance(schema["anyOf"][0], root)
    kind = schema.get("type", "null")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "object":
        return {name: instance(inner, root) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [instance(schema["items"], root)] * schema.get("minItems", 0)
    return {"string": "Write in a calm voice.", "integer": 1, "number": 1.0, "boolean": True}.get(kind)


class ToyReader(RowReader):
    """Reads rows of the form {"q": …, "a": …}."""

    name = "toy"

    def recognises(self, value):
        return self.has(value, "q", "a")

    def pair(self, value):
        return value["q"], value["a"]


class ToyTrainer:
    """Trains nothing: the model is copied."""

    name = "toy"

    def __init__(self, *, steps: int = 2) -> None:
        self.steps = steps

    def train(self, job, report):
        shutil.copytree(job.model, job.output, dirs_exist_ok=True)
        history = [{"step": float(step), "loss": 1.0 / step} for step in range(1, self.steps + 1)]
        for entry in history:
            report(TrainingProgress(int(entry["step"]), self.steps, {"loss": entry["loss"]}))
        with job.examples.open() as examples:
            return TrainingOutcome(tuple(history), {"examples": sum(1 for _ in examples)})


class ToyBenchmark:
    """Asks for questions."""

    name = "toy"

    def __init__(self, *, questions: int = 2) -> None:
        self.questions = questions

    def items(self, tables):
        return [
            BenchmarkItem(str(n), (Message("user", f"Ask {n} questions about cheese."),), {"n": n})
            for n in range(1, self.questions + 1)
        ]

    def grade(self, item, response, checks):
        holds = checks.types[Questions.name].check(response, item.payload)
        return [Grade(Questions.name, strict=holds)]


@hookimpl
def register_seed_readers(register):
    register(ToyReader())


@hookimpl
def register_constraint_types(register):
    register(Questions())


@hookimpl
def register_instruction_sets(register):
    register(ToySet())


@hookimpl
def register_backends(register):
    register(ToyBackend)


@hookimpl
def register_trainers(register):
    register(ToyTrainer)


@hookimpl
def register_benchmarks(register):
    register(ToyBenchmark)
