"""Constraints in free text that count something, told apart.

A model that writes constraints cannot count, and one that judges them cannot either; so a constraint that
states a number is either checked by code or dropped.
"""

from __future__ import annotations

import regex

_ENGLISH = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
zero dozen dozens score pair pairs couple trio quartet half halves third thirds quarter quarters fifth fifths tenth
once twice thrice double triple quadruple twofold threefold single solitary several both bi tri
billion duo duet quartet quintet second fourth sixth seventh eighth ninth twelfth percent numerous few fewer
fewest majority eleventh"""
_SPANISH = """dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
diecisiete dieciocho
diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento cientos mil millón cero
docena docenas par pareja mitad medio media tercio tercios cuarto cuartos doble triple único única solo sola ambos
ambas segundo segunda tercer tercera cuarta quinto quinta varios varias"""
_GERMAN = """zwei zweier drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn
sechzehn siebzehn achtzehn
neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend million null dutzend paar
hälfte halb halbe halben drittel viertel einmal zweimal dreimal viermal doppelt dreifach einzig einzige einzigen
einziger einziges beide beiden zweite zweiten dritte dritten mehrere"""
_FRENCH = """deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente
quarante
cinquante soixante cent cents mille million zéro douzaine dizaine vingtaine centaine paire moitié demi demie tiers
double triple seul seule unique deuxième troisième quatrième cinquième seconde plusieurs"""
_HINDI = """दो तीन चार पाँच पांच छह छः सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस
तीस चालीस पचास
साठ सत्तर अस्सी नब्बे सौ हज़ार हजार लाख शून्य दर्जन आधा आधे आधी दोनों दोगुना दूसरा दूसरी तीसरा तीसरी"""
_NUMBER_WORDS = frozenset(f"{_ENGLISH} {_SPANISH} {_GERMAN} {_FRENCH} {_HINDI}".split())

_ENGLISH_TOO = frozenset({"media", "unique", "seize", "tiers", "elf", "par", "solo", "medio", "null"})
_PLAINLY_ENGLISH = frozenset({"the", "of", "and", "with", "to", "for", "is", "that", "use", "an"})
"""Number words of other languages that are English words as well, and the sign that English is meant."""

_QUOTED = regex.compile(r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]')
_DIGIT = regex.compile(r"\p{N}")
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*")
_ROMAN_OR_RATE = regex.compile(r"\b[IVX]{2,}\b|%")
_COMPOUND = regex.compile(r"\b(?:zwei|drei|vier|fünf|sechs|sieben|neun|zehn)\p{L}+|\p{L}+fold\b", regex.IGNORECASE)
_EXACTLY_ONE = regex.compile(
    r"\b(?:exactly|only|just|precisely|at least|at most|no more than|not more than|more than|fewer than|less than|"
    r"no fewer than|no less than|minimum of|maximum of|up to|within|under|over)\s+(?:one|an?)\b"
    r"|\bone[- ](?!of\b|another\b|by\b|after\b|or\b|that\b|who\b|which\b|should\b|could\b|can\b|might\b|must\b|may\b|"
    r"would\b|will\b|is\b|was\b|does\b|has\b|on\b|in\b|for\b|side\b|hand\b)\p{L}"
    r"|\b(?:to|with|use|include|give|add|write|than)\s+one(?=\s*(?:[.!?;,]|$))"
    r"|\b(?:exactamente|solo|sólo|al menos|como máximo|máximo|mínimo)\s+una?\b"
    r"|\b(?:genau|nur|mindestens|höchstens|maximal)\s+ein(?:e|en|em|er|es)?\b"
    r"|\b(?:exactement|seulement|au moins|au plus|maximum)\s+une?\b"
    r"|(?:केवल|सिर्फ|सिर्फ़|कम से कम|अधिकतम|ठीक)\s+एक(?!\p{L})",
    regex.IGNORECASE,
)
# "Second" in "the second paragraph" says where, not how many, but what it points at must be counted out.
# "The second person" and "a second language" are no counts at all.
_NO_COUNT = regex.compile(
    r"\b(?:first|second|third)[- ](?:person|language|hand)\b|\bone another\b|\bon the one hand\b|\bat once\b"
    r"|\bonce (?:again|more|upon)\b|\bdouble (?:quotes|quotation|asterisks|space|spacing)\b|\bsingle quotes\b"
    r"|\bno fewer\b(?! than)",
    regex.IGNORECASE,
)


def states_a_count(text: str) -> bool:
    """Tell whether a constraint states a number, in digits or in words.

    Letting a count through would let an unchecked claim into the data; a constraint refused for nothing
    costs little. So what may be a count is one: ``half``, ``a single``, ``several``, ``both``, ``the second
    paragraph``. ``one of``, ``the first sentence``, ``first person`` and whatever stands in quotes are none.

    Args:
        text: A constraint in English, Spanish, German, French or Hindi; digits count in any language.
    """
    bare = _NO_COUNT.sub(" ", _QUOTED.sub(" ", text))
    if any(sign.search(bare) for sign in (_DIGIT, _ROMAN_OR_RATE, _EXACTLY_ONE, _COMPOUND)):
        return True
    words = set(_WORD.findall(bare.lower()))
    return bool(words & (_NUMBER_WORDS - _ENGLISH_TOO if words & _PLAINLY_ENGLISH else _NUMBER_WORDS))
