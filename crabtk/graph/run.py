"""A run: each stage is found in the store, or computed, checked and stored."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from crabtk.canonical import digest
from crabtk.constraints.translated import TRANSLATED
from crabtk.errors import MissingInputError
from crabtk.graph.engines import Engines
from crabtk.graph.observer import Observer, Silent
from crabtk.graph.stage import Stage
from crabtk.inference.meter import Meter
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.validate import validated
from crabtk.plugins import Plugin, Registry
from crabtk.protocols import Checks, ConstraintType
from crabtk.settings import Settings, selects
from crabtk.store import Result, Store, Stored
from crabtk.tracing import span
from crabtk.type_selection import selected_types
from crabtk.types import Completion, Request


@dataclass(frozen=True)
class Outcome:
    """How a stage came by its result; ``off`` where the settings leave it out."""

    stage: Stage
    state: Literal["computed", "cached", "off"]
    stored: Stored
    seconds: float
    rows_in: int


class Run:
    """Settings and plugins together with the store; a context manager that closes the engines.

    Args:
        settings: Checked against the registry (see ``settings_file.check_plugins``).
        registry: The loaded plugins.
        stages: All stages by name, inputs before those that read them.
        observer: Told of progress.
    """

    def __init__(
        self, settings: Settings, registry: Registry, stages: Mapping[str, Stage], observer: Observer | None = None
    ) -> None:
        self.settings = settings
        self.registry = registry
        self.stages = stages
        self.observer: Observer = observer or Silent()
        self.store = Store(Path(settings.runtime.store))
        self.engines = Engines(settings, registry)
        self._meter = Meter()
        self._found: dict[str, Stored] = {}
        self._scratch: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engines.__exit__(kind, error, trace)

    def materialize(self, names: Sequence[str]) -> list[Outcome]:
        """Find or compute the named stages, in the order of the graph."""
        return [self.stage(name) for name in self.stages if name in names]

    def stage(self, name: str) -> Outcome:
        """Find or compute one stage.

        Raises:
            MissingInputError: A stage that it reads has no result for these settings.
        """
        stage = self.stages[name]
        self.observer.started(name)
        begun = time.monotonic()
        fingerprint = self.fingerprint(name)
        stored = self.store.find(name, fingerprint)
        if stored is not None and self.settings.runtime.retry_errors and stored.costs.get("errors"):
            stored = None
        state: Literal["computed", "cached", "off"] = "cached"
        inputs = {other: self.result(other) for other in stage.read(self)}
        if stored is None:
            state = "computed"
            stored = self._compute(stage, inputs, fingerprint, begun)
        if not stage.enabled(self):
            state = "off"
        self._found[name] = stored
        rows_in = sum(stored.rows.get(stored.stage, 0) for stored in inputs.values())
        outcome = Outcome(stage, state, stored, time.monotonic() - begun, rows_in)
        self.observer.finished(outcome)
        return outcome

    def _compute(self, stage: Stage, inputs: Mapping[str, Stored], fingerprint: str, begun: float) -> Stored:
        self._meter = Meter()
        try:
            with span("crabtk.stage", stage=stage.name, fingerprint=fingerprint):
                result = self.checked(stage, stage.compute(self, inputs))
            costs = {
                **result.costs,
                "seconds": round(time.monotonic() - begun, 3),
                "rows_in": sum(stored.rows.get(stored.stage, 0) for stored in inputs.values()),
                **self._meter.costs(),
            }
            finished = Result(result.tables, result.ledger, result.tree, result.facts, costs)
            return self.store.save(stage.name, fingerprint, finished)
        finally:
            while self._scratch:
                shutil.rmtree(self._scratch.pop(), ignore_errors=True)

    def checked(self, stage: Stage, result: Result) -> Result:
        """Hold a result's tables against their schemas; rows that fail go to the ledger."""
        tables, ledger = dict(result.tables), result.ledger
        for name, schema in stage.schemas.items():
            tables[name], ledger = validated(tables[name], schema, stage.name, ledger)
        return Result(tables, ledger, result.tree, result.facts, result.costs)

    def result(self, name: str) -> Stored:
        """Return a stage's stored result.

        Raises:
            MissingInputError: It has none for these settings.
        """
        if name not in self._found:
            stored = self.store.find(name, self.fingerprint(name))
            if stored is None:
                raise MissingInputError(
                    f'"{name}" has no result for these settings, and what you asked for reads it. Make it first: '
                    f"crabtk run --to {name}, or materialize {name} (and what it reads) in Dagster."
                )
            self._found[name] = stored
        return self._found[name]

    def fingerprint(self, name: str) -> str:
        """Return the hash of everything that a stage's result follows from."""
        stage = self.stages[name]
        inputs = {other: self._version(stage, self.result(other)) for other in stage.read(self)}
        return digest({"code_version": self.code_version(name), "inputs": inputs}, 32)

    def code_version(self, name: str) -> str:
        """Return the hash of a stage's code, settings and plugins, without its inputs."""
        stage = self.stages[name]
        return digest(
            {
                "stage": name,
                "code": stage.digest,
                "depends": stage.depends(self),
                "seed": self.settings.seed,
            },
            32,
        )

    @staticmethod
    def _version(stage: Stage, stored: Stored) -> Any:
        return [stored.data_version, stored.ledger_version] if stage.reads_ledgers else stored.data_version

    # What stages ask of their run.

    def scratch(self) -> Path:
        """Return a new folder inside the store, which can take over by renaming what a stage writes there.

        It goes when the stage is done or has failed.
        """
        folder = self.store.root / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        self._scratch.append(Path(tempfile.mkdtemp(dir=folder)))
        return self._scratch[-1]

    def types(self) -> dict[str, ConstraintType]:
        """Return the measured constraint types that the settings select, by name."""
        return {plugin.name: plugin.value for plugin in self.type_plugins()}

    def checks(self) -> Checks:
        """Return all that benchmarks may grade by, whatever the settings measure."""
        kinds = {kind: self.registry.all(kind) for kind in ("constraint type", "instruction set")}
        types, sets = ({plugin.name: plugin.value for plugin in found} for found in kinds.values())
        return Checks(types, sets)

    def type_plugins(self) -> list[Plugin]:
        """Return the plugins of the selected measured types, by name."""
        return selected_types(self.registry, self.settings.measuring.types, self.settings.measuring.without)

    def translated_types(self) -> list[Any]:
        """Return the translated types that the settings select."""
        return [type_ for type_ in TRANSLATED if selects(self.settings.translation.types, type_.name)]

    def complete(self, stage: str, engine: str, model: str | None = None, note: str = "") -> Complete:
        """Return what answers a stage's requests, reporting progress and counting usage."""

        def complete(requests: Sequence[Request], /) -> Sequence[Completion]:
            if not requests:
                return []
            client = self.engines.client(engine, model)
            before, meter = client.usage, self._meter

            def report(done: int, total: int) -> None:
                meter.watch(client.usage - before)
                self.observer.progress(stage, done, total, f"{note}: {meter.line()}" if note else meter.line())

            meter.begin()
            try:
                with span("crabtk.complete", stage=stage, engine=engine, requests=len(requests)) as traced:
                    completions = client.complete(requests, report)
                    traced.set(asdict(client.usage - before))
            finally:
                meter.watch(client.usage - before)
                meter.end()
            return completions

        return complete
