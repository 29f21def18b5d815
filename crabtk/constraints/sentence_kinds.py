"""Statements, questions and exclamations, told apart by the mark at a sentence's end."""

from __future__ import annotations

import random
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from math import gcd, prod
from typing import ClassVar, Literal

import regex
from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType, exact_or_at_least
from crabtk.constraints.running_text import CLOSERS, clear_sentences
from crabtk.quantities import Limit, counted
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Count, Field

Kind = Literal["statement", "question", "exclamation", "other"]

_FULL_STOPS = frozenset(".。｡।॥۔")
_QUESTION_MARKS = frozenset("?？؟")
_EXCLAMATION_MARKS = frozenset("!！")
_ANY_QUESTION_MARK = re.compile("[?？؟⁇⁈⁉‽]")
_ANY_EXCLAMATION_MARK = re.compile("[!！‼⁈⁉‽]")
_WITHIN = regex.compile(rf"[?!][{re.escape(CLOSERS)}]*+(?:\s+[\p{{Ll}}(]|\s*[.,:;–—-])|[?!][\"”'’»]++[ \t]+\S")
_MOST = 12
_LARGEST_SHARE = 5


def kind(sentence: str) -> Kind:
    """Tell a sentence by its last mark; quotation marks and brackets may follow it. Three dots are no full stop."""
    bare = sentence.rstrip(CLOSERS + " ")
    last = bare[-1:]
    if last in _QUESTION_MARKS:
        return "question"
    if last in _EXCLAMATION_MARKS:
        return "exclamation"
    return "statement" if last in _FULL_STOPS and bare[-2:-1] != last else "other"


def kinds(text: ParsedText) -> Counter[Kind]:
    """Count the sentences of each kind."""
    return Counter(map(kind, text.sentences))


def clear_kinds(text: ParsedText) -> Counter[Kind]:
    """Count the sentences of each kind where nobody wonders what a sentence is or of which kind; else none."""
    sentences = [sentence for paragraph in text.part(clear_sentences) for sentence in paragraph]
    plain = all(mark not in text.raw for mark in ("?!", "!?", "??", "!!", "..", "…"))
    return Counter(map(kind, sentences)) if plain else Counter()


class _OfKind(CountedType):
    """A number of sentences that end with one mark; measured where that mark stands nowhere else."""

    kind: ClassVar[Kind]
    sign: ClassVar[str]
    mark: ClassVar[re.Pattern[str]]
    quantity: ClassVar[str]
    mark_name: ClassVar[str]

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if text.raw.isascii() and self.sign not in text.raw:
            return None
        n = self.count(text, {})
        if not 1 <= n <= _MOST or text.code_blocks or len(text.sentences) == n:
            return None
        # A mark within a sentence may end one of its own, as in “Stop!” Ann said; and is a heading a sentence?
        titles = [line.text for line in text.marked_lines if line.kind in ("heading", "row")]
        if len(self.mark.findall(text.raw)) != n or any(map(self.mark.search, titles)) or _WITHIN.search(text.raw):
            return None
        if rng.random() < 0.25:
            return {"relation": "at_most", "n": n + rng.randint(0, 1)}
        return exact_or_at_least(n, rng)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return text.part(kinds)[self.kind]

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        every = other.type == "punctuation:sentence_end" and other.params["mark"] != self.mark_name
        return super().conflicts(params, other) or (every and params["relation"] != "at_most" and int(params["n"]) > 0)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        relation, n = params["relation"], int(params["n"])
        found = [counted(self.quantity, relation, n)]
        return found if relation == "at_most" else [*found, *_at_least(sentences=n, **{f"mark:{self.mark_name}": n})]


class Questions(_OfKind):
    """Number of sentences that end with a question mark, whatever may close behind it."""

    name = "sentence:questions"
    kind = "question"
    sign = "?"
    mark = _ANY_QUESTION_MARK
    quantity = "questions"
    mark_name = "question_mark"
    wordings = (
        "Ask {relation} {n} {n|question, a sentence that ends|questions, sentences that end} with a question mark.",
        "Your response must contain {relation.firm} {n} {n|sentence that ends|sentences that end} with a question "
        "mark.",
        "{relation.limit} number of questions, that is, of sentences ending with a question mark: {n}.",
        "Could you end {relation} {n} {n|sentence|sentences} with a question mark?",
        "The number of sentences that end with a question mark {relation.must} {n}.",
        "{relation.cap} {n} {n|sentence|sentences} of the response should end with a question mark.",
        "Questions, recognised by the question mark at the sentence's end: {relation} {n}.",
        "Write {relation.firm} {n} {n|sentence|sentences} with a question mark at the end.",
        "I want my readers to stop and think for themselves now and then, so close {relation} {n} "
        "{n|sentence|sentences} with a question mark.",
        "When I look at how your sentences end, {relation} {n} of them should show a question mark.",
    )


class Exclamations(_OfKind):
    """Number of sentences that end with an exclamation mark, whatever may close behind it."""

    name = "sentence:exclamations"
    kind = "exclamation"
    sign = "!"
    mark = _ANY_EXCLAMATION_MARK
    quantity = "exclamations"
    mark_name = "exclamation_mark"
    wordings = (
        "Use {relation} {n} {n|exclamation, a sentence that ends|exclamations, sentences that end} with an exclamation "
        "mark.",
        "Your response must contain {relation.firm} {n} {n|sentence that ends|sentences that end} with an exclamation "
        "mark.",
        "{relation.limit} number of sentences ending with an exclamation mark: {n}.",
        "Could you end {relation} {n} {n|sentence|sentences} with an exclamation mark?",
        "The number of sentences that end with an exclamation mark {relation.must} {n}.",
        "{relation.cap} {n} {n|sentence|sentences} of the response should end with an exclamation mark.",
        "Exclamations, recognised by the exclamation mark at the sentence's end: {relation} {n}.",
        "Write {relation.firm} {n} {n|sentence|sentences} with an exclamation mark at the end.",
        "I care about the tone, so close {relation} {n} {n|sentence|sentences} with an exclamation mark.",
        "When I look at how your sentences end, {relation} {n} of them should show an exclamation mark.",
    )
    examples = ("The ferry is here! We packed the tent, the stove and the map. Off we go!",)


class _Mixture(ConstraintType):
    """Kinds of sentences in proportion."""

    @abstractmethod
    def proportion(self, params: Params) -> Mapping[Kind, int]:
        """Return how many of each kind go together."""

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        """Return how far the scarcest kind keeps up with the most frequent one."""
        found, parts = text.part(kinds), self.proportion(params)
        whole = prod(parts.values())
        if not whole:
            return 0.0
        sizes = [found[kind] * (whole // part) for kind, part in parts.items()]
        return min(sizes) / max(sizes) if max(sizes) else 0.0

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        mixture = other.type in ("sentence:balance", "sentence:type_ratio", "punctuation:sentence_end")
        return super().conflicts(params, other) or mixture


class Balance(_Mixture):
    """As many sentences end with a full stop as with a question mark and as with an exclamation mark, one at least."""

    name = "sentence:balance"
    evaluation_only = True
    wordings = (
        "Use as many statements as questions and as many questions as exclamations, told by the full stop, question "
        "mark or exclamation mark at the end, and at least one of each.",
        "Your response must hold equal numbers of sentences ending with a full stop, with a question mark and with an "
        "exclamation mark, none of the three being zero.",
        "Sentences by final mark (full stop, question mark, exclamation mark): the same number of each, one at least.",
        "Could you end equally many sentences with a full stop, a question mark and an exclamation mark, and at least "
        "one with each?",
        "Full stops, question marks and exclamation marks should each close the same number of sentences, and that "
        "number must not be zero.",
        "For every sentence that ends with a full stop, there should be one that ends with a question mark and one "
        "that ends with an exclamation mark; no more, no fewer, and there must be some.",
        "Balance the ends of your sentences: a third with a full stop, a third with a question mark and a third with "
        "an exclamation mark, leaving other endings aside; none may be missing.",
        "I teach the three kinds of sentence, so give me the same number of each, one or more: those with a final full "
        "stop, question mark and exclamation mark.",
        "No final mark may be more frequent than another among full stop, question mark and exclamation mark, and each "
        "of them must close a sentence.",
        "Count the sentences that end with a full stop, a question mark and an exclamation mark, and arrive at the "
        "same number three times, but not at zero.",
    )
    examples = ("The gate is open. Who left it so? Close it now! The goats are out. Where did they go? Catch them!",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(clear_kinds)
        numbers = {found[kind] for kind in self.proportion({})}
        return {} if len(numbers) == 1 and 0 not in numbers else None

    @override
    def proportion(self, params: Params) -> Mapping[Kind, int]:
        return {"statement": 1, "question": 1, "exclamation": 1}

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        marks = {"mark:question_mark": 1, "mark:exclamation_mark": 1}
        return _at_least(questions=1, exclamations=1, sentences=3, **marks)


class TypeRatio(_Mixture):
    """Sentences that end with a full stop stand to those that end with a question mark in an exact ratio."""

    name = "sentence:type_ratio"
    evaluation_only = True
    fields: ClassVar[Mapping[str, Field]] = {"statements": Count(), "questions": Count()}
    wordings = (
        "Keep statements (sentences ending with a full stop) and questions (ending with a question mark) in the exact "
        "ratio {statements}:{questions}, with at least one question.",
        "Your sentences ending with a full stop must stand to those ending with a question mark exactly as "
        "{statements} to {questions}, and there must be a question.",
        "Exact ratio of statements to questions, told by full stop and question mark at the end: "
        "{statements}:{questions}; zero questions do not count as a ratio.",
        "Could you write {statements} {statements|sentence|sentences} ending with a full stop for every {questions} "
        "ending with a question mark, exactly in that ratio and with at least one question?",
        "For each {questions} {questions|sentence|sentences} closed by a question mark, and there must be some, have "
        "exactly {statements} closed by a full stop.",
        "The ratio between sentences that end with a full stop and sentences that end with a question mark should be "
        "{statements} to {questions}, neither more nor less, and not zero to zero.",
        "Divide the number of full-stop sentences by the number of question-mark sentences, which must not be zero: "
        "{statements}/{questions} is what I expect.",
        "I am testing how statements and questions mix, so give me exactly {statements}:{questions} of them, a "
        "statement being a sentence with a full stop at the end and a question, one at the least, one with a question "
        "mark.",
        "With one question or more, match {statements} to {questions} the sentences that end with a full stop to those "
        "that end with a question mark.",
        "Statements to questions: exactly {statements} to {questions}, by the full stop or question mark at the end, "
        "and no fewer than one question.",
    )
    examples = (
        "Salt melts ice. Sand does not. Which would you put on a road? Both are cheap. Both wash off. And then?",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(clear_kinds)
        statements, questions = found["statement"], found["question"]
        if not questions or statements + questions < 3:
            return None
        common = gcd(statements, questions)
        parts = {"statements": statements // common, "questions": questions // common}
        return parts if min(parts.values()) >= 1 and max(parts.values()) <= _LARGEST_SHARE else None

    @override
    def proportion(self, params: Params) -> Mapping[Kind, int]:
        return {"statement": int(params["statements"]), "question": int(params["questions"])}

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        statements, questions = int(params["statements"]), int(params["questions"])
        common = gcd(statements, questions) or 1
        fewest = questions // common
        return _at_least(
            questions=fewest, sentences=(statements + questions) // common, **{"mark:question_mark": fewest}
        )


def _at_least(**quantities: int) -> list[Limit]:
    return [Limit(quantity, low=low) for quantity, low in quantities.items()]


TYPES: tuple[ConstraintType, ...] = (Questions(), Exclamations(), Balance(), TypeRatio())
