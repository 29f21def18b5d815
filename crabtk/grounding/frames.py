"""The words around clauses that say nothing of themselves: frames before, the whole response after, what joins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crabtk.grounding.quantity import WHOLE
from crabtk.grounding.vocabulary import LANGUAGES

_LIMIT = (
    r"at most|at least|no more|no fewer|no less|no longer|a maximum|a minimum|under|below|between|within|over|"
    r"fewer|less"
)
_MUST = r"(?:must|should|needs to|has to|have to|is to|shall|will)"
_VERBS = (
    r"use|using|uses|include|includes|including|contain|contains|containing|have|has|having|be|is|are|comprise|"
    r"comprises|consists? of|consisting of|give|give me|provide|produce|output|return|write|create|employ|feature"
)
_FRAMES = (
    r"please|kindly|also,?|then|and|but",
    r"additionally,?|in addition,?|furthermore,?|(?:first|second|third|next|finally|lastly|moreover),",
    r"(?:make sure|ensure|see to it|be sure|remember)(?: that| to)?",
    r"i (?:want|need|would like|expect)|you (?:must|should|need to|have to|are to)|to|(?:that )?you",
    rf"(?:in |throughout )?{WHOLE},?",
    rf"(?:the )?(?:response |answer )length|the length of {WHOLE}|it|this|everything|there|all text|{_MUST}",
    rf"(?:{_VERBS}) {WHOLE}",
    _VERBS,
    rf"(?:keep|limit) (?:it|yourself|{WHOLE}|the (?:total )?length|the total length) ?(?:to )?(?=(?:{_LIMIT}) )",
    rf"(?:keep|limit) the (?:total )?length (?:of {WHOLE} )?(?:to )?(?=(?:{_LIMIT}) )",
    r"(?:stay|aim for|go for|respond|answer|reply)(?= (?:in|with|using|within|only|as|under|below|between|at) )",
    r"(?:stay|aim for)|keep (?:it|" + WHOLE + r")(?= (?:in|under|below|within|between|free|to) )",
    rf"(?:structure|divide|split|organi[sz]e|format|present|write)d? (?:it|{WHOLE})(?= (?:in|into|as|with|using) )",
    r"(?:structured|divided|split|organi[sz]ed|formatted|be written|be|written|presented)",
    r"in|with|using|of|within|into|as|at|a total of|(?:a )?(?:length|limit) (?:of|between)|"
    r"a (?:response|text|answer) (?:of|with|in)",
)
_FRAME = re.compile(f"(?:{'|'.join(_FRAMES)})(?: |(?<= ))")
_VERB = re.compile(rf"(?:{_VERBS}|write|end|start|begin|answer|respond|reply|keep)\b")
_END = re.compile(
    rf"(?:,? (?:(?:anywhere |at all )?(?:in|into|throughout|within|across) {WHOLE}|anywhere|at all|whatsoever|"
    r"please|throughout|in total|overall))"
)
_SEPARATOR = re.compile(
    r"(?:[,;.!] (?:and |but |then )?| and | but | with | in (?=no more|at most)| - |: | (?=without ))"
)
_LENGTHS = ("words", "sentences", "paragraphs", "characters", "lines")
_LANGUAGE = re.compile(rf" (?=in (?:{'|'.join(LANGUAGES)})\b)")
_MOST = 8


def starts(text: str, at: int) -> Iterator[tuple[int, bool]]:
    """Yield where a clause may begin, here or after words that only frame it, and whether a verb came before."""
    verb = False
    yield at, verb
    for _ in range(_MOST):
        frame = _FRAME.match(text, at)
        if frame is None or frame.end() == at:
            return
        verb = verb or _VERB.match(frame[0]) is not None
        at = frame.end()
        yield at, verb


def after(text: str, at: int) -> int:
    """Return where what belongs to a clause ends: behind "in your response" and the like."""
    for _ in range(2):
        end = _END.match(text, at)
        if end is None:
            return at
        at = end.end()
    return at


def next_clause(text: str, at: int) -> int | None:
    """Return where the next clause begins; None where nothing joins it to what is before."""
    found = _SEPARATOR.match(text, at)
    if found is None and text[:at].endswith(_LENGTHS):
        found = _LANGUAGE.match(text, at)
    return None if found is None else found.end()
