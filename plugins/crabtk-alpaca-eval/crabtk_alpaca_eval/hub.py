"""Files of AlpacaEval's data set, out of the hub's cache."""

from __future__ import annotations

from pathlib import Path

HUB = "tatsu-lab/alpaca_eval"


def cached(name: str, *, download: bool) -> Path | None:
    """Return where the hub's client keeps a file of the data set; None if it is not there, or there is no client.

    Args:
        name: Of the file.
        download: Whether the hub may be asked for what its cache lacks.
    """
    try:
        from huggingface_hub import hf_hub_download
    except ImportError:
        return None
    try:
        return Path(hf_hub_download(HUB, name, repo_type="dataset", local_files_only=not download))
    except Exception:  # the client raises errors of its own, of requests and of the file system
        return None
