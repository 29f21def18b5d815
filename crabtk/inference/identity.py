"""What a completion depends on besides its request: the engine and the content of the model."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from crabtk.canonical import canonical_json, digest, file_digest
from crabtk.errors import BackendError

_IGNORED_FILES = (
    ".*",
    "*.md",
    "LICENSE*",
    "optimizer*",
    "scheduler*",
    "rng_state*",
    "scaler.pt",
    "trainer_state.json",
    "training_args.*",
    "events.out.tfevents*",
    "*.png",
    "*.log",
)
"""They shape no answer; a training state or a model card beside the weights must not change the identity."""
_IGNORED_FOLDERS = (".*", "checkpoint-*", "global_step*", "runs", "__pycache__")


def model_identity(model: str, revision: str | None = None, memo: Path | None = None) -> str:
    """Return a string that changes when the content of a model does.

    For a folder or file: ``sha256:`` and a digest over the names and contents of its files, wherever it lies; those
    that shape no answer (model card, training state, hidden files) are left out. For a hub name:
    ``hub:name@revision``, with ``main`` where no revision is given, so that a moved branch is not noticed.

    Args:
        model: Folder, file or hub name.
        revision: Of a hub name; ignored for a folder.
        memo: JSON file that keeps digests by path, size and modification time, so that a second look reads no
            weights; made if absent.

    Raises:
        BackendError: ``model`` is spelt as a path and nothing is there, or the folder holds no file.
    """
    path = Path(model).expanduser()
    if not path.exists():
        if model.startswith(("/", "./", "../", "~")):
            raise BackendError(f"There is no model at {model}: give an existing folder or a hub name (owner/name)")
        return f"hub:{model}@{revision or 'main'}"
    files = {path.name: path} if path.is_file() else dict(sorted(_files(path)))
    if not files:
        raise BackendError(f"The folder {model} holds no model: give one with weights, configuration and tokenizer")
    digests = _digests(files, memo)
    if path.is_file():
        return f"sha256:{digests[path.name]}"
    return f"sha256:{digest(digests)}"


def engine_identity(backend_name: str, backend_version: str, model_identity: str, options: Mapping[str, Any]) -> str:
    """Return what answers depend on besides the request, as canonical JSON: readable, and part of each cache key.

    Args:
        backend_name: Name of the backend.
        backend_version: Version of the distribution that brings it.
        model_identity: From ``model_identity``.
        options: Of the backend; leave out those that shape no answer.
    """
    return canonical_json(
        {"backend": backend_name, "version": backend_version, "model": model_identity, "options": dict(options)}
    )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    # Hugging Face's cache is a folder of links to files: those are followed, links to folders are not.
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not _matches(name, _IGNORED_FOLDERS)]
        for name in names:
            if not _matches(name, _IGNORED_FILES):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), path


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _digests(files: Mapping[str, Path], memo: Path | None) -> dict[str, str]:
    known = _read_memo(memo)
    now: dict[str, str] = {}
    result: dict[str, str] = {}
    for name, path in files.items():
        state = path.stat()
        key = f"{path.resolve()}|{state.st_size}|{state.st_mtime_ns}"
        result[name] = now[key] = known.get(key) or file_digest(path)
    if memo is not None and not now.keys() <= known.keys():
        _write_memo(memo, {**_still_true(known), **now})
    return result


def _read_memo(memo: Path | None) -> dict[str, str]:
    try:
        content = json.loads(memo.read_text(encoding="utf-8")) if memo is not None else {}
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: value for key, value in content.items() if isinstance(value, str) and len(value) == 64}


def _still_true(known: Mapping[str, str]) -> dict[str, str]:
    """Drop what was noted of files that are gone, lest each trained model grow the memo for ever."""
    return {key: value for key, value in known.items() if Path(key.rsplit("|", 2)[0]).exists()}


def _write_memo(memo: Path, content: Mapping[str, str]) -> None:
    memo.parent.mkdir(parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=memo.parent, prefix=f".{memo.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1, sort_keys=True)
    Path(scratch).replace(memo)
