"""Formats of preferences: which pair comes out of a row, and why one is refused."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard

from crabtk.errors import SeedReadError, UnknownNameError
from crabtk.readers.preferences.ranked import RankedPair, Ranking
from crabtk.readers.preferences.sources import FORMATS, read_preferences
from crabtk.settings import Source
from crabtk.types import Message, Rejected


def turn(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def completion(response: str, overall: Any = None, fine: Any = None, **ratings: Any) -> dict[str, Any]:
    """A completion as openbmb/UltraFeedback has it; what is None is left out."""
    found: dict[str, Any] = {
        "model": "some-model",
        "principle": "helpfulness",
        "custom_system_prompt": "As an assistant …",
        "response": response,
        "annotations": {name: {"Rating": value, "Rationale": "…"} for name, value in ratings.items()},
        "critique": "…",
        "overall_score": overall,
        "fine-grained_score": fine,
    }
    return {key: value for key, value in found.items() if value is not None}


def raw(*completions: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": "evol_instruct",
        "instruction": "Why is the sky blue?",
        "models": ["some-model"] * len(completions),
        "completions": list(completions),
        "correct_answers": ["None"],
        "incorrect_answers": ["None"],
    }


ASKED = turn("user", "Why is the sky blue?")
BINARIZED = {
    "prompt": "Why is the sky blue?",
    "prompt_id": "0123",
    "chosen": [ASKED, turn("assistant", "Light scatters.")],
    "rejected": [ASKED, turn("assistant", "It is painted.")],
    "messages": [ASKED, turn("assistant", "Light scatters.")],
    "score_chosen": 8.5,
    "score_rejected": 6,
}
PLAIN = {"prompt": "Why is the sky blue?", "chosen": "Light scatters.", "rejected": "It is painted."}
RAW = raw(completion("Light scatters.", 8.5, honesty="4"), completion("It is painted.", 6.0, honesty="3"))


def read(tmp_path: Path, *rows: Any, format_: str = "auto", seed: int = 17) -> list[RankedPair | Rejected]:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return list(read_preferences(Source(path=str(path), format=format_), seed))


def ranking(tmp_path: Path, row: Any, **more: Any) -> Ranking:
    (found,) = read(tmp_path, row, **more)
    assert isinstance(found, RankedPair), found
    return found.ranking


def reason(tmp_path: Path, row: Any) -> str:
    """Why a row is refused that stands before a good one."""
    bad, good = read(tmp_path, row, PLAIN)
    assert isinstance(bad, Rejected) and isinstance(good, RankedPair), bad
    assert (bad.stage, bad.file, bad.row) == ("preferences", "pairs.jsonl", 1)
    return bad.reason


@pytest.mark.parametrize(
    ("row", "margin", "name"),
    [(RAW, 2.5, "ultrafeedback"), (BINARIZED, 2.5, "ultrafeedback-binarized"), (PLAIN, None, "chosen-rejected")],
)
def test_the_three_formats_say_the_same(tmp_path: Path, row: Any, margin: float | None, name: str) -> None:
    expected = Ranking([Message("user", "Why is the sky blue?")], "Light scatters.", "It is painted.", margin)
    assert ranking(tmp_path, row) == ranking(tmp_path, row, format_=name) == expected
    assert next(one.name for one in FORMATS.values() if one.recognises(row)) == name


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet"])
@pytest.mark.parametrize("row", [RAW, BINARIZED, PLAIN], ids=["raw", "binarized", "plain"])
def test_files_of_every_kind_give_the_same(tmp_path: Path, row: Any, suffix: str) -> None:
    path = tmp_path / f"pairs{suffix}"
    text = json.dumps([row, row] if suffix == ".json" else row).encode()
    if suffix == ".parquet":
        pl.DataFrame([row]).write_parquet(path)
    else:
        pack = {".jsonl.gz": gzip.compress, ".jsonl.zst": zstandard.ZstdCompressor().compress}
        path.write_bytes(pack.get(suffix, bytes)(text))
    first = next(read_preferences(Source(path=str(path)), 17))
    assert isinstance(first, RankedPair) and (first.file, first.row) == (path.name, 1)
    assert first.ranking == ranking(tmp_path, row)


# UltraFeedback as published.


def test_the_best_is_chosen_over_one_of_the_lower_drawn_by_seed(tmp_path: Path) -> None:
    rows = [
        raw(completion(f"a{n}", 3), completion(f"best{n}", 9), completion(f"b{n}", 8), completion(f"tied{n}", 9))
        for n in range(200)
    ]
    found = [pair.ranking for pair in read(tmp_path, *rows) if isinstance(pair, RankedPair)]
    assert [one.chosen for one in found] == [f"best{n}" for n in range(200)]
    drawn = Counter(one.rejected[0] for one in found)
    assert set(drawn) == {"a", "b"} and min(drawn.values()) > 70
    assert all(one.margin == {"a": 6, "b": 1}[one.rejected[0]] for one in found)
    again = [pair.ranking for pair in read(tmp_path, *rows[::-1]) if isinstance(pair, RankedPair)]
    assert again[::-1] == found, "a row's draw hangs on the row alone"
    other = [pair.ranking for pair in read(tmp_path, *rows, seed=18) if isinstance(pair, RankedPair)]
    assert other != found


@pytest.mark.parametrize(
    ("completions", "chosen"),
    [
        ([completion("x", "7"), completion("y", "7.5")], "y"),
        ([completion("x", None, 3.0), completion("y", None, 2.5)], "x"),
        ([completion("x", 7, 3.0), completion("y", None, 4.5)], "y"),  # one overall score alone compares with nothing
        ([completion("x", None, honesty="5", helpfulness="N/A"), completion("y", None, honesty="4")], "x"),
        ([completion("x", 6, 3.0), completion("y", 5, 5.0)], "x"),  # the overall score goes first
        ([completion("x", 10, 1.5), completion("y", 2, 3.0)], "y"),  # that 10 is a misread 1
        ([completion("x", 10, 4.5), completion("y", 9, 4.75)], "x"),
        ([completion("x", 10, 3.0), completion("y", 9, 3.0), completion("z", 8, 3.0)], "y"),  # who knows
        ([completion("x", 10), completion("y", 9)], "x"),
        ([completion("x", float(3)), completion("y", True), completion("z", 2)], "x"),
    ],
)
def test_scores(tmp_path: Path, completions: list[dict[str, Any]], chosen: str) -> None:
    assert ranking(tmp_path, raw(*completions)).chosen == chosen


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (raw(completion("x", 5), completion("y", 5)), "all of its completions score the same"),
        (raw(completion("x", 5)), "fewer than two of its completions have a score"),
        (raw(completion("x", "N/A"), completion("y", "")), "fewer than two of its completions have a score"),
        (raw(completion("", 5), completion("y", 4)), "the chosen response is empty"),
        (raw(completion("x", 5), {"overall_score": 4}), "the key 'response' is missing"),
        (raw(completion("x", 5), "y"), "AttributeError"),
        ({**RAW, "instruction": None}, "the prompt's message 1 is null, not a text"),
        ({**RAW, "instruction": " "}, "the prompt's message 1 is empty"),
        (raw(completion("x", 5), completion("x", 4)), "the same text"),
    ],
)
def test_rows_of_ultrafeedback_that_rank_nothing(tmp_path: Path, row: Any, says: str) -> None:
    assert says in reason(tmp_path, row)


# Chosen and rejected.

TURNS = [turn("user", "Hi"), turn("assistant", "Hello!"), turn("user", "Why?")]
MESSAGES = [Message("user", "Hi"), Message("assistant", "Hello!"), Message("user", "Why?")]


@pytest.mark.parametrize(
    ("row", "prompt"),
    [
        ({"prompt": "Why?", "chosen": [turn("assistant", "A")], "rejected": "B"}, MESSAGES[-1:]),
        ({"prompt": TURNS, "chosen": "A", "rejected": "B"}, MESSAGES),
        ({"prompt": TURNS, "chosen": [turn("assistant", "A")], "rejected": [turn("assistant", "B")]}, MESSAGES),
        ({"chosen": [*TURNS, turn("assistant", "A")], "rejected": [*TURNS, turn("assistant", "B")]}, MESSAGES),
        (
            {"prompt": "Why?", "chosen": [*TURNS, turn("gpt", "A")], "rejected": [*TURNS, turn("assistant", "B")]},
            MESSAGES,
        ),
        ({"instruction": "Why?", "chosen_response": "A", "rejected_response": "B"}, MESSAGES[-1:]),
        ({"system": "Be brief.", "prompt": "Why?", "chosen": "A", "rejected": "B"}, "system"),
        (
            {
                "system": "Be brief.",
                "prompt": "Why?",
                "chosen": [TURNS[-1], turn("assistant", "A")],
                "rejected": [TURNS[-1], turn("assistant", "B")],
            },
            "system",
        ),
        ({"prompt": [turn("system", ""), TURNS[-1]], "chosen": "A", "rejected": "B"}, MESSAGES[-1:]),
    ],
)
def test_prompts_may_be_texts_messages_or_part_of_the_conversations(tmp_path: Path, row: Any, prompt: Any) -> None:
    expected = [Message("system", "Be brief."), MESSAGES[-1]] if prompt == "system" else prompt
    assert ranking(tmp_path, row) == Ranking(expected, "A", "B", None)


@pytest.mark.parametrize("names", [("chosen_score", "rejected_score"), ("chosen-rating", "rejected-rating")])
def test_scores_beside_a_pair_give_its_margin(tmp_path: Path, names: tuple[str, str]) -> None:
    assert ranking(tmp_path, {**PLAIN, names[0]: 5, names[1]: "2.5"}).margin == 2.5
    assert ranking(tmp_path, {**PLAIN, names[0]: 5, names[1]: None}).margin is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({**PLAIN, "chosen": "It is painted."}, "the same text"),
        ({**PLAIN, "chosen": " "}, "the chosen response is empty"),
        ({**PLAIN, "rejected": None}, "rejected is null, neither a text nor a list of messages"),
        ({**PLAIN, "rejected": []}, "rejected is an empty list"),
        ({**PLAIN, "rejected": [{"from": "gpt", "value": "x"}]}, "rejected is a list, neither a text"),
        ({**PLAIN, "rejected": [ASKED]}, "the last message of rejected is not an assistant's"),
        ({**PLAIN, "prompt": ""}, "the prompt's message 1 is empty"),
        ({**PLAIN, "prompt": None}, "chosen is a text, and there is no prompt beside it"),
        ({**PLAIN, "prompt": 3}, "prompt is a number, neither a text nor a list of messages"),
        ({**PLAIN, "prompt": TURNS[:2]}, "does not end with a user's turn"),
        ({**PLAIN, "prompt": [TURNS[0], TURNS[0]]}, "not user and assistant by turns"),
        ({**PLAIN, "prompt": [turn("tool", "x")]}, 'unknown speaker "tool"'),
        ({"chosen": [turn("assistant", "A")], "rejected": [turn("assistant", "B")]}, "holds an answer alone"),
        ({**BINARIZED, "score_chosen": 6}, "score the same"),
        ({**BINARIZED, "score_chosen": 5}, "ranked against their scores"),
        ({**BINARIZED, "rejected": [turn("user", "What?"), turn("assistant", "B")]}, "is not the prompt's"),
        (
            {"chosen": [*TURNS, turn("assistant", "A")], "rejected": [TURNS[0], turn("assistant", "B")]},
            "the two conversations differ before their last answer",
        ),
        ({"frage": "?", "antwort": "!"}, "of no known format (auto, ultrafeedback, ultrafeedback-binarized, "),
        ([PLAIN], "it is a list, not an object with named values"),
    ],
)
def test_rows_that_rank_nothing_a_trainer_could_use(tmp_path: Path, row: Any, says: str) -> None:
    assert says in reason(tmp_path, row)


# Sources.


def test_rows_of_several_formats_may_stand_in_one_source_and_broken_ones_keep_their_place(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join([json.dumps(RAW), "{", json.dumps(PLAIN), "[]", json.dumps(BINARIZED)]), "utf-8")
    found = list(read_preferences(Source(path=str(path)), 17))
    assert [(type(item).__name__, item.row) for item in found] == [
        ("RankedPair", 1),
        ("Rejected", 2),
        ("RankedPair", 3),
        ("Rejected", 4),
        ("RankedPair", 5),
    ]
    assert {item.stage for item in found if isinstance(item, Rejected)} == {"preferences"}


def test_a_named_format_reads_every_row(tmp_path: Path) -> None:
    both = {**RAW, **PLAIN}
    assert ranking(tmp_path, both).margin == 2.5 and ranking(tmp_path, both, format_="chosen-rejected").margin is None
    with pytest.raises(UnknownNameError, match=r'no format of preferences "alpaca"\. Known: auto, ultrafeedback, '):
        read(tmp_path, PLAIN, format_="alpaca")


def test_a_source_without_one_pair_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SeedReadError, match=r"not one row holds a pair .* pairs\.jsonl, row 1: .* its keys: a, b"):
        read(tmp_path, {"a": 1, "b": 2}, 3)
    with pytest.raises(SeedReadError, match="is empty"):
        read(tmp_path)


def test_hostile_values_are_rows_of_the_ledger(tmp_path: Path) -> None:
    rng = random.Random(3)
    values: list[Any] = [None, 0, "", "x", [], {}, [None], [{"role": "user"}], {"content": 1}, True, 1e300, [[]], "10"]
    rows: list[Any] = []
    for _ in range(400):
        keys = rng.sample(["instruction", "completions", "prompt", "chosen", "rejected", "score_chosen", "system"], 5)
        row = {key: rng.choice(values) for key in keys}
        rows.append({**row, "completions": [{"response": rng.choice(values), "overall_score": rng.choice(values)}] * 2})
    found = read(tmp_path, *rows, PLAIN)
    assert len(found) == 401 and isinstance(found[-1], RankedPair)
