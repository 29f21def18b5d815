"""Requests become questions, and outputs completions; no engine is needed."""

from types import MappingProxyType
from typing import Any

import pytest

from crabtk.inference.chat import ChatTemplate
from crabtk.types import Message, Request, Sampling
from crabtk_sglang.answers import Limits, Output, Questions, UnanswerableError


class Letters:
    """A tokenizer with a token for each letter, whose template is the last turn's text."""

    chat_template = "the last turn"
    eos_token_id = 0
    all_special_ids: tuple[int, ...] = (0,)
    added_tokens_decoder = MappingProxyType[int, Any]({})

    def apply_chat_template(self, turns: list[dict[str, str]], *, tokenize: bool, **_: Any) -> Any:
        text = turns[-1]["content"]
        return self.encode(text) if tokenize else text

    def encode(self, text: str, **_: Any) -> list[int]:
        return [ord(letter) for letter in text]


@pytest.fixture
def questions() -> Questions:
    tokenizer = Letters()
    return Questions(ChatTemplate(tokenizer, "letters", {}), tokenizer, Limits(context=20, prompt=14))


def _ask(text: str, **fields: Any) -> Request:
    return Request((Message("user", text),), **fields)


def _output(**meta: Any) -> Output:
    told = {"prompt_tokens": 3, "cached_tokens": 2, "completion_tokens": 1, "finish_reason": {"type": "length"}}
    return {"text": "so", "meta_info": {**told, **meta}}


def test_a_seed_is_one_that_sglang_takes(questions: Questions) -> None:
    for seed in (0, -1, 2**70 + 5):
        (part,) = questions.question(_ask("Hello", sampling=Sampling(seed=seed))).parts
        assert 0 <= part.sampling["sampling_seed"] < 2**63


def test_max_tokens_is_cut_to_the_room_left(questions: Questions) -> None:
    (part,) = questions.question(_ask("Hello", sampling=Sampling(max_tokens=100))).parts
    assert part.sampling["max_new_tokens"] == 15


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (_ask("x" * 15), r"has 15 tokens, and this engine takes 14 \(context_length = 20\)"),
        (_ask("x" * 13, choices=("abc", "d")), "with 2 more of the longest choice"),
        (_ask("", sampling=Sampling()), "empty prompt"),
        (_ask("Hello", sampling=Sampling(max_tokens=0)), "max_tokens must be at least 1"),
        (_ask("Hello", regex=""), "empty expression"),
        (_ask("Hello", regex="(" * 101 + "a" + ")" * 101), "101 groups inside each other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_asked_says_why(questions: Questions, request_: Request, says: str) -> None:
    with pytest.raises(UnanswerableError, match=says):
        questions.question(request_)


def test_the_longest_prompts_are_asked(questions: Questions) -> None:
    assert questions.question(_ask("x" * 14)).parts
    assert questions.question(_ask("x" * 12, choices=("abc", "d"))).parts


def test_brackets_that_open_no_group_are_no_nesting(questions: Questions) -> None:
    for regex in (r"\(" * 200, "[(]" * 200, "(a)" * 200, r"[\](]" * 200):
        assert questions.question(_ask("Hello", regex=regex)).parts[0].sampling["regex"] == regex


def test_choices_are_asked_prefix_by_prefix(questions: Questions) -> None:
    question = questions.question(_ask("x", choices=("ab", "ac", "d")))
    assert [(part.prompt[1:], part.scored) for part in question.parts] == [
        ([], [ord("a"), ord("d")]),
        ([ord("a")], [ord("b"), ord("c")]),
    ]
    first = _output(output_token_ids_logprobs=[[(-1.0, ord("a"), None), (float("-inf"), ord("d"), None)]])
    second = _output(output_token_ids_logprobs=[[(-2.0, ord("b"), None), (-0.5, ord("c"), None)]])
    answer = question.complete([first, second])
    assert answer.text == "ac" and answer.finish_reason == "stop"
    assert answer.choice_logprobs == {"ab": -3.0, "ac": -1.5, "d": -1e9}
    assert (answer.prompt_tokens, answer.cached_tokens, answer.generated_tokens) == (6, 4, 2)


def test_an_aborted_request_is_an_error(questions: Questions) -> None:
    aborted = _output(finish_reason={"type": "abort", "message": "out of memory"})
    for asked in (_ask("x"), _ask("x", choices=("a",))):
        question = questions.question(asked)
        answer = question.complete([aborted] * len(question.parts))
        assert answer.finish_reason == "error" and answer.text == ""
        assert answer.error is not None and "out of memory" in answer.error


class Thinking(Letters):
    """Its template opens a block of reasoning."""

    def apply_chat_template(self, turns: list[dict[str, str]], *, tokenize: bool, **how: Any) -> Any:
        return super().apply_chat_template([{"content": "<think>"}], tokenize=tokenize, **how)

    def decode(self, tokens: list[int], **_: Any) -> str:
        return "".join(map(chr, tokens))


def test_a_reply_shows_the_reasoning_that_the_template_opened() -> None:
    tokenizer = Thinking()
    thinking = Questions(ChatTemplate(tokenizer, "letters", {}), tokenizer, Limits(context=20, prompt=14))
    assert thinking.question(_ask("Hi")).complete([_output()]).text == "<think>so"
    assert thinking.question(_ask("Hi", regex="so")).complete([_output()]).text == "so"
    failed = thinking.question(_ask("Hi")).complete([_output(finish_reason={"type": "abort", "message": "gone"})])
    assert (failed.text, failed.finish_reason) == ("", "error")
