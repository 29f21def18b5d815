"""The fake keeps the contract, and the conformance suite catches those who do not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from crabtk.testing import check_backend
from crabtk.testing.fakes import EchoBackend, ScriptedBackend, StreamingScriptedBackend, smallest_value
from crabtk.types import Completion, Message, Request


def _ask(text: str, **fields: Any) -> Request:
    return Request((Message("user", text),), **fields)


def test_fake_keeps_the_contract() -> None:
    check_backend(EchoBackend)
    check_backend(lambda: ScriptedBackend(lambda request: "42"))
    check_backend(StreamingScriptedBackend)


def test_script_is_followed_where_the_contract_lets_it() -> None:
    backend = ScriptedBackend(lambda request: "b")
    asked = [_ask("?", choices=("a", "b")), _ask("?", regex="[a-c]"), _ask("?")]
    assert [answer.text for answer in backend.generate(asked)] == ["b", "b", "b"]
    assert backend.calls == [tuple(asked)]
    told = ScriptedBackend(lambda request: '{"a": 1}')
    assert told.generate([_ask("?", json_schema={"type": "object"})])[0].text == '{"a": 1}'


def test_smallest_value() -> None:
    schema = {
        "type": "object",
        "required": ["a", "b", "c", "d", "e", "f"],
        "properties": {
            "a": {"type": "array", "minItems": 2, "items": {"type": "integer", "minimum": 3}},
            "b": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "c": {"const": "x"},
            "d": {"type": ["string", "null"], "minLength": 2},
            "e": {"type": "boolean"},
            "f": {"properties": {}},
            "optional": {"type": "string"},
        },
    }
    assert smallest_value(schema) == {"a": [3, 3], "b": None, "c": "x", "d": "xx", "e": False, "f": {}}


class Wrong(EchoBackend):
    """Breaks one promise, of its class variable ``how``."""

    how = ""

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        answers = super().generate(requests)
        if self.how == "crashes on long prompts" and any(answer.error for answer in answers):
            raise ValueError("too long")
        if self.how == "drops errors":
            return [answer for answer in answers if not answer.error]
        return [self._wrong(request, answer) for request, answer in zip(requests, answers, strict=True)]

    def _wrong(self, request: Request, answer: Completion) -> Completion:
        logprobs = answer.choice_logprobs
        if self.how == "ignores max_tokens":
            return replace(answer, generated_tokens=1000)
        if self.how == "repeats nothing" and not request.choices and not answer.error:
            return replace(answer, text=f"{answer.text} {len(self.calls)}") if request.json_schema is None else answer
        if self.how == "ignores regex" and request.regex:
            return Completion("something else")
        if self.how == "ignores schemas" and request.json_schema:
            return Completion('{"word": "long enough"}')
        if self.how == "normalises over nothing" and logprobs:
            return replace(answer, choice_logprobs=dict.fromkeys(logprobs, 0.0))
        if self.how == "forgets choices" and logprobs:
            return replace(answer, choice_logprobs={answer.text: -1.0})
        return replace(answer, error=None) if self.how == "gives no reason" else answer


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("drops errors", "must get as many completions"),
        ("crashes on long prompts", "too long"),
        ("ignores max_tokens", "max_tokens = 1 must hold"),
        ("repeats nothing", "the same batch at temperature 0"),
        ("ignores regex", "must match its regular expression"),
        ("ignores schemas", "just the required keys"),
        ("normalises over nothing", "sum to at most 1"),
        ("forgets choices", "must hold each of"),
        ("gives no reason", "must say why in error"),
    ],
)
def test_suite_catches(how: str, message: str) -> None:
    broken = type("Broken", (Wrong,), {"how": how})
    with pytest.raises((AssertionError, ValueError), match=message):
        check_backend(broken)
