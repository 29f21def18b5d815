"""The command line end to end: one clear error, Ctrl-C that loses nothing, and no waiting at the start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """
[seeds]
sources = [{ path = "pairs.jsonl" }]
response_words = [5, 700]
let_through = 0.0
[translation]
enabled = false
[training]
enabled = false
[scoring]
enabled = false
"""
RUN = ("-m", "crabtk", "run", "--settings", "settings.toml", "--plain")
SAMPLES = Path(__file__).parents[2] / "crabtk" / "samples"

Prepare = Callable[[list[Any]], Path]


@pytest.fixture
def prepare(tmp_path: Path) -> Prepare:
    """Write the settings, and rows as their source; return the folder."""

    def write(rows: list[Any]) -> Path:
        tmp_path.joinpath("pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
        tmp_path.joinpath("settings.toml").write_text(SETTINGS, "utf-8")
        return tmp_path

    return write


def pairs(copies: int) -> list[dict[str, str]]:
    """Return the shipped samples, each as often as asked for, all different."""
    found = [json.loads(line) for path in sorted(SAMPLES.iterdir()) for line in path.read_text("utf-8").splitlines()]
    return [
        {"instruction": f"{row['prompt']} ({copy})", "output": f"{row['completion']} ({copy})"}
        for row in found
        for copy in range(copies)
    ]


@pytest.mark.slow
def test_no_usable_row_is_one_clear_error(prepare: Prepare, python: Any) -> None:
    folder = prepare([{"instruction": "Say hello.", "output": "Hello."}, {"instruction": "And now?", "output": ""}])
    run = python(*RUN, "--to", "seeds", cwd=folder)
    assert run.returncode == 1
    assert run.stderr.startswith("Error: ")
    assert run.stderr.count("Error") == 1
    assert "seeds.response_words" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_a_file_that_is_none_is_one_clear_error(prepare: Prepare, python: Any) -> None:
    folder = prepare([])
    folder.joinpath("pairs.jsonl").unlink()
    run = python(*RUN, cwd=folder)
    assert run.returncode == 1
    assert "pairs.jsonl" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_unknown_stage_is_one_clear_error(prepare: Prepare, python: Any) -> None:
    run = python(*RUN, "--to", "crabs", cwd=prepare(pairs(1)))
    assert (run.returncode, run.stderr) == (
        1,
        'Error: There is no stage "crabs". Known: seeds, measured_constraints, translated_constraints, judge_audit, '
        "constraints, crab, dataset, sft_model, preferences, dpo_model, rl_prompts, grpo_model, control_models, "
        "responses, judgements, scores, report.\n",
    )


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    yield from process.stdout


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupted_run_goes_on_where_it_was(processes: int, prepare: Prepare, python: Any) -> None:
    folder = prepare(pairs(8))
    command = [sys.executable, *RUN, "--to", "measured_constraints", "--set", f"runtime.processes={processes}"]
    # A group of its own, since a terminal's Ctrl-C reaches every process of a run.
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert any(line.startswith("seeds ") for line in lines(process))
    if processes > 1:
        wait_for_children(process.pid, processes)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "Interrupted. What is finished is kept; the same command goes on from there."
    again = python(*RUN, "--to", "seeds", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert any(line.split()[:2] == ["seeds", "cached"] for line in again.stdout.splitlines())


@pytest.mark.slow
def test_the_processes_of_a_killed_run_end_with_it(prepare: Prepare) -> None:
    command = [sys.executable, *RUN, "--to", "measured_constraints", "--set", "runtime.processes=2"]
    process = subprocess.Popen(command, cwd=prepare(pairs(8)), stdout=subprocess.DEVNULL, start_new_session=True)
    wait_for_children(process.pid, 2)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and members(process.pid):
        time.sleep(0.1)
    assert members(process.pid) == []


def members(group: int) -> list[str]:
    """Return the living processes of a group."""
    found: list[str] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found


def wait_for_children(pid: int, number: int) -> None:
    """Wait until a process has so many children for its rows."""
    deadline = time.monotonic() + 60
    children = Path(f"/proc/{pid}/task/{pid}/children")
    while time.monotonic() < deadline:
        found = [Path(f"/proc/{child}/cmdline") for child in children.read_text().split()] if children.exists() else []
        if sum("spawn_main" in command.read_text() for command in found if command.exists()) >= number:
            return
        time.sleep(0.1)
    pytest.fail("the processes of the stage did not start")


@pytest.mark.slow
def test_a_run_on_code_alone_needs_no_engine(prepare: Prepare, python: Any) -> None:
    folder = prepare(pairs(1))
    run = python(*RUN, cwd=folder)
    assert run.returncode == 0, run.stderr
    assert {path.name for path in folder.joinpath("out").iterdir()} >= {"dataset", "report.html", "summary.json"}
    card = folder.joinpath("out/dataset/README.md").read_text("utf-8")
    assert "are true.**" in card


INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
"""As where pip has compiled what it installed."""


@pytest.mark.parametrize("arguments", [("--help",), ("plugins",)], ids=" ".join)
def test_the_command_line_answers_at_once(arguments: tuple[str, ...], python: Any) -> None:
    best = min(seconds(lambda: python("-m", "crabtk", *arguments, env=INSTALLED)) for _ in range(3))
    print(f"crabtk {' '.join(arguments)}: {best:.2f} s")
    assert best < allowed(1.0, python)  # 0.3 to 0.5 on an idle machine


@pytest.mark.slow
def test_a_run_reaches_its_first_stage_soon(prepare: Prepare, python: Any) -> None:
    folder = prepare(pairs(1))
    best = min(seconds(lambda: first_stage(folder)) for _ in range(3))
    print(f"crabtk run, to its first stage: {best:.2f} s")
    assert best < allowed(3.0, python)


def allowed(limit: float, python: Any) -> float:
    """Return the limit, and more on a machine that is too slow or busy to import Polars in 0.25 seconds just now."""
    polars = min(seconds(lambda: python("-c", "import polars", env=INSTALLED)) for _ in range(2))
    return limit * max(1.0, polars / 0.25)


def first_stage(folder: Path) -> None:
    """Start a run and return as soon as its first stage is done."""
    environment = {**os.environ, **INSTALLED}
    command = [sys.executable, *RUN, "--to", "seeds"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment)
    assert any(line.startswith("seeds ") for line in lines(process))
    moment = time.monotonic()
    process.communicate(timeout=60)
    assert time.monotonic() - moment < 5, "the process lingers after its last stage"


def seconds(action: Callable[[], object]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun
