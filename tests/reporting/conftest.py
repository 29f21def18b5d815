"""A made-up run whose tables follow the schemas, hostile text included."""

import json
import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from crabtk import schemas
from crabtk.reporting.inputs import ReportInputs
from crabtk.scoring.aggregate import aggregate
from crabtk.settings import Composition, Engine, Seeds, SeedSource, Settings

SAMPLES = Path(__file__).parents[2] / "crabtk" / "samples"
HOSTILE = (
    '<script>alert("x")</script> {{ 7*7 }} & "quoted" `code` | pipe\n</pre></div><img src=x onerror=alert(1)>',
    "🦀 emoji 👩‍🚀 and مرحبا بالعالم, שלום, 你好，世界 \u202e reversed \x1b[31m \x00 end",
    "word " * 20_000,
)
MEASURED = {
    "length:words": "Use at most {n} words.",
    "length:sentences_per_paragraph": "Keep every paragraph to at most {n} sentences.",
    "keyword:include": 'Include the phrase "crab {n}".',
    "punctuation:absent": "Do not use any semicolons, version {n}.",
    "format:bullets": "Use exactly {n} bullet points.",
    "format:heading": "Begin with a heading of level {n}.",
    "letters:case": "Write {n} words in capitals.",
    "start:first_word": 'Start with the word "Word{n}".',
}
TRANSLATED = {"style:writing": "Write in a calm, plain style ({n}).", "semantics:elements": "Mention the sea ({n})."}


def _pairs() -> list[tuple[str, str]]:
    lines = [
        line for name in ("creative", "practical") for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines()
    ]
    rows = [json.loads(line) for line in lines[:57]]
    found = [(row["prompt"], row["completion"]) for row in rows]
    return found + [(f"Answer this: {text[:80]}", text) for text in HOSTILE]


def _seeds() -> pl.DataFrame:
    rows = []
    for place, (instruction, response) in enumerate(_pairs()):
        chat = place % 12 == 11
        turns = [{"role": "user", "content": instruction}, {"role": "assistant", "content": response}]
        rows.append(
            {
                "seed_id": f"sample-{place:08d}",
                "source": "chat <b>|evil`" if chat else "creative",
                "use": "chat" if chat else "seed",
                "system": None,
                "instruction": instruction,
                "response": response,
                "language": "en" if place % 9 else "ar",
                "split": "held_out" if place % 5 == 4 else "train",
                "messages": turns,
            }
        )
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Seeds))


def _constraint(seed_id, type_, wording, rng, **values):
    n = rng.randint(1, 300)
    row = {
        "seed_id": seed_id,
        "constraint_id": f"{seed_id}/{type_}",
        "type": type_,
        "params": json.dumps({"n": n}),
        "text": wording.replace("{n}", str(n)),
        "origin": "measured",
        "verdict": "holds",
        "score": 1.0,
        "judged_by": "code",
        "informative": round(rng.random(), 2),
        "conflicts": [],
    }
    return row | values


CONSTRAINTS = schemas.columns(schemas.Constraints)


def _all_constraints(seeds: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = random.Random(3)
    measured, translated = [], []
    for seed_id in seeds.filter(pl.col("use") == "seed")["seed_id"]:
        for type_, wording in MEASURED.items():
            if rng.random() < 0.7:
                measured.append(_constraint(seed_id, type_, wording, rng))
        for type_, wording in TRANSLATED.items():
            unjudged = {
                "origin": "translated",
                "verdict": "unknown",
                "score": None,
                "judged_by": None,
                "informative": None,
            }
            translated.append(_constraint(seed_id, type_, wording, rng, **unjudged))
    return pl.DataFrame(measured, schema=CONSTRAINTS), pl.DataFrame(translated, schema=CONSTRAINTS)


def _judged(translated: pl.DataFrame) -> pl.DataFrame:
    verdicts = ["holds", "fails", "unknown", "holds"]
    return translated.with_columns(
        verdict=pl.Series([verdicts[place % 4] for place in range(translated.height)]),
        score=pl.Series([[0.91, 0.2, None, 0.88][place % 4] for place in range(translated.height)]),
        judged_by=pl.lit("model"),
    )


def _crab(seeds: pl.DataFrame, constraints: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for place, seed in enumerate(seeds.to_dicts()):
        own = constraints.filter((pl.col("seed_id") == seed["seed_id"]) & (pl.col("verdict") == "holds")).to_dicts()[:7]
        kind = "chat" if seed["use"] == "chat" else "reverse" if place % 4 == 3 else "forward"
        listed = "\n".join(f"- {each['text']}" for each in own)
        request, target = f"{seed['instruction']}\n\n{listed}", seed["response"]
        if kind == "reverse":
            request, target = f"{request[:200]}\n\n{target}", json.dumps([each["text"] for each in own])
        shown = kind == "forward" and place % 2 == 0
        turns = [{"role": "user", "content": "A shown request"}, {"role": "assistant", "content": "A shown answer"}]
        turns = turns * shown + [{"role": "user", "content": request}, {"role": "assistant", "content": target}]
        rows.append(
            {
                "example_id": f"example-{place:04d}",
                "kind": kind,
                "messages": turns,
                "seed_id": seed["seed_id"],
                "instruction_id": seed["seed_id"],
                "constraint_ids": [] if kind == "chat" else [each["constraint_id"] for each in own],
                "demonstration_ids": ["sample-00000001"] * shown,
                "split": seed["split"],
            }
        )
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Crab))


def _responses(crab: pl.DataFrame, constraints: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make responses to the held-out prompts, and their grades."""
    rng = random.Random(5)
    types = dict(constraints.select("constraint_id", "type").rows())
    rows, grades = [], []
    for model, chance in (("base", 0.5), ("sft", 0.75)):
        for place, item in enumerate(
            crab.filter((pl.col("split") == "held_out") & (pl.col("kind") == "forward")).to_dicts()
        ):
            response = (
                HOSTILE[place % 3] if place % 3 else f"{model} says: a plain answer, number {place}.\n\n- one\n- two"
            )
            key = {"model": model, "benchmark": "held_out", "item_id": item["example_id"]}
            prompt = json.dumps(item["messages"][:-1])
            reason = "length" if place % 7 == 6 else "stop"
            rows.append({**key, "prompt": prompt, "response": response, "finish_reason": reason})
            graded = {"loose": True, "score": None, "judged_by": "code", "cluster": item["example_id"]}
            grades += [
                {**key, "type": types[each], "strict": rng.random() < chance, **graded}
                for each in item["constraint_ids"]
            ]
    schema = schemas.columns(schemas.Grades)
    return pl.DataFrame(rows), pl.DataFrame(grades, schema=schema)


def _scores() -> pl.DataFrame:
    rows = []
    for model, lift in (("base", 0.0), ("sft", 0.11)):
        groups = [("prompt_strict", "all", 0.125, 96), ("constraint_strict", "all", 0.44, 610)]
        groups += [("prompt_loose", "all", 0.16, 96), ("constraint_loose", "all", 0.48, 610)]
        for place, type_ in enumerate((*MEASURED, *TRANSLATED)):
            groups.append(("constraint_strict", f"type {type_}", 0.2 + 0.05 * place, 61))
            groups.append(("constraint_strict", f"family {type_.split(':')[0]}", 0.2 + 0.05 * place, 61))
        for metric, group, value, count in dict.fromkeys(groups):
            reached = round(value + lift * (1 if len(group) % 3 else -0.5), 4)
            row = {"model": model, "benchmark": "held_out", "metric": metric, "group": group, "value": reached}
            rows.append(row | {"count": count, "low": max(reached - 0.07, 0.0), "high": min(reached + 0.08, 1.0)})
    return pl.DataFrame(rows).unique(["model", "metric", "group"], keep="first", maintain_order=True)


def _audit() -> pl.DataFrame:
    rng = random.Random(7)
    rows = []
    for place in range(80):
        truth = place % 2 == 0
        score = None if place % 20 == 19 else min(max(rng.gauss(0.56 if truth else 0.52, 0.2), 0.0), 1.0)
        planted = "own" if truth else ("other_owner", "other_params")[place // 2 % 2]
        row = {"case_id": f"case-{place}", "seed_id": "sample-00000001", "type": "length:words", "text": "Use 5 words."}
        rows.append(row | {"planted": planted, "truth": truth, "score": score})
    return pl.DataFrame(rows)


def _ledger() -> pl.DataFrame:
    rows = [
        (
            "seeds",
            "creative.jsonl",
            place + 1,
            None,
            f"the response has {place + 3} words, fewer than 200",
            HOSTILE[place % 3],
        )
        for place in range(23)
    ]
    rows += [("seeds", "creative.jsonl", 40, None, 'no field "response"', '{"instruction": "x"}')]
    rows += [("constraints", "translated_constraints", None, f"sample-{n}", HOSTILE[0], HOSTILE[1]) for n in range(2)]
    schema = schemas.columns(schemas.Ledger)
    return pl.DataFrame([(*row[:-1], row[-1][:2000]) for row in rows], schema=schema, orient="row")


def _stages() -> list[dict]:
    names = ("seeds", "measured_constraints", "translated_constraints", "constraints", "crab", "sft_model", "scores")
    kinds = ("model_calls", "cached_calls", "prompt_tokens", "cached_tokens", "generated_tokens")
    unknown = dict.fromkeys(kinds)
    calls = dict(zip(kinds, (660, 12, 1_234_567, 900_001, 45_678), strict=True))
    return [
        {
            "name": name,
            "state": "cached" if place % 2 else "computed",
            "rows_in": 1000 * place + 83,
            "rows_out": 1000 * place + 60,
            "rejected": 23,
            "seconds": 0.4 + 37.7 * place**2,
            **(calls if name in ("translated_constraints", "scores") else unknown),
        }
        for place, name in enumerate(names)
    ]


def _settings() -> Settings:
    sources = (
        SeedSource(path="/home/someone/private/creative.jsonl", licence="apache-2.0"),
        SeedSource(path="chat.jsonl", name="chat <b>|evil`", licence="cc-by-4.0", use="chat"),
    )
    engine = Engine(backend="openai", model="HuggingFaceTB/SmolLM2-135M-Instruct", options={"api_key": "sk-secret"})
    return Settings(seeds=Seeds(sources=sources), engines={"default": engine})


@pytest.fixture(scope="session")
def inputs() -> ReportInputs:
    """A whole run whose judge was no good."""
    seeds = _seeds()
    measured, translated = _all_constraints(seeds)
    constraints = pl.concat([measured, translated])
    crab = _crab(seeds, constraints)
    responses, grades = _responses(crab, constraints)
    tables = {
        schemas.Seeds: seeds,
        schemas.Constraints: constraints,
        schemas.Crab: crab,
        schemas.Responses: responses,
        schemas.Grades: grades,
        schemas.Scores: (scores := _scores()),
        schemas.Audit: (audit := _audit()),
        schemas.Ledger: (ledger := _ledger()),
    }
    for model, table in tables.items():
        model.validate(table)
    return ReportInputs(
        seeds=seeds,
        measured_constraints=measured,
        translated_constraints=translated,
        judge_audit=audit,
        constraints=constraints,
        crab=crab,
        responses=responses,
        grades=grades,
        scores=scores,
        ledger=ledger,
        history=[
            {"step": step, "loss": 2.4 / (1 + step / 20) + (step % 5) / 30, "learning_rate": 1e-4}
            for step in range(1, 61)
        ],
        training_figures={"examples": 48, "tokens": 61_234, "truncated": 2, "dropped": 0},
        audit_figures={
            "auc": 0.53,
            "auc_low": 0.41,
            "auc_high": 0.65,
            "threshold": None,
            "recall": 0.075,
            "false_holds": 0.05,
            "cases_true": 40,
            "cases_false": 40,
            "unreadable": 4,
            "accepted": False,
            "reason": "ROC AUC 0.53 (95 % CI 0.41–0.65) on 40 true and 40 false planted cases; no threshold passes",
            "model": "HuggingFaceTB/SmolLM2-135M-Instruct",
        },
        stages=_stages(),
        settings=_settings(),
        versions={"crabtk": "0.1.0", "polars": pl.__version__, "crabtk-transformers": "0.1.0"},
        rechecked={"checked": 271, "held": 271},
        title="Sample run <i>🦀</i>",
    )


@pytest.fixture(scope="session")
def accepted(inputs: ReportInputs) -> ReportInputs:
    """The same run with a judge that was let in."""
    figures = {**inputs.audit_figures, "auc": 0.93, "auc_low": 0.88, "auc_high": 0.98, "accepted": True}
    figures |= {"threshold": 0.71, "recall": 0.8, "false_holds": 0.025, "reason": "accepted"}
    assert inputs.measured_constraints is not None and inputs.translated_constraints is not None
    constraints = pl.concat([inputs.measured_constraints, _judged(inputs.translated_constraints)])
    return replace(inputs, audit_figures=figures, constraints=constraints)


CHANCES = {
    "base": 0.3,
    "sft": 0.6,
    "dpo": 0.62,
    "grpo": 0.8,
    "rival/7b": 0.5,
    "plain": 0.3,
    "official": 0.45,
    "ours": 0.6,
}


def _many_grades() -> pl.DataFrame:
    """Make grades of twelve models on a held-out split and on a benchmark that two registries judge."""
    rng = random.Random(11)
    names = [name for name in CHANCES if name not in ("plain", "official", "ours")]
    names += [f"{arm}#{repeat}" for arm in ("plain", "official", "ours") for repeat in (1, 2, 3)]
    types = [*MEASURED, *TRANSLATED]
    rows = []
    for benchmark in ("held_out", "ifeval", "ifeval:fixed"):
        items = {f"item-{n:03d}": rng.sample(types, 1 + n % 4) for n in range(40)}
        for model in names:
            for item, asked in items.items():
                hard = rng.random() < 0.2
                for type_ in asked:
                    strict = not hard and rng.random() < CHANCES[model.partition("#")[0]]
                    loose = strict or rng.random() < 0.2
                    rows.append((model, benchmark, item, type_, strict, loose, None, "code", item))
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Grades), orient="row")


def _own_metrics() -> pl.DataFrame:
    """Make figures of a benchmark with formulas of its own: one counts, and some have no interval."""
    rows = []
    for place, model in enumerate(("base", "sft", "grpo", "plain#1", "plain#2")):
        rows += [
            (model, "followbench", "hsr", f"level {n}", 0.9 - 0.06 * n + 0.02 * place, 40, None, None)
            for n in (1, 2, 3, 10)
        ]
        rows.append((model, "followbench", "hsr", "all", 0.5 + 0.02 * place, 160, 0.4, 0.62))
        rows.append((model, "followbench", "csl", "all", 0.8 + 0.4 * place, 20, None, None))
    return pl.DataFrame(rows, schema=schemas.columns(schemas.Scores), orient="row")


def _many_responses(grades: pl.DataFrame) -> pl.DataFrame:
    keys = grades.filter(pl.col("benchmark") != "ifeval:fixed").select("model", "benchmark", "item_id").unique()
    rows = [
        {
            **key,
            "prompt": json.dumps([{"role": "user", "content": f"Answer {key['item_id']}."}]),
            "response": f"{key['model']} answers {key['item_id']}.",
            "finish_reason": "stop",
        }
        for key in keys.sort(pl.all()).to_dicts()
    ]
    return pl.DataFrame(rows)


def _trainings() -> dict[str, dict]:
    def log(steps, **values):
        return [{"step": step, **{key: curve(step) for key, curve in values.items()}} for step in steps]

    falling = {"loss": lambda step: 2.0 / step**0.3}
    margins = {"rewards/margins": lambda step: 0.02 * step, "rewards/accuracies": lambda step: 0.5 + step / 100}
    reward = {"reward": lambda step: 0.3 + step / 100, "kl": lambda step: step / 1000}
    wires = {"trip_wire/reward": lambda step: 0.4, "trip_wire/hacked": lambda step: step / 80}
    found = {
        "grpo": {"history": log(range(41), **reward) + log((0, 20, 40), **wires), "figures": {"prompts": 24}},
        "sft": {"history": log(range(1, 31), **falling) + log((10, 20, 30), eval_loss=lambda step: 1.5), "figures": {}},
        "dpo": {"history": log(range(1, 31), **falling, **margins), "figures": {"pairs": 12}},
    }
    for arm in ("plain", "official", "ours"):
        found |= {f"{arm}#{n}": {"history": log(range(1, 31), **falling), "figures": {"tokens": 9}} for n in (1, 2, 3)}
    return found


@pytest.fixture(scope="session")
def many(inputs: ReportInputs) -> ReportInputs:
    """A run with every stage, controls over three repeats, a further model and three benchmarks."""
    grades = _many_grades()
    settings = inputs.settings.model_copy(update={"composition": Composition(kept_out=("letters", "format:heading"))})
    scores = aggregate(grades, settings.composition.kept_out, seed=settings.seed)
    scores = pl.concat([scores, _own_metrics()])
    schemas.Scores.validate(scores)
    return replace(
        inputs,
        grades=grades,
        scores=scores,
        responses=_many_responses(grades),
        trainings=_trainings(),
        history=(),
        training_figures={},
        settings=settings,
    )
