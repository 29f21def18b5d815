"""Responses made elsewhere: each goes to the turn that it answers, or is refused with what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk.pipeline.given_responses import GivenResponses, read_responses
from crabtk.types import BenchmarkItem, Message, Record

TURNS = ("Sing.", "Louder.", "Stop.")
ANSWERS = ("La.", "LA.", "…")


def asked(item_id: str, prompt: str, after: str | None = None, **payload: Any) -> BenchmarkItem:
    return BenchmarkItem(item_id, (Message("user", prompt),), payload, after)


ITEMS = [
    *(asked(f"7#{n}", prompt, f"7#{n - 1}" if n > 1 else None, key="7") for n, prompt in enumerate(TURNS, 1)),
    # Begins as another does, and goes on otherwise.
    asked("8#1", "Hum.", key="8"),
    asked("8#2", "Softer.", "8#1", key="8"),
    asked("9#1", "Hum.", key="9"),
    asked("9#2", "Faster.", "9#1", key="9"),
    asked("alone", "Dance."),
]


def read(*rows: Any) -> GivenResponses:
    records = [Record(row, "r.jsonl", n) for n, row in enumerate(rows, 1)]
    return read_responses(records, ITEMS, model="m")


def talk(*turns: tuple[str, str | None]) -> list[dict[str, Any]]:
    said = ((role, text) for pair in turns for role, text in zip(("user", "assistant"), pair, strict=True))
    return [{"role": role, "content": text} for role, text in said if text is not None]


WHOLE = talk(*zip(TURNS, ANSWERS, strict=True))
ALL = dict(zip(("7#1", "7#2", "7#3"), ANSWERS, strict=True))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"messages": WHOLE}, ALL),
        ({"prompt": "Sing.", "messages": WHOLE}, ALL),
        ({"prompt": "Louder.", "messages": WHOLE}, ALL),
        ({"prompt": "Sing.", "responses": list(ANSWERS)}, ALL),
        ({"key": "7", "messages": WHOLE}, ALL),
        ({"key": "7", "turn": 2, "messages": WHOLE}, {"7#2": "LA."}),
        ({"key": "7", "turn": 2, "messages": WHOLE[:4]}, {"7#2": "LA."}),
        ({"prompt": "Sing.", "turn": 3, "messages": WHOLE}, {"7#3": "…"}),
        ({"prompt": "Sing.", "turn": 2, "response": "LA."}, {"7#2": "LA."}),
        ({"item_id": "7#2", "messages": WHOLE}, {"7#2": "LA."}),
        ({"messages": WHOLE[:2]}, {"7#1": "La."}),
        ({"messages": WHOLE[2:]}, {"7#2": "LA.", "7#3": "…"}),
        ({"messages": WHOLE[:3], "response": "LA."}, {"7#2": "LA."}),
        ({"key": "7", "messages": WHOLE[2:]}, {"7#2": "LA.", "7#3": "…"}),
        ({"key": "7", "messages": WHOLE[2:4], "prompt": "Louder."}, {"7#2": "LA."}),
        ({"key": "7", "turn": 2, "messages": WHOLE[2:4]}, {"7#2": "LA."}),
        ({"key": "7", "turn": 3, "messages": WHOLE[2:]}, {"7#3": "…"}),
        ({"item_id": "7#2", "messages": WHOLE[2:4]}, {"7#2": "LA."}),
        ({"item_id": "7#2", "messages": WHOLE[:3], "response": "LA."}, {"7#2": "LA."}),
        ({"prompt": "Louder.", "response": "LA."}, {"7#2": "LA."}),
        ({"messages": talk(("Hum.", "Mm."), ("Faster.", "Mmm!"))}, {"9#1": "Mm.", "9#2": "Mmm!"}),
        ({"key": "alone", "messages": talk(("An example", "Whirl."), ("Dance.", "Twirl."))}, {"alone": "Twirl."}),
        ({"instruction": "Dance.", "output": "Twirl."}, {"alone": "Twirl."}),
    ],
)
def test_each_answer_goes_to_its_turn(row: Any, found: dict[str, str]) -> None:
    given = read(row)
    assert given.refused == []
    assert given.by_model == {"m": found}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"messages": talk(("Dance.", None))}, "its messages end without an answer"),
        ({"key": "alone", "messages": talk(("Dance.", None))}, "its messages end without an answer"),
        ({"key": "7", "messages": WHOLE[:3]}, "its messages end without an answer"),
        ({"key": "alone", "messages": []}, "its messages end without an answer"),
        ({"key": "7", "turn": 2, "messages": WHOLE[:2]}, "it holds 1 response, and 7#2 is turn 2"),
        ({"key": "7", "turn": 1, "messages": WHOLE[2:]}, "its messages begin after turn 1"),
        ({"key": "7", "turn": 3, "messages": WHOLE[2:4]}, "it holds 1 response, and 7#3 is turn 3"),
        ({"prompt": "Louder.", "messages": WHOLE[:2]}, "it holds 1 response, and 7#2 is turn 2"),
        ({"key": "7", "turn": 1, "responses": ["a"] * 4}, "it holds 4 responses, and 7#1 has 3 turns"),
        ({"key": "7", "messages": [WHOLE[0], *WHOLE[2:]]}, "its messages hold 3 prompts and 2 answers"),
        ({"messages": talk(("Dance.", "Twirl."), ("Again.", "Whirl."))}, "but then ask something else"),
        ({"messages": talk(("Sing.", "La."), ("Softer.", "la"))}, "but then ask something else"),
        ({"messages": talk(("Hum.", "Mm."))}, "its prompt is that of 2 items"),
        ({"key": "7", "response": "La."}, "its key has 3 turns: say which by `turn`"),
        ({"key": "7", "responses": []}, "its `responses` are an empty list"),
        ({"key": "alone", "responses": []}, "its `responses` are an empty list"),
    ],
)
def test_what_answers_no_one_turn_is_refused_and_makes_no_model(row: Any, reason: str) -> None:
    given = read(row)
    assert given.by_model == {}
    assert [reason in refused.reason for refused in given.refused] == [True]


def test_a_generator_is_the_models_name_as_in_alpaca_evals_files() -> None:
    row = {"instruction": "Dance.", "output": "Twirl.", "generator": "wiz", "dataset": "made"}
    assert read(row, {**row, "model": "own"}).by_model == {"wiz": {"alone": "Twirl."}, "own": {"alone": "Twirl."}}


def test_rows_whose_own_prompt_is_another_are_taken_and_told() -> None:
    given = read(
        {"key": "alone", "prompt": " Dance.\n", "response": "a"},
        {"model": "b", "key": "alone", "prompt": "Dance slowly.", "response": "a"},
        {"item_id": "7#2", "prompt": "Sing.", "response": "a"},
        {"key": "9", "turn": 2, "prompt": "Run.", "response": "a"},
        {"key": "alone", "prompt": "Dance slowly.", "responses": []},
        {"model": "c", "key": "7", "messages": talk(("Sing now.", "a"), ("Louder.", "b"))},
        {"model": "d", "key": "7", "messages": WHOLE[2:]},
        {"model": "e", "key": "alone", "messages": talk(("An example", "a"), ("Dance.", "b"))},
        {"model": "f", "key": "alone", "messages": talk(("Dance.", "a"), ("Now fast.", "b"))},
    )
    told = [("alone", "r.jsonl", 2), ("9#2", "r.jsonl", 4), ("7#1", "r.jsonl", 6), ("alone", "r.jsonl", 9)]
    assert given.reworded == told
    assert len(given.refused) == 1


def test_a_samples_document_tells_the_item_alone() -> None:
    doc = {"item_id": "7#2", "key": "7", "turn": 2, "output": "the baseline's", "responses": ["x"], "generator": "g"}
    given = read({"doc": doc, "resps": [["LA."]], "filtered_resps": ["LA."]})
    assert given.by_model == {"m": {"7#2": "LA."}}
