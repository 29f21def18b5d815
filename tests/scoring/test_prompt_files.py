"""Prompts from a file, an installed package, the hub's cache, and the hub itself, in that order."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import polars as pl
import pytest

from crabtk.errors import BenchmarkError
from crabtk.scoring.prompt_files import PublishedPrompts, find_prompts, read_rows

ROWS = [{"key": 1, "prompt": "Sing.", "kwargs": None}, {"key": 2, "prompt": "Dance.", "kwargs": None}]
PUBLISHED = PublishedPrompts((("crabtk-carrier", "carrier/prompts.jsonl"),), "owner/prompts", "asked*.jsonl")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub" / "datasets--owner--prompts"


def lines(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed distribution that ships the prompts, and cannot be imported."""
    site = tmp_path / "site"
    info = site / "crabtk_carrier-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crabtk-carrier\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(site))
    (site / "carrier").mkdir()
    (site / "carrier" / "__init__.py").write_text("raise RuntimeError('imported')")
    return lines(site / "carrier" / "prompts.jsonl")


def test_a_file_wins_over_a_package_and_that_over_the_hubs_cache(tmp_path: Path, package: Path, cache: Path) -> None:
    given, cached = lines(tmp_path / "own.jsonl"), lines(cache / "snapshots" / "abc" / "data" / "asked_1.jsonl")
    assert find_prompts("b", PUBLISHED, given, download=False) == given
    assert find_prompts("b", PUBLISHED, None, download=False) == package
    assert "carrier" not in sys.modules
    package.unlink()
    assert find_prompts("b", PUBLISHED, None, download=False) == cached


def test_of_the_hubs_cache_the_branch_main_counts(cache: Path) -> None:
    old = lines(cache / "snapshots" / "older" / "asked.jsonl")
    lines(cache / "snapshots" / "later" / "asked.jsonl")
    (cache / "refs").mkdir()
    (cache / "refs" / "main").write_text("older")
    assert find_prompts("b", PUBLISHED, None, download=False) == old


def test_what_is_not_here_is_named_with_every_way_to_it(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError) as caught:
        find_prompts("b", PUBLISHED, None, download=False)
    for way in (
        "--prompts FILE",
        "scoring.options.b.prompts",
        "pip install crabtk-carrier",
        "hf download owner/prompts",
    ):
        assert way in str(caught.value)
    with pytest.raises(BenchmarkError, match=r"there is no file .*absent\.jsonl"):
        find_prompts("b", PUBLISHED, tmp_path / "absent.jsonl", download=False)


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as a download asks for: the list of files and one file."""

    body = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self) -> None:
        self.answer(b"", len(self.body))

    def do_GET(self) -> None:
        self.asked.append(self.path)
        files = [{"type": "file", "path": name, "oid": "1", "size": 1} for name in ("README.md", "asked_2.jsonl")]
        if "/tree/" in self.path:
            self.answer(json.dumps(files).encode())
        elif self.path.startswith("/api/"):
            siblings = [{"rfilename": str(file["path"])} for file in files]
            self.answer(json.dumps({"id": "owner/prompts", "sha": "c" * 40, "siblings": siblings}).encode())
        else:
            self.answer(self.body)

    def answer(self, body: bytes, size: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.send_header("ETag", '"e"')
        self.send_header("X-Repo-Commit", "c" * 40)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


FETCH = """
import sys
from crabtk.errors import BenchmarkError
from crabtk.scoring.prompt_files import PublishedPrompts, find_prompts
published = PublishedPrompts(hub="owner/prompts", hub_file="asked*.jsonl")
for download in (False, True, False):
    try:
        print(find_prompts("b", published, None, download=download).read_text(), end="")
    except BenchmarkError as error:
        print("absent:", str(error).partition(":")[0])
"""


def test_the_hub_is_asked_only_if_an_option_says_so(
    hub: str, tmp_path: Path, python: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    # In a process of its own: the address of the hub is read when its package is imported.
    Hub.asked.clear()
    done = python("-c", FETCH, env={"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "home")})
    assert done.stdout.splitlines() == [
        'absent: The prompts of benchmark "b" are not here',
        *(json.dumps(row) for row in ROWS * 2),
    ], done.stderr
    assert len([path for path in Hub.asked if "asked_2.jsonl" in path]) == 1


def test_json_lines_lists_csv_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    files = {name: tmp_path / f"p{name}" for name in (".jsonl", ".json", ".csv", ".parquet")}
    lines(files[".jsonl"])
    files[".json"].write_text(json.dumps(ROWS))
    files[".csv"].write_text("﻿key,prompt,kwargs\n1,Sing.,\n2,Dance.,\n", "utf-8")
    pl.DataFrame(ROWS).write_parquet(files[".parquet"])
    for name, path in files.items():
        assert [(place, str(row["key"]), row["prompt"]) for place, row in read_rows(path)] == [
            (1, "1", "Sing."),
            (2, "2", "Dance."),
        ], name


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.jsonl", b'{"key": 1}\n{"key": \n', r"p\.jsonl, row 2: Expecting value"),
        ("p.jsonl", b'{"key": 1}\n[1]\n', r"p\.jsonl, row 2: it is no object"),
        ("p.json", b'{"key": ', r"p\.json, row 1"),
        ("p.jsonl", b'{"key": "\xff"}\n', "cannot be read"),
        ("p.parquet", b"PAR1 no parquet", "cannot be read"),
    ],
)
def test_a_broken_row_is_named_and_none_is_left_out(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BenchmarkError, match=says):
        list(read_rows(tmp_path / name))
