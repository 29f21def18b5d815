"""The conformance suite of constraint types: the law, wordings that read back, scores, sturdiness."""

from __future__ import annotations

import json
import pickle
import random
import re
from collections.abc import Iterable, Sequence

from crabtk.protocols import ConstraintType
from crabtk.randomness import generator
from crabtk.text import ParsedText
from crabtk.types import Params

_NAME = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")
_WORDING_DRAWS = 200

TEXTS: tuple[str, ...] = (
    "",
    " \n\t\n ",
    "Yes.",
    "No words? Plenty! \u2026 (brackets), \u201cquotes\u201d; a dash \u2014 and: that is it & done/finished.",
    "The kettle boiled. Mara poured the water slowly, and the tea turned dark. She waited for the bell to ring. "
    "When it rang, the kettle was cold again, so she filled the kettle once more and waited for the kettle to boil.",
    "Bees gather nectar from flowers near the hive. Dr. Lund counted the bees every morning.\n\n"
    "In summer the bees work from dawn to dusk, e.g. on clover. Winter is quiet, and the bees live on honey.\n\n"
    "Would you like to keep bees of your own?",
    "Here is a plan for the garden:\n\n- dig the soil\n- plant beans\n- water the beans\n\nEnjoy the beans!",
    "1. Sharpen the saw.\n2. Measure the board.\n3. Cut along the line.\n\nCheck the edge with a square before gluing.",
    "The tide table lists high water for every harbor on the coast. A harbor pilot reads the table before dawn, then "
    "calls each ship that waits outside. Ships enter the harbor one by one, and the pilot boards them from a small "
    "boat. By noon the harbor is full, the boat is dry, and the pilot sleeps. Who would not want such a job?",
    "## Tools\n\nTake a knife.\n\n## Method\n\nCarve the wood slowly.\n\n## Finish\n\nRub in some oil.",
    "# Bread\n\n## Dough\n\nMix **flour**, water and **salt**.\n\n## Oven\n\nBake the bread until the crust is dark.\n",
    "Run this first:\n\n```python\nfor i in range(3):\n\n    print(i)\n```\n\nThen this:\n\n~~~bash\nls -la\n~~~\n",
    "| city | river |\n|------|-------|\n| Bonn | Rhine |\n| Cork | Lee |\n\nBoth rivers flood now and then.",
    '{"name": "Ada", "tags": ["maths", "engines"], "year": 1843}',
    '```json\n[{"id": 1}, {"id": 2}]\n```',
    "Dear [Name],\n\nyour parcel will reach [City] on [Date]. Please have your card ready, and call [Phone] if not.\n"
    "\nKind regards,\n[Signature]",
    "NASA and ESA launched the JWST telescope from Kourou. The JWST unfolded its mirror in deep space, said NASA.",
    "La biblioteca abre por la mañana. Los lectores llegan temprano, leen el periódico y toman café. Por la tarde, "
    "la biblioteca ofrece talleres para niños, y los lectores mayores ayudan con gusto.",
    "Der Zug nach Köln fährt heute später ab. Die Fahrgäste warten am Bahnsteig, trinken Kaffee und lesen Zeitung. "
    "Am Abend kommt der Zug endlich an, und die Fahrgäste steigen müde ein.",
    "नदी के किनारे एक पुराना मंदिर है। लोग सुबह मंदिर में फूल चढ़ाते हैं। शाम को नदी पर दीप जलते हैं और बच्चे गीत गाते हैं।",
    "春天来了。花园里的花都开了！孩子们在树下唱歌，老人们喝茶聊天。你喜欢春天吗？",
    "今日は天気がいいです。公園で友達と昼ご飯を食べました。とても楽しかったです。",
    "ذهب الطلاب إلى المكتبة في الصباح. هل قرأوا الكتاب الجديد؟ نعم، قرأ الطلاب الكتاب وكتبوا عنه.",
    "line one\r\nline two\rline three\u2028line four\x85line five\x0bline six",
    "broken \ud800 surrogate, a NUL \x00 and e\u0301 combining; emoji 👩\u200d💻 1\ufe0f\u20e3 \U0001f680.",
    "```\nnever closed\n\n# not a heading\n- not a bullet",
    "**" * 40 + "|" * 40 + "\n|-|\n" + "#" * 40 + "\n" + "- " * 40 + "\n[[[](((\n1. \n* * *\n___\n" + "`" * 5,
    "word " * 400,
    "[" * 3000,
    "a.b.c. Mr. J. R. Smith Jr. paid $3.50 at 5 p.m. to www.example.com/x?y=z (see fig. 2)... and left!? Oh.",
)
"""Normal and odd responses, all our own: prose in several languages, Markdown, JSON, damaged text."""


HUGE = "\n\n".join(TEXTS[4:14]) * 80
"""Some 100 kB; a type that takes more than linear time is noticed by whoever waits for it."""


def check_constraint_type(
    type_: ConstraintType,
    texts: Iterable[str] | None = None,
    seeds: Sequence[int] = range(20),
    wordings: int = 6,
) -> None:
    """Check a constraint type against everything that crabtk relies on.

    The name's form; the law of back-translation; wordings that are read back; scores; parameters that
    survive JSON; the same draw from equal generators; pickling, which process pools need; and that no text,
    be it empty, damaged or huge, makes ``measure``, ``check`` or ``score`` raise.

    Args:
        type_: The type.
        texts: Responses that the type has something to say about, besides ``TEXTS`` and the type's ``examples``.
        seeds: Of the generators to draw with.
        wordings: How many distinct sentences ``render`` must draw from for some measured parameters.

    Raises:
        AssertionError: Names the type, what is wrong and the text.
    """
    _require(_NAME.fullmatch(type_.name), f"{type_.name!r} is no family:name in snake_case")
    parsed = [ParsedText(text) for text in (*TEXTS, *getattr(type_, "examples", ()), *(texts or ()))]
    type_ = _as_workers_get_it(type_)
    measured: dict[str, Params] = {}
    for text in parsed:
        for seed in seeds:
            params = type_.measure(text, generator(seed, "conformance"))
            again = type_.measure(ParsedText(text.raw), generator(seed, "conformance"))
            _require(params == again, _says(type_, text, f"equal generators measured {params} and {again}"))
            if params is not None:
                measured[_through_json(type_, params, text)] = params
                _check_law(type_, text, params, generator(seed, "conformance"))
    for params in getattr(type_, "example_params", ()):
        measured[_through_json(type_, params, parsed[0])] = params
        _check_wording(type_, params, parsed[0])
    _require(measured, f"{type_.name} measured nothing in any text: pass texts=[…] that it has something to say about")
    for params in measured.values():
        for text in parsed:
            _check_score(type_, text, params)
    huge = ParsedText(HUGE)
    params = type_.measure(huge, generator(0, "conformance"))
    if params is not None:
        _check_law(type_, huge, params, generator(0, "conformance"))
    _check_score(type_, huge, next(iter(measured.values())))
    most = max(_distinct_wordings(type_, params) for params in measured.values())
    _require(most >= wordings, f"{type_.name} has {most} wordings where {wordings} are asked for")


def _as_workers_get_it(type_: ConstraintType) -> ConstraintType:
    """Return the copy that a process pool would work with."""
    try:
        copied: ConstraintType = pickle.loads(pickle.dumps(type_))  # noqa: S301 - our own bytes
    except Exception as error:
        raise AssertionError(f"{type_.name} cannot be pickled, which process pools need: {error}") from error
    return copied


def _check_law(type_: ConstraintType, text: ParsedText, params: Params, rng: random.Random) -> None:
    _require(type_.check(text, params), _says(type_, text, f"the law is broken: check fails for measured {params}"))
    copied = json.loads(json.dumps(dict(params)))
    _require(type_.check(ParsedText(text.raw), copied), _says(type_, text, f"check fails after JSON for {params}"))
    _check_wording(type_, params, text, rng)


def _check_wording(type_: ConstraintType, params: Params, text: ParsedText, rng: random.Random | None = None) -> None:
    wording = type_.render(params, rng or generator(0, "conformance"))
    read = type_.parse(wording)
    _require(read == params, _says(type_, text, f"{params} was worded {wording!r}, which reads back as {read}"))


def _check_score(type_: ConstraintType, text: ParsedText, params: Params) -> None:
    holds, score = type_.check(text, params), type_.score(text, params)
    _require(isinstance(holds, bool), _says(type_, text, f"check returned {holds!r} for {params}, not a bool"))
    _require(0.0 <= score <= 1.0, _says(type_, text, f"score {score} for {params} is outside [0, 1]"))
    _require((score == 1.0) == holds, _says(type_, text, f"score {score} for {params} though check says {holds}"))


def _through_json(type_: ConstraintType, params: Params, text: ParsedText) -> str:
    try:
        written = json.dumps(dict(params), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise AssertionError(_says(type_, text, f"{params} cannot be written as JSON: {error}")) from error
    _require(json.loads(written) == dict(params), _says(type_, text, f"{params} does not survive JSON"))
    return written


def _distinct_wordings(type_: ConstraintType, params: Params) -> int:
    return len({type_.render(params, generator(seed, "conformance")) for seed in range(_WORDING_DRAWS)})


def _require(holds: object, message: str) -> None:
    """Raise where ``assert`` would; ``python -O`` drops that one."""
    if not holds:
        raise AssertionError(message)


def _says(type_: ConstraintType, text: ParsedText, problem: str) -> str:
    return f"{type_.name}: {problem}; text {text.raw[:200]!r}"
