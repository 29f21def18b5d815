"""Several responses of a model to each prompt, and which of them can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crabtk.pipeline.ask import Complete
from crabtk.pipeline.ledger import storable
from crabtk.pipeline.sampled_prompts import STAGE, Asked
from crabtk.randomness import generator
from crabtk.reply import without_thinking
from crabtk.settings import Pairing
from crabtk.types import Completion, Rejected, Request, Sampling


def sample_responses(
    prompts: Sequence[Asked], complete: Complete, settings: Pairing, seed: int
) -> tuple[list[list[str]], list[Rejected], dict[str, int]]:
    """Sample ``settings.samples`` responses to each prompt.

    Left out, each with its reason: what the engine could not answer, what was cut off (a constraint may hold only
    because the end is missing, or fail for the same reason), refusals, empty responses and exact repetitions of an
    earlier one. Hidden reasoning is no part of a response.

    Args:
        prompts: Their ids are unique.
        complete: Answers requests; each has a seed of its own, which hangs on the run's, the prompt and its number.
        settings: Number, length and temperature of the samples.
        seed: Of the run.

    Returns:
        Distinct responses to each prompt in the order of sampling; what was left out; and how many of each sort:
        ``usable``, ``unanswered``, ``truncated``, ``refused``, ``empty``, ``repeated``.
    """
    numbers = range(settings.samples)
    requests = [Request(asked.messages, _sampling(asked, n, settings, seed)) for asked in prompts for n in numbers]
    completions = iter(complete(requests))
    responses: list[list[str]] = []
    rejected: list[Rejected] = []
    counts = Counter(dict.fromkeys(("usable", "unanswered", "truncated", "refused", "empty", "repeated"), 0))
    for asked in prompts:
        kept: list[str] = []
        for number in numbers:
            completion = next(completions)
            text = storable(without_thinking(completion.text))
            sort, reason = _fault(completion, text, kept)
            counts[sort] += 1
            if sort == "usable":
                kept.append(text)
            else:
                key = f"{asked.example_id}/sample-{number}"
                rejected.append(Rejected(STAGE, "crab", None, key, f"sampled response: {reason}", completion.text))
        responses.append(kept)
    return responses, rejected, dict(counts)


def _sampling(asked: Asked, number: int, settings: Pairing, seed: int) -> Sampling:
    return Sampling(
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        top_p=settings.top_p,
        seed=generator(seed, STAGE, asked.example_id, str(number)).getrandbits(31),
    )


def _fault(completion: Completion, text: str, earlier: Sequence[str]) -> tuple[str, str]:
    """Return the sort of a completion and why it is left out."""
    if completion.finish_reason == "error":
        return "unanswered", f"the engine gave none: {completion.error}"
    if completion.finish_reason == "length":
        return "truncated", "cut off at preferences.max_tokens"
    if completion.finish_reason == "refusal":
        return "refused", "the model refused"
    if not text.strip():
        return "empty", "empty"
    if text in earlier:
        return "repeated", "repeats an earlier one word for word"
    return "usable", ""
