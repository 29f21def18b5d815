"""What both sides of a benchmark are given, and how they hand back their figures."""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = Path(os.environ.get("CRABTK_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILES = ("alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json")

WARM = 600
"""Rows that both sides check before the clock starts: every kind of instruction is among them."""

CONSTRAINTS = (
    "Keep an even, matter-of-fact tone throughout the response.",
    "Open with a sentence that names the subject, and close with what follows from it.",
    "Mention at least one cause of what is described before its effects.",
    "Let each part of the response stand on its own, with a lead sentence.",
    "Prefer verbs in the active voice and in the present tense.",
    "Set terms that a newcomer would not know in bold when they first come up.",
    "Name one example for each claim, taken from daily life.",
    "Write for readers who know the matter from hearsay only.",
)
"""Eight constraints as a model writes them; with the six scripted ones an item has about fourteen."""


WARM_UP = (
    "Models load with the first text. They are not counted.\n\nNor is this one, says Dr. Smith (of St. Ives).",
    "Voici une réponse en français, pour que le modèle qui reconnaît la langue soit chargé, lui aussi. C'est tout.",
)
"""What both sides are given before the clock starts, so that no loading of models is timed."""


def responses(limit: int) -> list[str]:
    """Return real responses that hold a word."""
    found = [row["output"] for name in FILES for row in json.loads((FOLDER / "seeds" / name).read_text("utf-8"))]
    return [text for text in found if any(map(str.isalpha, text))][:limit]


def result(items: int, seconds: float, made: int) -> str:
    """Return a side's figures as JSON."""
    return json.dumps({"items": items, "seconds": seconds, "made": made, "per_second": items / seconds})
