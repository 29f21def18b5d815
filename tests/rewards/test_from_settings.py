"""A reward from settings: read strictly, with a judge that is opened and closed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from crabtk import plugins
from crabtk.constraints.builtin import TYPES
from crabtk.errors import BackendError, SettingsError
from crabtk.plugins import Plugin, Registry
from crabtk.rewards import constraint_reward, from_settings, reward_from_settings
from crabtk.types import Completion, Request
from tests.pipeline.tables import question, sure

ASKED = "Explain how desert plants manage photosynthesis."
ANSWER = "Desert plants keep their pores shut by day. At night they open them and store carbon dioxide."
CONSTRAINTS = json.dumps([{"type": "content:no_apology", "params": {}, "text": ""}])
ENGINES = {"judge": {"backend": "yes_to_night", "model": "m", "batch_size": 2, "options": {}}}


class YesToNight:
    """A judge that believes whatever speaks of the night."""

    name: ClassVar[str] = "yes_to_night"
    opened: ClassVar[list[str]] = []
    batches: ClassVar[list[list[Request]]] = []

    def __init__(self, *, model: str, fails: bool = False) -> None:
        self.model, self.fails = model, fails

    def __enter__(self) -> YesToNight:
        self.opened.append(self.model)
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.remove(self.model)

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        if self.fails:
            raise OSError("no memory")
        self.batches.append(list(requests))
        return [sure(0.9 if "night" in question(request) else 0.2) for request in requests]


@pytest.fixture(scope="module")
def registry() -> Registry:
    backend = Plugin("backend", YesToNight.name, YesToNight, "tests", "0", __name__)
    return Registry({**plugins.load().plugins, ("backend", YesToNight.name): backend})


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch, registry: Registry) -> None:
    monkeypatch.setattr(from_settings, "load", lambda: registry)
    types = {type_.name: type_ for type_ in TYPES}
    monkeypatch.setattr(constraint_reward, "installed_types", lambda: types)
    YesToNight.batches.clear()


def test_settings_shape_the_reward() -> None:
    with reward_from_settings({"aggregate": "all", "intent": "off", "weights": {"length": 2}}) as reward:
        assert reward.settings.aggregate == "all"
        assert reward([ASKED], ["Something else altogether."], [CONSTRAINTS]) == [1.0]


@pytest.mark.parametrize("mapping", [{"intent": "off"}, {"intent": "judge", "judge": "judge"}])
def test_what_the_chat_template_opens_is_passed_on(mapping: dict[str, Any]) -> None:
    messages = [{"role": "user", "content": ASKED}]
    with reward_from_settings(mapping, ENGINES, opening="<think>\n") as reward:
        got = reward([messages] * 2, [ANSWER, f"Hm.</think>{ANSWER}"], [CONSTRAINTS] * 2)
    assert got == [0.0, 1.0]


def test_the_judge_is_opened_asked_in_batches_and_closed() -> None:
    mapping = {"intent": "judge", "judge": "judge"}
    completions = [ANSWER, "They sleep by day.", "", "At night, desert plants open their pores."]
    with reward_from_settings(mapping, ENGINES) as reward:
        assert YesToNight.opened == ["m"]
        got = reward([ASKED] * 4, completions, [CONSTRAINTS] * 4)
        assert reward.explain(ASKED, ANSWER, CONSTRAINTS).on_topic is True
    assert got == [1.0, 0.0, 0.0, 1.0]
    assert [len(batch) for batch in YesToNight.batches] == [2, 1, 1]  # the empty one is not asked about
    assert YesToNight.opened == []
    asked = YesToNight.batches[0][0]
    assert asked.choices == ("Yes", "No")
    assert asked.messages[:-1] == YesToNight.batches[0][1].messages[:-1]
    assert question(asked).index(ANSWER) < question(asked).index("genuinely")


def test_engines_may_come_with_the_settings() -> None:
    with reward_from_settings({"intent": "judge", "judge": "judge", "engines": ENGINES}) as reward:
        assert reward([ASKED], [ANSWER], [CONSTRAINTS]) == [1.0]


def test_the_judge_is_closed_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), reward_from_settings({"intent": "judge", "judge": "judge"}, ENGINES):
        raise ZeroDivisionError
    assert YesToNight.opened == []


def test_a_judge_that_answers_with_an_error_rewards_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Completion("", finish_reason="error", error="the context is too long")
    monkeypatch.setattr(YesToNight, "generate", lambda self, requests: [failed for _ in requests])
    with (
        reward_from_settings({"intent": "judge", "judge": "judge"}, ENGINES) as reward,
        pytest.raises(BackendError, match="2 of 3 responses: the context is too long"),
    ):
        reward([ASKED] * 3, [ANSWER, "", ANSWER], [CONSTRAINTS] * 3)


def test_a_judge_that_fails_is_named() -> None:
    engines = {"judge": {**ENGINES["judge"], "options": {"fails": True}}}
    with (
        reward_from_settings({"intent": "judge", "judge": "judge"}, engines) as reward,
        pytest.raises(BackendError, match=r"yes_to_night.*no memory"),
    ):
        reward([ASKED], [ANSWER], [CONSTRAINTS])


@pytest.mark.parametrize(
    ("mapping", "engines", "says"),
    [
        ({"aggregat": "all"}, {}, r"reward\.aggregat: .*Known: aggregate, partial"),
        ({"aggregate": "most"}, {}, r"reward\.aggregate"),
        ({"partial": "yes"}, {}, r"reward\.partial"),
        ({"weights": object()}, {}, "reward"),
        ({"aggregate": "weighted", "weights": {"lenth": 2}}, {}, r'no constraint type or family "lenth".*length'),
        ({"intent": "judge", "judge": "other"}, ENGINES, 'no engine "other". Known: judge'),
        ({"intent": "judge", "judge": "judge"}, {"judge": {"backend": "yes_to_night"}}, r"engines\.judge\.model"),
        ({"intent": "judge", "judge": "judge"}, {}, "Known: none"),
    ],
)
def test_wrong_settings_are_errors(mapping: Any, engines: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says), reward_from_settings(mapping, engines):
        pass
