"""The official recipe's pattern of model calls, written plainly: what it asks, in which order, how often.

From the paper (arXiv 2410.24175) and its published scripts: for each seed one call that rewrites the instruction and
two that write constraints of six types each as JSON, NULL for a type that the response shows nothing of; then, for each
constraint, a call that says as JSON whether the response satisfies it, explains why not, offers a changed one, and says
whether it restricts anything. The constraint stands before the response. What is kept is what those scripts keep: all
but constraints that neither hold nor restrict anything, and also those whose check cannot be read. All prompts here are
our own; they say what those prompts say, have an example where those have one, and are not longer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from crabtk.constraints.translated import TRANSLATED
from crabtk.types import Completion, Message, Request, Sampling
from crabtk.wording import fill

SAMPLING = Sampling(max_tokens=1024, temperature=0.4, top_p=0.3)
_GROUPS = (TRANSLATED[1:7], TRANSLATED[7:])
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)

SYSTEM = "You are a careful expert in language who follows instructions exactly."

REFINE = """Rewrite the instruction below so that it asks more precisely for the output below. Say under which \
circumstances it applies, and make its subject and object clear. Keep whatever it holds besides text, such as tables, \
code or other input. Do not make it wordy: add ten to twenty words only. Give the new instruction alone, \
with no heading.

Instruction:
{instruction}

Output:
{response}

New instruction:
"""

GENERATE = """Enrich the instruction below with constraints that you derive from the output below. They should make \
the instruction so specific that a response to it will be like that output.

Consider these types of constraints:
{types}

Instruction:
{instruction}

Output:
{response}

Answer in JSON, with the types' names as keys and the constraints as values. Each constraint is one complete, concise \
sentence of 10 to 20 words; vary how you put them. If the output shows nothing of a type, its value is "NULL", as in \
`"{first}": "NULL"`. Make sure that every constraint agrees with the output. Write no heading and nothing around the \
JSON.
"""

CHECK = """Given are a text and a constraint. Decide whether the text satisfies the constraint. If it does, answer \
"YES". If it does not, answer "NO", explain why the text does not satisfy it, and give a changed constraint that the \
text does satisfy. Then judge whether the constraint, changed or not, is a meaningful restriction. If it is too vague \
or restricts nothing, say so by setting "validity" to "NO"; "Write one paragraph or several paragraphs." is such a \
constraint, which allows everything.

Answer in JSON of this form, with no heading:
{
  "satisfaction": "<YES or NO>",
  "explanation": "<why it is not satisfied, if so>",
  "modified_constraint": "<the changed constraint, if any>",
  "validity": "<YES or NO>"
}

Example
Constraint: Name at least three kinds of fruit.
Text: There were apples on the table, and a bowl of plums.
Answer:
{
  "satisfaction": "NO",
  "explanation": "The text names two kinds of fruit only, apples and plums.",
  "modified_constraint": "Name at least two kinds of fruit.",
  "validity": "YES"
}

Now your turn.
Constraint: {constraint}

Text: {response}

Answer:
"""
_NONE = ("", "null", "none")

Complete = Callable[[Sequence[Request]], Sequence[Completion]]


def official_calls(pairs: Sequence[tuple[str, str]], complete: Complete) -> int:
    """Write and check constraints of instruction–response pairs; return how many the official scripts would keep."""
    refined = complete([_ask(fill(REFINE, {"instruction": i, "response": r}), SYSTEM) for i, r in pairs])
    written: list[tuple[str, str]] = []
    for group in _GROUPS:
        answers = complete([_ask(_generation(group, *pair), SYSTEM) for pair in pairs])
        for (_, response), answer in zip(pairs, answers, strict=True):
            texts = _read(answer.text).values()
            written += [(response, text) for text in texts if isinstance(text, str) and text.lower() not in _NONE]
    checks = complete([_ask(fill(CHECK, {"constraint": text, "response": response})) for response, text in written])
    return sum(bool(answer.text.strip()) for answer in refined) + sum(_is_kept(_read(check.text)) for check in checks)


def _generation(group: Sequence[Any], instruction: str, response: str) -> str:
    types = "\n".join(f"{number}. {type_.key}: {type_.question}" for number, type_ in enumerate(group, 1))
    values = {"types": types, "first": group[0].key, "instruction": instruction, "response": response}
    return fill(GENERATE, values)


def _is_kept(verdict: dict[str, Any]) -> bool:
    return verdict.get("satisfaction") != "NO" or verdict.get("validity") != "NO"


def _ask(prompt: str, system: str = "") -> Request:
    opening = [Message("system", system)] if system else []
    return Request((*opening, Message("user", prompt)), SAMPLING)


def _read(text: str) -> dict[str, Any]:
    """Read the first JSON object of an answer; an answer without one says nothing."""
    found = _OBJECT.search(text)
    try:
        value = json.loads(found[0]) if found else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
