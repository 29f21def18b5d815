"""The backend ``ray``: options, opening and closing. Ray is imported on opening."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from crabtk.errors import BackendError, SettingsError
from crabtk.plugins import check_options, load
from crabtk.types import Completion, Request
from crabtk_ray.cluster import Cluster, connected
from crabtk_ray.pool import Pool, Size, needs
from crabtk_ray.streaming import stream
from crabtk_ray.worker import OPTIONS, Task


class RayBackend:
    """Runs another backend in several processes (actors), on this machine or on a cluster, each with its own model.

    Args:
        model: Folder or hub name; a folder must be the same on all machines.
        backend: Name of the inner backend.
        revision: Of a hub model.
        actors: How many; None is as many as the cluster's GPUs suffice for, or one where it has none.
        num_gpus: Of each actor, which sees no others; None is 1 where the cluster has GPUs, else 0.
        num_cpus: Of each actor; counted by Ray, and the number of threads that numerical libraries use by default.
        batch_size: Requests that an actor is handed at a time; has one such block in work and one waiting where the
            inner backend takes batches, and as many as it asks for where that takes requests one by one.
        address: Of a Ray cluster, or ``auto`` for one that runs on this machine; None is that of the variable
            RAY_ADDRESS and, without one, a cluster of our own on this machine that ends with the backend.
        start_timeout: Seconds that an actor may take until its model is loaded.
        runtime_env: Passed to Ray, for example ``{"env_vars": {"HF_HOME": "/shared/hub"}}``.
        options: Of the inner backend.

    Raises:
        SettingsError: A number is too small.
    """

    name: ClassVar[str] = "ray"
    runtime_options: ClassVar[frozenset[str]] = frozenset(
        {"actors", "num_gpus", "num_cpus", "batch_size", "address", "start_timeout", "runtime_env"}
    )
    """They shape no answer: what was answered by two actors is not asked of eight again."""

    def __init__(
        self,
        model: str,
        *,
        backend: str,
        revision: str | None = None,
        actors: int | None = None,
        num_gpus: float | None = None,
        num_cpus: float = 1.0,
        batch_size: int = 16,
        address: str | None = None,
        start_timeout: float = 1800.0,
        runtime_env: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        if batch_size < 1 or (actors is not None and actors < 1):
            raise SettingsError('Backend "ray": give at least 1 for the options actors and batch_size')
        if num_cpus < 0 or (num_gpus or 0) < 0 or start_timeout <= 0:
            raise SettingsError('Backend "ray": the options num_gpus, num_cpus and start_timeout cannot be negative')
        self._model = model
        self._inner = backend
        self._revision = revision
        self._actors = actors
        self._num_gpus = num_gpus
        self._num_cpus = num_cpus
        self._batch_size = batch_size
        self._address = address
        self._start_timeout = start_timeout
        self._runtime_env = runtime_env
        self._options = options or {}
        self._pool: Pool | None = None
        self._opened = ExitStack()

    @staticmethod
    def inner(options: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """Return the inner backend with its options: what it answered is the same wherever it runs."""
        return (options["backend"], options.get("options", {})) if isinstance(options.get("backend"), str) else None

    def __enter__(self) -> Self:
        fingerprint = self._checked()
        with ExitStack() as opened:
            cluster = opened.enter_context(connected(self._address))
            # An actor's folder of work is Ray's, not the run's.
            model = str(Path(self._model).expanduser().resolve()) if _is_path(self._model) else self._model
            task = Task(self._inner, model, self._revision, self._options, fingerprint, cluster.node())
            pool = Pool(cluster, task, self._size(cluster))
            opened.callback(pool.close)
            pool.open()
            self._pool = pool
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool = None
        self._opened.close()

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request: same length, same order; what cannot be answered has finish reason error."""
        with closing(self.stream(iter(requests))) as answers:
            completions = dict(answers)
        return [completions[number] for number in range(len(requests))]

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Yield each request's number, counted from 0, with its completion as soon as that is ready.

        Takes requests in the caller's thread, only as the actors ask for them. What an actor had that died goes to
        another one; after the third death it is answered with finish reason error.

        Raises:
            BackendError: All actors died, and so did those that took their places.
        """
        if self._pool is None:
            raise BackendError('Backend "ray" is not open: use it in a with statement')
        return stream(self._pool, requests, self._batch_size)

    def _checked(self) -> str:
        """Check the inner backend's options here, where a wrong one costs no start; return its fingerprint."""
        if self._inner == self.name:
            raise SettingsError('Backend "ray": its option backend must name another backend, such as "vllm"')
        plugin = load().find("backend", self._inner)
        given = ("model",) if self._revision is None else ("model", "revision")
        check_options(plugin, self._options, OPTIONS, given)
        return plugin.fingerprint

    def _size(self, cluster: Cluster) -> Size:
        has = cluster.resources()
        gpus = has.get("GPU", 0.0)
        each = float(gpus > 0) if self._num_gpus is None else self._num_gpus
        actors = self._actors or (max(1, int(gpus / each)) if each else 1)
        size = Size(actors, each, self._num_cpus, self._runtime_env, self._start_timeout)
        # Another cluster may grow, or be busy: there, start_timeout decides.
        if cluster.own and (actors * each > gpus or actors * self._num_cpus > has.get("CPU", 0.0)):
            raise BackendError(
                f'Backend "ray": {actors} actors need {needs(size)}; Ray finds {gpus:g} GPUs and '
                f"{has.get('CPU', 0):g} CPUs here. Lower the options actors, num_gpus or num_cpus"
            )
        return size


def _is_path(model: str) -> bool:
    return model.startswith(("/", "./", "../", "~")) or Path(model).exists()
