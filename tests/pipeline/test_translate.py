"""Translated constraints: only what is read without doubt becomes a row, and all else is in the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.constraints.translated import TRANSLATED
from crabtk.errors import EmptyStageError
from crabtk.pipeline.translate import translate
from crabtk.prompts import worked_examples
from crabtk.settings import Translation
from crabtk.types import Completion, Request
from tests.pipeline.tables import Model, Row, question, seed, seeds

KEYS = [type_.key for type_ in TRANSLATED]
NOTHING: dict[str, str | None] = dict.fromkeys(KEYS)
CALM = "Keep a calm and friendly tone from beginning to end."
RESPONSE = (
    "The lighthouse keeper climbs the narrow stairs every evening and lights the great lamp. Ships far out see it."
)


def run(answer: Callable[[Request], Any], *rows: Row, **settings: Any) -> tuple[pl.DataFrame, pl.DataFrame, Model]:
    model = Model(answer)
    table, ledger = translate(
        seeds(rows or [seed(1, response=RESPONSE)]), TRANSLATED, model, settings=Translation(**settings), seed=17
    )
    schemas.Constraints.validate(table)
    schemas.Ledger.validate(ledger)
    return table, ledger, model


def written(**constraints: str | None) -> str:
    return json.dumps({**NOTHING, **constraints})


def test_a_constraint_becomes_an_unjudged_row() -> None:
    table, ledger, _ = run(lambda _: written(writing_style=f"  {CALM}\n ", hierarchy=" \n", paragraphs=""))
    assert ledger.is_empty()
    (row,) = table.to_dicts()
    assert row == {
        "seed_id": "made-00000001",
        "constraint_id": "made-00000001/style:writing",
        "type": "style:writing",
        "params": "{}",
        "text": CALM,
        "origin": "translated",
        "verdict": "unknown",
        "score": None,
        "judged_by": None,
        "informative": None,
        "conflicts": [],
    }


def test_types_and_their_order_are_ours_whatever_order_the_model_answers_in() -> None:
    texts = {key: f"Do what the kind called {key} asks for in this text." for key in KEYS}
    table, _, _ = run(lambda _: json.dumps(dict(reversed(texts.items()))))
    assert table["type"].to_list() == [type_.name for type_ in TRANSLATED]
    assert table["text"].to_list() == list(texts.values())


UNREADABLE = {
    "the engine gave no answer: out of memory": Completion("", "error", error="out of memory"),
    "the answer was cut off at max_tokens": Completion('{"writing_style": "Keep', "length"),
    "the model refused": Completion("I cannot help with that.", "refusal"),
    "the answer is no JSON": Completion("Sure! Here is the JSON: {}"),
    "the answer is no JSON: Expecting value": Completion(""),
    "the answer is no JSON: Extra data": Completion(f"{json.dumps(NOTHING)} and more"),
    "the answer is no JSON: Exceeds the limit": Completion('{"writing_style": ' + "1" * 5000 + "}"),
    "the answer is no JSON: maximum recursion": Completion("[" * 100_000),
    "the answer is no JSON: a key stands twice": Completion(json.dumps(NOTHING)[:-1] + ', "hierarchy": null}'),
    "the answer is a JSON list, not an object": Completion(json.dumps([CALM])),
    "the answer is a JSON str, not an object": Completion(json.dumps(CALM)),
    "the answer's keys are ['writing_style'], not": Completion(json.dumps({"writing_style": CALM})),
    "the answer's keys are [' writing_style'": Completion(json.dumps({**NOTHING, " writing_style": CALM})),
    "the answer's hierarchy is neither a string nor null": Completion(json.dumps({**NOTHING, "hierarchy": [CALM]})),
    "the answer's paragraphs is neither a string nor null": Completion(json.dumps({**NOTHING, "paragraphs": 3})),
    "the answer's morphological is neither": Completion(json.dumps({**NOTHING, "morphological": {"a": CALM}})),
}


@pytest.mark.parametrize("reason", UNREADABLE)
def test_an_unreadable_answer_is_in_the_ledger_with_its_text_and_costs_its_seed_only(reason: str) -> None:
    answers = {1: UNREADABLE[reason], 2: Completion(written(writing_style=CALM))}
    table, ledger, _ = run(lambda request: answers[1 if "topic 1." in question(request) else 2], seed(1), seed(2))
    assert table["seed_id"].to_list() == ["made-00000002"]
    (row,) = ledger.to_dicts()
    assert row["key"] == "made-00000001" and row["stage"] == "translated_constraints"
    assert row["reason"].startswith(reason)
    assert row["raw"] == answers[1].text[:2000]


UNFIT = {
    "it quotes 10 or more words": "The keeper climbs the narrow stairs every evening and lights the great lamp.",
    "it quotes 10 or more": "Write: LIGHTHOUSE KEEPER CLIMBS THE NARROW, STAIRS; EVERY EVENING AND LIGHTS!",
    "it repeats the prompt": worked_examples()[0]["answer"]["writing_style"].upper().rstrip("."),
    "it repeats the": TRANSLATED[1].question,
    "it repeats the instruction": "Tell me about topic 1!",
    "it has fewer than three words": "Be calm.",
    "it was cut off at 240 characters": ("Keep a calm tone and " * 20)[:240],
    "it holds a control character or half": "Keep a calm tone \0 throughout the whole text.",
    "it holds a control character": "Keep a calm tone \ud83d throughout the whole text.",
}


@pytest.mark.parametrize("reason", UNFIT)
def test_an_unfit_constraint_is_in_the_ledger_and_costs_nothing_else(reason: str) -> None:
    answer = written(writing_style=UNFIT[reason], hierarchy="Explain the risks before any benefit is named.")
    table, ledger, _ = run(lambda _: answer)
    assert table["type"].to_list() == ["content:hierarchy"]
    (row,) = ledger.to_dicts()
    assert row["key"] == "made-00000001/style:writing"
    assert row["reason"].startswith(reason)
    assert row["raw"] == UNFIT[reason].replace("\ud83d", "?")


def test_what_a_model_writes_under_several_types_counts_once() -> None:
    table, ledger, _ = run(lambda _: written(writing_style=CALM, hierarchy=CALM.upper(), paragraphs=f" {CALM}"))
    assert table["type"].to_list() == ["style:writing"]
    assert ledger["reason"].to_list() == ["it repeats that of style:writing"] * 2


def test_nine_words_of_the_response_are_no_quotation() -> None:
    nine = "Mention that keeper climbs the narrow stairs every evening and lights some other thing."
    table, ledger, _ = run(lambda _: written(semantic_elements=nine))
    assert table["text"].to_list() == [nine] and ledger.is_empty()


def test_a_refined_instruction_may_quote_and_be_longer_than_a_constraint() -> None:
    request = f"As a teacher of small children, explain at length why {RESPONSE.lower()} " + "It matters much. " * 10
    assert 240 < len(request) < 600
    table, ledger, _ = run(lambda _: written(refined_instruction=request))
    assert table["text"].to_list() == [" ".join(request.split())] and ledger.is_empty()


def test_the_schema_that_constrains_an_engine_allows_what_is_read_and_nothing_else() -> None:
    _, _, model = run(lambda _: written())
    schema = model.asked[0].json_schema
    assert schema is not None
    assert list(schema["properties"]) == schema["required"] == KEYS and schema["additionalProperties"] is False
    texts = {key: value.get("anyOf", [value])[0] for key, value in schema["properties"].items()}
    assert {text["type"] for text in texts.values()} == {"string"}
    longest = {key: text["maxLength"] for key, text in texts.items()}
    assert longest.pop("refined_instruction") == 600 and set(longest.values()) == {240}
    nullable = {key for key, value in schema["properties"].items() if {"type": "null"} in value.get("anyOf", [])}
    assert nullable == {type_.key for type_ in TRANSLATED if not type_.always}


def test_general_chat_is_passed_over_and_a_limit_draws_the_same_seeds_in_any_order() -> None:
    rows = [seed(number) for number in range(30)] + [seed(99, use="chat")]
    table, _, model = run(lambda _: written(writing_style=CALM), *rows, limit=8)
    again, _, reversed_model = run(lambda _: written(writing_style=CALM), *reversed(rows), limit=8)
    assert len(table) == len(model.asked) == 8
    assert table["seed_id"].is_sorted()
    assert table["seed_id"].to_list() == again["seed_id"].to_list()[::-1]
    # Each row has its own sampling seed, which no other row moves.
    assert model.asked == reversed_model.asked[::-1]
    assert len({request.sampling.seed for request in model.asked}) == 8
    everything, _, _ = run(lambda _: written(writing_style=CALM), *rows)
    assert len(everything) == 30


def test_the_stage_stops_only_where_no_answer_at_all_can_be_read() -> None:
    with pytest.raises(EmptyStageError, match=r"None of the 2 answers .* the first: the model refused\. Raise"):
        run(lambda _: Completion("No.", "refusal"), seed(1), seed(2))
    table, ledger, _ = run(lambda _: written(), seed(1), seed(2))
    assert table.is_empty() and ledger.is_empty()
