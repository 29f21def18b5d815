"""A second opinion on sentence:* and start_end:*, written from their wordings alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

import regex

from tests.truth.plain_text import (
    all_word_lists,
    bare,
    final_mark,
    lines_of,
    related,
    rendered,
    sentence_lists,
    word_counts,
    word_lists,
)

Params = Mapping[str, Any]
Holds = Callable[[str, Params], bool]
QUESTION = "?？؟;⸮"
EXCLAMATION = "!！"
STOP = ".。।۔"


def _first(sentence: str) -> set[str]:
    return {bare(words[0]) for words in word_lists(sentence) if words}


def _last(sentence: str) -> set[str]:
    return {bare(words[-1]) for words in word_lists(sentence) if words}


def _every(holds: Callable[[Sequence[str], Params], bool]) -> Holds:
    """Ask of every reading of the sentences."""
    return lambda raw, params: all(holds(found, params) for found in sentence_lists(raw))


def _mark_count(marks: str) -> Holds:
    return lambda raw, params: related(
        {sum(final_mark(sentence) in tuple(marks) for sentence in found) for found in sentence_lists(raw)}, params
    )


def _by_mark(found: Sequence[str]) -> tuple[int, int, int]:
    ends = [final_mark(sentence) for sentence in found]
    stops, questions, exclamations = (
        sum(end in tuple(marks) for end in ends) for marks in (STOP, QUESTION, EXCLAMATION)
    )
    return stops, questions, exclamations


def _balance(found: Sequence[str], params: Params) -> bool:
    stops, questions, exclamations = _by_mark(found)
    return stops == questions == exclamations > 0


def _ratio(found: Sequence[str], params: Params) -> bool:
    stops, questions, _ = _by_mark(found)
    return questions > 0 and stops * params["questions"] == questions * params["statements"]


def _words(found: Sequence[str], params: Params) -> bool:
    return bool(found) and all(related(word_counts(sentence), params) for sentence in found)


def _distinct_starts(found: Sequence[str], params: Params) -> bool:
    return len(found) > 1 and all(_first(one).isdisjoint(_first(other)) for one, other in pairwise(found))


def _chain(found: Sequence[str], params: Params) -> bool:
    return len(found) > 1 and all(_last(one) == _first(other) != set() for one, other in pairwise(found))


def _increment(found: Sequence[str], params: Params) -> bool:
    return len(found) > 1 and all(
        {more - fewer for more in word_counts(other) for fewer in word_counts(one)} == {params["n"]}
        for one, other in pairwise(found)
    )


def _equal_characters(found: Sequence[str], params: Params) -> bool:
    return len(found) > 1 and len({len(sentence) for sentence in found}) == 1


def _alphabet(found: Sequence[str], params: Params) -> bool:
    letters = [next((char for char in sentence.casefold() if char.isalpha()), "") for sentence in found]
    return len(found) == params["n"] and "".join(letters) == "abcdefghijklmnopqrstuvwxyz"[: params["n"]]


def _alliteration(found: Sequence[str], params: Params) -> bool:
    def longest(sentence: str) -> set[int]:
        return {
            max(len(list(run)) for _, run in groupby(bare(word)[:1] for word in words))
            for words in word_lists(sentence)
            if words
        }

    return len(found) > 1 and all(max(longest(one)) < min(longest(other)) for one, other in pairwise(found))


def _first_word_of_each(found: Sequence[str], params: Params) -> bool:
    return bool(found) and all(_first(sentence) == {bare(params["word"])} for sentence in found)


def _last_word_of_each(found: Sequence[str], params: Params) -> bool:
    return bool(found) and all(_last(sentence) == {bare(params["word"])} for sentence in found)


# --- beginnings and ends


def _whole_words_at_the_start(raw: str, params: Params) -> bool:
    text, phrase = raw.lstrip(), params["phrase"]
    return text.startswith(phrase) and not regex.match(r"[\p{L}\p{M}\p{N}]", text[len(phrase) :])


def _whole_words_at_the_end(raw: str, params: Params) -> bool:
    text, phrase = raw.rstrip(), params["phrase"]
    return text.endswith(phrase) and not regex.search(r"[\p{L}\p{M}\p{N}]$", text[: -len(phrase)])


def _word_at(at: int) -> Holds:
    return lambda raw, params: all(
        bool(words) and bare(words[at]) == bare(params["word"]) for words in all_word_lists(raw)
    )


def _same_word(raw: str, params: Params) -> bool:
    return all(len(words) > 1 and bare(words[0]) == bare(words[-1]) for words in all_word_lists(raw))


def _first_letter(raw: str, params: Params) -> bool:
    found = regex.search(r"\p{L}", raw)
    return found is not None and found.group().casefold() == params["letter"].casefold()


def _edge_sentence_words(at: int) -> Holds:
    return lambda raw, params: all(
        bool(found) and max(word_counts(found[at])) <= params["words"] for found in sentence_lists(raw, headings=False)
    )


def _question_first(raw: str, params: Params) -> bool:
    return all(bool(found) and final_mark(found[0]) in tuple(QUESTION) for found in sentence_lists(raw, headings=False))


def ends(raw: str) -> set[str]:
    """Readings of the end of the text: as it is written, and as it shows."""
    return {raw.rstrip(), rendered(lines_of(raw)).rstrip()}


def _ends_with(marks: str) -> Holds:
    return lambda raw, params: all(text.endswith(tuple(marks)) for text in ends(raw))


def _mark(raw: str, params: Params) -> bool:
    mark = params["mark"]
    if mark == "ellipsis":
        return all(text.endswith(("…", "...")) for text in ends(raw))
    if mark == "full_stop":
        return all(text.endswith(tuple(STOP)) and not text.endswith("..") for text in ends(raw))
    marks = {"colon": ":：", "semicolon": ";；", "closing_bracket": ")）", "quotation_mark": '"”“„»«'}[mark]
    return all(text.endswith(tuple(marks)) for text in ends(raw))


def _bare_end(raw: str, params: Params) -> bool:
    return all(regex.search(r"[\p{L}\p{M}\p{N}]$", text) for text in ends(raw))


_VERBS = (
    "accept achieve acquire add adjust adopt allow analyze analyse apply arrange ask assemble assess assign "
    "attach attend avoid be become begin believe bring build buy calculate call carry cause celebrate change "
    "check choose clean clear close collect combine come communicate compare complete compose conduct confirm "
    "connect consider consult contact continue contribute convert cook create cut decide define deliver "
    "describe design determine develop discover discuss divide do draw drink drive eat embrace encourage "
    "engage enjoy ensure enter establish evaluate examine explain explore express fill find finish follow "
    "forget gather generate get give go grab have hear help hold identify imagine implement improve include "
    "increase inform insert install introduce invest invite join keep know learn leave let listen locate look "
    "maintain make measure meet melt mix move offer open organize organise participate pay perform pick place "
    "plan practice practise preheat prepare present prevent prioritize produce promote protect provide pull "
    "put read receive recognize recognise reduce remember remove repeat replace research resolve return review "
    "revise run say search see seek select sell send set share show simplify sit solve speak spend start stay "
    "stop study submit suggest take talk teach tell thank think throw treat try turn understand use utilize "
    "transform elevate verify visit wait wash watch wear welcome work write"
)
VERBS = frozenset(_VERBS.split())


def _verb(raw: str, params: Params) -> bool:
    return all(bool(words) and bare(words[0]) in VERBS for words in all_word_lists(raw))


HOLDS: dict[str, Holds] = {
    "sentence:questions": _mark_count(QUESTION),
    "sentence:exclamations": _mark_count(EXCLAMATION),
    "sentence:balance": _every(_balance),
    "sentence:type_ratio": _every(_ratio),
    "sentence:words": _every(_words),
    "sentence:distinct_starts": _every(_distinct_starts),
    "sentence:chain": _every(_chain),
    "sentence:increment": _every(_increment),
    "sentence:equal_characters": _every(_equal_characters),
    "sentence:alphabet": _every(_alphabet),
    "sentence:alliteration_increment": _every(_alliteration),
    "sentence:first_word": _every(_first_word_of_each),
    "sentence:last_word": _every(_last_word_of_each),
    "start_end:first_phrase": _whole_words_at_the_start,
    "start_end:last_phrase": _whole_words_at_the_end,
    "start_end:first_word": _word_at(0),
    "start_end:last_word": _word_at(-1),
    "start_end:same_word": _same_word,
    "start_end:first_letter": _first_letter,
    "start_end:first_sentence": _edge_sentence_words(0),
    "start_end:last_sentence": _edge_sentence_words(-1),
    "start_end:question_first": _question_first,
    "start_end:question_end": _ends_with(QUESTION),
    "start_end:exclamation_end": _ends_with(EXCLAMATION),
    "start_end:mark": _mark,
    "start_end:bare_end": _bare_end,
    "start_end:verb": _verb,
}
