"""The run's engines: opened on the first miss of the response cache, one at a time."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from crabtk.errors import SettingsError
from crabtk.inference.cache import ResponseCache
from crabtk.inference.client import Client
from crabtk.inference.identity import engine_identity, model_identity
from crabtk.plugins import Plugin, Registry, build
from crabtk.protocols import Backend, inner_backend, runtime_options
from crabtk.settings import Engine, Settings


class Engines:
    """Clients by engine and model; stages that ask for the same one share the loaded model."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        self._folder = Path(settings.runtime.store)
        self._cache: ResponseCache | None = None
        self._clients: dict[str, Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if self._cache is not None:
            self._cache.close()
            self._cache = None
            self._clients.clear()

    def close(self) -> None:
        """Close the engines that are open, so that their memory is free; clients open them again if needed."""
        for client in self._clients.values():
            client.close()

    def revision(self, model: str) -> str | None:
        """Return which revision of a model on the hub is meant where it is no engine's own but named alone.

        It is that of the first engine with this model, the default one first, whoever asks: what is sampled and scored
        is what is trained.
        """
        engines = self._settings.engines
        known = (engines["default"], *engines.values())
        return next((engine.revision for engine in known if engine.model == model), None)

    def identity(self, name: str, model: str | None = None) -> str:
        """Return what an engine's answers depend on besides the request: backend, model content, options."""
        engine = self._settings.engines[name]
        memo = self._folder / "models.json"
        identity = model_identity(model or engine.model, self._meant(engine, model), memo)
        # Without the plugin's version: an upgrade must not pay for every completion again. It is in the stage's
        # fingerprint, so that the stage runs again, on what the response cache holds.
        # Whoever hands requests on shapes no answer: what a model answered here need not be asked again elsewhere.
        *_, (plugin, options) = self._layers(engine)
        shaping = {key: value for key, value in options.items() if key not in runtime_options(plugin.value)}
        return engine_identity(plugin.name, "", identity, shaping)

    def fingerprint(self, name: str, model: str | None = None) -> dict[str, Any]:
        """Return an engine's part of a stage's fingerprint."""
        engine = self._settings.engines[name]
        return {
            "identity": self.identity(name, model),
            "plugins": [plugin.fingerprint for plugin, _ in self._layers(engine)],
            "batch_size": engine.batch_size,
        }

    def _layers(self, engine: Engine) -> Iterator[tuple[Plugin, Mapping[str, Any]]]:
        """Yield the engine's backend with its options and, where that hands requests on to another, the other's."""
        layer: tuple[str, Mapping[str, Any]] | None = (engine.backend, engine.options)
        seen: set[str] = set()
        while layer is not None and layer[0] not in seen:
            name, options = layer
            seen.add(name)
            plugin = self._registry.find("backend", name)
            yield plugin, options
            layer = inner_backend(plugin.value, options)

    def client(self, name: str, model: str | None = None) -> Client:
        """Return the client of an engine, with another model in the place of its own if one is given."""
        engine = self._settings.engines[name]
        identity = self.identity(name, model)
        if identity not in self._clients:
            if self._cache is None:
                self._cache = ResponseCache(self._folder / "responses.sqlite")
            self._clients[identity] = Client(
                self._opener(name, engine, model, identity),
                self._cache,
                identity,
                engine.batch_size,
                model=model or engine.model,
            )
        return self._clients[identity]

    def _meant(self, engine: Engine, model: str | None) -> str | None:
        return self.revision(model) if model else engine.revision

    def _opener(self, name: str, engine: Engine, model: str | None, identity: str) -> Callable[[], Backend]:
        def open_backend() -> Backend:
            for other, client in self._clients.items():
                if other != identity:
                    client.close()
            plugin = self._registry.find("backend", engine.backend)
            given: Mapping[str, Any] = {"model": model or engine.model}
            if revision := self._meant(engine, model):
                if "revision" not in inspect.signature(plugin.value).parameters:
                    raise SettingsError(
                        f'engines.{name}: {model or engine.model} is meant at revision "{revision}", and the backend '
                        f'"{plugin.name}" takes no revision. Name another engine, or a folder with that revision.'
                    )
                given = {**given, "revision": revision}
            return cast(Backend, build(plugin, engine.options, f"engines.{name}.options", **given))

        return open_backend
