"""Each built-in seed format: what is recognised, and which pair comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from crabtk.protocols import SeedReader
from crabtk.readers.base import RowReader
from crabtk.readers.builtin import READERS
from crabtk.types import Pair, Record, Rejected

BY_NAME = {reader.name: reader for reader in READERS}

EXAMPLES: dict[str, Any] = {
    "alpaca": {"instruction": "Add.", "input": "1 and 2", "output": "3"},
    "alpaca-comparisons": {
        "user_input": "Add.",
        "responses_and_scores": [
            {"response": "first", "source": "a", "score": 7.0},
            {"response": "best", "source": "b", "score": 9},
            {"response": "tied", "source": "c", "score": 9.0},
        ],
    },
    "oasst-trees": {
        "message_tree_id": "t",
        "prompt": {
            "message_id": "t",
            "text": "Olá?",
            "role": "prompter",
            "lang": "pt-BR",
            "deleted": False,
            "review_result": True,
            "replies": [
                {"text": "worse", "role": "assistant", "rank": 1, "review_result": True, "replies": []},
                {"text": "best", "role": "assistant", "rank": 0, "review_result": True, "replies": []},
            ],
        },
    },
    "oasst-messages": {
        "message_id": "m",
        "parent_id": None,
        "text": "Hi",
        "role": "prompter",
        "lang": "en",
        "rank": None,
    },
    "evol-instruct": {"idx": "1", "conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
    "orca-chat": {"instruction": "Be brief.", "conversation": [{"input": "Q", "output": "A"}]},
    "sharegpt": {"id": "1", "conversations": [{"from": "user", "value": "Q"}, {"from": "bing", "value": "A"}]},
    "messages": {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]},
    "prompt-completion": {"prompt": "Q", "completion": "A", "system": "S", "language": "de"},
}


def read(name: str, *values: Any) -> list[Pair | Rejected]:
    records = (Record(value, "file", row) for row, value in enumerate(values, start=1))
    return list(BY_NAME[name].read(records))


def pair(name: str, value: Any) -> Pair:
    (found,) = read(name, value)
    assert isinstance(found, Pair), found
    return found


def reason(name: str, value: Any) -> str:
    (found,) = read(name, value)
    assert isinstance(found, Rejected), found
    assert (found.stage, found.file, found.row, found.key) == ("seeds", "file", 1, None)
    return found.reason


def chat(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"conversations": [{"from": speaker, "value": text} for speaker, text in turns]}


def test_every_built_in_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(BY_NAME) and len(READERS) == len(BY_NAME)
    assert all(isinstance(reader, SeedReader) for reader in READERS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_first_reader_that_recognises_a_row_is_its_own(name: str) -> None:
    assert next(reader.name for reader in READERS if reader.recognises(EXAMPLES[name])) == name


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
@pytest.mark.parametrize(
    "value", [None, 1, "text", [], {}, [1], {"messages": 1}, {"conversations": [1]}, {"prompt": 0}]
)
def test_strange_values_are_not_recognised_and_do_not_crash(reader: SeedReader, value: Any) -> None:
    assert not reader.recognises(value)
    assert all(isinstance(found, Rejected) for found in reader.read([Record(value, "file", 1)]))


def test_alpaca_joins_a_filled_input_by_a_blank_line() -> None:
    assert pair("alpaca", EXAMPLES["alpaca"]).instruction == "Add.\n\n1 and 2"
    assert pair("alpaca", {"instruction": "Add.", "input": " ", "output": "3"}).instruction == "Add."
    assert pair("alpaca", {"instruction": "Add.", "input": None, "output": "3"}).instruction == "Add."
    assert "instruction or input is a number" in reason("alpaca", {"instruction": "Add.", "input": 1, "output": "3"})


def test_alpaca_takes_the_outputs_of_alpaca_eval() -> None:
    row = {"dataset": "helpful_base", "instruction": "Q", "output": "A", "generator": "gpt4"}
    assert BY_NAME["alpaca"].recognises(row)
    assert (pair("alpaca", row).instruction, pair("alpaca", row).response) == ("Q", "A")


def test_comparisons_take_the_best_score_and_the_first_of_equals() -> None:
    assert pair("alpaca-comparisons", EXAMPLES["alpaca-comparisons"]).response == "best"
    assert "no responses" in reason("alpaca-comparisons", {"user_input": "Q", "responses_and_scores": []})
    bad = {"user_input": "Q", "responses_and_scores": [{"response": "A", "score": None}]}
    assert "score of a response is null" in reason("alpaca-comparisons", bad)


def test_a_tree_gives_its_root_and_the_reply_of_rank_0() -> None:
    found = pair("oasst-trees", EXAMPLES["oasst-trees"])
    assert (found.instruction, found.response, found.language) == ("Olá?", "best", "pt-BR")
    assert found.messages == ()


@pytest.mark.parametrize(
    ("of_prompt", "of_reply", "why"),
    [
        ({"deleted": True}, {}, "its prompt was deleted"),
        ({"review_result": None}, {}, "its prompt was never reviewed"),
        ({"review_result": False}, {}, "its prompt failed its review"),
        ({"role": "assistant"}, {}, "its root is a message of role"),
        ({}, {"deleted": True}, "its best reply was deleted"),
        ({}, {"review_result": None}, "its best reply was never reviewed"),
        ({}, {"rank": None}, "no assistant's reply of rank 0"),
    ],
)
def test_a_tree_that_cannot_be_used_says_why(
    of_prompt: Mapping[str, Any], of_reply: Mapping[str, Any], why: str
) -> None:
    example = EXAMPLES["oasst-trees"]
    reply = {**example["prompt"]["replies"][1], **of_reply}
    assert why in reason("oasst-trees", {**example, "prompt": {**example["prompt"], "replies": [reply], **of_prompt}})


def node(number: int, parent: int | None, role: str, rank: int | None = None, **more: Any) -> dict[str, Any]:
    parent_id = None if parent is None else f"m{parent}"
    return {
        "message_id": f"m{number}",
        "parent_id": parent_id,
        "text": f"t{number}",
        "role": role,
        "rank": rank,
        **more,
    }


def test_messages_are_put_together_even_if_parents_come_last() -> None:
    rows = [
        node(3, 2, "prompter"),
        node(4, 3, "assistant", 0),
        node(2, 1, "assistant", 0),
        node(5, 1, "assistant", 1),
        node(6, 4, "prompter"),
        node(1, None, "prompter", lang="en"),
        node(7, None, "prompter"),
    ]
    first, second = read("oasst-messages", *rows)
    assert isinstance(first, Pair) and isinstance(second, Rejected)
    assert (first.instruction, first.response, first.language, first.row) == ("t1", "t2", "en", 6)
    assert [(message.role, message.content) for message in first.messages] == [
        ("user", "t1"),
        ("assistant", "t2"),
        ("user", "t3"),
        ("assistant", "t4"),
    ]
    assert second.row == 7 and "rank 0" in second.reason


def test_messages_with_repeated_ids_or_no_parent_are_refused() -> None:
    rows = [
        node(1, None, "prompter"),
        node(2, 1, "assistant", 0),
        node(1, None, "prompter"),
        node(9, 8, "assistant"),
        {},
    ]
    found = read("oasst-messages", *rows)
    assert [(item.row, item.reason) for item in found if isinstance(item, Rejected)] == [
        (3, 'no row of format "oasst-messages": message_id "m1" occurs before, in row 1 of file'),
        (5, 'no row of format "oasst-messages": it lacks message_id, parent_id, text or role'),
        (4, "its parent message is not in the file"),
    ]
    assert [item.response for item in found if isinstance(item, Pair)] == ["t2"]


@pytest.mark.parametrize("speaker", ["gpt", "chatgpt", "bing", "bard"])
def test_sharegpt_knows_its_speakers(speaker: str) -> None:
    found = pair("sharegpt", chat(("system", "S"), ("human", "Q"), (speaker, "A")))
    assert (found.system, found.instruction, found.response, found.messages) == ("S", "Q", "A", ())


def test_a_longer_conversation_comes_whole_up_to_its_last_answer() -> None:
    found = pair(
        "sharegpt", chat(("system", "S"), ("user", "1"), ("gpt", "2"), ("user", "3"), ("gpt", "4"), ("user", "5"))
    )
    assert [message.content for message in found.messages] == ["S", "1", "2", "3", "4"]
    assert [message.role for message in found.messages][:3] == ["system", "user", "assistant"]


@pytest.mark.parametrize(
    "turns",
    [
        (("gpt", "0"), ("human", "1"), ("gpt", "2"), ("human", "3"), ("gpt", "4")),
        (("human", "1"), ("gpt", "2"), ("gpt", "3"), ("human", "4"), ("gpt", "5")),
        (("human", "1"), ("gpt", "2"), ("human", " "), ("gpt", "4")),
    ],
)
def test_a_conversation_out_of_turn_still_gives_its_pair(turns: tuple[tuple[str, str], ...]) -> None:
    found = pair("sharegpt", chat(*turns))
    assert (found.instruction, found.response, found.messages) == ("1", "2", ())


def test_conversations_that_hold_no_pair_say_why() -> None:
    assert "no turn of a user" in reason("sharegpt", chat())
    assert "no turn of a user" in reason("sharegpt", chat(("gpt", "A")))
    assert "no assistant's turn after" in reason("sharegpt", chat(("gpt", "A"), ("human", "Q")))
    assert 'unknown speaker "tool"' in reason("sharegpt", chat(("human", "Q"), ("tool", "A")))


def test_orca_chat_puts_the_instruction_before_the_first_input_only() -> None:
    row = {"instruction": "Be brief.", "conversation": [{"input": f"q{n}", "output": f"a{n}"} for n in range(2)]}
    found = pair("orca-chat", row)
    assert (found.instruction, found.response) == ("Be brief.\n\nq0", "a0")
    assert [message.content for message in found.messages] == ["Be brief.\n\nq0", "a0", "q1", "a1"]


def test_messages_may_hold_parts_and_a_system_message_beside_them() -> None:
    row = {
        "system": "S",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Q"}]},
            {"role": "assistant", "content": "A"},
        ],
    }
    found = pair("messages", row)
    assert (found.system, found.instruction, found.response) == ("S", "Q", "A")
    image = {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}
    assert "not a text" in reason("messages", {"messages": [image, {"role": "assistant", "content": "A"}]})


def test_a_response_may_stand_for_a_completion() -> None:
    said = pair("prompt-completion", {"prompt": "Q", "response": "A", "key": 7})
    assert (said.instruction, said.response) == ("Q", "A")


def test_prompt_and_completion_may_be_texts_or_lists() -> None:
    plain = pair("prompt-completion", EXAMPLES["prompt-completion"])
    assert (plain.instruction, plain.response, plain.system, plain.language) == ("Q", "A", "S", "de")
    asked = [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}]
    answered = [{"role": "assistant", "content": "A"}]
    for prompt, completion in ((asked, answered), (asked, "A"), ("Q", answered)):
        found = pair("prompt-completion", {"prompt": prompt, "completion": completion})
        assert (found.instruction, found.response, found.messages) == ("Q", "A", ())
    follow_up = [*asked, *answered, {"role": "user", "content": "Q2"}]
    found = pair("prompt-completion", {"prompt": follow_up, "completion": "A2"})
    assert [message.content for message in found.messages] == ["S", "Q", "A", "Q2", "A2"]


class Questions(RowReader):
    """The reader of the base class's docstring."""

    name = "questions"

    def recognises(self, value: Any) -> bool:
        """See base class."""
        return self.has(value, "question", "answer")

    def pair(self, value: Mapping[str, Any]) -> tuple[Any, Any]:
        """See base class."""
        return value["question"].strip(), value["answer"]


def test_a_reader_of_ones_own_is_two_methods_and_raises_plain_errors() -> None:
    values = [{"question": " Q ", "answer": "A"}, {"question": "Q"}, {"question": 1, "answer": "A"}, 3]
    good, *bad = Questions().read(Record(value, "file", row) for row, value in enumerate(values, start=1))
    assert isinstance(good, Pair) and (good.instruction, good.response) == ("Q", "A")
    reasons = [item.reason for item in bad if isinstance(item, Rejected)]
    assert [reason.partition(": ")[2] for reason in reasons] == [
        "the key 'answer' is missing",
        "AttributeError: 'int' object has no attribute 'strip'",
        "it is a number, not an object with named values",
    ]
    assert bad[0].raw == '{"question": "Q"}'  # type: ignore[union-attr]
