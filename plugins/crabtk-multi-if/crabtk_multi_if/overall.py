"""Multi-IF's figure: the mean of four accuracies, by turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crabtk import Graded, Metric


def overall(graded: Sequence[Graded]) -> list[Metric]:
    """Return the metric ``overall`` of each turn, for each registry.

    It is the mean of prompt-level and instruction-level accuracy, strict and loose. Groups are ``turn N``, and
    ``turn N LANGUAGE`` where there are several languages; ``count`` is the number of turns.

    Source:
        The reference's ``metrics.py`` (github.com/facebookresearch/Multi-IF): per turn over all languages, and per
        language.
    """
    languages = sorted({str(each.item.payload["language"]) for each in graded})
    found: list[Metric] = []
    for turn in sorted({int(each.item.payload["turn"]) for each in graded}):
        of_turn = [each for each in graded if each.item.payload["turn"] == turn]
        found += _metrics(of_turn, f"turn {turn}")
        for language in languages if len(languages) > 1 else ():
            spoken = [each for each in of_turn if each.item.payload["language"] == language]
            found += _metrics(spoken, f"turn {turn} {language}")
    return found


def _metrics(graded: Sequence[Graded], group: str) -> Iterator[Metric]:
    for variant in dict.fromkeys(grade.variant for each in graded for grade in each.grades):
        verdicts = [
            [(grade.strict, bool(grade.loose)) for grade in each.grades if grade.variant == variant] for each in graded
        ]
        yield Metric("overall", group, _mean_of_four(verdicts), len(verdicts), variant=variant)


def _mean_of_four(verdicts: Sequence[Sequence[tuple[bool, bool]]]) -> float:
    accuracies: list[float] = []
    for reading in (0, 1):
        followed = [[verdict[reading] for verdict in prompt] for prompt in verdicts]
        accuracies.append(sum(all(prompt) for prompt in followed) / len(followed))
        accuracies.append(sum(map(sum, followed)) / sum(map(len, followed)))
    return sum(accuracies) / len(accuracies)
