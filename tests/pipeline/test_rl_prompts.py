"""Prompts for RL: what they ask, what a policy passes, what is appended, trip wires, and the trainer's file."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.constraints.base import ConstraintType
from crabtk.errors import EmptyStageError
from crabtk.pipeline.compose import compose
from crabtk.pipeline.rl_prompts import rl_prompts
from crabtk.pipeline.trip_wires import FORMULAIC, gameable
from crabtk.protocols import ConstraintType as ConstraintTypeProtocol
from crabtk.rewards import ConstraintReward
from crabtk.settings import Composition, Reward, Rl
from crabtk.text import ParsedText
from crabtk.training.prompts import write_prompts
from crabtk.types import Completion, Constraint, Params, Request
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import REFINED, Model, Row, constraint, constraints, judged, question, seed, seeds, sure

WORDS = ("amber", "birch", "cedar", "delta", "ember")
PLAIN = Composition(any_number=0.0, reverse=0.0, chat=0.0, constraints=(2, 2), refined_instruction=0.0)

FIRST_TWO = {"toy:amber": 1.0, "toy:birch": 1.0, "*": 0.001}


class Holds(ConstraintType):
    """The response holds a word."""

    wordings = ("Hold it.",)

    def __init__(self, word: str) -> None:
        self.word = word
        self.name = f"toy:{word}"  # type: ignore[misc]

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return None

    def check(self, text: ParsedText, params: Params) -> bool:
        return self.word in text.lower_words

    def conflicts(self, params: Params, other: Constraint) -> bool:
        return other.type in (self.name, params.get("against"))


TYPES: dict[str, ConstraintTypeProtocol] = {type_.name: type_ for type_ in map(Holds, WORDS)}


def owner(number: int, **more: Any) -> Row:
    """A seed whose response holds every word."""
    return seed(
        number,
        **{
            "instruction": f"Describe lighthouse keepers on island {number}.",
            "response": f"Lighthouse keepers on island {number}: {' '.join(WORDS)}.",
            **more,
        },
    )


def of_all_words(row: Row, **more: Any) -> list[Row]:
    """A constraint for each word; the later the more informative."""
    return [
        constraint(row, f"toy:{word}", f"Use the word {word}.", informative=0.1 + n / 10, **more)
        for n, word in enumerate(WORDS)
    ]


def run(
    rows: list[Row],
    model: Model | None = None,
    *,
    found: list[Row] | None = None,
    composition: Composition = PLAIN,
    judge: Model | None = None,
    types: dict[str, ConstraintTypeProtocol] | None = None,
    run_seed: int = 17,
    **values: Any,
) -> tuple[list[Row], list[Row]]:
    owned = constraints([c for row in rows for c in of_all_words(row)] if found is None else found)
    crab, _ = compose(seeds(rows), owned, settings=composition, seed=run_seed)
    settings = Rl(**{"trip_wires": 0, **values})
    asked = model or Model(lambda _: pytest.fail("nobody was to be asked"))
    table, ledger = rl_prompts(
        crab, owned, seeds(rows), types or TYPES, asked, settings, run_seed, judge=judge, composition=composition
    )
    schemas.RlPrompts.validate(table)
    schemas.Ledger.validate(ledger)
    return table.to_dicts(), ledger.to_dicts()


def words_asked(request: Request) -> list[str]:
    return re.findall(r"Use the word (\w+)\.", question(request))


def says(request: Request, *words: str) -> str:
    return f"Lighthouse keepers: {' '.join(words)}."


def policy(good: Callable[[Request, int], bool]) -> Model:
    """Holds all that is asked where told so (by the request and its number among those of its prompt), else nothing."""
    numbers: dict[str, int] = {}

    def answer(request: Request) -> str:
        n = numbers[question(request)] = numbers.get(question(request), -1) + 1
        return says(request, *(words_asked(request) if good(request, n) else ()))

    return Model(answer)


def test_without_rollouts_every_prompt_is_taken_and_nobody_is_asked() -> None:
    rows = [owner(n) for n in range(6)] + [owner(6, split="held_out"), owner(7, split="dev")]
    table, ledger = run(rows, rollouts=0)
    assert [row["seed_id"] for row in table] == [row["seed_id"] for row in rows if row["split"] != "held_out"]
    assert [row["split"] for row in table] == ["train"] * 6 + ["dev"]
    assert {(row["rollouts"], row["pass_rate"], row["appended"], row["kind"]) for row in table} == {
        (0, None, 0, "prompt")
    }
    assert ledger == []


def test_a_prompt_states_its_constraints_and_no_demonstration() -> None:
    rows = [owner(n, system="Be kind.") for n in range(5)]
    table, _ = run(rows, rollouts=0, composition=PLAIN.model_copy(update={"demonstrated": 1.0}))
    for row in table:
        assert [turn["role"] for turn in row["messages"]] == ["system", "user"]
        listed = json.loads(row["constraints"])
        assert [f"{row['seed_id']}/{c['type']}" for c in listed] == row["constraint_ids"]
        assert len(listed) == 2
        assert all(c["text"] in row["messages"][1]["content"] for c in listed)


def test_what_only_a_model_can_judge_is_not_asked() -> None:
    one, other = owner(0), owner(1)
    found = [*of_all_words(one)[:1], judged(one, "style:voice", "Be warm."), judged(other, "style:voice", "Be warm.")]
    refined = judged(one, REFINED, "Describe how lighthouse keepers lived on island 0.")
    composition = PLAIN.model_copy(update={"refined_instruction": 1.0})
    table, ledger = run([one, other], found=[*found, refined], composition=composition, rollouts=0)
    (row,) = table
    assert row["constraint_ids"] == [found[0]["constraint_id"]]
    assert "Be warm." not in row["messages"][0]["content"]
    assert "lived on island 0" in row["messages"][0]["content"]
    assert [(r["key"], r["reason"]) for r in ledger] == [
        (f"forward-{other['seed_id']}", "none of its constraints is one that code judges")
    ]


def test_prompts_stay_by_pass_rate_and_the_rest_is_in_the_ledger() -> None:
    rows = [owner(n) for n in range(5)]
    passed = {f"island {n}.": n for n in range(5)}  # island n passes n of 4 times

    def good(request: Request, n: int) -> bool:
        island = re.search(r"island \d\.", question(request))
        return island is not None and n < passed[island[0]]

    model = policy(good)
    table, ledger = run(rows, model, append=0)
    assert [(row["seed_id"], row["rollouts"], row["pass_rate"]) for row in table] == [
        (rows[1]["seed_id"], 4, 0.25),
        (rows[2]["seed_id"], 4, 0.5),
    ]
    assert {(row["key"], row["reason"]) for row in ledger} == {
        (f"forward-{rows[0]['seed_id']}", "pass rate 0 over 4 responses, which rl.pass_rates leaves out"),
        (f"forward-{rows[3]['seed_id']}", "pass rate 0.75 over 4 responses, which rl.pass_rates leaves out"),
        (
            f"forward-{rows[4]['seed_id']}",
            "pass rate 1 over 4 responses, with as many constraints appended as rl.append allows (0)",
        ),
    }
    wide, _ = run(rows, policy(good), append=0, pass_rates=(0.5, 1.0))
    assert [row["pass_rate"] for row in wide] == [0.75, 1.0]


def test_rollouts_are_sampled_each_with_a_seed_of_its_own() -> None:
    model = policy(lambda _, n: n == 0)
    run([owner(n) for n in range(3)], model, rollouts=5, temperature=0.7, max_tokens=99)
    sampled = [request.sampling for request in model.asked]
    assert len(sampled) == len({s.seed for s in sampled}) == 15
    assert {(s.temperature, s.max_tokens) for s in sampled} == {(0.7, 99)}


def test_where_all_pass_the_most_informative_constraint_is_appended_and_tried_again() -> None:
    rows = [owner(n) for n in range(3)]
    model = policy(lambda request, n: len(words_asked(request)) < 4 or n == 0)
    table, _ = run(rows, model)
    assert {(row["appended"], row["pass_rate"]) for row in table} == {(2, 0.25)}
    for row in table:
        asked = [name.partition("toy:")[2] for name in row["constraint_ids"]]
        left = [word for word in reversed(WORDS) if word not in asked[:2]]
        assert asked[2:] == left[:2]
        assert all(f"Use the word {word}." in row["messages"][0]["content"] for word in asked)
    seeds_drawn = [request.sampling.seed for request in model.asked]
    assert len(set(seeds_drawn)) == len(seeds_drawn) == 3 * 4 * 3


def test_where_all_pass_to_the_end_the_prompt_goes() -> None:
    with pytest.raises(EmptyStageError, match=r"2 times: pass rate 1 over 4 responses, with as many .*\(2\)"):
        run([owner(0), owner(1)], policy(lambda *_: True))


@pytest.mark.parametrize(
    "change",
    [
        {"informative": 0.0},
        {"judged_by": "model"},
        {"verdict": "fails"},
        {"conflicts": [f"made-{0:08d}/toy:{word}" for word in WORDS]},
    ],
)
def test_what_may_not_be_asked_is_not_appended(change: Row) -> None:
    row = owner(0)
    found = of_all_words(row)
    found[2:] = [{**c, **change} for c in found[2:]]
    if "conflicts" in change:  # the first two go together, the others with none
        found[:2] = [{**c, "conflicts": []} for c in found[:2]]
    model = policy(lambda *_: True)
    with pytest.raises(EmptyStageError, match="no further constraint of its seed agrees"):
        run([row], model, found=found, composition=PLAIN.model_copy(update={"weights": FIRST_TWO}))
    assert all(len(words_asked(request)) == 2 for request in model.asked)


def test_what_is_kept_out_or_never_drawn_is_not_appended_to_a_training_prompt() -> None:
    row, dev = owner(0), owner(1, split="dev")
    composition = PLAIN.model_copy(update={"kept_out": ("toy:ember", "toy:delta"), "weights": {"toy:cedar": 0.0}})
    model = policy(lambda request, n: n == 0 and "island 0" not in question(request))
    with pytest.raises(EmptyStageError):
        run([row, dev], model, composition=composition)
    always = policy(lambda *_: True)
    with pytest.raises(EmptyStageError, match="no further constraint of its seed agrees"):
        run([row], always, composition=composition)
    assert {word for request in always.asked for word in words_asked(request)} == {"amber", "birch"}


def test_what_the_seeds_own_response_does_not_show_is_not_appended() -> None:
    row = owner(0, response="Lighthouse keepers: amber birch.")
    model = policy(lambda *_: True)
    found = of_all_words(row)
    with pytest.raises(EmptyStageError, match="no further constraint of its seed agrees"):
        run([row], model, found=found, composition=PLAIN.model_copy(update={"weights": FIRST_TWO}))


def test_the_gate_stops_rollouts_that_hold_all_and_answer_nothing() -> None:
    rows = [owner(0), owner(1)]
    idle = Model(
        lambda request: (
            "Sure! I have followed all of the instructions."
            if "island 0" in question(request)
            else says(request, *(words_asked(request) if request.sampling.seed % 2 else []))
        )
    )
    no_words = {"toy:free": Holds("the")}
    found = [constraint(row, "toy:free", "Say it.") for row in rows]
    with pytest.raises(EmptyStageError, match="pass rate 0"):
        run(rows[:1], idle, found=found[:1], types={**TYPES, **no_words})
    with pytest.raises(EmptyStageError, match="pass rate 1"):
        run(rows[:1], idle, found=found[:1], types={**TYPES, **no_words}, reward=Reward(intent="off"))


def test_a_judge_may_be_the_gate() -> None:
    judge = Model(lambda request: sure(0.9 if "birch" in question(request) else 0.1))
    found = [constraint(owner(0), "toy:amber", "Use the word amber.")]
    model = Model(lambda request: says(request, "amber", *(["birch"] if request.sampling.seed % 2 else [])))
    table, _ = run(
        [owner(0)], model, found=found, judge=judge, rollouts=8, append=0, pass_rates=(0.0, 1.0),
        reward=Reward(intent="judge", judge="j"),
    )  # fmt: skip
    odd = sum(request.sampling.seed % 2 for request in model.asked)
    assert 0 < odd < 8
    assert table[0]["pass_rate"] == odd / 8
    assert len(judge.asked) == 8


def test_what_the_judge_fails_on_counts_neither_way() -> None:
    failed = Completion("", finish_reason="error", error="out of quota")
    found = [constraint(owner(n), "toy:amber", "Use the word amber.") for n in range(2)]
    judge = Model(
        lambda request: failed if "island 1" in question(request) or "cedar" in question(request) else sure(0.9)
    )
    numbers: dict[str, int] = {}

    def answer(request: Request) -> str:
        n = numbers[question(request)] = numbers.get(question(request), -1) + 1
        held = "island 1" in question(request) or n > 0  # of the first prompt's, one does not hold
        return says(request, *(["amber"] if held else []), *(["cedar"] if n == 3 else []))

    table, ledger = run(
        [owner(0), owner(1)], Model(answer), found=found, judge=judge, append=0, pass_rates=(0.0, 1.0),
        reward=Reward(intent="judge", judge="j"),
    )  # fmt: skip
    assert [(row["rollouts"], row["pass_rate"]) for row in table] == [(3, 2 / 3)]
    assert [row["reason"] for row in ledger] == ["the engine gave no answer: the gate's judge failed: out of quota"]
    numbers.clear()
    with pytest.raises(EmptyStageError, match=r"pass rate 0.667 over 3 responses \(others are missing: .*out of quota"):
        run([owner(0)], Model(answer), found=found[:1], judge=judge, append=0, reward=Reward(intent="judge", judge="j"))


def test_hidden_reasoning_is_no_response() -> None:
    model = Model(lambda request: f"<think>{says(request, *words_asked(request))}")
    with pytest.raises(EmptyStageError, match="pass rate 0 over 4"):
        run([owner(0)], model)


def test_what_the_engine_cannot_answer_counts_neither_way() -> None:
    rows = [owner(0), owner(1)]
    failed = Completion("", finish_reason="error", error="too long")

    def answer(request: Request, n: int) -> str | Completion:
        if "island 1" in question(request) or n < 2:
            return failed
        return says(request, *(words_asked(request) if n == 2 else []))

    numbers: dict[str, int] = {}

    def numbered(request: Request) -> str | Completion:
        numbers[question(request)] = numbers.get(question(request), -1) + 1
        return answer(request, numbers[question(request)])

    table, ledger = run(rows, Model(numbered))
    assert [(row["rollouts"], row["pass_rate"]) for row in table] == [(2, 0.5)]
    assert [row["reason"] for row in ledger] == ["the engine gave no answer: too long"]


def test_dev_rows_are_calibrated_and_stay_dev_rows() -> None:
    rows = [owner(0), owner(1, split="dev"), owner(2, split="held_out")]
    model = policy(lambda _, n: n == 0)
    table, _ = run(rows, model)
    assert [(row["split"], row["pass_rate"]) for row in table] == [("train", 0.25), ("dev", 0.25)]
    assert not any("island 2" in question(request) for request in model.asked)


def test_a_limit_draws_by_hash() -> None:
    rows = [owner(n) for n in range(9)]
    drawn = [row["seed_id"] for row in run(rows, rollouts=0, limit=4)[0]]
    assert len(drawn) == 4
    assert drawn == [row["seed_id"] for row in rows if row["seed_id"] in drawn]
    assert set(drawn) == {row["seed_id"] for row in run(rows[::-1], rollouts=0, limit=4)[0]}
    assert set(drawn) != {row["seed_id"] for row in run(rows, rollouts=0, limit=4, run_seed=18)[0]}


def test_the_order_of_rows_changes_no_prompt() -> None:
    rows = [owner(n) for n in range(8)]

    def by_seed(request: Request) -> str:
        return says(request, *(words_asked(request) if request.sampling.seed % 2 else []))

    there, _ = run(rows, Model(by_seed))
    back, _ = run(rows[::-1], Model(by_seed))
    assert sorted(there, key=lambda row: str(row["seed_id"])) == sorted(back, key=lambda row: str(row["seed_id"]))
    assert there == run(rows, Model(by_seed))[0]


def test_formulaic_texts_are_stopped_by_the_gate() -> None:
    reward = ConstraintReward(types=TYPES)
    for text in FORMULAIC:
        explained = reward.explain("Describe a lighthouse.", text, [{"type": "toy:amber", "params": {}, "text": ""}])
        assert explained.on_topic is False, text


def made(sample: Sample, **values: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    crab, _ = compose(sample.seeds, sample.constraints, settings=Composition(), seed=17)
    settings = Rl(rollouts=0, **values)
    nobody = Model(lambda _: pytest.fail("nobody was to be asked"))
    return rl_prompts(crab, sample.constraints, sample.seeds, sample.types, nobody, settings, 17)


def test_trip_wires_of_real_seeds_can_be_gamed_but_not_past_the_gate(sample: Sample) -> None:
    table, _ = made(sample)
    schemas.RlPrompts.validate(table)
    wires = table.filter(pl.col("kind") == "trip_wire").to_dicts()
    prompts = table.filter(pl.col("kind") == "prompt")
    assert len(wires) >= 3
    assert len(wires) <= 0.1 * table.height
    assert {row["seed_id"] for row in wires}.isdisjoint(prompts["seed_id"])
    ungated, gated = ConstraintReward(Reward(intent="off"), sample.types), ConstraintReward(types=sample.types)
    for row in wires:
        asked = [row["messages"]] * len(FORMULAIC), FORMULAIC, [row["constraints"]] * len(FORMULAIC)
        assert max(ungated(*asked)) == 1.0
        assert max(gated(*asked)) == 0.0
        assert len(json.loads(row["constraints"])) >= 2


def test_the_sources_own_responses_earn_the_full_reward(sample: Sample) -> None:
    table, _ = made(sample)
    responses = dict(zip(sample.seeds["seed_id"], sample.seeds["response"], strict=True))
    reward = ConstraintReward(types=sample.types)
    prompts, listed = table["messages"].to_list(), table["constraints"].to_list()
    rewards = reward(prompts, [responses[name] for name in table["seed_id"]], listed)
    assert len(rewards) > 30
    # The guard's false refusals; the constraints hold on each.
    assert rewards.count(1.0) >= 0.9 * len(rewards)
    assert set(rewards) <= {0.0, 1.0}
    shifted = [responses[name] for name in [*table["seed_id"][1:], table["seed_id"][0]]]
    others = reward(prompts, shifted, listed)
    assert sum(others) / len(others) < 0.2


def test_gameable_takes_what_one_text_satisfies(sample: Sample) -> None:
    rows = [{"type": name, "params": "{}", "text": ""} for name in ("toy:amber", "no:such")]
    assert gameable(rows, TYPES, "Describe it.") == []
    assert gameable([{"type": "toy:the", "params": "{}", "text": ""}], {"toy:the": Holds("the")}, "Describe it.") != []


def test_what_the_gate_would_let_through_makes_no_trip_wire() -> None:
    rows = [{"type": "toy:the", "params": "{}", "text": "Say it."}]
    types = {"toy:the": Holds("the"), "copy:prompt": Holds("the")}
    asked = "Explain the rules of chess."
    assert gameable(rows, types, asked) == rows
    assert gameable(rows, types, "Are all the requirements of the building met?") == []
    copied = {"type": "copy:prompt", "params": "{}", "text": "Copy it."}
    assert gameable([copied, *rows], types, asked) == rows
    assert gameable([copied], types, asked) == []


def test_a_seed_that_asks_whether_rules_are_kept_makes_no_trip_wire() -> None:
    def wires(instruction: str) -> int:
        rows = [owner(0, instruction=instruction), *(owner(n) for n in range(1, 30))]
        found = [constraint(rows[0], f"toy:{w}", "Say it.") for w in ("all", "met")]
        found += [c for row in rows[1:] for c in of_all_words(row)]
        types = {**TYPES, "toy:all": Holds("all"), "toy:met": Holds("met")}
        table, _ = run(rows, found=found, types=types, rollouts=0, trip_wires=1)
        return sum(row["kind"] == "trip_wire" for row in table)

    assert wires("Explain the rules of the lighthouse.") == 1
    assert wires("Are all the requirements of the lighthouse met?") == 0


def test_a_type_that_raises_cannot_be_gamed() -> None:
    class Raises(Holds):
        def check(self, text: ParsedText, params: Params) -> bool:
            raise ValueError(text.raw)

    rows = [{"type": f"toy:{name}", "params": "{}", "text": "Say it."} for name in ("the", "raises")]
    types = {"toy:the": Holds("the"), "toy:raises": Raises("raises")}
    assert gameable(rows, types, "Describe a lighthouse.") == rows[:1]


def test_a_trainers_file_holds_prompts_and_trip_wires_apart_from_dev(sample: Sample, tmp_path: Path) -> None:
    table, _ = made(sample)
    counts = write_prompts(table, tmp_path / "train.jsonl", 17)
    dev = write_prompts(table, tmp_path / "dev.jsonl", 17, split="dev")
    rows = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text("utf-8").splitlines()]
    by_kind = table.filter((pl.col("split") == "train") | (pl.col("kind") == "trip_wire"))["kind"]
    assert counts == {"prompt": (by_kind == "prompt").sum(), "trip_wire": (by_kind == "trip_wire").sum()}
    assert {tuple(row) for row in rows} == {("prompt", "constraints", "kind")}
    assert len(rows) == sum(counts.values())
    assert (tmp_path / "dev.jsonl").exists() == bool(dev)
    again = tmp_path / "again.jsonl"
    write_prompts(table.sample(fraction=1.0, shuffle=True, seed=3), again, 17)
    assert again.read_bytes() == (tmp_path / "train.jsonl").read_bytes()
    with pytest.raises(EmptyStageError, match=r"rl\.pass_rates"):
        write_prompts(table.filter(pl.col("kind") == "trip_wire"), again, 17)
