"""The environment of an engine's process; that of the process which opens it stays as it is."""

from __future__ import annotations

import os

MARK = "CRABTK_SGLANG"
"""Set in the processes of an engine that crabtk opened."""

DEFAULTS = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""What is set unless the user has set it."""

NEEDED = {
    MARK: "1",
    # Log-probabilities of choices are those of the model, whatever the temperature of other requests.
    "SGLANG_RETURN_ORIGINAL_LOGPROB": "1",
}


def environment() -> dict[str, str]:
    """Return the variables of an engine's process."""
    return {**DEFAULTS, **os.environ, **NEEDED}
