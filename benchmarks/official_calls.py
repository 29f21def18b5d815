"""The official recipe's pattern of model calls, written plainly: what it asks, in which order, how often.

From the paper's description (arXiv 2410.24175) and what its published scripts do: for each seed three calls that write
constraints of several types as JSON, with a null for each type that the response shows nothing of; then, for each
constraint, a call that checks it, offers a changed one where it does not hold, and says whether it restricts anything.
The constraint stands before the response. All prompts here are our own; they say what those prompts say, and are not
longer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from crabtk.constraints.translated import TRANSLATED
from crabtk.types import Completion, Message, Request, Sampling

SAMPLING = Sampling(max_tokens=1024, temperature=0.4, top_p=0.3)
_GROUPS = (TRANSLATED[:5], TRANSLATED[5:9], TRANSLATED[9:])
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)

GENERATE = """You are an expert in writing constraints. Given are an instruction and its response. For each of the \
types below, write one constraint of 10 to 20 words that the response satisfies and that could be added to the \
instruction. If the response shows nothing of a type, write NULL for it. Do not repeat the instruction, and do not \
quote the response.

Types:
{types}

Example of the output:
{{{example}}}

Instruction: {instruction}

Response: {response}

Return one JSON object whose keys are the names of the types, and nothing else."""

CHECK = """You are a strict examiner. Decide whether a response satisfies a constraint, and whether the constraint is \
a meaningful restriction of the instruction. If the response does not satisfy it, change it as little as possible so \
that it does.

Constraint: {constraint}

Instruction: {instruction}

Response: {response}

Return one JSON object with the keys "satisfied" ("yes" or "no"), "modified" (the changed constraint, or NULL) and \
"meaningful" ("yes" or "no"), and nothing else."""
_NONE = ("", "null", "none")

Complete = Callable[[Sequence[Request]], Sequence[Completion]]


def official_calls(pairs: Sequence[tuple[str, str]], complete: Complete) -> int:
    """Write and check constraints of instruction–response pairs; return how many the model itself calls good."""
    written: list[tuple[tuple[str, str], str]] = []
    for group in _GROUPS:
        answers = complete([_ask(_generation(group, *pair)) for pair in pairs])
        for pair, answer in zip(pairs, answers, strict=True):
            found = _read(answer.text)
            texts = (found.get(type_.key) for type_ in group)
            written += [(pair, text) for text in texts if isinstance(text, str) and text.strip().lower() not in _NONE]
    checks = complete(
        [_ask(CHECK.format(constraint=text, instruction=pair[0], response=pair[1])) for pair, text in written]
    )
    return sum(_is_good(_read(answer.text)) for answer in checks)


def _generation(group: Sequence[Any], instruction: str, response: str) -> str:
    types = "\n".join(f"- {type_.key}: {type_.question}" for type_ in group)
    example = ", ".join(f'"{type_.key}": "…"' for type_ in group)
    return GENERATE.format(types=types, example=example, instruction=instruction, response=response)


def _is_good(verdict: dict[str, Any]) -> bool:
    holds = str(verdict.get("satisfied", "")).lower() == "yes"
    modified = str(verdict.get("modified") or "").strip().lower() not in _NONE
    return (holds or modified) and str(verdict.get("meaningful", "")).lower() == "yes"


def _ask(prompt: str) -> Request:
    return Request((Message("user", prompt),), SAMPLING)


def _read(text: str) -> dict[str, Any]:
    """Read the first JSON object of an answer; an answer without one says nothing."""
    found = _OBJECT.search(text)
    try:
        value = json.loads(found[0]) if found else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
