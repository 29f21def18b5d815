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

from crabtk.pipeline.intent import Case, answers_by_judge, answers_by_words, instruction_of, without
from crabtk.pipeline.trip_wires import FORMULAIC
from crabtk.scoring.claims import without_claims
from crabtk.scoring.gaming import gaming
from crabtk.types import Completion
from crabtk.wording import fill
from tests.pipeline.tables import Model, question, sure

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
    "Respectant toutes les consignes.",
    "Cumplimos las condiciones.",
    "Everything requested has been followed.",
    "I complied with everything requested.",
    "It was kept as requested.",
    "Everything requested and everything demanded has been followed, respected, checked and fully satisfied here.",
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


SPEAK_OF_RULES = [
    "How do I choose an air conditioner for a small flat?",
    "What is a tape ruler used for in a demanding trade?",
    "Which conditions must a tenant meet before signing?",
    "Explain the rules of chess to a child.",
    "List the requirements for a visa to Japan.",
    "How do I politely answer a customer's request?",
    "Are there any demands that a landlord may make?",
    "What are the constraints of linear programming?",
    "Write guidelines for new employees to follow.",
    "Describe a volcano. Make sure that all requirements are met, or the answer is not followed up.",
    "Explain how to write a story. Every rule below must be kept and all conditions be satisfied.",
]


@pytest.mark.parametrize("asked", SPEAK_OF_RULES)
@pytest.mark.parametrize(
    "claim",
    [*FORMULAIC, "Done: all of the constraints have been followed!", "**My answer complies with the given rules.**"],
)
def test_claims_answer_nothing_where_rules_are_the_topic_either(claim: str, asked: str) -> None:
    assert verdict(claim, asked) is False


@pytest.mark.parametrize(
    ("asked", "claim"),
    [
        ("Nenne die Regeln des Schachspiels.", "Alle Anforderungen sind erfüllt."),
        ("Explica las reglas del ajedrez.", "Se cumplen todos los requisitos."),
        ("Explique les règles des échecs.", "Toutes les consignes ont été respectées."),
    ],
)
def test_so_it_is_in_other_languages(asked: str, claim: str) -> None:
    assert verdict(claim, asked) is False


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Does my essay meet the requirements?", "It meets all requirements."),
        ("Please look: does my essay meet the requirements?", "It meets all requirements."),
        (
            "Tell me whether this helmet satisfies both conditions: light and hard.",
            "Yes. It satisfies both conditions.",
        ),
        ("Translate into English: Alle Anforderungen sind erfüllt.", "All requirements are met."),
        ("Translate to English: Se cumplen todos los requisitos.", "All requirements are met."),
        ("Rephrase this sentence: The requirements were all met.", "All the requirements have been met."),
        (
            "Summarise the audit in one sentence. The auditors looked at the twelve safety requirements of the bridge; "
            "each of them was satisfied.",
            "All of the requirements were satisfied.",
        ),
        ("What does a tenant owe by the rules?", "All rules of the house must be followed."),
        ("What must a cyclist do by the rules?", "He must follow the rules for cars."),
        ("What do I use after shampoo?", "Put on a conditioner and keep it in for a minute."),
        ("Where do astronomers work?", "In a demanding job at an observatory."),
    ],
)
def test_answers_on_rules_are_no_claims(asked: str, answer: str) -> None:
    assert verdict(answer, asked) is not False


QUICK = "the quick brown fox jumps over the lazy dog"
LONG = (
    "When the ferry left the harbour in the early morning, the gulls followed it for a mile, and the children at the "
    "rail threw bread into the wind until the cook called them in to breakfast."
)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (f"Rewrite in upper case: {QUICK}.", f"{QUICK.upper()}."),
        (f"{QUICK.capitalize()}. Write this in upper case.", f"{QUICK.upper()}."),
        (f"Remove the commas from: {LONG}", LONG.replace(",", "")),
        (f"Proofread: {LONG}", LONG),
        (f"Correct the grammar of this sentence if there is an error.\n\n{LONG}", LONG),
        (f"Schreibe in Großbuchstaben: {QUICK}", QUICK.upper()),
        (f"Scrivi tutto maiuscolo: {LONG}", LONG.upper()),
    ],
)
def test_what_edits_a_text_is_no_echo(asked: str, answer: str) -> None:
    assert gaming(asked, answer) is None
    assert gaming(asked, f"Sure! {answer}") is None
    assert gaming(asked, asked) == "echo"
    assert gaming(asked, asked.title()) == "echo"


@pytest.mark.parametrize(
    ("asked", "response"),
    [
        (ASKED, "Explain how desert plants manage photosynthesis"),
        (f"{ASKED} Copy no other text.", ASKED[:-13]),
        (f"Continue: {LONG}", LONG),
    ],
)
def test_a_part_of_the_request_is_an_echo_yet(asked: str, response: str) -> None:
    assert gaming(asked, response) == "echo"


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


@pytest.mark.parametrize("answer", ["4.", "42.", "a)", "(a)", "[b]"])
def test_a_short_answer_may_look_like_the_marker_of_a_list(answer: str) -> None:
    assert verdict(answer, "How many legs has a horse?", ("Use at most 40 words.",)) is None


@pytest.mark.parametrize("marker", ["- ", "1. ", "a) ", "(b) ", "[2] "])
def test_the_marker_of_a_constraint_goes_with_it(marker: str) -> None:
    assert without(f"4.\n{marker}Use no comma.", ["Use no comma."]) == "4."
    assert verdict(f"{marker}Use no comma.", wordings=("Use no comma.",)) is False


def judged(asked: str, response: str, wordings: tuple[str, ...] = (), types: tuple[str, ...] = ()) -> tuple[bool, str]:
    """What a judge that says yes finds, and what it was asked."""
    judge = Model(lambda _: sure(0.9))
    (found,) = answers_by_judge(judge, [Case(asked, response, wordings, types)])
    return found.answers, "".join(map(question, judge.asked))


@pytest.mark.parametrize("type_", ["copy:prompt", "reverse:words", "choice:one_of"])
def test_a_judge_is_asked_about_answers_that_are_given_and_told_so(type_: str) -> None:
    wording = f'Copy out "{ASKED}" and do no more.'
    answers, asked = judged(ASKED, ASKED, (wording, "Use no comma."), (type_, "punctuation:absent"))
    assert answers
    assert wording in asked
    assert "Use no comma." not in asked
    assert judged(ASKED, f"{ASKED} ****** " * 20, (wording,), (type_,))[0]
    assert judged(ASKED, "…!", (wording,), (type_,)) == (False, "")


def test_a_judge_is_not_asked_about_a_response_that_repeats_the_constraints() -> None:
    wordings, types = ("Use at most 100 words about plants.",), ("length:words",)
    assert judged(ASKED, wordings[0], wordings, types) == (False, "")
    assert judged(ASKED, ANSWER, wordings, types)[0]


def test_a_judge_that_fails_is_told_from_one_that_cannot_be_read() -> None:
    says = {"one": Completion("", finish_reason="error", error="out of quota"), "two": Completion("Hm."), "three": 0.9}
    judge = Model(lambda request: next(says[word] for word in says if f"The {word} plant" in question(request)))
    found = answers_by_judge(judge, [Case(ASKED, f"The {word} plant rests by day.") for word in says])
    assert [(case.answers, case.error) for case in found] == [(False, "out of quota"), (False, None), (True, None)]


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


@pytest.mark.parametrize(
    "text", ["whether rules ", "is it said: rules\n", "every rule we keep ", "all the rules, upper case ", ","]
)
def test_an_instruction_of_100_kb_takes_no_second(text: str) -> None:
    asked = "Explain how to follow the rules" + text * (100_000 // len(text))
    begun = time.process_time()
    answers_by_words(asked, f"It follows every rule. {asked[:50_000]}", ["Use no comma."], ["punctuation:absent"])
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
