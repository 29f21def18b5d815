"""The finding on the judge in plain words: what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crabtk.reporting.formats import count, many, probability, share
from crabtk.settings import Settings

_QUALITIES = ((0.9, "very well"), (0.8, "well"), (0.7, "fairly well"))


def audit_finding(
    figures: Mapping[str, Any], settings: Settings, *, translated: int, joined: int, by_code: int
) -> list[str]:
    """Say what the judge audit found.

    Args:
        figures: ``ReportInputs.audit_figures``; empty without an audit.
        settings: Of the run; its limits are named.
        translated: Constraints that a model wrote.
        joined: Of these, repaired ones included, how many a judge let into the dataset.
        by_code: Of these, how many code found true, which needs no judge.

    Returns:
        Sentences.
    """
    if not figures:
        return [_no_audit(settings, translated)]
    sentences = [_discrimination(figures), _threshold(figures, settings)]
    if translated:
        sentences.append(_consequence(bool(figures.get("accepted")), translated, joined, by_code))
    return sentences


def _no_audit(settings: Settings, translated: int) -> str:
    if not settings.translation.enabled:
        return "Translation was switched off: every constraint was found and checked by code, so no judge was needed."
    if translated:
        return f"No judge was audited, although a model wrote {many(translated, 'constraint')}."
    return "No judge was audited: no model-written constraint was there to judge."


def _discrimination(figures: Mapping[str, Any]) -> str:
    cases = f"{count(figures.get('cases_true'))} true and {count(figures.get('cases_false'))} false planted cases"
    if figures.get("unreadable"):
        cases += f", {count(figures['unreadable'])} of them without a readable verdict"
    judge = _named("The judge", figures.get("model"))
    if figures.get("auc") is None:
        return f"{judge} could not be measured ({cases})."
    interval = ""
    if figures.get("auc_low") is not None and figures.get("auc_high") is not None:
        interval = f", 95 % CI {probability(figures['auc_low'])}–{probability(figures['auc_high'])}"
    return (
        f"{judge} told true from false constraints {_quality(figures)} "
        f"(AUC {probability(figures['auc'])}{interval}; {cases})."
    )


def _quality(figures: Mapping[str, Any]) -> str:
    auc = figures["auc"]
    low, high = figures.get("auc_low"), figures.get("auc_high")
    if high is not None and high < 0.5:
        return "worse than chance"
    if (low if low is not None else auc) <= 0.5:
        return "no better than chance"
    return next((words for least, words in _QUALITIES if auc >= least), "only weakly, though better than chance")


def _threshold(figures: Mapping[str, Any], settings: Settings) -> str:
    limits = settings.judging
    if figures.get("accepted") and figures.get("threshold") is not None:
        return (
            f"At P(yes) ≥ {probability(figures['threshold'])} it passes {share(figures.get('recall'))} of the true "
            f"cases (at least {share(limits.min_recall)} are asked) and {share(figures.get('false_holds'))} of the "
            f"false ones (at most {share(limits.max_false_holds)} are allowed)."
        )
    if figures.get("auc") is None and figures.get("reason"):
        return f"Why: {figures['reason']}."
    best = "" if figures.get("recall") is None else f" (the best passes {share(figures['recall'])})"
    return (
        f"No threshold passes {share(limits.min_recall)} of the true cases{best} while at most "
        f"{share(limits.max_false_holds)} of the false ones pass."
    )


def _consequence(accepted: bool, translated: int, joined: int, by_code: int) -> str:
    checked = f"; code found {many(by_code, 'constraint')} of a model's true by itself" if by_code else ""
    if joined or accepted:
        return (
            f"Of {many(translated, 'translated constraint')}, the judge let {count(joined)} into the dataset{checked}."
        )
    out = translated - by_code
    return f"So {many(out, 'translated constraint')} stayed out of the dataset{checked}."


def _named(what: str, name: Any) -> str:
    return f"{what}, {name}," if name else what
