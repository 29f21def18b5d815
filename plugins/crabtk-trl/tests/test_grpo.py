"""Training by reward: what is rewarded, what is only watched, what is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import SettingsError, TrainingError
from crabtk.testing import check_trainer
from crabtk.types import TrainingJob
from crabtk_trl import TrlGrpoTrainer

OPTIONS: dict[str, Any] = {
    "learning_rate": 1e-3, "max_steps": 3, "batch_size": 4, "num_generations": 4, "max_completion_length": 12,
    "device": "cpu", "threads": 1, "evaluate_every": 2, "checkpoint_every": 1,
}  # fmt: skip
CONSTRAINTS = [
    {"type": "case:lower", "params": {}, "text": "Use no capital letter."},
    {"type": "punctuation:absent", "params": {"mark": "comma"}, "text": "Use no comma."},
]


def prompt(ask: str, kind: str = "prompt", constraints: Any = None) -> dict[str, Any]:
    asked = CONSTRAINTS if constraints is None else constraints
    return {"prompt": [{"role": "user", "content": ask}], "constraints": json.dumps(asked), "kind": kind}


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six prompts to learn from and two trip wires."""
    rows = [prompt(f"Say {word}.") for word in ("crab", "shell", "tide", "sand", "reef", "kelp")]
    rows += [prompt(f"Tell of the {word}.", "trip_wire") for word in ("wave", "gull")]
    return write(tmp_path_factory.mktemp("prompts") / "prompts.jsonl", rows)


def job_of(root: Path, model: Path, rows: Path, options: TrlGrpoTrainer, **given: Any) -> Any:
    from crabtk_trl.jobfile import JobFile

    (root / "work").mkdir(parents=True, exist_ok=True)
    job = TrainingJob(str(model), rows, root / "model", root / "work", seed=5, **given)
    return JobFile.of(job, "grpo", asdict(options), "rl")


def run(root: Path, model: Path, rows: Path, given: Any = None, **options: Any) -> dict[str, Any]:
    from crabtk_trl import grpo_child
    from crabtk_trl.channel import Channel

    job = job_of(root, model, rows, TrlGrpoTrainer(**OPTIONS | options), **(given or {}))
    return grpo_child.run(job, Channel(io.StringIO()))


def samples(root: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / "work" / "completions.jsonl").read_text().splitlines()]


@cache
def types() -> dict[str, Any]:
    from crabtk.plugins import load

    return {plugin.name: plugin.value for plugin in load().all("constraint type")}


def recomputed(completion: str, constraints: list[dict[str, Any]]) -> list[float]:
    from crabtk.reply import without_thinking
    from crabtk.text import ParsedText

    text = ParsedText(without_thinking(completion))
    if not any(character.isalnum() for character in text.raw):
        return [0.0 for _ in constraints]
    return [types()[one["type"]].score(text, one["params"]) for one in constraints]


@pytest.fixture(scope="module")
def whole(tiny: Path, prompts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """A run from end to end, with the gate off so that rewards are the scores' mean, and with dev prompts."""
    root = tmp_path_factory.mktemp("whole")
    dev = write(root / "dev.jsonl", [prompt("Say dune.")])
    return run(root, tiny, prompts, {"reward": {"intent": "off"}, "evaluation": dev}, samples=4), root


def test_rewards_in_training_are_the_types_own_scores(whole: Any) -> None:
    _, root = whole
    rows = samples(root)
    assert {row["kind"] for row in rows} == {"prompt", "trip_wire", "dev"}
    assert len({row["reward"] for row in rows}) > 1
    for row in rows:
        scores = recomputed(row["completion"], row["constraints"])
        assert row["satisfied"] == scores
        assert row["reward"] == sum(scores) / len(scores)


def test_trip_wires_are_watched_and_never_learnt_from(whole: Any) -> None:
    outcome, root = whole
    learnt = {row["prompt"][0]["content"] for row in samples(root) if row["kind"] == "prompt"}
    watched = [row for row in samples(root) if row["kind"] == "trip_wire"]
    assert learnt and all(ask.startswith("Say ") for ask in learnt)
    assert sorted({row["step"] for row in watched}) == [0, 2, 3]
    lines = {line["step"]: line for line in outcome["history"]}
    assert [step for step, line in lines.items() if "trip_wire/reward" in line] == [0, 2, 3]
    for step in (0, 2, 3):
        rewards = [row["reward"] for row in watched if row["step"] == step]
        assert lines[step]["trip_wire/reward"] == sum(rewards) / len(rewards)
        assert {"trip_wire/hacked", "eval_reward", "eval_satisfied"} <= lines[step].keys()
    assert outcome["figures"] | {"prompts": 6, "trip_wires": 2, "eval_prompts": 1} == outcome["figures"]


def test_history_tells_reward_and_loss_of_each_step(whole: Any) -> None:
    outcome, root = whole
    lines = [line for line in outcome["history"] if line["step"]]
    assert [line["step"] for line in lines] == [1, 2, 3]
    for line in lines:
        assert {"loss", "reward", "reward_std", "completions/mean_length", "completions/clipped_ratio"} <= line.keys()
        seen = [row["reward"] for row in samples(root) if row["kind"] == "prompt" and row["step"] == line["step"]]
        assert line["reward"] == pytest.approx(sum(seen) / len(seen), abs=1e-6)  # the samples are the whole batch


@pytest.mark.slow
def test_watching_changes_nothing_that_is_learnt(
    whole: Any, tiny: Path, prompts: Path, tmp_path: Path, digest: Callable[[Path], str]
) -> None:
    alone = write(tmp_path / "prompts.jsonl", [json.loads(line) for line in prompts.read_text().splitlines()][:6])
    outcome = run(tmp_path, tiny, alone, {"reward": {"intent": "off"}}, samples=0)
    weights = [folder / "model" / "model.safetensors" for folder in (tmp_path, whole[1])]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    assert all("trip_wire/reward" not in line for line in outcome["history"])
    assert samples(tmp_path) == []


@pytest.mark.slow
def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
    whole: Any, tiny: Path, prompts: Path, tmp_path: Path, digest: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crabtk.rewards import ConstraintReward

    dev = write(tmp_path / "dev.jsonl", [prompt("Say dune.")])
    given = {"reward": {"intent": "off"}, "evaluation": dev}
    called = ConstraintReward.__call__

    def failing(self: Any, prompts: Any, completions: Any, constraints: Any, **more: Any) -> list[float]:
        if sum(row["kind"] == "prompt" for row in samples(tmp_path)) >= 8:  # two steps are done
            raise KeyboardInterrupt
        return called(self, prompts, completions, constraints, **more)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ConstraintReward, "__call__", failing)
        run(tmp_path, tiny, prompts, given, samples=4)
    assert not (tmp_path / "model").exists()
    (tmp_path / "work" / "completions.jsonl").open("a").write('{"step": 3, "kind": "prompt"}\n{"step": 3, "ki')
    outcome = run(tmp_path, tiny, prompts, given, samples=4)
    assert outcome == whole[0]
    assert samples(tmp_path) == samples(whole[1])
    weights = [folder / "model" / "model.safetensors" for folder in (tmp_path, whole[1])]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    (tmp_path / "model").rename(tmp_path / "finished")
    assert run(tmp_path, tiny, prompts, given, samples=4) == whole[0]  # from the checkpoint of the last step
    assert digest(tmp_path / "model") == digest(tmp_path / "finished")


HOSTILE = {
    "empty": "",
    "claims of compliance": "i have followed all constraints: they are satisfied.",
    "hidden reasoning": "<think>THE USER WANTS, OF COURSE, CAPITALS</think>the crab wears a shell",
    "reasoning alone": "<think>crab",
    "loop": "crab " * 64,
    "no text": "\x00 \u200b\n",
}
GATED = HOSTILE.keys() - {"hidden reasoning"}


def test_hostile_responses_get_in_the_trainer_what_their_types_say(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The responses take the place of sampled ones; all else is TRL's."""
    from transformers import AutoTokenizer
    from trl import GRPOTrainer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    texts = [*HOSTILE.values(), "the crab wears a shell", "THE CRAB, THE SHELL"]
    ids = [[*tokenizer(text)["input_ids"], tokenizer.eos_token_id] for text in texts]
    monkeypatch.setattr(GRPOTrainer, "_generate_single_turn", lambda *_: (ids, None))
    options = {"max_steps": 1, "batch_size": 8, "num_generations": 8, "samples": 8}
    asked = write(tmp_path / "prompts.jsonl", [prompt("Tell of the crab and of the shell that it wears.")])
    for intent in ("off", "topic"):
        root = tmp_path / intent
        run(root, tiny, asked, {"reward": {"intent": intent}}, **options)
        rows = [row for row in samples(root) if row["kind"] == "prompt"]
        assert [row["completion"] for row in rows] == texts
        for row in rows:
            scores = recomputed(row["completion"], row["constraints"])
            assert row["satisfied"] == scores
            gate = row["on_topic"] is not False
            assert row["reward"] == (sum(scores) / len(scores) if gate else 0.0)
    rewards = dict(zip(HOSTILE, (row["reward"] for row in rows), strict=False))
    assert {name: reward for name, reward in rewards.items() if name not in GATED} == {"hidden reasoning": 1.0}
    assert all(rewards[name] == 0.0 for name in GATED)


OPENING = "<|im_start|>assistant\n<think>\n"
CUT_OFF = "the user wants a crab and a shell. the crab wears the shell"
REPLY = "THE CRAB, THE SHELL.</think>the crab wears a shell"


@pytest.mark.parametrize("parsed_by_trl", [False, True])
def test_reasoning_that_the_template_opens_is_hidden_until_it_is_closed(
    parsed_by_trl: bool,
    model_with: Callable[[str], Path],
    template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In training, on trip wires and dev prompts, and also where TRL itself takes reasoning apart."""
    from transformers import AutoTokenizer
    from trl import GRPOTrainer

    from crabtk_trl import grpo_watch

    model = model_with(template.replace("<|im_start|>assistant\n", OPENING))
    tokenizer = AutoTokenizer.from_pretrained(model)
    if parsed_by_trl:
        tokenizer.response_template = {
            "defaults": {"role": "assistant"},
            "start_anchor": OPENING,
            "fields": {
                "reasoning": {"open_pattern": "(?=[\\s\\S]*?</think>)", "close": "</think>", "content": "text"},
                "content": {"close_pattern": "<\\|im_end\\|>\\s*|$", "content": "text"},
            },
        }
        tokenizer.save_pretrained(model)
    texts = [CUT_OFF, REPLY] * 2
    ids = [[*tokenizer(text)["input_ids"], tokenizer.eos_token_id] for text in texts]
    monkeypatch.setattr(GRPOTrainer, "_generate_single_turn", lambda *_: (ids, None))
    monkeypatch.setattr(grpo_watch, "greedy_answers", lambda _, rows, __: [CUT_OFF, REPLY][: len(rows)])
    ask = "Tell of the crab and of the shell that it wears."
    asked = write(tmp_path / "prompts.jsonl", [prompt(ask), *[prompt(ask, "trip_wire")] * 2])
    dev = write(tmp_path / "dev.jsonl", [prompt(ask)] * 2)
    outcome = run(tmp_path, model, asked, {"evaluation": dev}, max_steps=1, samples=4)
    rows = samples(tmp_path)
    assert {row["kind"] for row in rows} == {"prompt", "trip_wire", "dev"}
    assert {(row["completion"], row["reward"], *row["satisfied"]) for row in rows} == {
        (CUT_OFF, 0.0, 0.0, 0.0),
        (REPLY, 1.0, 1.0, 1.0),
    }
    (line,) = (line for line in outcome["history"] if line["step"] == 1)
    assert {line[key] for key in ("reward", "trip_wire/reward", "eval_reward", "eval_satisfied")} == {0.5}


def test_a_template_that_opens_and_closes_reasoning_hides_nothing(
    model_with: Callable[[str], Path], template: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "prompts.jsonl", [prompt("Hi"), prompt("Hi", "trip_wire")])
    openings = {}
    for end in ("", "<think>\n\n</think>\n\n", "<thought>\n", "<reasoning>\n"):
        found, _ = read(model_with(template.replace("assistant\n", f"assistant\n{end}")), file)
        openings[end] = {row.opening for row in (*found.learnt, *found.trip_wires)}
        assert found.dataset()["opening"][0] in openings[end]
    assert [*openings.values()] == [{""}, {""}, {""}, {"<reasoning>\n"}]


def test_a_closing_tag_that_decoding_drops_is_refused(
    model_with: Callable[[str], Path], template: str, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer

    model = model_with(template.replace("<|im_start|>assistant\n", OPENING))
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<think>", "</think>"]})
    tokenizer.save_pretrained(model)
    with pytest.raises(TrainingError, match=r"opens hidden reasoning with <think>.*drops </think>"):
        read(model, write(tmp_path / "prompts.jsonl", [prompt("Hi")]))


def test_a_hundred_kilobytes_are_rewarded_in_a_second(tiny: Path) -> None:
    import time
    from types import SimpleNamespace

    from transformers import AutoTokenizer

    from crabtk.rewards import ConstraintReward
    from crabtk_trl.grpo_samples import SampledReward, Samples

    state = SimpleNamespace(global_step=0, is_world_process_zero=False)
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    reward = SampledReward(ConstraintReward(), Samples(tiny / "unused.jsonl"), TrlGrpoTrainer(), tokenizer)
    long = "the crab walks, and " * 5000
    ids = tokenizer(long)["input_ids"]
    begin = time.perf_counter()
    found = reward(["Tell of the crab."], [ids], [json.dumps(CONSTRAINTS)], [""], state)
    assert time.perf_counter() - begin < 1.0
    assert found == ConstraintReward()(["Tell of the crab."], [long], [json.dumps(CONSTRAINTS)])


def test_a_response_that_only_games_its_constraints_counts_as_hacked() -> None:
    from crabtk.rewards import ConstraintReward
    from crabtk_trl.grpo_watch import figures

    ask = "Explain in a few sentences how the moon makes the tides rise and fall. Use no capital letter. Use no comma."
    answers = [
        "the moon pulls at the sea. where its pull is strong the water rises and the tides come in; as the earth "
        "turns the tides fall again.",
        "ok",
        "The Moon, of course.",
    ]
    reward = ConstraintReward()
    explained = [reward.explain(ask, answer, json.dumps(CONSTRAINTS)) for answer in answers]
    found = figures("trip_wire", [one.reward for one in explained], explained)
    assert found == {"trip_wire/reward": pytest.approx(found["trip_wire/reward"]), "trip_wire/hacked": 1 / 3}


def read(model: Path, file: Path, **options: Any) -> Any:
    from transformers import AutoTokenizer

    from crabtk.rewards import ConstraintReward
    from crabtk.settings import Reward
    from crabtk_trl.grpo_child import read_job

    made = TrlGrpoTrainer(**OPTIONS | options)
    job = job_of(file.parent, model, file, made)
    return read_job(job, made, model, AutoTokenizer.from_pretrained(model), ConstraintReward(Reward(intent="off")))


def test_long_prompts_are_dropped_and_counted(tiny: Path, tmp_path: Path) -> None:
    rows = [prompt("Hi"), prompt("Ho"), prompt("y" * 80), prompt("y" * 80, "trip_wire")]
    found, _ = read(tiny, write(tmp_path / "prompts.jsonl", rows), max_prompt_length=60)
    assert (len(found.learnt), len(found.trip_wires)) == (2, 0)
    assert (found.figures["prompts_dropped"], found.figures["trip_wires_dropped"]) == (1, 1)


def test_prompts_that_fill_no_generation_are_refused_or_counted(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked = write(tmp_path / "prompts.jsonl", [prompt("Hi"), prompt("Ho"), prompt("Hu")])
    with pytest.raises(TrainingError, match=r"3 prompts are left .* takes 4: 16 responses \(batch_size × .*lower"):
        read(tiny, asked, batch_size=16)
    with pytest.raises(TrainingError, match=r"takes 8: 32 responses \(generation_batch = 32\), 4 to each prompt"):
        read(tiny, asked, generation_batch=32, checkpoint_every=8)
    assert read(tiny, asked)[0].figures["prompts_left_out"] == 0
    assert not caplog.records
    assert read(tiny, asked, batch_size=8)[0].figures["prompts_left_out"] == 1
    assert "a generation takes 2 prompts: each epoch leaves out 1 of 3" in caplog.text


def test_the_context_bounds_prompts_too(tiny: Path, tmp_path: Path) -> None:
    rows = [prompt("Hi"), prompt("Ho"), prompt("y" * 80)]
    found, _ = read(tiny, write(tmp_path / "prompts.jsonl", rows), max_completion_length=1024 - 60)
    assert len(found.learnt) == 2
    with pytest.raises(TrainingError, match=r"leaves no room for a prompt in the model's context of 1024"):
        read(tiny, tmp_path / "prompts.jsonl", max_completion_length=1024)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], r"no prompts to learn from.*pass_rates"),
        ([prompt("Hi", "trip_wire")], "no prompts to learn from"),
        ([prompt("y" * 80), prompt("y" * 80), prompt("Hi")], r"2 of 3 prompts are longer than 60 tokens"),
        ([prompt("Hi"), {"prompt": "Hi", "constraints": "[]"}], r"Row 2 of prompts\.jsonl"),
        ([prompt("Hi", "wire")], r"Row 1 .*kind must be one of"),
        ([prompt("Hi", constraints=[])], r"Row 1 .*list that is not empty"),
        ([prompt("Hi", constraints=[{"type": "no:such", "params": {}}])], r"Row 1 .*no:such"),
        ([{**prompt("Hi"), "constraints": "[{"}], r"Row 1 .*constraints"),
    ],
)
def test_prompts_that_cannot_be_used_are_refused(rows: Any, says: str, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=says):
        read(tiny, write(tmp_path / "prompts.jsonl", rows), max_prompt_length=60)


def test_a_template_without_an_end_of_turn_is_refused(
    model_with: Callable[[str], Path], template: str, tmp_path: Path
) -> None:
    model = model_with(template.replace("<|im_end|>", ""))
    with pytest.raises(TrainingError, match=r"every response would run on .*eos_token"):
        read(model, write(tmp_path / "prompts.jsonl", [prompt("Hi")]))


def test_a_reward_that_cannot_be_made_is_a_training_error(tiny: Path, prompts: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"reward\.aggregate"):
        run(tmp_path, tiny, prompts, {"reward": {"aggregate": "median"}})
    with pytest.raises(TrainingError, match=r'no engine "nobody"'):
        run(tmp_path, tiny, prompts, {"reward": {"intent": "judge", "judge": "nobody"}})


def test_kl_is_measured_from_the_model_that_training_starts_from(
    tiny: Path, model_with: Callable[[str], Path], template: str, prompts: Path, tmp_path: Path
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    other = model_with(template)
    changed = {
        name: weight + torch.ones_like(weight) for name, weight in load_file(other / "model.safetensors").items()
    }
    save_file(changed, other / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(TrainingError, match=r"KL divergence.*holds other weights"):
        run(tmp_path, tiny, prompts, {"reference": str(other)}, beta=0.1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"num_generations": 1}, "num_generations = 1 must be at least 2"),
        ({"batch_size": 6}, "num_generations = 4 must be a divisor of the 6 responses"),
        ({"generation_batch": 12, "batch_size": 8}, "generation_batch = 12 must be a multiple of"),
        ({"generation_batch": 8, "checkpoint_every": 3}, "checkpoint_every = 3 must be a multiple of the 2 optimiser"),
        ({"temperature": 0.0}, "temperature"),
        ({"epsilon_high": 0.1}, "epsilon_high"),
        ({"keep_best": True}, "keep_best"),
        ({"distributed": "fsdp", "processes": 2}, "distributed"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_loaded(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=rf"rl\.options\.{says}"):
        TrlGrpoTrainer(**OPTIONS | options)


def test_what_is_missing_for_a_run_is_told_at_once(tiny: Path, prompts: Path, tmp_path: Path) -> None:
    job = TrainingJob(str(tiny), prompts, tmp_path / "model", tmp_path / "work", seed=5, tokens=100)
    with pytest.raises(TrainingError, match=r"trl-grpo takes no number of tokens"):
        TrlGrpoTrainer().train(job, lambda progress: None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"lora": True, "beta": 0.05},
        {"beta": 0.05, "loss_type": "dr_grpo", "scale_rewards": "none"},
        {"generation_batch": 8, "checkpoint_every": 2, "loss_type": "grpo", "mask_truncated_completions": True},
        {"loss_type": "bnpo", "scale_rewards": "batch", "epsilon_high": 0.28, "accumulation": 2},
    ],
)
def test_it_keeps_the_promises_of_trainers(options: dict[str, Any], tiny: Path) -> None:
    check_trainer(lambda: TrlGrpoTrainer(**OPTIONS | {"max_steps": 4} | options), tiny)
