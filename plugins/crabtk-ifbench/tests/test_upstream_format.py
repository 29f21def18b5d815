"""The reference's verdicts on texts made by hand: ``format``."""

from __future__ import annotations

from typing import Any

import pytest

from crabtk import ParsedText
from crabtk_ifbench.instruction_set import IFBench

_SMILE = "\N{SLIGHTLY SMILING FACE}"
_HEART = "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"

CASES: dict[str, list[tuple[dict[str, Any], str, bool]]] = {
    "format:parentheses": [
        ({}, "(a (b (c (d (e)))))", True),
        ({}, "(a (b (c (d))))", False),
        ({}, "([{([x])}])", True),
        ({}, "(((((", False),
        ({}, "((((( )", True),
        ({}, "(((( ] ( )", False),
        ({}, "(a) (b) (c) (d) (e)", False),
        ({}, "((((()(((", True),
    ],
    "format:quotes": [
        ({}, '"a \'b "c" b\' a"', True),
        ({}, "\"a 'b' a\"", False),
        ({}, "'a \"b 'c' b\" a'", True),
        ({}, '"a \'b "c', False),
        ({}, "It's \"a 'b' c\" it's", True),
        ({}, "plain", False),
        ({}, "“a ‘b “c” b’ a”", False),
        ({}, '"a \'b "c" b\'', False),
    ],
    "format:options": [
        ({"options": "yes/no/maybe"}, "Yes.", True),
        ({"options": "yes/no/maybe"}, "Perhaps", False),
        ({"options": "yes/no/maybe"}, "yes, because", False),
        ({"options": "a), b), c), d)"}, "a)", True),
        ({"options": "a), b), c), d)"}, "a", False),
        ({"options": "a), b), c), d)"}, "A)", False),
        ({"options": "I know or I don't know"}, "i know!", True),
        ({"options": "horse, mouse"}, "mouse", False),
        ({"options": "horse, mouse"}, "se, mouse", True),
        ({"options": "yes/no/maybe"}, "yes\n", False),
    ],
    "format:newline": [
        ({}, "one\ntwo\nthree", True),
        ({}, "one two\nthree", False),
        ({}, "one\n\ntwo\n", True),
        ({}, "one\n- two", True),
        ({}, "one two\n \nthree", True),
        ({}, "one,\ntwo.", True),
        ({}, "one", True),
    ],
    "format:emoji": [
        ({}, f"Hi. {_SMILE} Bye. {_SMILE}", True),
        ({}, f"Hi {_SMILE}. Bye {_SMILE}.", True),
        ({}, f"Hi. Bye. {_SMILE}", False),
        ({}, f"Hi {_HEART}. Bye {_HEART}!", True),
        ({}, "Hi. Bye.", False),
        ({}, f"Hi. {_SMILE}", True),
        ({}, f"Hi {_SMILE} there. Bye {_SMILE}", False),
        ({}, f"Really?! {_SMILE}", False),
    ],
    "format:line_indent": [
        ({}, "a\n b\n  c", True),
        ({}, "a\nb", False),
        ({}, "a\n  b\n c", False),
        ({}, "a\n\n b", True),
        ({}, "a\n\n\n b", False),
        ({}, "a\n\tb", False),
        ({}, "one line", True),
    ],
    "format:quote_unquote": [
        ({}, 'He said "go" and left.', True),
        ({}, 'He said "go".', False),
        ({}, '"a" "b" are letters', False),
        ({}, "No quotes.", True),
        ({}, "“a” is a letter", True),
        ({}, "The mark '\"' is one", True),
        ({}, "123.", False),
        ({}, 'He said "go" 12!', False),
    ],
    "format:list": [
        ({"sep": "..."}, "...one\n...two", True),
        ({"sep": "..."}, "...one", False),
        ({"sep": "..."}, "one ... two ... three", True),
        ({"sep": "-"}, "well-read and re-read", True),
        ({"sep": "SEPARATOR"}, "separator one separator two", False),
        ({"sep": "!?!?"}, "!?!? a\n!?!? b", True),
        ({"sep": "..."}, ".....", False),
    ],
    "format:thesis": [
        ({}, "<i>Tea is good.</i> It warms.", True),
        ({}, "<em>Tea is good.</em> It warms.", True),
        ({}, "<i>Tea is good.</i>", False),
        ({}, "<i> </i> It warms.", False),
        ({}, "*Tea is good.* It warms.", False),
        ({}, "<em>Tea is good.</em>", True),
        ({}, "<i>Tea</em> It warms.", True),
        ({}, "First some words, then <i>a thesis</i> and more.", True),
        ({}, "<i>Tea is good. It warms.", False),
    ],
    "format:sub-bullets": [
        ({}, "* a\n  - b\n* c\n  - d", True),
        ({}, "* a\n  - b\n* c", False),
        ({}, "no bullets", True),
        ({}, "* a well-read man", True),
        ({}, "- a\n* b", False),
        ({}, "**bold** - a", False),
        ({}, "* a\n- b", True),
    ],
    "format:no_bullets_bullets": [
        ({}, "One. Two.\n* a\n* b", True),
        ({}, "One.\n* a\n* b", False),
        ({}, "One. Two.\n* a", False),
        ({}, "One. Two.\n* a\n* b\nThe end.", False),
        ({}, "One. Two.\n\n* a\n* b", True),
        ({}, "One. Two.\n* a\n\n* b", False),
        ({}, "Heading\nWhy?\n* a\n* b", True),
        ({}, "One. Two.\n\nThree.\n* a\n* b", False),
    ],
    "format:title_case": [
        ({}, "The Tide Rose.", True),
        ({}, "The Tide rose.", False),
        ({}, "Rise of the Tide", False),
        ({}, "NASA Flew A Kite", True),
        ({}, "Give Me a Hand", True),
        ({}, "The iPhone Rang", True),
        ({}, "It's Late", True),
        ({}, "Don't Go", False),
        ({}, "well-Read Man", True),
        ({}, "hELLO World", False),
    ],
    "format:output_template": [
        ({}, "My Answer: a My Conclusion: b Future Outlook: c", True),
        ({}, "My Answer: a\nMy Conclusion: b", False),
        ({}, "Future Outlook: c My Conclusion: b My Answer: a", True),
        ({}, "my answer: a my conclusion: b future outlook: c", False),
        ({}, "My Answer:My Conclusion:Future Outlook:", True),
        ({}, "Sure! My Answer: a My Conclusion: b Future Outlook: c Bye!", True),
    ],
    "format:no_whitespace": [
        ({}, "OneWord", True),
        ({}, "Two words", False),
        ({}, "Two\nlines", False),
        ({}, "a\u00a0b", False),
        ({}, "a\u200bb", True),
        ({}, "end ", False),
    ],
}


def test_every_id_has_six_cases_and_both_verdicts() -> None:
    assert set(CASES) == {id_ for id_ in IFBench.ids if id_.split(":")[0] in ("format",)}
    for id_, found in CASES.items():
        assert len(found) >= 6, id_
        assert {holds for *_, holds in found} == {True, False}, id_


@pytest.mark.parametrize(("id_", "kwargs", "text", "holds"), [(id_, *case) for id_ in CASES for case in CASES[id_]])
def test_upstream_judges_as_the_reference(id_: str, kwargs: dict[str, Any], text: str, holds: bool) -> None:
    assert IFBench().upstream(id_, kwargs, "", 0)(ParsedText(text)) is holds
