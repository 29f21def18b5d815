"""Ray itself: connecting to a cluster, or starting one on this machine, and leaving nothing behind."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from crabtk.errors import BackendError

_OBJECT_STORE_BYTES = 256 * 2**20
"""Requests and answers are small and travel in messages; Ray would set aside a third of the memory."""

_ANSWER_SECONDS = 10.0
"""How long the head of a cluster may take to accept a connection."""


@dataclass(frozen=True)
class Cluster:
    """A connection to Ray.

    Attributes:
        ray: The package.
        own: This process started the cluster, whose resources then never change.
    """

    ray: Any
    own: bool

    def node(self) -> str:
        """Return Ray's number of this machine."""
        return str(self.ray.get_runtime_context().get_node_id())

    def check(self) -> None:
        """Find out whether Ray still runs on this machine; its own calls then wait for ever.

        Raises:
            BackendError: It does not, as far as the cluster's head knows, which takes half a minute to notice.
        """
        here = self.node()
        if not any(node["NodeID"] == here and node["Alive"] for node in self.ray.nodes()):
            raise BackendError(
                "Ray died on this machine (its process raylet). What was answered is kept. Look at the memory of the "
                "machine and at the logs of Ray's session"
            )

    def resources(self) -> Mapping[str, float]:
        """Return what all machines have together, by Ray's names (``CPU``, ``GPU``)."""
        resources: Mapping[str, float] = self.ray.cluster_resources()
        return resources


@contextmanager
def connected(address: str | None) -> Iterator[Cluster]:
    """Connect to Ray while the context lasts.

    A connection that this process already has is used, and left open.

    Args:
        address: Of a cluster's head, ``auto`` for one that runs on this machine; None for that of the variable
            RAY_ADDRESS and, without one, a cluster of our own on this machine that ends with the context.

    Raises:
        BackendError: Ray is not installed, or there is no cluster at the address.
    """
    ray = _ray()
    if ray.is_initialized():
        yield Cluster(ray, own=False)
        return
    address = address or os.environ.get("RAY_ADDRESS") or "local"
    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        _connect(ray, address)
        yield Cluster(ray, own=address == "local")
    finally:
        ray.shutdown()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, on_sigterm)  # Ray sets its own


def _connect(ray: Any, address: str) -> None:
    own: dict[str, Any] = {"include_dashboard": False, "object_store_memory": _OBJECT_STORE_BYTES}
    try:
        _knock(address)
        ray.init(
            address=address,
            namespace="crabtk",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **(own if address == "local" else {}),
        )
    except Exception as error:  # Ray's errors of connecting have no common class
        what = "Ray cannot be started here" if address == "local" else f"There is no Ray cluster at {address}"
        raise BackendError(
            f"{what}: {type(error).__name__}: {str(error)[:500]}. Start one with `ray start --head`, or leave out the "
            "option address and unset RAY_ADDRESS for one that ends with the run"
        ) from error


def _knock(address: str) -> None:
    # Ray itself tries for a quarter of an hour where nobody listens.
    head = urlsplit(address if "://" in address else f"//{address}")
    if head.scheme in ("", "ray") and head.hostname and head.port:
        socket.create_connection((head.hostname, head.port), _ANSWER_SECONDS).close()


def _ray() -> Any:
    # Read when Ray is imported and started; whoever sets them decides.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Where its raylet died, Ray ends a process without a word if the process named here is gone, or, none being named,
    # if the parent is, as that of a run is whose terminal was closed. Ray gives its own processes the right number.
    os.environ.setdefault("RAY_RAYLET_PID", str(os.getpid()))
    try:
        return importlib.import_module("ray")
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise BackendError('Backend "ray" needs the package ray: pip install "crabtk-ray[engine]"') from error
