"""Responses that are JSON: one object or array, bare or in a single code fence."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from crabtk.constraints.base import ConstraintType
from crabtk.constraints.forms import leaves_no_room
from crabtk.constraints.numbers import share
from crabtk.constraints.paragraph import STRUCTURE
from crabtk.quantities import Limit
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params
from crabtk.wording import Field, OneOf, QuotedList

_MOST_KEYS = 8
_MOST_KEY = 40
_NEVER = ("bullets", "headings", "numbered_items", "tables")
_OBJECTS = frozenset({"json:keys", "json:only_keys"})


class JsonType(ConstraintType):
    """The base of types whose response is JSON and nothing else."""

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        """Refuse running text, other forms and code; JSON itself is stated once."""
        contradicted = leaves_no_room(self.name, other) or other.type in STRUCTURE or other.type.startswith("code:")
        fenced = other.type in ("code:absent", "code:only", "code:tagged")
        return super().conflicts(params, other) or other.type == "json:valid" or (contradicted and not fenced)

    @override
    def limits(self, params: Params) -> Sequence[Limit]:
        """Return that no line of JSON is Markdown."""
        return (Limit("code_blocks", high=1), *(Limit(quantity, high=0) for quantity in _NEVER))


class ValidJson(JsonType):
    """The whole response is one JSON object or array, bare or in a single code fence, and holds a word."""

    name = "json:valid"
    wordings = (
        "Respond with valid JSON only: one object or array, optionally in a code fence.",
        "Your entire response must be a single JSON object or array; a code fence around it is fine.",
        "Give nothing but JSON, in the form of one object or array, fenced or not.",
        "Format of the response: one valid JSON object or array and no other text, save perhaps a code fence.",
        "Could you answer with one JSON object or array and no text around it, except a code fence if you like?",
        "A program will parse your answer as JSON after removing any code fence, so write one object "
        "or array and no more.",
        "Output: one object or array in JSON, with or without a code fence, and nothing besides.",
        "Write the whole answer as one JSON object or array; no other text, though it may stand in a code fence.",
        "Everything you write must parse as a single JSON object or array once a code fence, if any, has been "
        "stripped off.",
        "No prose, please: I want one object or array in valid JSON, which you may put between code fences.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        return {} if text.json and text.words else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return bool(text.words) and text.json is not None

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type.startswith("json:")


class JsonKind(JsonType):
    """The whole response is JSON, and its outermost value is an object, or an array."""

    name = "json:kind"
    fields: ClassVar[Mapping[str, Field]] = {
        "kind": OneOf({"object": "object", "list": "array"}),
        "kind.a": OneOf({"object": "an object", "list": "an array"}),
    }
    wordings = (
        "JSON only, and {kind.a} at the top level (a code fence is allowed).",
        "Respond with one JSON {kind} and nothing else, save perhaps a code fence.",
        "Your entire response must be a single JSON {kind}, bare or in a code fence.",
        "Could you answer in pure JSON whose outermost value is {kind.a}, optionally inside a code fence?",
        "Top-level value of the JSON that makes up your whole response: {kind.a}, with or without a code fence.",
        "Give the answer as {kind.a} in valid JSON; write no text around it other than a code fence if you like.",
        "Nothing but a JSON {kind} may be in the response, though you may fence it.",
        "A parser removes any code fence and then expects {kind.a}, so the whole response has to be one valid JSON "
        "{kind}.",
        "Let the response consist of one valid JSON {kind}; a code fence around it does no harm.",
        "Make sure that your answer, apart from an optional code fence, is valid JSON and that {kind.a} is its root.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        if not text.json or not text.words:
            return None
        return {"kind": "object" if isinstance(text.json, dict) else "list"}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        kind = dict if params["kind"] == "object" else list
        return bool(text.words) and isinstance(text.json, kind)

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type in _OBJECTS or other.type == "json:schema"


class JsonKeys(JsonType):
    """The whole response is a JSON object with these keys among those of its top level, spelt just so."""

    name = "json:keys"
    fields: ClassVar[Mapping[str, Field]] = {"keys": QuotedList()}
    wordings = (
        "JSON object alone, fenced or bare; its top-level keys include {keys}.",
        "Respond with a JSON object that has at least {keys} as top-level keys, optionally in a code fence.",
        "Your entire response must be one JSON object, fenced or not, with {keys} among its top-level keys.",
        "Required top-level keys of the JSON object that is your whole response (a code fence is fine): {keys}.",
        "Could you answer with nothing but a JSON object, in a code fence if you like, that includes {keys} as "
        "top-level keys?",
        "Give JSON only: an object, with or without a code fence, in which {keys} must occur as keys at the top level.",
        "Make the response a single JSON object (a code fence may surround it), and do not leave out {keys} among the "
        "keys of that object itself.",
        "Whatever else it holds, the JSON object that makes up your response needs {keys} as top-level keys; you may "
        "fence it.",
        "My program reads {keys} from the top level of your answer, so send one JSON object with these keys, perhaps "
        "more, and nothing around it but a code fence if you want one.",
        "An object in JSON, bare or fenced, is the whole response; its own keys, not those of nested objects, include "
        "{keys}.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        keys = _quotable_keys(text)
        if len(keys) < 2:
            return None
        chosen = set(rng.sample(keys, rng.randint(2, min(len(keys), 5))))
        return {"keys": [key for key in keys if key in chosen]}

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or not isinstance(text.json, dict):
            return 0.0
        return share(sum(key in text.json for key in params["keys"]), len(params["keys"]))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        repeated = other.type in ("json:kind", "json:only_keys", "json:schema")
        few = other.type == "json:items" and other.params["relation"] != "at_least"
        return super().conflicts(params, other) or repeated or (few and len(params["keys"]) > int(other.params["n"]))

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["keys"])


class JsonOnlyKeys(JsonType):
    """The whole response is a JSON object whose top-level keys are these and no others, in any order."""

    name = "json:only_keys"
    fields: ClassVar[Mapping[str, Field]] = {"keys": QuotedList()}
    wordings = (
        "JSON object alone, fenced or bare; its top-level keys, in any order, are exactly {keys}.",
        "Respond with a JSON object whose top-level keys are exactly {keys}, in any order, optionally in a code fence.",
        "Your entire response must be one JSON object, fenced or not, with {keys} and no other keys at the top level.",
        "Complete list of top-level keys in the JSON object that is your whole response (a code fence is fine): "
        "{keys}.",
        "Could you answer with nothing but a JSON object, in a code fence if you like, that has {keys} as its "
        "top-level keys and none besides?",
        "Give JSON only: an object, with or without a code fence, whose own keys are {keys} and nothing more.",
        "Make the response a single JSON object (a code fence may surround it), and use all of {keys}, but no further "
        "keys, at the top level.",
        "The top level of the JSON object that you send, with no text around it but perhaps a code fence, has just "
        "the keys {keys}; their order is up to you.",
        "My program rejects unknown fields, so answer with one JSON object, bare or fenced, that holds each of the "
        "keys {keys} and no others at its top level.",
        "No key besides {keys} may stand at the top level of the JSON object, bare or fenced, that is the whole "
        "response, and none of these may be missing.",
    )

    @override
    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        keys = _quotable_keys(text)
        return {"keys": keys} if 2 <= len(keys) <= _MOST_KEYS and len(keys) == len(text.json) else None

    @override
    def check(self, text: ParsedText, params: Params) -> bool:
        return self.score(text, params) == 1.0

    @override
    def score(self, text: ParsedText, params: Params) -> float:
        if not text.words or not isinstance(text.json, dict):
            return 0.0
        asked, found = set(params["keys"]), set(text.json)
        return share(len(asked & found), len(asked | found))

    @override
    def conflicts(self, params: Params, other: Constraint) -> bool:
        return super().conflicts(params, other) or other.type.startswith("json:")

    @override
    def demands(self, params: Params) -> Sequence[str]:
        return tuple(params["keys"])


def _quotable_keys(text: ParsedText) -> list[str]:
    """Return the object's keys, in order, that may stand in a wording."""
    if not isinstance(text.json, dict) or not text.words:
        return []
    return [key for key in text.json if key.strip() and '"' not in key and key.isprintable() and len(key) <= _MOST_KEY]


TYPES: tuple[ConstraintType, ...] = (ValidJson(), JsonKind(), JsonKeys(), JsonOnlyKeys())
