"""A cluster of two nodes (of Ray's, on this machine) that the run did not start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray")

from ray.cluster_utils import Cluster

from crabtk.errors import BackendError
from crabtk.types import Message, Request
from crabtk_ray import RayBackend, pool

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

REQUESTS = [Request((Message("user", f"{number} is a number"),)) for number in range(40)]


@pytest.fixture(scope="module")
def address(mortal: None) -> Iterator[str]:
    """The address of a cluster of two nodes with a CPU each."""
    node = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster: Any = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
        cluster.add_node(**node)
        yield cluster.address
        cluster.shutdown()


def backend(folder: Path, address: str, **options: Any) -> RayBackend:
    (folder / "config.json").write_text("{}")
    inner = {"seconds": 0.05}
    return RayBackend(str(folder), backend="mortal", actors=2, batch_size=4, address=address, options=inner, **options)


def test_both_nodes_answer(address: str, tmp_path: Path) -> None:
    with backend(tmp_path, address) as ray:
        assert len({answer.text for answer in ray.generate(REQUESTS)}) == 2


def test_another_model_at_the_same_path_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the run's side sees; actors look for themselves.
    monkeypatch.setattr(pool, "model_identity", lambda model, revision: "sha256:other")
    with pytest.raises(BackendError, match="is another one there than here"), backend(tmp_path, address):
        pass


def test_what_the_cluster_does_not_have_is_named_in_time(address: str, tmp_path: Path) -> None:
    with (
        pytest.raises(
            BackendError, match=r"not ready after 3 s .* 2 GPUs and 2 CPUs; the cluster has 0 GPUs and 2 CPUs"
        ),
        backend(tmp_path, address, num_gpus=1.0, start_timeout=3.0),
    ):
        pass
