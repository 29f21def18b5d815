"""Sentences that say nothing but that the response complies, or nothing at all."""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|[\n。！？]+")
_LONGEST_CLAIM = 400
"""Characters; a longer sentence says more than that."""

_RULES = re.compile(
    r"\b(?:constraint|requirement|instruction|guideline|condition|criteri|rule|specification|request|demand|"
    # Spanish, German, French.
    r"restricci|requisito|instrucci|condici|regla|einschränkung|anforderung|anweisung|bedingung|vorgabe|regel|"
    r"contrainte|exigence|consigne|règle)"
)
_KEPT = re.compile(
    r"\b(?:follow|satisf|meets?\b|met\b|meeting|fulfil|adher|compl[iy]|obey|respect|observ|honou?r|conform|abid|kept\b|"
    r"keep|check|accord|address|"
    r"cumpl|sigue|seguid|satisfac|erfüll|eingehalten|befolg|beachtet|respekt|suivi|rempli)"
)
_OWN_KEPT = re.compile(rf"\b(?:i|i've|my|this response|yo|he|ich|habe|j'ai)\b.*?{_KEPT.pattern}")
_WHAT = r"is (?:the|your|my|a) (?:\w+ ){0,3}(?:response|answer|text|result|reply)"
_IDLE = (
    r"(?:sure|certainly|of course|okay|ok|done|absolutely|understood|got it|great|all done|thank you|thanks|sorry)\W*",
    r"(?:please|claro|por supuesto|hecho|natürlich|gerne|fertig|erledigt|bien sûr|d'accord|voilà|c'est fait)\W*",
    r"(?:as|like you) (?:requested|required|asked|instructed)\W*",
    rf"(?:here|below) (?:it is|you (?:go|are)|{_WHAT})\b.*",
    rf"(?:this|that|the (?:above|following)) {_WHAT}\b.*",
    r"(?:i )?hope (?:this|that|it) helps\b.*",
    r"(?:please )?let me know if\b.*",
    r"(?:(?:i am|i'm|i would be|i'd be|i will be) )?(?:ready|happy|glad|here) to (?:help|assist)\b.*",
    r"how (?:can|may) i (?:help|assist)\b.*",
    r"i (?:have|'ve) (?:done|completed|finished|answered)\b.*",
)
_STOCK = re.compile(f"(?:{'|'.join(_IDLE)})+")
_STOCK_OR_YES_OR_NO = re.compile(rf"{_STOCK.pattern}|(?:yes|no|sí|si|ja|nein|oui|non)\W*")
_ASKS = re.compile(r"[?？]|\b(?:yes|whether|sí|ja|oui)\b")


def without_claims(instruction: str, response: str) -> str:
    """Leave out the sentences that only claim compliance or are stock phrases.

    A bare yes or no is one of them unless the instruction asks a question.
    """
    lower = instruction.lower()
    # Where rules are the topic, only a speaker who names himself claims to keep them.
    claims = _OWN_KEPT if _RULES.search(lower) else _KEPT
    idle = _STOCK if _ASKS.search(lower) else _STOCK_OR_YES_OR_NO
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(response))
    return "\n".join(text for text in sentences if text and not _is_claim(text.lower(), claims, idle))


def _is_claim(sentence: str, claims: re.Pattern[str], idle: re.Pattern[str]) -> bool:
    if len(sentence) > _LONGEST_CLAIM:
        return False
    plain = sentence.replace("’", "'").strip(" *_#>-\t\"'")
    return bool(_RULES.search(plain) and claims.search(plain)) or idle.fullmatch(plain) is not None
