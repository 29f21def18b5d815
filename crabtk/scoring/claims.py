"""Sentences that say nothing but that the response complies, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Callable

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|[\n。！？]+")
_LONGEST_CLAIM = 400
"""Characters; a longer sentence says more than that."""

_RULE = (
    r"(?:constraints?|requirements?|instructions?|guidelines?|conditions?|criteri(?:on|a)|rules?|specifications?|"
    r"request(?:s|ed)?|demand(?:s|ed)?|"
    # Spanish, German, French.
    r"restricci(?:ón|on|ones)|requisitos?|instrucci(?:ón|on|ones)|condici(?:ón|on|ones)|reglas?|"
    r"einschränkung(?:en)?|anforderung(?:en)?|anweisung(?:en)?|bedingung(?:en)?|vorgaben?|regeln?|"
    r"contraintes?|exigences?|consignes?|règles?)"
)
_KEEP = (
    r"(?:follow(?:s|ed|ing)?|satisf(?:y|ies|ied|ying|action)|meets?|met|meeting|"
    r"fulfil(?:s|l|ls|led|ling|l?ment)?|adher(?:e|es|ed|ing|ence)|compl(?:y|ies|ied|ying|iance|iant)|"
    r"obey(?:s|ed|ing)?|respect(?:s|ed|ing|é|ée|és|ées|e|ent|ant|er|ons|ez)?|observ(?:e|es|ed|ing|ado)|honou?r(?:s|ed|ing)?|"
    r"conform(?:s|ed|ing|ance)?|abid(?:e|es|ed|ing)|kept|keep(?:s|ing)?|check(?:s|ed|ing)?|"
    r"accord(?:ing|ingly|ance)|address(?:es|ed|ing)?|"
    r"cumpl(?:e|en|o|í|imos|ió|ieron|ido|ida|idos|idas|ir|iendo)|sigue[ns]?|seguid[oa]s?|satisfac(?:e|en|er)|satisf(?:echo|ait|aites)|"
    r"erfüll(?:e|t|te|en|ung)|eingehalten|befolg(?:t|e|en)|beachtet|respektiert|"
    r"suivi(?:e|s|es)?|rempli(?:e|s|es)?)"
)
_RULES = re.compile(rf"\b{_RULE}\b")
_KEPT = re.compile(rf"\b{_KEEP}\b")
# "he" is the Spanish "I have" before a participle alone.
_OWN_KEPT = re.compile(rf"\b(?:i|i've|my|this response|yo|he(?= \w+[ai]do\b)|ich|habe|j'ai)\b.*?\b{_KEEP}\b")
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
_GIVEN = r"(?:(?:one|single|and|of|the|your|these|those|given|stated|specified|listed|requested|provided|above) )"
_EVERY = rf"(?:the )?(?:all|every|each|both) {_GIVEN}*"
_ALREADY = r"(?:(?:has|have|been|is|are|was|were|now|all|also|fully|carefully|strictly|successfully|duly) )*"
_AS_ASKED = (
    r"(?:,? (?:as|like) (?:you )?(?:asked|requested|required|instructed|specified|wished|wanted)(?: for)?|"
    r",? (?:that |which )?you(?: have|'ve)? (?:asked for|asked|gave|given|named|set|listed|specified|requested|"
    r"provided))?"
)
_WE = r"(?:it|this|that|everything|i|i've|we|we've)"
_RESPONSE = r"(?:this|that|the|my) (?:response|answer|text|reply|result|output)"
_WHOLE = re.compile(
    rf"(?:(?:{'|'.join(_IDLE[:3])}))*"
    rf"(?:{_EVERY}{_RULE} (?:is|are|was|were|has|have) {_ALREADY}{_KEEP}(?: to| with| by)?|"
    rf"(?:{_WE}|{_RESPONSE}) {_ALREADY}{_KEEP} (?:to |with |by )?{_EVERY}{_RULE}|"
    rf"{_RESPONSE} {_ALREADY}{_KEEP} (?:to |with |by )?{_GIVEN}+{_RULE}|"
    rf"(?:alle|tod[ao]s l[ao]s|toutes les) {_RULE} (?:sind|wurden|se|se han|sont|ont été) {_KEEP}|"
    rf"se (?:han )?{_KEEP} tod[ao]s l[ao]s {_RULE})"
    rf"{_AS_ASKED}\W*"
)
"""A sentence that is a claim from end to end; more words, such as what the rules are of, make it say something."""
_ASKS_IF = re.compile(r"\W*(?:does|do|did|has|have|is|are|was|were)\b")
_ASKS_WHETHER = re.compile(r"\b(?:whether|(?:check|tell me|see|verify|determine|decide|say|judge|assess) if)\b")
_CLAUSE_END = re.compile(r"[:;,]")
_STATED = re.compile(
    r"\b(?:follow(?:s|ed)|satisf(?:ies|ied)|meets|met|fulfil(?:s|ls|led)|adhere[sd]|compl(?:ies|ied)|obey(?:s|ed)|"
    r"respect(?:s|ed|é|ée|és|ées)|observe[sd]|honou?r(?:s|ed)|conform(?:s|ed)|abides|kept|keeps|checked|"
    r"cumplen?|cumpli(?:ó|eron|do|da|dos|das)|seguid[oa]s?|satisf(?:echo|ait|aites)|"
    r"erfüllt|eingehalten|befolgt|beachtet|respektiert|suivi(?:e|s|es)?|rempli(?:e|s|es)?)\b"
)
_DEMANDED = re.compile(
    r"\b(?:make sure|ensure|ensuring|must|shall|should|need(?:s|ed)?|have to|has to|to be|be|please|if|unless|until|"
    r"only|so that|muss|müssen|sollen?|damit|wenn|sei|seien|bitte|deben?|si|asegúrate|"
    r"doit|doivent|soient|veille[zr]?)\b"
)
"""What makes of a sentence on rules that are kept an order to keep them."""
_ASKS = re.compile(r"[?？]|\b(?:yes|whether|sí|ja|oui)\b")


def without_claims(instruction: str, response: str) -> str:
    """Leave out the sentences that only claim compliance or are stock phrases.

    A bare yes or no is one of them unless the instruction asks a question.
    """
    lower = instruction.lower()
    rules = _RULES.search(lower) is not None
    idle = _STOCK if _ASKS.search(lower) else _STOCK_OR_YES_OR_NO
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(response))
    claims = _claims_on_rules(lower) if rules else _claims
    return "\n".join(text for text in sentences if text and not _is_idle(text.lower(), claims, idle))


def _is_idle(sentence: str, claims: Callable[[str], bool], idle: re.Pattern[str]) -> bool:
    if len(sentence) > _LONGEST_CLAIM:
        return False
    plain = sentence.replace("’", "'").strip(" *_#>-\t\"'")
    return claims(plain) or idle.fullmatch(plain) is not None


def _claims(sentence: str) -> bool:
    return bool(_RULES.search(sentence) and _KEPT.search(sentence))


def _claims_on_rules(instruction: str) -> Callable[[str], bool]:
    """Return what tells claims where rules are the topic: a speaker's of himself, and sentences that are no more.

    Where the instruction asks if rules are kept, or brings a text along that says so and may be to be translated or
    summarised, "It meets all requirements." is an answer.
    """
    asked = any(_claims(part) and (_asks_if(part) or _states(part)) for part in _SENTENCE_END.split(instruction))

    def claims(sentence: str) -> bool:
        own = _RULES.search(sentence) and _OWN_KEPT.search(sentence)
        return bool(own) or (not asked and _WHOLE.fullmatch(sentence) is not None)

    return claims


def _asks_if(part: str) -> bool:
    return any(map(_ASKS_IF.match, _CLAUSE_END.split(part))) or _ASKS_WHETHER.search(part) is not None


def _states(part: str) -> bool:
    return _STATED.search(part) is not None and _DEMANDED.search(part) is None
