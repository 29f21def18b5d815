"""Multiple-choice questions: lines labelled "Question k", and lettered options below each."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, NamedTuple

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.forms import another_form
from crabtk.constraints.numbers import share
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

_LABEL = re.compile(r"[*_]{0,3}Question (\d{1,3})(?:[*_.:)]+|[ \t]*[-–—]|$)[ \t]*(.*)")
_OPTION = re.compile(r"[*_(]{0,3}([A-Za-z])[.)][*_]{0,3}[ \t]+\S.*")
_EXAMPLE = (
    "Question 1: Which bird dives?\nA) the gull\nB) the eider\n\n"
    "Question 2: Which of the two rivers reaches the sea at Cork?\nA) the Lee\nB) the Rhine"
)


class _Question(NamedTuple):
    """A question's number, its text up to the first option, and the letters of its options."""

    number: int
    text: str
    letters: str


class MultipleChoice(ConstraintType):
    """Questions labelled "Question 1", "Question 2" … at line starts, each with that many options below it.

    Options stand on lines of their own and begin with A, B … (or a, b …) and a bracket or full stop; marks of
    lists, headings and bold type before label or letter do not count.
    """

    name = "quiz:multiple_choice"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"questions": Count(), "options": Count()}
    examples = (_EXAMPLE,)
    wordings = (
        'Quiz: questions (labelled "Question 1" and so on): {questions}; options for each, lettered from A: {options}.',
        'Write exactly {questions} multiple-choice {questions|question|questions}, labelled "Question 1", "Question 2" '
        "and so on, with exactly {options} {options|option|options} each, lettered from A on separate lines.",
        "Your response must contain precisely {questions} multiple-choice {questions|question|questions} with "
        '{options} lettered {options|option|options} each; start every question with "Question" and its number, and '
        "every option, on a line of its own, with its letter.",
        'Number of multiple-choice questions, each starting with the label "Question" and its number: {questions}; '
        "number of options below each, lettered from A, one per line: {options}.",
        "Could you set me {questions} multiple-choice {questions|question|questions}, neither more nor fewer, with "
        '{options} {options|option|options} each? Label them "Question 1", "Question 2" and so on, and letter the '
        "options A), B) and so on, line by line.",
        'Each question of the test starts on a new line with "Question" and its number, counted from one, and is '
        "followed by exactly {options} {options|line that begins|lines that begin} with A), B) and so on; ask "
        "{questions} in all.",
        "Make a multiple-choice test of exactly {questions} {questions|question|questions}. Every one of them is "
        'headed "Question" plus a running number and offers {options} {options|answer|answers}, one per line, '
        "lettered from A.",
        'With the labels "Question 1", "Question 2" and so on, give {questions} multiple-choice '
        "{questions|question|questions}, and under each label exactly {options} {options|choice|choices} on separate "
        "lines that start with a letter from A on and a bracket or full stop.",
        "I feed your quiz to a program that expects {questions} {questions|question|questions}, each on a line that "
        'starts with "Question" and a running number, and below it {options} '
        "{options|line that starts|lines that start} with A., B. and so on or A), B) and so on.",
        'Under every label, which is "Question" and a number counted from one, ask something and list exactly '
        "{options} {options|option|options}, one per line, lettered in order from A; {questions} "
        "{questions|question is|questions are} wanted in all, neither more nor fewer.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        questions = text.part(_questions)
        if len(questions) < 2 or len(questions[0].letters) < 2:
            return None
        params = {"questions": len(questions), "options": len(questions[0].letters)}
        return params if self.check(text, params) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        questions, n, options = text.part(_questions), int(params["questions"]), int(params["options"])
        good = sum(
            question.number == place and len(question.letters) == options and _from_a(question.letters)
            for place, question in enumerate(questions, 1)
        )
        return share(min(good, n), max(n, len(questions)))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or another_form(self.name, other)


class LongerQuestions(ConstraintType):
    """Each question labelled "Question k" has more characters than the one before; two questions at least.

    A question goes from behind its label to its first option, white space between lines being one space.
    """

    name = "quiz:longer_questions"
    evaluation_only = True
    examples = (_EXAMPLE,)
    wordings = (
        'Questions labelled "Question 1", "Question 2" and so on, each longer in characters than the last.',
        'Label the questions of your quiz "Question 1", "Question 2" and so on, and make every question longer, in '
        "characters, than the one before.",
        'Your response must ask two or more questions, labelled "Question" and a number, which get progressively '
        "longer in characters, options left aside.",
        'Each question of the quiz, begun by the label "Question" and its number, should have more characters than the '
        "previous one; ask at least two.",
        'Could you let the questions grow in characters from "Question 1" to the last of them, options not counted?',
        'The questions labelled "Question 1", "Question 2" and so on (two at least) should get longer and longer, '
        "counted in characters without their options.",
        'Length of the questions that follow the labels "Question 1", "Question 2" and so on, in characters: more each '
        "time.",
        'No question of the quiz may be as short as the one before, counted in characters behind its label "Question" '
        "and number and before its options; there must be two or more.",
        'Begin with a short question labelled "Question 1", and go on with at least one more, "Question 2" and so on, '
        "each of which must have more characters than the last.",
        'I want the quiz to become harder to read: behind the labels "Question 1", "Question 2" and so on, at least '
        "two, each question takes more characters than the one before it, answers to choose from not included.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        questions = text.part(_questions)
        numbered = [question.number for question in questions] == list(range(1, len(questions) + 1))
        words = [len(question.text.split()) for question in questions]
        # In words too, so that no way of counting characters comes out otherwise.
        clearly = len(words) > 1 and all(before < after for before, after in pairwise(words))
        return {} if numbered and clearly and self.check(text, {}) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        lengths = [len(question.text) for question in text.part(_questions)]
        growing = sum(before < after for before, after in pairwise(lengths))
        return share(growing, len(lengths) - 1) if len(lengths) > 1 else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or another_form(self.name, other)


def _questions(text: ParsedText) -> tuple[_Question, ...]:
    found: list[_Question] = []
    number, words, letters = 0, [""], ""
    for line in text.marked_lines:
        if line.kind in ("code", "fence"):
            continue
        if label := _LABEL.fullmatch(line.text):
            if number:
                found.append(_Question(number, " ".join(words), letters))
            number, words, letters = int(label[1]), label[2].split(), ""
        elif number and (option := _OPTION.fullmatch(line.text)):
            letters += option[1]
        elif number and not letters:
            words += line.text.split()
    return (*found, _Question(number, " ".join(words), letters)) if number else tuple(found)


def _from_a(letters: str) -> bool:
    capitals = "".join(map(chr, range(ord("A"), ord("A") + len(letters))))
    return letters in (capitals, capitals.lower())


TYPES: tuple[ConstraintType, ...] = (MultipleChoice(), LongerQuestions())
