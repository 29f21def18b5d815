"""Amounts of money and measurements, written in digits with their unit."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import regex
from typing_extensions import override

from crabtk.constraints.absent import is_plain
from crabtk.constraints.base import ConstraintType
from crabtk.constraints.counted import CountedType
from crabtk.constraints.figures import NUMBER, runs_of_digits
from crabtk.constraints.readings import agreed
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Params

_CODES = (
    "USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RUB|UAH|BRL|MXN|ARS|CLP|ZAR|KRW|SGD|HKD|"
    "TWD|THB|IDR|MYR|VND|ILS|AED|SAR|EGP|NGN|KES|PKR|RMB"
)
_AMOUNT = regex.compile(
    rf"(?:\p{{Sc}}[ \u00a0\u202f]?|\b(?:{_CODES})[ \u00a0\u202f]?)\d++(?:[.,]\d++)*+"
    rf"|{NUMBER}[ \u00a0\u202f]?(?:\p{{Sc}}(?![ \u00a0]?\d)|(?:{_CODES})\b)"
)
_CURRENCY = regex.compile(rf"\p{{Sc}}|\b(?:{_CODES})\b")
# A sign or a code: every text that holds an amount has one of these.
_PERHAPS_SIGN = re.compile(
    r"[$\u00a2-\u00a5\u058f\u060b\u09f2-\u09fb\u0af1\u0bf9\u0e3f\u17db\u20a0-\u20cf\ua838\ufdfc\ufe69\uff04\uffe0-\uffe6]"
)
_PERHAPS_CODE = re.compile(
    r"(?<=[A-Z]{3})|(?<=[A-Z]{3}[ \u00a0\u202f])|(?<!\d[.,])\d++(?:[.,]\d++)*+[ \u00a0\u202f]?[A-Z]{3}"
)
_IN_WORDS = re.compile(
    r"(?<![\w,.])\d[\w,.]*+(?:[ -](?:million|billion|trillion|thousand|k|m|bn))?[ -]?(?:dollars?|euros?|pounds?|cents?|"
    r"pence|yen|yuan|rupees?|rubles?|francs?|bucks|pesos?|dólares|dollari|reais|рубл)",
    re.IGNORECASE,
)
_SUM_RANGE = regex.compile(r"(?<![\w.,])\d[\w.,]*+\s?(?:-|–|—|/|to|and|or)\s?\p{Sc}?\s?\d")

_LENGTHS = (
    "mm|cm|km|m|millimet(?:er|re)s?|centimet(?:er|re)s?|kilomet(?:er|re)s?|met(?:er|re)s?|inch(?:es)?|f(?:oo|ee)t|ft"
)
_LENGTHS += "|yards?|yd|miles?"
_WEIGHTS = "mg|kg|g|milligrams?|kilograms?|grams?|ounces?|oz|lbs?|pounds?|tons?|tonnes?"
_VOLUMES = "ml|cl|dl|l|mL|L|millilit(?:er|re)s?|lit(?:er|re)s?|gallons?|quarts?|pints?|cups?|tbsp|tsp|tablespoons?"
_VOLUMES += "|teaspoons?|(?:fl|fluid) (?:oz|ounces?)"
_TEMPERATURES = "°[CF]?|℃|℉|degrees? (?:Celsius|Fahrenheit|C|F)"
_GAP = r"[ \u00a0\u202f-]?"
_END = r"(?![^\W_]|[/²³^])"
_MEASUREMENT = re.compile(
    rf"{NUMBER}(?:{_GAP}(?:{_LENGTHS}|{_WEIGHTS}|{_VOLUMES}){_END}|[ \u00a0]?(?:{_TEMPERATURES})(?![a-z]))"
)
# "5 m" may be millions or minutes, "5 pounds" money, "5 degrees" an angle.
_PLAIN_MEASUREMENT = re.compile(
    r"\d[ \u00a0\u202f-]?(?:[^\W\d_]{2,}|g|℃|℉|°[CF])(?<!pound)(?<!pounds)(?<!feet)(?<!foot)\Z"
)
_ANY_NUMBER = re.compile(r"\d++(?:[.,/]\d++)*+|[½¼¾⅓⅔]")


class Currency(CountedType):
    """Numbers in digits with a currency sign or a three-letter currency code beside them; each mention counts."""

    name = "figures:currency"
    wordings = (
        "Amounts of money with a currency sign or code: {relation} {n}.",
        "Include {relation} {n} {n|amount|amounts} of money in digits, such as $20 or 20 USD.",
        "Your response must contain {relation.firm} {n} {n|price|prices} or other sums in digits, each with a currency "
        "sign or a three-letter currency code.",
        "{relation.limit} number of sums of money, written like €15 or 15 EUR: {n}.",
        "{relation.cap} {n} {n|sum|sums} of money should be stated with digits and a sign such as £ or a code such as "
        "GBP.",
        "Could you name {n} {n|sum|sums} of money{relation.tail}, each in digits with its currency sign or code?",
        "The number of sums of money (digits with a currency sign or code, each mention counted) {relation.must} {n}.",
        "I am drawing up a budget, so quote {relation} {n} {n|amount|amounts} of money in the style of $5.50 or 5.50 "
        "USD.",
        "When you are done, count the sums written with digits and a currency sign or code: {n}{relation.tail}, that "
        "is what I asked for.",
        "Put {relation.firm} {n} {n|amount|amounts} of money into the text, with digits and, right next to them, $, €, "
        "another currency sign or a code like JPY.",
    )
    examples = ("A room costs $80 a night, breakfast $12 and parking $6. Children under ten pay $25 for all of it.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_amounts)
        if not found or not text.part(is_plain) or "\\" in text.raw:
            return None
        sure = len(found) == len(_CURRENCY.findall(text.raw)) and not _IN_WORDS.search(text.raw)
        # From $10 to $15 is one amount to some.
        ranges = len(_SUM_RANGE.findall(text.raw))
        return agreed((len(found), len(found) - ranges), rng, sure=sure and not ranges, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_amounts))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=params["n"]),)


class Units(CountedType):
    """Numbers in digits followed by a unit of length, weight, volume or temperature; each mention counts."""

    name = "figures:units"
    wordings = (
        "Measurements of length, weight, volume or temperature: {relation} {n}.",
        "Include {relation} {n} {n|measurement|measurements}, each a number in digits with its unit of length, weight, "
        "volume or temperature.",
        "Your response must contain {relation.firm} {n} {n|measurement|measurements} such as 5 km, 20 grams, 2 cups or "
        "30 °C.",
        "{relation.limit} number of measurements (length, weight, volume, temperature) in digits with a unit: {n}.",
        "{relation.cap} {n} {n|measurement|measurements} with digits and unit should be given, as in 3 miles, 250 g, "
        "4 litres or 65 °F.",
        "Could you give, with digits and unit, {n} {n|measurement|measurements}{relation.tail}, that is, lengths, "
        "weights, volumes or temperatures?",
        "The number of measurements, that is, digits with a unit of length, weight, volume or temperature, "
        "{relation.must} {n}.",
        "I like to know things exactly, so state {relation} {n} {n|measurement|measurements}, be it of length, weight, "
        "volume or temperature, in digits with the unit.",
        "When you are done, count the measurements in digits (lengths, weights, volumes, temperatures): "
        "{n}{relation.tail}, that is what I asked for.",
        "Be precise: {relation.firm} {n} {n|quantity|quantities} should have digits and a unit of length, weight, "
        "volume or temperature.",
    )
    examples = ("Mix 500 g of flour with 300 ml of water, knead for a while, and bake the loaf at 220 °C.",)

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        found = text.part(_measurements)
        if not found or not text.part(is_plain) or "\\" in text.raw:
            return None
        plain = sum(bool(_PLAIN_MEASUREMENT.search(match)) for match in found)
        # What else is a unit, readers decide for themselves; so every number must have one of these.
        sure = plain == len(found) == len(_ANY_NUMBER.findall(text.raw)) if plain else False
        return agreed((len(found), plain), rng, sure=sure, most_exact=10)

    @override
    def count(self, text: ParsedText, params: Params) -> int:
        return len(text.part(_measurements))

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        return () if params["relation"] == "at_most" else (Limit("digits", low=params["n"]),)


def _amounts(text: ParsedText) -> tuple[str, ...]:
    raw = text.raw
    signed = "$" in raw if raw.isascii() else _PERHAPS_SIGN.search(raw)
    if not signed and not any(_PERHAPS_CODE.match(raw, at) for at in text.part(runs_of_digits)):
        return ()
    return tuple(_AMOUNT.findall(raw))


def _measurements(text: ParsedText) -> tuple[str, ...]:
    found = (_MEASUREMENT.match(text.raw, at) for at in text.part(runs_of_digits))
    return tuple([match[0] for match in found if match])


TYPES: tuple[ConstraintType, ...] = (Currency(), Units())
