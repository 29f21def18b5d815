"""Preference pairs from sources and from sampled responses: verdicts, prompts, ledger, and what is kept out."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.constraints.builtin import TYPES
from crabtk.errors import EmptyStageError, SettingsError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.pipeline.compose import compose
from crabtk.pipeline.formats import one_line
from crabtk.pipeline.preferences import Judge, Tables, preferences
from crabtk.pipeline.seed_rules import same
from crabtk.protocols import ConstraintType
from crabtk.settings import Composition, Pairing, RankedSource
from crabtk.testing import ScriptedBackend
from crabtk.text import ParsedText
from crabtk.types import Completion, Request
from tests.pipeline.conftest import Sample
from tests.pipeline.tables import REFINED, Model, Row, constraint, constraints, judged, seed, seeds, texts

Answer = Callable[[Request], str | float | Completion]
TOPIC = "Topic {} is dear to many people. It has its own museum."


class Says:
    """Holds where a text has a word."""

    def __init__(self, name: str) -> None:
        self.name = f"toy:{name}"
        self.word = name

    def check(self, text: ParsedText, params: Mapping[str, Any]) -> bool:
        return self.word in text.raw


class Raises(Says):
    def check(self, text: ParsedText, params: Mapping[str, Any]) -> bool:
        raise RuntimeError("broken")


WORDS = ("museum", "people", "wonder", "garden")
CHECKS: dict[str, ConstraintType] = {type_.name: type_ for type_ in map(Says, WORDS)}  # type: ignore[misc]


def rows(count: int = 3, *splits: str) -> list[Row]:
    return [
        seed(n, response=f"{TOPIC.format(n)} A wonder in its garden!", split=splits[n] if n < len(splits) else "train")
        for n in range(count)
    ]


def rules(owners: list[Row]) -> list[Row]:
    return [constraint(row, f"toy:{word}", f"Say {word}.") for row in owners for word in WORDS]


def tables(owners: list[Row], found: list[Row] | None = None, **values: Any) -> Tables:
    composition = Composition(**{"reverse": 0.0, "chat": 0.0, "any_number": 0.0, **values})
    told = constraints(rules(owners) if found is None else found)
    crab, _ = compose(seeds(owners), told, settings=composition, seed=17)
    return Tables(seeds(owners), told, crab)


def make(
    given: Tables,
    answer: Answer,
    *,
    types: Mapping[str, ConstraintType] | None = None,
    judge: Judge | None = None,
    run_seed: int = 17,
    processes: int = 1,
    chunk_size: int = 64,
    **values: Any,
) -> tuple[list[Row], list[Row], dict[str, Any]]:
    table, ledger, figures = preferences(
        given,
        CHECKS if types is None else types,
        Model(answer),
        judge,
        settings=Pairing(enabled=True, **values),
        dev=0.05,
        seed=run_seed,
        processes=processes,
        chunk_size=chunk_size,
    )
    schemas.Preferences.validate(table)
    schemas.Ledger.validate(ledger)
    return table.to_dicts(), ledger.to_dicts(), figures


def topic(request: Request) -> str:
    return re.findall(r"topic (\d+)", request.messages[-1].content)[0]


def by_number(*answers: str | Completion) -> Answer:
    """Answer the n-th sample of a prompt by the n-th of these, with the prompt's topic filled in."""
    seen: dict[str, int] = {}

    def answer(request: Request) -> str | Completion:
        asked = topic(request)
        seen[asked] = seen.get(asked, -1) + 1
        one = answers[seen[asked]]
        return one.replace("N", asked, 1) if isinstance(one, str) else one

    return answer


GOOD = "Topic N is dear to people. It has a museum and a garden."
FAIR = "Topic N is dear to people and it has a sad and long story."
POOR = "Topic N is what I would rather not speak of at length."


# Pairs of sampled responses.


def test_sampled_responses_are_paired_by_their_verdicts() -> None:
    found, ledger, figures = make(tables(rows()), by_number(POOR, GOOD, FAIR, POOR), hindsight=False)
    assert [(row["source"], row["seed_id"], row["split"]) for row in found] == [
        ("sampled", f"made-{n:08d}", "train") for n in range(3)
    ]
    for n, row in enumerate(found):
        assert row["chosen"] == GOOD.replace("N", str(n)) and row["rejected"] == POOR.replace("N", str(n))
        names = [f"made-{n:08d}/toy:{word}" for word in WORDS]
        assert sorted(row["constraint_ids"]) == sorted(names) and row["margin"] == 0.75
        verdicts = json.loads(row["chosen_verdicts"])
        assert verdicts == dict(zip(names, ("holds", "holds", "fails", "holds"), strict=True))
        assert set(json.loads(row["rejected_verdicts"]).values()) == {"fails"}
        assert [turn["role"] for turn in row["messages"]] == ["user"]
        assert all(f"Say {word}." in row["messages"][0]["content"] for word in WORDS)
    assert figures["prompts"] == 3 and figures["responses"]["usable"] == 9
    assert [row["reason"] for row in ledger] == ["sampled response: repeats an earlier one word for word"] * 3
    assert figures["pairs"]["sampled"]["pairs"] == 3
    assert figures["pairs"]["sampled"]["words_chosen"] == 13 and figures["pairs"]["sampled"]["words_rejected"] == 12
    assert figures["pairs"]["sampled"]["length_difference"] == 1 and figures["pairs"]["sampled"]["margin"] == 0.75


def test_each_sample_has_a_seed_of_its_own_and_the_settings_sampling() -> None:
    asked: list[Request] = []
    make(tables(rows()), lambda request: asked.append(request) or GOOD, samples=3, max_tokens=99, temperature=0.7)
    assert len(asked) == 9 and len({request.sampling.seed for request in asked}) == 9
    assert {(r.sampling.max_tokens, r.sampling.temperature, r.sampling.top_p) for r in asked} == {(99, 0.7, 1.0)}
    assert len({request.messages for request in asked}) == 3, "samples of one prompt share it, and stand together"
    assert [topic(request) for request in asked] == sorted(topic(request) for request in asked)


@pytest.mark.parametrize(
    ("unusable", "sort", "says"),
    [
        (Completion("Topic: museum people won", finish_reason="length"), "truncated", "cut off at preferences.max_tok"),
        (Completion("I cannot help.", finish_reason="refusal"), "refused", "the model refused"),
        (Completion("", finish_reason="error", error="too long"), "unanswered", "the engine gave none: too long"),
        (Completion(" \n"), "empty", "empty"),
        (Completion("<think>museum people"), "empty", "empty"),
    ],
)
def test_responses_that_tell_nothing_are_in_the_ledger_and_in_no_pair(
    unusable: Completion, sort: str, says: str
) -> None:
    found, ledger, figures = make(tables(rows(1)), by_number(unusable, GOOD, unusable, FAIR), hindsight=False)
    assert [(row["chosen"][0], row["rejected"][0]) for row in found] == [("T", "T")]
    assert found[0]["chosen"].endswith("garden.") and found[0]["rejected"].endswith("story.")
    assert figures["responses"][sort] == 2 and figures["responses"]["usable"] == 2
    assert [row["key"] for row in ledger] == [f"forward-made-00000000/sample-{n}" for n in (0, 2)]
    assert all(says in row["reason"] and row["raw"] == unusable.text for row in ledger)


def test_hidden_reasoning_is_no_part_of_a_response() -> None:
    answer = by_number(f"<think>museum people wonder garden</think>{POOR}", GOOD)
    found, _, _ = make(tables(rows(1)), answer, samples=2)
    assert "<think>" not in found[0]["rejected"] and found[0]["margin"] == 0.75


def test_what_does_not_answer_is_never_chosen_but_may_be_rejected() -> None:
    loop = "people wonder " * 40
    given, wide = tables(rows(1)), {"samples": 2, "max_length_ratio": 100.0, "use_seed_response": False}
    with pytest.raises(EmptyStageError, match="1 not_answering"):
        make(given, by_number(loop, POOR), **wide)
    found, _, figures = make(given, by_number(loop, f"{GOOD} A wonder."), **wide)
    assert figures["responses"]["not_answering"] == 1
    assert [(row["source"], row["rejected"]) for row in found] == [("sampled", loop)]


def test_the_seeds_response_stands_in_where_no_sample_is_better() -> None:
    given = tables(rows(1))
    alike = (FAIR, POOR, FAIR + " Yes.", POOR + " No.")
    (row,), _, _ = make(given, by_number(*alike), hindsight=False, min_margin=0.5)
    assert row["source"] == "seed_response" and row["chosen"] == rows(1)[0]["response"]
    assert set(json.loads(row["chosen_verdicts"]).values()) == {"holds"} and row["margin"] == 1.0
    with pytest.raises(EmptyStageError, match=r"of 1 prompts \(responses: 4 usable.*Lower preferences\.min_margin"):
        make(given, by_number(*alike), hindsight=False, min_margin=0.5, use_seed_response=False)
    both, _, _ = make(given, by_number(*alike), hindsight=False, pairs_per_prompt=6)
    sources = [one["source"] for one in both]
    assert sources == ["sampled"] * 4 + ["seed_response"] * 2, "only as many as are missing"


def test_prompts_without_a_pair_say_why() -> None:
    cut = Completion("Topic", finish_reason="length")
    endless = f"{GOOD} On Monday we walked there, past an old mill and a lake, until rain drove us all back to town."
    loop = "people wonder " * 6
    answers = {
        "0": by_number(cut, cut),
        "1": by_number(FAIR, FAIR + " Yes."),
        "2": by_number(endless, POOR),
        "3": by_number(GOOD, POOR),
        "4": by_number(loop * 9, loop * 10),
    }
    found, ledger, _ = make(
        tables(rows(5)), lambda r: answers[topic(r)](r), samples=2, use_seed_response=False, hindsight=False
    )
    assert [row["seed_id"] for row in found] == ["made-00000003"]
    assert {row["key"]: row["reason"] for row in ledger if "sample-" not in row["key"]} == {
        "forward-made-00000000": "no pair: none of its sampled responses can be used",
        "forward-made-00000001": "no pair: no response holds all that another holds and more by "
        "preferences.min_margin; of 4 constraints they hold 1, 1",
        "forward-made-00000002": "no pair: 1 of sufficient margin differ in length by more than "
        "preferences.max_length_ratio",
        "forward-made-00000004": "no pair: no response holds all that another holds and more by "
        "preferences.min_margin; of 4 constraints they hold 2, 2; 2 of them do not answer the instruction",
    }


def test_a_type_that_raises_leaves_its_verdict_unknown_and_uncompared() -> None:
    types = {**CHECKS, "toy:museum": Raises("museum")}
    (row,), ledger, _ = make(tables(rows(1)), by_number(GOOD, POOR), types=types, samples=2, hindsight=False)  # type: ignore[arg-type]
    assert json.loads(row["chosen_verdicts"])["made-00000000/toy:museum"] == "unknown"
    assert row["margin"] == pytest.approx(2 / 3, abs=1e-6)
    assert [one["reason"] for one in ledger] == [
        "its verdict stays unknown: constraint type toy:museum raised RuntimeError: broken"
    ] * 2


# Hindsight.


def test_hindsight_states_what_the_failed_response_satisfies_and_nothing_else() -> None:
    found, _, _ = make(tables(rows(2)), by_number(FAIR, POOR), samples=2, use_seed_response=False, min_margin=0.5)
    assert [row["source"] for row in found] == ["hindsight"] * 2
    for n, row in enumerate(found):
        assert row["constraint_ids"] == [f"made-{n:08d}/toy:people"] and row["margin"] == 1.0
        assert "Say people." in row["messages"][-1]["content"]
        assert not any(f"Say {word}." in row["messages"][-1]["content"] for word in WORDS if word != "people")
        assert json.loads(row["chosen_verdicts"]) == {f"made-{n:08d}/toy:people": "holds"}
        assert json.loads(row["rejected_verdicts"]) == {f"made-{n:08d}/toy:people": "fails"}


# Judges.


def opinions(owners: list[Row]) -> list[Row]:
    refined = [judged(row, REFINED, f"As a guide, explain topic {row['seed_id'][-1]} to a child.") for row in owners]
    return refined + [judged(row, "style:writing", "Write in a calm voice.") for row in owners]


def test_without_a_judge_prompts_ask_for_what_code_can_check() -> None:
    owners = rows(3)
    given = tables(owners, [*rules(owners), *opinions(owners)], refined_instruction=1.0, constraints=(8, 8))
    assert all("As a guide" in row["messages"][-2]["content"] for row in given.crab.to_dicts())
    found, _, _ = make(given, by_number(GOOD, POOR), samples=2)
    for row in found:
        assert "As a guide" not in row["messages"][-1]["content"] and "calm" not in row["messages"][-1]["content"]
        assert "Tell me about topic" in row["messages"][-1]["content"] and len(row["constraint_ids"]) <= 4


def test_examples_that_code_cannot_check_at_all_are_in_the_ledger() -> None:
    owners = rows(2)
    given = tables(owners, [*rules(owners[:1]), *opinions(owners)])
    found, ledger, _ = make(given, by_number(GOOD, POOR), samples=2)
    assert {row["seed_id"] for row in found} == {"made-00000000"}
    (row,) = [one for one in ledger if one["key"] == "forward-made-00000001"]
    assert "there is no judge (preferences.judge)" in row["reason"]


def test_a_judge_tells_what_code_cannot_from_the_audits_threshold() -> None:
    owners = rows(3)
    given = tables(owners, [*rules(owners), *opinions(owners)], refined_instruction=1.0, constraints=(8, 8))

    def says(request: Request) -> float | Completion:
        question = request.messages[-1].content
        assert "Tell me about topic" in question, "the seed's own instruction, as in the audit"
        if "topic 2" in question and "calm voice" in question:
            return Completion("Perhaps")
        return 0.8 if "As a guide" in question or "museum" in question else 0.6

    judging = Model(says)
    found, _, _ = make(given, by_number(GOOD, POOR), judge=Judge(judging, 0.7), samples=2, hindsight=False)
    assert len(judging.asked) == 12 and all(request.choices == ("Yes", "No") for request in judging.asked)
    for n, row in enumerate(found):
        names = {name.partition("/")[2]: name for name in row["constraint_ids"]}
        chosen, rejected = (json.loads(row[side]) for side in ("chosen_verdicts", "rejected_verdicts"))
        calm = names["style:writing"]
        expected = ("unknown", "unknown") if n == 2 else ("holds", "fails")
        assert (chosen[calm], rejected[calm]) == expected
        assert "As a guide" in row["messages"][-1]["content"] and REFINED in names
    assert [row["source"] for row in found] == ["sampled"] * 3
    assert [row["margin"] for row in found] == pytest.approx([4 / 6, 4 / 6, 3 / 5], abs=1e-6)


def test_hindsight_keeps_the_refined_instruction_only_where_the_response_meets_it() -> None:
    owners = rows(2)
    given = tables(owners, [*rules(owners), *opinions(owners)], refined_instruction=1.0, constraints=(8, 8))

    def says(request: Request) -> float:
        question = request.messages[-1].content
        return 0.9 if "As a guide" in question and "topic 0" in question else 0.1

    found, _, _ = make(
        given, by_number(GOOD, POOR), judge=Judge(Model(says), 0.5), samples=2, use_seed_response=False, hindsight=True
    )
    again = {row["seed_id"]: row["messages"][-1]["content"] for row in found if row["source"] == "hindsight"}
    assert "As a guide" in again["made-00000000"] and "Tell me about" not in again["made-00000000"]
    assert "As a guide" not in again["made-00000001"] and "Tell me about" in again["made-00000001"]


# What is kept out, and order.


def test_held_out_prompts_are_never_sampled_and_dev_ones_stay_apart() -> None:
    owners = rows(9, "train", "held_out", "dev", "train", "held_out")
    asked: set[str] = set()
    answer = by_number(GOOD, POOR)
    found, _, _ = make(tables(owners), lambda r: asked.add(topic(r)) or answer(r), samples=2)
    assert asked == {"0", "2", "3", "5", "6", "7", "8"}
    assert {row["seed_id"][-1] for row in found if row["split"] == "dev"} == {"2"}
    assert not any("topic 1" in text or "topic 4" in text for row in found for text in texts(row["messages"]))


def test_no_training_pair_asks_for_types_kept_out() -> None:
    owners = rows(8, "dev", "held_out")
    given = tables(owners, kept_out=("toy:museum", "toy:garden"), demonstrated=1.0)
    found, _, _ = make(given, by_number(GOOD, POOR), samples=2)
    trained = [row for row in found if row["split"] == "train"]
    assert trained and not any(
        "museum" in name or "garden" in name for row in trained for name in row["constraint_ids"]
    )
    assert not any("Say museum" in text or "Say garden" in text for row in trained for text in texts(row["messages"]))
    assert any("museum" in name for row in found if row["split"] == "dev" for name in row["constraint_ids"])
    assert all(len(row["messages"]) == 1 for row in found), "no demonstrations"


def varied(request: Request) -> str:
    """An answer that hangs on the request's seed alone."""
    rng = random.Random(request.sampling.seed)
    words = [word for word in WORDS if rng.random() < 0.5]
    return f"Topic {topic(request)} is dear to me for its {' and its '.join(words) or 'name'}. {rng.random():.3f}"


def test_nothing_hangs_on_the_order_of_tables_or_on_processes() -> None:
    given = tables(rows(20, "dev", "held_out"))
    one, ledger, figures = make(given, varied, pairs_per_prompt=2)
    turned = Tables(*(table.reverse() for table in (given.seeds, given.constraints, given.crab)))
    other, other_ledger, other_figures = make(turned, varied, pairs_per_prompt=2)

    def sorted_(found: list[Row], key: str) -> list[str]:
        return sorted(json.dumps(row, sort_keys=True) for row in found if row[key])

    assert len(one) > 20 and sorted_(one, "pair_id") == sorted_(other, "pair_id")
    assert sorted_(ledger, "reason") == sorted_(other_ledger, "reason")
    assert figures["responses"] == other_figures["responses"]
    assert make(given, varied, pairs_per_prompt=2, chunk_size=1)[0] == one
    assert make(given, varied, pairs_per_prompt=2, run_seed=18)[0] != one


@pytest.mark.slow
def test_processes_change_nothing() -> None:
    given = tables(rows(12))
    assert make(given, varied, processes=2, chunk_size=5) == make(given, varied)


def test_other_prompts_change_no_pair() -> None:
    everything = {row["pair_id"]: row for row in make(tables(rows(20)), varied)[0]}
    few, _, _ = make(tables(rows(20)), varied, limit=5)
    assert len({row["seed_id"] for row in few}) == 5
    assert all(everything[row["pair_id"]] == row for row in few)


# Sources.


def source(folder: Path, pairs: list[Row], name: str = "ultra", **more: Any) -> RankedSource:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), "utf-8")
    return RankedSource(path=str(path), name=name, **more)


def pair(prompt: Any, chosen: str = "yes", rejected: str = "no", **more: Any) -> Row:
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected, **more}


def from_sources(
    sources: list[RankedSource], owners: list[Row] | None = None, **values: Any
) -> tuple[list[Row], list[Row]]:
    found, ledger, _ = make(tables(owners or rows(2)), lambda _: "", samples=0, sources=tuple(sources), **values)
    return found, ledger


def test_pairs_of_sources_come_with_their_scores_and_without_verdicts(tmp_path: Path) -> None:
    (row, plain), ledger = from_sources(
        [source(tmp_path, [pair("Why?", score_chosen=9, score_rejected=7.5), {"x": 1}, pair("How?"), pair("How?")])]
    )
    assert row == {
        "pair_id": row["pair_id"],
        "source": "ultra",
        "seed_id": None,
        "messages": [{"role": "user", "content": "Why?"}],
        "chosen": "yes",
        "rejected": "no",
        "constraint_ids": [],
        "chosen_verdicts": "{}",
        "rejected_verdicts": "{}",
        "margin": 1.5,
        "split": row["split"],
    }
    assert plain["margin"] is None and plain["pair_id"].startswith("ultra-")
    assert [(one["file"], one["row"]) for one in ledger] == [("ultra/ultra.jsonl", 2), ("ultra/ultra.jsonl", 4)]
    assert ledger[1]["reason"] == "repeats row 3 of ultra/ultra.jsonl"


def test_prompts_of_held_out_seeds_stay_out_and_those_of_dev_seeds_in_dev(tmp_path: Path) -> None:
    owners = rows(4, "train", "held_out", "dev")

    def later(first: str) -> Row:
        turns = [("user", first), ("assistant", "No."), ("user", "Why?")]
        return pair([{"role": role, "content": text} for role, text in turns])

    told = [
        pair("TELL me about  topic 1."),
        later("Tell me about topic 1."),
        pair("tell me about topic 2."),
        later("Tell me about topic 2."),
        pair("Tell me about topic 3."),
    ]
    found, ledger = from_sources([source(tmp_path, told)], owners)
    assert [same(row["messages"][-1]["content"]) for row in found] == [
        "tell me about topic 2.",
        "tell me about topic 3.",
    ]
    assert found[0]["split"] == "dev"
    assert [(row["row"], row["reason"].rpartition(" ")[2]) for row in ledger] == [
        (1, "scores"),
        (2, "scores"),
        (4, "choices"),
    ]


def test_a_share_of_a_sources_pairs_is_for_choices(tmp_path: Path) -> None:
    found, _ = from_sources([source(tmp_path, [pair(f"Question {n}?") for n in range(2000)])])
    share = sum(row["split"] == "dev" for row in found) / len(found)
    assert (
        len(found) == 2000
        and share == pytest.approx(0.05, abs=0.02)
        and {"train", "dev"} == {r["split"] for r in found}
    )


def test_a_limit_draws_by_hash_and_names_the_rest(tmp_path: Path) -> None:
    told = [pair(f"Question {n}?") for n in range(30)]
    everything, _ = from_sources([source(tmp_path, told)])
    some, ledger = from_sources([source(tmp_path, told, limit=7)])
    turned, _ = from_sources([source(tmp_path, told[::-1], limit=7)])
    assert len(some) == 7 and all(row in everything for row in some) and some == turned[::-1]
    assert len(ledger) == 23 and all("limit of 7" in row["reason"] for row in ledger)
    assert [row["row"] for row in ledger] == sorted(row["row"] for row in ledger)


def test_names_of_sources_tell_pairs_apart(tmp_path: Path) -> None:
    one = source(tmp_path, [pair("Why?")])
    with pytest.raises(SettingsError, match='is called "ultra", and so are'):
        from_sources([one, one])
    with pytest.raises(SettingsError, match='is called "hindsight", and so are pairs of crabtk'):
        from_sources([source(tmp_path, [pair("Why?")], name="hindsight")])
    with pytest.raises(EmptyStageError, match=r"name preferences\.sources, raise preferences\.samples"):
        from_sources([])


# The shipped sample, and a backend behind the client.


def test_the_shipped_sample_end_to_end(sample: Sample, tmp_path: Path) -> None:
    crab, _ = compose(sample.seeds, sample.constraints, settings=Composition(demonstrated=1.0), seed=17)
    known = {row["instruction"]: row["response"] for row in sample.seeds.to_dicts()}

    def shortened(request: Request) -> str:
        asked = max((text for text in known if text in request.messages[-1].content), key=len)
        sentences = re.split(r"(?<=\. )", known[asked])
        rng = random.Random(request.sampling.seed)
        return "".join(sentence for sentence in sentences if rng.random() < 0.7)

    given = Tables(sample.seeds, sample.constraints, crab)
    with ResponseCache(tmp_path / "responses.sqlite") as cache:
        client = Client(lambda: ScriptedBackend(shortened), cache, "fake", 16)
        table, ledger, figures = preferences(
            given, sample.types, client.complete, None, settings=Pairing(enabled=True), dev=0.05, seed=17
        )
    schemas.Preferences.validate(table)
    schemas.Ledger.validate(ledger)
    held_out = {same(text) for text in sample.seeds.filter(split="held_out")["instruction"]}
    types = {type_.name: type_ for type_ in TYPES}
    rules_ = {row["constraint_id"]: row for row in sample.constraints.to_dicts()}
    checked = 0
    for row in table.to_dicts():
        assert not any(text in same(row["messages"][-1]["content"]) for text in held_out)
        chosen, rejected = json.loads(row["chosen_verdicts"]), json.loads(row["rejected_verdicts"])
        assert list(chosen) == sorted(row["constraint_ids"]) == list(rejected)
        for name in row["constraint_ids"]:
            type_, params = types[rules_[name]["type"]], json.loads(rules_[name]["params"])
            assert one_line(rules_[name]["text"]) in row["messages"][-1]["content"]
            for verdicts, side in ((chosen, "chosen"), (rejected, "rejected")):
                assert verdicts[name] == ("holds" if type_.check(ParsedText(row[side]), params) else "fails")
                checked += 1
    assert checked > 300 and {"sampled", "hindsight"} <= set(table["source"])
    made = figures["responses"]
    assert sum(made.values()) - made["not_answering"] == 4 * figures["prompts"]
    assert len(ledger) >= made["repeated"] + made["empty"]
    assert set(table["pair_id"].str.split("-").list.first()) <= {"sampled", "seed_response", "hindsight"}
    assert pl.concat([table["chosen"], table["rejected"]]).str.len_chars().min() > 0  # type: ignore[operator]
