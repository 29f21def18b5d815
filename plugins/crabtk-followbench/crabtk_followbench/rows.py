"""FollowBench's rows, one per prompt: six files of a folder, or of the hub's cache."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from crabtk.errors import BenchmarkError
from crabtk_followbench.names import Category, Level

CATEGORIES: tuple[Category, ...] = get_args(Category)
LEVELS: tuple[Level, ...] = get_args(Level)
HUB = "YuxinJiang/FollowBench"
_FIELDS = {"example_id": int, "source": str, "level": int, "instruction": str, "target": str}


@dataclass(frozen=True, slots=True)
class Row:
    """One prompt.

    Attributes:
        group: ``example_id`` of the release: the six levels (five of ``example``) that grow out of one prompt.
        level: 0 is the prompt that the others grow out of, and is not scored; it may be empty.
        target: What rules compare with; empty where the release has none.
    """

    category: Category
    group: int
    source: str
    level: int
    instruction: str
    target: str


def read_rows(prompts: str, categories: Sequence[Category], *, download: bool) -> list[Row]:
    """Return the rows of the categories, in the order of the files.

    Args:
        prompts: Folder with ``content_constraints.json`` and so on; empty looks into the hub's cache.
        categories: Which files to read.
        download: Whether the hub may be asked for what its cache lacks.

    Raises:
        BenchmarkError: Files are missing (names where they were looked for) or a row is unfit (names it).
    """
    folder = find_folder(prompts, download=download)
    return [row for category in categories for row in _category(folder / f"{category}_constraints.json", category)]


def find_folder(prompts: str, *, download: bool) -> Path:
    """Return where the files lie that ``read_rows`` reads; arguments as there.

    Raises:
        BenchmarkError: The hub's cache has none, or the folder that was named is absent; says what to do.
    """
    folder = Path(prompts) if prompts else _cached(download)
    if not folder.is_dir():
        raise BenchmarkError(
            f"FollowBench's folder {folder} is not there. Set scoring.options.followbench.prompts to the folder that "
            'holds its "…_constraints.json" (folder "data" of github.com/YJiangcm/FollowBench).'
        )
    return folder


def _category(path: Path, category: Category) -> Iterator[Row]:
    try:
        rows = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BenchmarkError(
            f"FollowBench's {path} cannot be read ({error.strerror}). Set scoring.options.followbench.prompts to the "
            'folder that holds its "…_constraints.json" (folder "data" of github.com/YJiangcm/FollowBench).'
        ) from error
    except ValueError as error:
        raise BenchmarkError(f"{path} is not JSON: {error}. Fetch the file anew.") from error
    if not isinstance(rows, list):
        raise BenchmarkError(f"{path} is not a JSON list of rows. Fetch the file anew.")
    seen: set[tuple[int, int]] = set()
    for place, row in enumerate(rows, 1):
        found = _row(row, category, f"{path}, row {place}")
        if (found.group, found.level) in seen:
            raise BenchmarkError(f"{path}, row {place}: level {found.level} of group {found.group} stands there twice.")
        seen.add((found.group, found.level))
        yield found


def _row(row: Any, category: Category, where: str) -> Row:
    if not isinstance(row, Mapping):
        raise BenchmarkError(f"{where}: is no JSON object.")
    for name, kind in _FIELDS.items():
        if not isinstance(row.get(name), kind) or isinstance(row[name], bool):
            raise BenchmarkError(f'{where}: "{name}" is missing or no {kind.__name__}.')
    if row["level"] not in (0, *LEVELS) or (row["level"] and not row["instruction"].strip()):
        raise BenchmarkError(f"{where}: the level is {row['level']!r}, or a level above 0 has no instruction.")
    return Row(category, row["example_id"], row["source"], row["level"], row["instruction"], row["target"])


def _cached(download: bool) -> Path:
    """Return the folder of the hub's files; the release for English, where another language stands beside it.

    Raises:
        BenchmarkError: They are not there; names what to do.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise BenchmarkError(
            "FollowBench's prompts are not in the package: set scoring.options.followbench.prompts to the folder of "
            'their files, or install the hub\'s client: pip install "crabtk-followbench[hub]"'
        ) from error
    try:
        folder = Path(snapshot_download(HUB, repo_type="dataset", local_files_only=not download))
    except Exception as error:  # the client raises errors of its own, of requests and of the file system
        raise BenchmarkError(
            f"FollowBench's prompts are not in the hub's cache ({type(error).__name__}): set "
            "scoring.options.followbench.prompts to the folder of their files, fetch them once with "
            f"`hf download --repo-type dataset {HUB}`, or set scoring.options.followbench.download = true."
        ) from error
    found = sorted(folder.rglob("content_constraints.json"), key=lambda path: ("zh" in path.parent.name, str(path)))
    if not found:
        raise BenchmarkError(f'{folder} holds no "content_constraints.json": set scoring.options.followbench.prompts.')
    return found[0].parent
