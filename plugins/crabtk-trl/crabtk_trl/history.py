"""The part of a trainer's log that is the same in every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# A list of what to keep, for libraries add timings; TRL's num_tokens counts from zero after a resumption.
KEPT: tuple[str, ...] = (
    "epoch", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy", "eval_loss", "eval_entropy",
    "eval_mean_token_accuracy",
)  # fmt: skip


def measured(logs: Mapping[str, float], kept: Sequence[str] = KEPT) -> dict[str, float]:
    """Return the values of one log line that depend on data, model and options alone."""
    return {name: float(logs[name]) for name in kept if name in logs}


def history(log: Sequence[Mapping[str, float]], kept: Sequence[str] = KEPT) -> list[dict[str, float]]:
    """Return one mapping per logged step, with ``step``; what an evaluation found joins the line of its step.

    Leaves out the summary at the end, which holds timings.
    """
    lines: dict[float, dict[str, float]] = {}
    for line in log:
        if "loss" in line:
            lines[line["step"]] = {"step": line["step"], **measured(line, kept)}
        elif line.get("step") in lines:
            lines[line["step"]].update(measured(line, kept))
    return list(lines.values())
