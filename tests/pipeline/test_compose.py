"""Composing: shares, demonstrations, what is held out, and texts that stay what they are."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from importlib import resources
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.errors import EmptyStageError
from crabtk.pipeline.compose import chosen_in, compose, forward_prompt
from crabtk.pipeline.formats import FORMATS, one_line
from crabtk.pipeline.seed_rules import word_count
from crabtk.scoring.held_out import HeldOut
from crabtk.settings import Composition
from crabtk.types import Constraint
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import REFINED, Row, constraint, constraints, judged, seed, seeds, texts
from tests.pipeline.test_formats import HOSTILE, PARSERS, expected

TEMPLATES: dict[str, Any] = tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
PLAIN: dict[str, Any] = {"any_number": 0.0, "demonstrated": 0.0, "reverse": 0.0, "chat": 0.0}


def owners(count: int, **more: Any) -> list[Row]:
    return [seed(number, **more) for number in range(count)]


def rules(rows: list[Row], each: int = 8) -> list[Row]:
    return [constraint(row, f"toy:t{n}", f"Obey rule {n} of {row['seed_id']}.") for row in rows for n in range(each)]


def run(
    rows: list[Row], found: list[Row] | None = None, *, run_seed: int = 17, **values: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    table, ledger = compose(
        seeds(rows),
        constraints(rules([row for row in rows if row["use"] == "seed"]) if found is None else found),
        settings=Composition(**values),
        seed=run_seed,
    )
    schemas.Crab.validate(table)
    schemas.Ledger.validate(ledger)
    return table, ledger


def kinds(table: pl.DataFrame) -> dict[str, int]:
    return dict(Counter(table["kind"]))


def asked(row: Row) -> str:
    return str(row["messages"][-2]["content"])


# Shares.


@pytest.mark.parametrize(
    ("count", "reverse", "chat", "expected_kinds"),
    [
        (100, 0.3, 0.0, {"forward": 100, "reverse": 43}),  # 43 of 143 is 30 %
        (70, 0.3, 0.1, {"forward": 70, "reverse": 30, "chat": 11}),  # 11 of 111 is 10 %
        (100, 0.5, 0.5, {"forward": 100, "reverse": 100, "chat": 200}),
        (70, 0.7, 0.2, {"forward": 30, "reverse": 70, "chat": 25}),
        (100, 0.75, 0.0, {"forward": 33, "reverse": 100}),
        (20, 1.0, 0.5, {"reverse": 20, "chat": 20}),
        (20, 0.0, 0.0, {"forward": 20}),
        (20, 0.3, 1.0, {"chat": 250}),
        (1, 0.3, 0.1, {"forward": 1}),
        (1, 0.5, 0.5, {"forward": 1, "reverse": 1, "chat": 2}),
        (2, 0.3, 0.9, {"forward": 2, "reverse": 1, "chat": 27}),
        (40, 0.0, 0.99, {"forward": 40, "chat": 250}),  # all chat that there is
    ],
)
def test_shares_are_exact_to_one_row(count: int, reverse: float, chat: float, expected_kinds: dict[str, int]) -> None:
    general = [seed(1000 + number, use="chat") for number in range(250)]
    table, _ = run([*owners(count), *general], reverse=reverse, chat=chat)
    assert kinds(table) == expected_kinds
    assert table["example_id"].n_unique() == len(table)


def test_chat_comes_from_chat_sources_and_else_from_plain_training_pairs() -> None:
    turns = [{"role": role, "content": role} for role in ("user", "assistant", "user", "assistant")]
    general = [seed(100 + number, use="chat", messages=turns) for number in range(50)]
    mixed = run([*owners(20), *general], chat=0.5)[0].filter(pl.col("kind") == "chat")
    assert len(mixed) == 29 and all(name.startswith("made-000001") for name in mixed["seed_id"])
    assert set(map(str, mixed["messages"].to_list())) == {str(turns)}
    assert mixed["constraint_ids"].list.len().sum() == 0
    rows = [*owners(20), *(seed(50 + n, split="held_out") for n in range(10))]
    plain = run(rows, chat=0.3)[0].filter(pl.col("kind") == "chat")
    assert len(plain) == 12 and set(plain["split"]) == {"train"}
    for row in plain.to_dicts():
        assert row["messages"] == next(one["messages"] for one in rows if one["seed_id"] == row["seed_id"])


def test_chat_that_asks_what_is_held_out_stays_out_in_whatever_spelling_and_turn() -> None:
    prompt = "How do tides work?"
    held_out = seed(1, split="held_out", instruction=prompt)
    turns = [
        ("user", "Hello!"),
        ("assistant", "Hello."),
        ("user", "How do  tides WORK?"),
        ("assistant", "By the moon."),
    ]
    later = [{"role": role, "content": text} for role, text in turns]
    quoted = [{"role": "user", "content": "What did you ask?"}, {"role": "assistant", "content": prompt}]
    general = [
        seed(2, use="chat", instruction=prompt),
        seed(3, use="chat", instruction="how do TIDES\nwork?"),
        seed(4, use="chat", instruction="Hello!", messages=later),
        seed(5, use="chat", instruction="What did you ask?", messages=quoted),
    ]
    table, _ = run([*(seed(number) for number in range(50, 60)), held_out, *general], chat=0.9)
    assert table.filter(pl.col("kind") == "chat")["seed_id"].to_list() == ["made-00000005"]


# Constraints and instructions.


def test_examples_ask_for_six_to_eight_constraints_or_all_that_there_are() -> None:
    rows = owners(60)
    found = [rule for number, row in enumerate(rows) for rule in rules([row], 1 + number % 12)]
    table, ledger = run(rows, found, **PLAIN)
    assert ledger.is_empty()
    for number, row in enumerate(table.to_dicts()):
        have, count = 1 + number % 12, len(row["constraint_ids"])
        assert count == have if have <= 6 else 6 <= count <= min(have, 8)


def test_the_constraints_of_an_example_are_its_seeds_and_stand_in_its_prompt() -> None:
    rows = owners(40)
    found = rules(rows)
    known = {row["constraint_id"]: row for row in found}
    for row in run(rows, found, chat=0.0)[0].to_dicts():
        prompt = row["messages"][-1]["content"] if row["kind"] == "reverse" else asked(row)
        assert row["constraint_ids"]
        for name in row["constraint_ids"]:
            assert known[name]["seed_id"] == row["seed_id"] and known[name]["text"] in prompt


def test_the_refined_instruction_takes_the_place_of_the_seeds_in_its_share() -> None:
    rows = [*owners(400), *(seed(500 + n, split="held_out") for n in range(30))]
    refined = [judged(row, REFINED, f"As a guide, I must explain topic {row['seed_id']}.") for row in rows]
    table, _ = run(rows, [*rules(rows, 6), *refined], **PLAIN)
    train = [row for row in table.to_dicts() if row["split"] == "train"]
    used = [row for row in train if any(name.endswith(REFINED) for name in row["constraint_ids"])]
    assert len(used) / len(train) == pytest.approx(0.7, abs=0.07)
    for row in table.to_dicts():
        stands = "As a guide" in asked(row)
        assert stands == (row in used) and stands != ("Tell me about topic" in asked(row))
        assert len(row["constraint_ids"]) - stands == 6


def test_what_fails_or_nobody_could_judge_is_never_asked() -> None:
    rows = owners(5)
    doubtful = [judged(row, "style:writing", "Write like a pirate.", verdict="fails") for row in rows]
    doubtful += [judged(row, "content:hierarchy", "Write like a poet.", verdict="unknown") for row in rows]
    table, _ = run(rows, [*rules(rows, 2), *doubtful], **PLAIN)
    assert all(len(row["constraint_ids"]) == 2 and "Write like" not in asked(row) for row in table.to_dicts())


def test_a_seed_without_a_constraint_worth_asking_is_in_the_ledger() -> None:
    rows = owners(3)
    commonplace = [constraint(rows[1], "toy:t0", informative=0.0)]
    table, ledger = run(rows, [*rules(rows[:1]), *commonplace], **PLAIN)
    assert table["seed_id"].to_list() == ["made-00000000"]
    assert ledger["key"].to_list() == ["made-00000001", "made-00000002"]
    assert ledger["raw"].to_list() == ["Tell me about topic 1.", "Tell me about topic 2."]
    with pytest.raises(EmptyStageError, match=r"No training seed .* Relax measuring\.types or composition\.weights"):
        run(rows, commonplace)


def test_no_forward_example_of_the_shipped_sample_contradicts_itself(sample: Sample) -> None:
    table, _ = compose(sample.seeds, sample.constraints, settings=Composition(), seed=17)
    schemas.Crab.validate(table)
    known = {row["constraint_id"]: row for row in sample.constraints.to_dicts()}
    checked = 0
    for row in table.filter(pl.col("kind") != "chat").to_dicts():
        found = [known[name] for name in row["constraint_ids"]]
        made = [Constraint(one["type"], json.loads(one["params"]), one["text"]) for one in found]
        assert len({one.type for one in made}) == len(made)
        assert not any(
            sample.types[one.type].conflicts(one.params, other) for one in made for other in made if one is not other
        )
        checked += len(made)
    assert checked > 400


# Demonstrations.


@pytest.fixture(scope="module")
def demonstrated() -> tuple[list[Row], pl.DataFrame]:
    rows = owners(400)
    rows[10:20] = [seed(n, instruction="Tell me  about TOPIC 3.") for n in range(10, 20)]
    rows += [seed(500 + n, split="held_out") for n in range(40)] + [seed(600 + n) for n in range(10)]
    return rows, run(rows, rules(rows[:-10]), reverse=0.0, chat=0.0)[0]


def test_half_of_the_examples_show_one_to_three_demonstrations(demonstrated: tuple[list[Row], pl.DataFrame]) -> None:
    _, table = demonstrated
    train = table.filter(pl.col("split") == "train")
    counts = Counter(train["demonstration_ids"].list.len())
    assert 1 - counts[0] / len(train) == pytest.approx(0.5, abs=0.07)
    assert set(counts) == {0, 1, 2, 3}
    assert all(counts[n] / len(train) == pytest.approx(1 / 6, abs=0.06) for n in (1, 2, 3))


def test_demonstrations_are_other_training_pairs_with_constraints(
    demonstrated: tuple[list[Row], pl.DataFrame],
) -> None:
    rows, table = demonstrated
    known = {row["seed_id"]: row for row in rows}
    for row in table.to_dicts():
        turns = row["messages"]
        assert [turn["role"] for turn in turns] == ["user", "assistant"] * (1 + len(row["demonstration_ids"]))
        if row["split"] == "held_out":
            assert not row["demonstration_ids"]
        assert len(set(row["demonstration_ids"]) | {row["seed_id"]}) == 1 + len(row["demonstration_ids"])
        for name, user, assistant in zip(row["demonstration_ids"], turns[::2], turns[1::2], strict=False):
            shown = known[name]
            assert shown["split"] == "train" and assistant["content"] == shown["response"]
            assert shown["instruction"] in user["content"] and f"of {name}." in user["content"]
            same = [" ".join(known[one]["instruction"].casefold().split()) for one in (name, row["seed_id"])]
            assert same[0] != same[1]


def test_demonstrations_are_put_like_the_example_itself(demonstrated: tuple[list[Row], pl.DataFrame]) -> None:
    rows, table = demonstrated
    known = {row["seed_id"]: row for row in rows}

    def style(text: str, owner: str) -> str:
        text = text.replace(known[owner]["instruction"], "INSTRUCTION")
        text = re.sub(rf"Obey rule \d of {owner}\.", "RULE", text)
        return re.sub(r"(\n?[^\n]{0,4}\bRULE ?)+", "RULES", text)

    for row in table.to_dicts():
        names = [*row["demonstration_ids"], row["seed_id"]]
        prompts = [turn["content"] for turn in row["messages"][::2]]
        assert len({style(*pair) for pair in zip(prompts, names, strict=True)}) == 1


def test_a_system_message_stands_once_and_first() -> None:
    table, _ = run(owners(40, system="You are a guide."), reverse=0.0, chat=0.0, demonstrated=1.0)
    for row in table.to_dicts():
        assert [turn["role"] for turn in row["messages"]].count("system") == 1
        assert row["messages"][0] == {"role": "system", "content": "You are a guide."}


def test_demonstrations_keep_to_the_words_that_an_example_may_have() -> None:
    rows = [seed(n, response="Many words follow. " * (5 + 7 * (n % 20)) + "語" * (n % 5)) for n in range(120)]
    settings: dict[str, Any] = {"reverse": 0.0, "chat": 0.0, "demonstrated": 1.0}
    table, _ = run(rows, max_words=600, **settings)
    words = {row["seed_id"]: sum(map(word_count, texts(row["messages"]))) for row in table.to_dicts()}
    counts = table["demonstration_ids"].list.len()
    assert max(words[row["seed_id"]] for row in table.to_dicts() if row["demonstration_ids"]) <= 600
    assert counts.max() == 3 and 0 < counts.mean() < run(rows, **settings)[0]["demonstration_ids"].list.len().mean()  # type: ignore[operator]
    assert len(table) == 120, "an example that is too long by itself stays"


def test_a_lone_seed_has_nothing_to_show() -> None:
    table, _ = run(owners(1), demonstrated=1.0, reverse=0.0, chat=0.0)
    assert table["demonstration_ids"].to_list() == [[]]


# What is held out.


def test_held_out_seeds_give_forward_examples_that_code_can_score(sample: Sample) -> None:
    known = sample.seeds.to_dicts()
    opinions = [judged(row, "style:writing", "Write in a calm voice.") for row in known]
    opinions += [judged(row, REFINED, "As a guide, explain all this.") for row in known]
    table = pl.concat([sample.constraints, constraints(opinions)])
    crab, _ = compose(sample.seeds, table, settings=Composition(), seed=17)
    held_out = crab.filter(pl.col("split") == "held_out")
    assert set(held_out["kind"]) == {"forward"}
    assert set(held_out["seed_id"]) <= set(sample.seeds.filter(pl.col("split") == "held_out")["seed_id"])
    items = HeldOut().items({"crab": crab, "constraints": table})
    assert [item.item_id for item in items] == held_out["example_id"].to_list() and items
    for item in items:
        assert item.messages[-1].role == "user" and "calm voice" not in item.messages[-1].content
        assert item.payload["constraints"]
        assert all(sample.types[one["type"]] for one in item.payload["constraints"])
    trained = crab.filter(pl.col("split") == "train")
    assert any("calm voice" in text for messages in trained["messages"] for text in texts(messages))


def test_dev_seeds_are_treated_as_held_out_ones() -> None:
    rows = [*owners(40), *(seed(100 + n, split=split) for n, split in enumerate(["dev", "held_out"] * 6))]
    opinions = [judged(row, "style:writing", "Write in a calm voice.") for row in rows]
    opinions += [judged(row, REFINED, "As a guide, explain all this.") for row in rows]
    table, _ = run(rows, [*rules(rows), *opinions], demonstrated=1.0)
    for split in ("dev", "held_out"):
        kept = table.filter(split=split)
        assert set(kept["kind"]) == {"forward"} and len(kept) == 6
        assert kept["demonstration_ids"].list.len().sum() == 0
        assert not any("calm voice" in text or "As a guide" in text for m in kept["messages"] for text in texts(m))
    shown = {name for names in table["demonstration_ids"] for name in names}
    assert shown and shown <= {row["seed_id"] for row in rows[:40]}


def test_general_chat_repeats_no_dev_prompt() -> None:
    general = [seed(2, use="chat", instruction="HOW do tides work?"), seed(3, use="chat")]
    dev = seed(1, split="dev", instruction="How do tides work?")
    table, _ = run([*owners(60)[50:], dev, *general], chat=0.9)
    assert table.filter(kind="chat")["seed_id"].to_list() == ["made-00000003"]


@pytest.mark.parametrize("split", ["dev", "held_out"])
def test_only_dev_and_held_out_examples_ask_for_what_is_kept_out(split: str) -> None:
    rows = [*owners(60), *(seed(100 + n, split=split) for n in range(40))]
    found = rules(rows) + [constraint(row, f"kept:k{n}", f"Mind the gap {n}.") for row in rows for n in range(8)]
    found += [judged(row, REFINED, "As a guide, explain all this.") for row in rows]
    table, _ = run(rows, found, kept_out=("kept:*", "situation"), demonstrated=1.0, reverse=0.5, chat=0.2)
    trained = table.filter(split="train")
    assert not any("gap" in text or "As a guide" in text for m in trained["messages"] for text in texts(m))
    assert not any("/kept:" in name or REFINED in name for names in trained["constraint_ids"] for name in names)
    scored = table.filter(split=split)["constraint_ids"].to_list()
    kept = [sum("/kept:" in name for name in names) for names in scored]
    assert len(kept) == 40 and all(abs(2 * k - len(names)) <= 1 for k, names in zip(kept, scored, strict=True))
    assert all("gap" in asked(row) for row in table.filter(split=split).to_dicts() if len(row["constraint_ids"]) > 1)


def test_a_training_seed_with_nothing_but_what_is_kept_out_is_in_the_ledger() -> None:
    rows = [*owners(2), seed(5, split="held_out")]
    found = [constraint(rows[0], "toy:t0"), constraint(rows[1], "kept:t0"), constraint(rows[2], "kept:t0")]
    table, ledger = run(rows, found, kept_out=("kept",), chat=0.0, reverse=0.0)
    assert table["seed_id"].to_list() == ["made-00000000", "made-00000005"]
    assert ledger.select("key", "reason").rows() == [
        ("made-00000001", "no constraint that tells it from other responses and is not kept out")
    ]
    with pytest.raises(EmptyStageError, match=r"shorten composition\.kept_out"):
        run(rows, found, kept_out=("*",))


def test_what_a_forward_example_asks_can_be_made_again_from_its_row() -> None:
    rows = [*owners(60, system="Be kind."), *(seed(100 + n, split="dev") for n in range(9))]
    found = rules(rows) + [judged(row, REFINED, f"As a guide, explain {row['seed_id']}.") for row in rows]
    table, _ = run(rows, found, reverse=0.0, chat=0.0)
    known, by_id = {row["seed_id"]: row for row in rows}, {row["constraint_id"]: row for row in found}
    for row in table.to_dicts():
        one = chosen_in(row, known[row["seed_id"]], by_id)
        assert one.constraint_ids == row["constraint_ids"]
        prompt = forward_prompt(one, 17)
        assert prompt[-1] == row["messages"][-2]
        assert row["demonstration_ids"] or prompt == row["messages"][:-1]
    assert any(row["demonstration_ids"] for row in table.to_dicts())


# Texts.


def test_every_reverse_target_is_in_the_format_that_its_prompt_asks_for() -> None:
    rows = [seed(n, instruction="{response} {format}", response="{constraints} {instruction}") for n in range(80)]
    found = [constraint(row, f"toy:t{n}", text) for row in rows for n, text in enumerate(HOSTILE)]
    table, _ = run(rows, found, reverse=1.0, chat=0.0, constraints=(11, 11), any_number=0.0)
    known = {row["constraint_id"]: row for row in found}
    seen = set()
    for row in table.to_dicts():
        (format_,) = [name for name, words in TEMPLATES["formats"].items() if words in asked(row)]
        answer = row["messages"][-1]["content"]
        wanted = [expected(format_, one_line(known[name]["text"])) for name in row["constraint_ids"]]
        assert len(wanted) == len(HOSTILE) and PARSERS[format_](answer) == wanted
        assert "{response} {format}" in asked(row) and "{constraints} {instruction}" in asked(row)
        seen.add(format_)
    assert seen == set(FORMATS) == set(TEMPLATES["formats"])


def test_nothing_is_filled_twice() -> None:
    words = "{instruction} {constraints} {number} {letter} {response} {format} {0} {} {{x}} %s $x \\1 \\g<0>"
    rows = owners(60, instruction=f"Explain {words}!", response=f"See {words}.", system=f"Know {words}.")
    rows = [{**row, "instruction": f"{row['instruction']} {n}"} for n, row in enumerate(rows)]
    found = [
        constraint(row, f"toy:t{n}", f"Use {words} in sentence {'abcdefgh'[n]}.") for row in rows for n in range(6)
    ]
    for row in run(rows, found, chat=0.0, any_number=0.0, demonstrated=1.0)[0].to_dicts():
        # One in each of the six constraints and one in the instruction; one in the response.
        assert asked(row).count(words) == (7 if row["kind"] == "forward" else 2)
        if row["kind"] == "forward":
            assert row["messages"][-1]["content"] == f"See {words}."


def test_no_prompt_has_a_placeholder_left_or_joins_its_parts_without_space() -> None:
    rows = owners(400)
    found = rules(rows, 3)
    known = {row["constraint_id"]: row["text"] for row in found}
    styles = set()
    for row in run(rows, found, **PLAIN)[0].to_dicts():
        prompt = asked(row)
        assert not re.search(r"[{}]", prompt)
        instruction = next(one["instruction"] for one in rows if one["seed_id"] == row["seed_id"])
        for text in (instruction, *(known[name] for name in row["constraint_ids"])):
            before, after = prompt.split(text)
            assert not before or before[-1].isspace()
            assert not after or after[0].isspace()
        styles.add(re.sub(r"(\n?.{0,4}Obey rule \d of \S+ ?)+", "RULES", prompt.replace(instruction, "INSTRUCTION")))
    assert len(styles) >= len(TEMPLATES["lists"]) + len(TEMPLATES["running"]) - 1


def test_templates_name_each_part_once() -> None:
    for template in (*TEMPLATES["lists"], *TEMPLATES["running"]):
        assert sorted(re.findall(r"\{(\w+)\}", template)) == ["constraints", "instruction"]
    for template in TEMPLATES["reverse"]:
        assert sorted(re.findall(r"\{(\w+)\}", template)) == ["format", "response"]


def test_a_constraint_with_line_breaks_stays_one_item() -> None:
    rows = owners(30)
    found = [constraint(row, f"toy:t{n}", f"First line {n},\nsecond\u2028line.") for row in rows for n in range(3)]
    for row in run(rows, found, **PLAIN)[0].to_dicts():
        assert len(re.findall(r"First line \d, second line\.", asked(row))) == len(row["constraint_ids"]) == 3


# Randomness.


def test_the_same_seed_gives_the_same_table_and_another_seed_another() -> None:
    rows = owners(50)
    one, other, third = (run(rows, run_seed=number)[0] for number in (1, 1, 2))
    assert one.equals(other) and not one.equals(third)


def test_the_order_of_seeds_and_constraints_orders_rows_and_changes_none() -> None:
    rows = [
        *owners(60),
        *(seed(100 + n, split="held_out") for n in range(9)),
        *(seed(120 + n, split="dev") for n in range(9)),
        *(seed(200 + n, use="chat") for n in range(30)),
    ]
    found = rules([row for row in rows if row["use"] == "seed"])
    kept_out = tuple(f"toy:t{n}" for n in range(3))
    one, _ = run(rows, found, kept_out=kept_out)
    other, _ = run(rows[::-1], found[::-1], kept_out=kept_out)
    assert one.sort("example_id").equals(other.sort("example_id"))
    forward = [table.filter(kind="forward", split="train")["seed_id"].to_list() for table in (one, other)]
    assert forward[0] == forward[1][::-1]


def test_other_seeds_change_an_examples_demonstrations_at_most() -> None:
    rows = owners(80)
    few, _ = run(rows[:40], chat=0.0)
    many = {row["example_id"]: row for row in run(rows, chat=0.0)[0].to_dicts()}
    common = [row for row in few.to_dicts() if row["example_id"] in many]
    assert len(common) >= 40
    for row in common:
        other = many[row["example_id"]]
        assert row["messages"][-2:] == other["messages"][-2:] and row["constraint_ids"] == other["constraint_ids"]
        assert bool(row["demonstration_ids"]) == bool(other["demonstration_ids"])
