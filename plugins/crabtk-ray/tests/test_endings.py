"""However a run ends, no process of Ray or of an actor is left; and what no cluster gives is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

pytest.importorskip("ray")

from crabtk.errors import BackendError
from crabtk_ray import RayBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SCRIPT = """
import sys
from itertools import count
from crabtk.types import Message, Request
from crabtk_ray import RayBackend

asked = (Request((Message("user", f"Say {n}."),)) for n in count())
inner = {"seconds": 0.2}
with RayBackend("m", backend=sys.argv[1], actors=2, num_cpus=0.5, batch_size=4, options=inner) as backend:
    for number, completion in backend.stream(asked):
        print("answered", flush=True)
"""


@pytest.mark.parametrize("backend", ["mortal", "mortal-stream"])
@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGKILL, False)],
    ids=["ctrl-c", "SIGINT", "SIGTERM", "SIGKILL"],
)
def test_an_ended_run_leaves_no_process(number: signal.Signals, group: bool, backend: str, mortal: None) -> None:
    arguments = [sys.executable, "-c", SCRIPT, backend]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "answered\n"
        seen = psutil.Process(run.pid).children(recursive=True)
        names = [" ".join(process.cmdline()) for process in seen]
        workers = [process for process, name in zip(seen, names, strict=True) if "Agent" not in name]
        assert any("raylet" in name for name in names)
        assert sum("ray::" in name for name in names) >= 2, names
        # A terminal sends to the whole group, a scheduler to the one process.
        (os.killpg if group else os.kill)(run.pid, number)
        assert run.wait(60) != 0
    _, left = psutil.wait_procs(workers, 30)
    assert not left
    # Two small agents of Ray look for the rest of it for a minute when nobody could tell them.
    _, left = psutil.wait_procs(seen, 90)
    for process in left:
        process.kill()
    assert not left


def test_a_closed_backend_leaves_no_process_and_no_handler(mortal: None) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    # A pool of processes in an earlier test leaves Python's own tracker of resources until Python ends.
    before = set(psutil.Process().children(recursive=True))
    with RayBackend("m", backend="mortal", num_cpus=0.5) as backend:
        assert backend.generate([]) == []
        names = {process: process.cmdline() for process in psutil.Process().children(recursive=True)}
    assert any("raylet" in argument for name in names.values() for argument in name)
    _, left = psutil.wait_procs(set(names) - before, 90)
    assert not [names[process] for process in left]
    assert signal.getsignal(signal.SIGTERM) is handler


def test_what_this_machine_does_not_have_is_named(mortal: None) -> None:
    start = time.monotonic()
    with (
        pytest.raises(BackendError, match=r"2 actors need 2 GPUs and 2000 CPUs; Ray finds .* Lower the options"),
        RayBackend("m", backend="mortal", actors=2, num_gpus=1.0, num_cpus=1000.0),
    ):
        pass
    assert time.monotonic() - start < 60


def test_no_cluster_at_an_address_is_named(mortal: None) -> None:
    with (
        pytest.raises(BackendError, match=r"no Ray cluster at auto: .*ray start --head"),
        RayBackend("m", backend="mortal", address="auto"),
    ):
        pass
