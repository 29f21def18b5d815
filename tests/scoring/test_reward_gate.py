"""The guard by words: what answers nothing is stopped, what answers is not."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from crabtk.pipeline.intent import answers_by_words, instruction_of, without
from crabtk.scoring.claims import without_claims
from crabtk.scoring.gaming import gaming
from crabtk.wording import fill

SEEDS = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")) / "seeds"
ALPACA_EVAL = ("alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json")

ASKED = "Explain how desert plants manage photosynthesis in the heat."
ANSWER = (
    "Many desert plants keep their pores shut by day. At night, when the air has cooled, they open them and take in "
    "carbon dioxide, which they store as an acid. By daylight they use that store for photosynthesis without losing "
    "water to the heat."
)
OFF_TOPIC = (
    "The stock market fell on Tuesday, since investors worried about interest rates and the price of oil. Analysts "
    "expect further losses until the central bank meets again in the autumn."
)


def verdict(response: str, asked: str = ASKED, wordings: tuple[str, ...] = (), types: tuple[str, ...] = ()) -> Any:
    return answers_by_words(asked, response, wordings, types)


def test_an_answer_passes() -> None:
    assert verdict(ANSWER) is True
    assert verdict(ANSWER.upper()) is True
    assert verdict(f"Sure!\n\n{ANSWER}\n\nI hope this helps!") is True


def test_an_answer_that_is_off_topic_does_not() -> None:
    assert verdict(OFF_TOPIC) is False


CLAIMS = [
    "I have followed all constraints.",
    "All requirements are met.",
    "Sure! Here is the response that you asked for. I have carefully followed every instruction and constraint.",
    "**Done.** This response satisfies all of the requirements, as requested.",
    "Here is my answer.\n\nI’ve met every condition that you named!\n\nLet me know if you need anything else.",
    "Of course. As requested.",
    "He seguido todas las instrucciones y se cumplen los requisitos.",
    "Alle Anforderungen sind erfüllt.",
    "J'ai respecté toutes les consignes.",
    "Yes.",
    "OK",
]


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_of_compliance_answer_nothing(claim: str) -> None:
    assert verdict(claim) is False


def test_a_bare_yes_answers_a_question_alone() -> None:
    assert verdict("Yes.", "Is the earth round?") is None
    assert verdict("Yes.", "Describe the earth.") is False


def test_where_rules_are_the_topic_sentences_on_them_are_no_claims() -> None:
    asked = "Which rules must a cyclist follow in traffic?"
    answer = "Cyclists must obey the same rules as cars. They must follow signals."
    assert without_claims(asked, answer) != ""
    assert verdict(answer, asked) is True
    assert verdict("I have followed all the rules.", asked) is False


@pytest.mark.parametrize(
    ("why", "response"),
    [
        ("empty", ""),
        ("empty", " \n…!? \x00\ud800"),
        ("echo", ASKED),
        ("echo", ASKED.upper() + "\n"),
        ("echo", f"Sure! {ASKED}"),
        ("loop", "Desert plants open their pores at night. " * 40),
        ("loop", ANSWER + " and then the heat" * 400),
        ("loop", "a" * 100_000),
        ("stuffing", " ".join(random.Random(3).choices(["desert", "plants", "photosynthesis", "heat"], k=59))),
        ("stuffing", " ".join(random.Random(3).choices([f"plant{n}" for n in range(12)], k=400))),
    ],
)
def test_what_games_the_form_is_told(why: str, response: str) -> None:
    assert gaming(ASKED, response) == why
    assert verdict(response) is False


def test_a_refusal_does_not_answer() -> None:
    assert verdict("I'm sorry, but I can't help with that.") is False


def test_repeating_the_constraints_is_no_answer() -> None:
    wordings = ("Use at most 100 words about desert plants.", "Name photosynthesis twice.")
    assert verdict(" ".join(wordings), wordings=wordings) is False


def test_a_short_answer_need_not_repeat_a_word() -> None:
    assert verdict("Paris.", "What is the capital city of France?") is None


def test_the_guard_says_nothing_where_words_do_not_tell() -> None:
    assert verdict(OFF_TOPIC, "Tell me something.") is None
    french = (
        "La bourse a baissé mardi, car les investisseurs craignent une hausse des taux et du prix du pétrole en Asie."
    )
    assert verdict(french) is None
    assert verdict(ASKED, types=("copy:prompt",)) is None


def test_the_instruction_is_the_last_user_message_without_the_constraints() -> None:
    messages = [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "A demonstration."},
        {"role": "assistant", "content": "Its answer."},
        {"role": "user", "content": f"{ASKED}\n\n- Use no comma.\n- Write two lines and no more."},
    ]
    left = instruction_of(messages, ["Use no comma.", "Write two lines\nand no more."])
    assert left == ASKED
    assert instruction_of([], []) == ""


def test_what_frames_the_constraints_of_a_composed_prompt_is_no_instruction() -> None:
    texts = tomllib.loads((resources.files("crabtk.prompts") / "compose.toml").read_text("utf-8"))
    wordings = ["Use no comma.", "Write two lines."]
    for marker in texts["markers"]:
        listed = "\n".join(
            fill(marker, {"number": str(n), "letter": "ab"[n - 1]}) + wording for n, wording in enumerate(wordings, 1)
        )
        for template in texts["lists"]:
            message = {"role": "user", "content": fill(template, {"instruction": ASKED, "constraints": listed})}
            assert instruction_of([message], wordings) == ASKED
            assert verdict(message["content"], wordings=tuple(wordings)) is False, "the prompt again"
    for template in texts["running"]:
        filled = fill(template, {"instruction": ASKED, "constraints": " ".join(wordings)})
        assert instruction_of([{"role": "user", "content": filled}], wordings) == ASKED


def test_a_blank_wording_leaves_a_text_alone() -> None:
    assert without("ab", ["", "  "]) == "ab"


@pytest.mark.parametrize(
    "text",
    [
        "word " * 20_000,
        "I have followed every constraint, " * 3_000,
        "\ud800" * 100_000,
        "." * 100_000,
        "i am happy to help " * 5_000,
        "\n".join(f"{n} desert {n * 7919 % 10007} plants" for n in range(4_500)),
        "今天没有时间" * 5_500,
        "(" * 50_000 + ")" * 50_000,
        "Sure! " * 16_000,
    ],
)
def test_a_text_of_100_kb_takes_no_second(text: str) -> None:
    begun = time.process_time()
    answers_by_words(ASKED, text, ["Use no comma."], ["punctuation:absent"])
    assert time.process_time() - begun < 1


def pairs() -> Iterator[tuple[str, str]]:
    """The test half: thresholds were chosen on instructions of the other half."""
    for name in ALPACA_EVAL:
        if not (SEEDS / name).is_file():
            pytest.skip(f"{SEEDS / name} is absent; set CRABTK_DATA to the folder of real data")
        for row in json.loads((SEEDS / name).read_text("utf-8")):
            if hashlib.sha256(row["instruction"].encode()).digest()[0] >= 128:
                yield row["instruction"], row["output"]


@pytest.mark.data
def test_real_answers_pass_and_answers_to_other_instructions_do_not() -> None:
    found = list(pairs())[::6]
    rng = random.Random(5)
    others = [rng.choice([response for asked, response in found if asked != own]) for own, _ in found]
    own = [verdict(response, asked) for asked, response in found]
    shuffled = [verdict(response, asked) for (asked, _), response in zip(found, others, strict=True)]
    assert len(found) > 180
    assert own.count(False) / len(own) < 0.03
    assert shuffled.count(False) / len(shuffled) > 0.6
