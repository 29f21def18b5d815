"""The part of the trainer's log that is the same in every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# A list of what to keep, for libraries add timings; TRL's num_tokens counts from zero after a resumption.
_KEPT = ("epoch", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy")


def measured(logs: Mapping[str, float]) -> dict[str, float]:
    """Return the values of one log line that depend on data, model and options alone."""
    return {name: float(logs[name]) for name in _KEPT if name in logs}


def history(log: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return one mapping per logged step, with ``step``; leaves out the summary at the end, which holds timings."""
    return [{"step": line["step"], **measured(line)} for line in log if "loss" in line]
