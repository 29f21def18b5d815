"""Telling a refusal from an answer."""

from __future__ import annotations

import re

LONGEST_REFUSAL = 1200
"""Characters; a longer text is an answer that opens with an apology."""

_OPENING = (
    r"(?:(?:(?:i'm|i am) (?:\w+ )?)?sorry|(?:my )?apologies|i apologi[sz]e|unfortunately|as an? [^.!?\n]{2,60}?|no)"
)
_INABILITY = (
    r"(?:i (?:really |just |simply )?(?:cannot|can't|can not|won't|will not)"
    r"|(?:i am|i'm) (?:unable|not able|not allowed|not permitted|not comfortable|afraid i can't)(?: to)?"
    r"|i (?:do not|don't) feel comfortable"
    r"|i (?:must |have to )?(?:refuse|decline)(?: to)?)"
)
_TASK = (
    r"(?:assist|help (?:you|with|in)|help[.!]|provid|fulfil|comply|answer|creat|generat|writ|produc|complet"
    r"|do (?:that|this)|discuss|engage in|participate|respond|support (?:that|this)|share|with (?:that|this))"
)
_REFUSAL = re.compile(rf"\W*(?:{_OPENING}[,.:;!—-]* (?:but )?)?{_INABILITY}(?: {_TASK}|[.,!]|$)")


def is_refusal(text: str) -> bool:
    """Tell whether a free text declines the task rather than doing it.

    A heuristic for English replies: a text of at most ``LONGEST_REFUSAL`` characters that opens, after an apology if
    there is one, with the speaker being unable or unwilling ("I cannot", "I'm not able to", "I must decline") to do
    what replies do (assist, provide, write, …). "I'm sorry for your loss" and "You cannot divide by zero" are answers.
    It errs towards False: a refusal that is taken for an answer meets the later checks, an answer that is taken for a
    refusal is lost. The empty text is no refusal.
    """
    if len(text) > LONGEST_REFUSAL:
        return False
    opening = re.sub(r"\s+", " ", text[:300].replace("’", "'")).strip().lower()
    return _REFUSAL.match(opening) is not None
