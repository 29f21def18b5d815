"""A run that is killed again and again ends with the very tables of one that is not, and pays for nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

BATCH = 4
KILLS = 10
TOY = Path(__file__).parents[1] / "toy_plugin"
SETTINGS = f"""
[seeds]
sources = [{{ path = "crabtk:samples", limit = 60 }}]
response_words = [1, 700]
instruction_words = [1, 200]
held_out = 0.25
[measuring]
types = ["length:*", "keyword:include"]
reference_sample = 10
[translation]
limit = 20
types = ["style:*"]
[judging]
audit_cases = 20
max_false_holds = 1.0  # so that this judge, which draws lots, is accepted, and constraints are repaired
min_recall = 0.0
[training]
trainer = "toy"
[scoring]
benchmarks = ["held_out"]
limit = 10
[engines.default]
backend = "slow"
model = "./model"
batch_size = {BATCH}
options = {{ delay = 0.05 }}
"""
BACKEND = '''
"""A backend that takes its time and writes down each request that it is asked."""

import hashlib
import json
import math
import os
import time

from crabtk import Completion, hookimpl
from crabtk_toy import ToyBackend, ToyTrainer


class SlowBackend(ToyBackend):
    name = "slow"

    def __init__(self, model: str, *, delay: float = 0.0) -> None:
        super().__init__(model)
        self.delay = delay

    def generate(self, requests):
        with open(os.environ["SLOW_LOG"], "a") as log:
            log.write("".join(f"{hash_of(request)}\\n" for request in requests))
        time.sleep(self.delay)
        return [self.answer(request) for request in requests]

    def answer(self, request):
        chance = int(hash_of(request)[:4], 16) / 0x10000
        if request.choices:
            logprobs = [math.log(max(chance, 1e-6)), math.log(max(1 - chance, 1e-6))]
            chosen = request.choices[0 if chance > 0.5 else 1]
            return Completion(chosen, choice_logprobs=dict(zip(request.choices, logprobs)))
        if request.json_schema is not None:
            # No digit: a constraint that counts something is not for the judge.
            word = hash_of(request).translate(str.maketrans("0123456789", "ghijklmnop"))
            names = request.json_schema["properties"]
            return Completion(json.dumps({name: f"Write of {word} as {name} would." for name in names}))
        return super().answer(request)


def hash_of(request):
    return hashlib.sha256(repr(request).encode()).hexdigest()[:12]


@hookimpl
def register_backends(register):
    register(SlowBackend)


@hookimpl
def register_trainers(register):
    register(ToyTrainer)
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with that backend as an installed distribution."""
    folder = tmp_path_factory.mktemp("slow_site")
    folder.joinpath("crabtk_slow.py").write_text(BACKEND)
    folder.joinpath("crabtk_toy.py").write_text(TOY.joinpath("crabtk_toy.py").read_text("utf-8"), "utf-8")
    info = folder / "crabtk_slow-0.1.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: crabtk-slow\nVersion: 0.1.0\n")
    info.joinpath("entry_points.txt").write_text("[crabtk]\nslow = crabtk_slow\n")
    return folder


class Killable:
    """Runs of one folder, whose engine keeps a log of its requests."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.folder = folder
        self.log = folder / "requests.log"
        self.log.touch()
        folder.joinpath("model").mkdir()
        folder.joinpath("model/config.json").write_text("{}")
        folder.joinpath("settings.toml").write_text(SETTINGS, "utf-8")
        self._env = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(site), str(Path(__file__).parents[2])]),
            "SLOW_LOG": str(self.log),
        }

    def requests(self) -> list[str]:
        return self.log.read_text().splitlines()

    def run(self, kill_at: int | None = None) -> bool:
        """Run to the end, or until the engine has been asked so much; tell whether it came to the end."""
        command = [sys.executable, "-m", "crabtk", "run", "--settings", "settings.toml", "--plain"]
        with self.folder.joinpath("output.txt").open("w") as output:
            process = subprocess.Popen(
                command, cwd=self.folder, env=self._env, stdout=output, stderr=output, start_new_session=True
            )
            while process.poll() is None:
                if kill_at is not None and len(self.requests()) >= kill_at:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return False
                time.sleep(0.02)
        assert process.returncode == 0, self.folder.joinpath("output.txt").read_text()
        return True

    def results(self) -> dict[str, Any]:
        """Return by stage what it stored: the hashes of tables and folders, and what it found."""
        records = [json.loads(path.read_text("utf-8")) for path in self.folder.glob(".crabtk/results/*/*.json")]
        stages = [record["stage"] for record in records]
        assert sorted(stages) == sorted(set(stages)), "a stage has two results, as if its code had changed meanwhile"
        # The report tells seconds, and is another one each time.
        return {record["stage"]: record | {"costs": None} for record in records if record["stage"] != "report"}


@pytest.fixture(scope="module")
def uninterrupted(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    killable = Killable(tmp_path_factory.mktemp("uninterrupted"), site)
    assert killable.run()
    yield killable


@pytest.mark.timeout(600)
def test_kills_at_ten_points_change_nothing_and_cost_one_batch_each(
    uninterrupted: Killable, site: Path, tmp_path: Path
) -> None:
    total = len(uninterrupted.requests())
    assert total == len(set(uninterrupted.requests())), "a request was asked twice"
    assert total > 100

    killable = Killable(tmp_path, site)
    for _ in range(KILLS):
        assert not killable.run(kill_at=len(killable.requests()) + total // (KILLS + 1))
    assert killable.run()

    assert killable.results() == uninterrupted.results()
    asked = killable.requests()
    assert set(asked) == set(uninterrupted.requests())
    assert len(asked) <= total + KILLS * BATCH
    print(f"{total} requests uninterrupted; {len(asked)} with {KILLS} kills, of which {len(asked) - total} twice")


def test_the_run_that_is_killed_does_all_that_can_be_killed(uninterrupted: Killable) -> None:
    rows = {name: record["rows"] for name, record in uninterrupted.results().items()}
    assert rows["translated_constraints"]["translated_constraints"] > 10
    assert rows["judge_audit"]["judge_audit"] == 20
    assert rows["responses"]["responses"] == 20
    output = uninterrupted.folder.joinpath("output.txt").read_text()
    assert "Judge accepted" in output


# Each is a moment at which a result is half stored.
MOMENTS = {
    "a table is written": ("polars.DataFrame", "write_parquet"),
    "a table is named": ("pathlib.Path", "replace"),
    "a folder is named": ("pathlib.Path", "rename"),
    "a model is moved": ("shutil", "move"),
}
KILLED = """
import os, signal, sys, pkgutil
owner, name = pkgutil.resolve_name(sys.argv[1]), sys.argv[2]
last = int(sys.argv[3])
real = getattr(owner, name)
calls = 0
def stopped(*args, **kwargs):
    global calls
    calls += 1
    if calls == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)
setattr(owner, name, stopped)
sys.argv[1:] = ["run", "--settings", "settings.toml", "--plain"]
from crabtk.cli import main
main()
"""


@pytest.mark.timeout(600)
def test_kills_while_results_are_stored_leave_no_half_result(
    uninterrupted: Killable, site: Path, tmp_path: Path
) -> None:
    killable = Killable(tmp_path, site)
    for owner, name in MOMENTS.values():
        for call in (1, 2):
            command = [sys.executable, "-c", KILLED, owner, name, str(call)]
            run = subprocess.run(command, cwd=tmp_path, env=killable._env, capture_output=True, text=True, check=False)
            assert run.returncode == -signal.SIGKILL, run.stdout + run.stderr
    assert killable.run()
    assert killable.results() == uninterrupted.results()
    assert set(killable.requests()) == set(uninterrupted.requests())
