"""The backend ``openai``: options, opening and closing."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Generator, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from crabtk.errors import BackendError
from crabtk.types import Completion, Request
from crabtk_openai.addresses import Address, read_address
from crabtk_openai.api_key import ApiKey
from crabtk_openai.event_loop import EventLoopThread
from crabtk_openai.prices import Prices

if TYPE_CHECKING:
    from crabtk_openai.opening import Found
    from crabtk_openai.streaming import Engine
    from crabtk_openai.wire import Wire

_NEEDED = ("httpx", "jsonschema", "referencing", "regex")
_DEFAULT_KEY = "OPENAI_API_KEY"
_SAMPLING_FIELDS = ("max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "n", "stream")
_FORM_FIELDS = ("logprobs", "top_logprobs", "response_format", "structured_outputs", "regex")
_OWN_FIELDS = frozenset(("model", "messages", *_SAMPLING_FIELDS, *_FORM_FIELDS))
_SECRET_HEADERS = ("authorization", "cookie", "key", "token", "secret", "password")


class OpenAIBackend:
    """Asks any server that speaks OpenAI's protocol, or several.

    Args:
        model: Its name on the servers.
        base_url: As OpenAI's clients take it, such as ``http://localhost:8000/v1``.
        base_urls: Several of them in place of ``base_url``; requests are spread over them.
        api_key_env: Environment variable that holds the key. The default one may be unset, for servers without keys.
        timeout: Seconds of one call, from connecting to the last byte.
        connect_timeout: Seconds to connect.
        max_concurrency: Calls that one server gets at once, at most.
        start_concurrency: The same in the beginning; it grows while latency holds and halves on trouble.
        max_retries: How often one call is made again.
        give_up_after: Seconds without any success, from the first failure on, after which the run ends.
        dialect: The servers' kind; ``auto`` asks them.
        price_prompt: Per million prompt tokens, in any currency.
        price_cached: Per million of those that the server's prefix cache served; as ``price_prompt`` where not given.
        price_generated: Per million generated tokens.
        extra_body: Goes with each chat completion, for example ``{"chat_template_kwargs": {…}}``.
        headers: Go with each call; no secrets.

    Raises:
        BackendError: An option is unfit.
    """

    name: ClassVar[str] = "openai"
    runtime_options: ClassVar[frozenset[str]] = frozenset(
        {
            "base_url",
            "base_urls",
            "api_key_env",
            "timeout",
            "connect_timeout",
            "max_concurrency",
            "start_concurrency",
            "max_retries",
            "give_up_after",
            "price_prompt",
            "price_cached",
            "price_generated",
        }
    )

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        base_urls: list[str] | None = None,
        api_key_env: str = _DEFAULT_KEY,
        timeout: float = 600.0,
        connect_timeout: float = 10.0,
        max_concurrency: int = 128,
        start_concurrency: int = 8,
        max_retries: int = 6,
        give_up_after: float = 120.0,
        dialect: Literal["auto", "vllm", "sglang", "llamacpp", "openai"] = "auto",
        price_prompt: float | None = None,
        price_cached: float | None = None,
        price_generated: float | None = None,
        extra_body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        if (base_url is None) == (not base_urls):
            raise BackendError('Backend "openai" needs base_url, or base_urls for several servers')
        urls = [base_url] if base_url is not None else base_urls or []
        self._addresses = list(dict.fromkeys(map(read_address, urls)))
        for option, value, least in (
            ("timeout", timeout, 0.001),
            ("connect_timeout", connect_timeout, 0.001),
            ("max_concurrency", max_concurrency, 1),
            ("start_concurrency", start_concurrency, 1),
            ("max_retries", max_retries, 0),
            ("give_up_after", give_up_after, 0),
        ):
            if not value >= least:
                raise BackendError(f"Option {option} must be at least {least}, not {value}")
        _check_extra_body(extra_body or {})
        _check_headers(headers or {})
        self._model = model
        self._key_variable = api_key_env
        self._timeout, self._connect_timeout = timeout, connect_timeout
        self._most, self._start = max_concurrency, start_concurrency
        self._max_retries, self._give_up_after = max_retries, give_up_after
        self._dialect: str = dialect
        self._prices = Prices(price_prompt, price_cached, price_generated)
        self._extra_body, self._headers = extra_body or {}, headers or {}
        self._key = ApiKey(api_key_env, None)
        self._found: list[Found] | None = None
        self._missing: list[Address] = []

    def __enter__(self) -> Self:
        for package in _NEEDED:
            _require(package)
        from crabtk_openai.opening import find_servers

        self._key = ApiKey.from_environment(self._key_variable, required=self._key_variable != _DEFAULT_KEY)

        async def find() -> None:
            wire = self._wire()
            try:
                found, missing = await find_servers(wire, self._addresses, self._model, self._dialect)
            finally:
                await wire.close()
            self._found, self._missing = found, list(missing)

        with EventLoopThread() as thread:
            thread.run(find())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Threads and connections belong to each stream and end with it.
        self._found = None
        self._key = ApiKey(self._key_variable, None)

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer each request: same length, same order; what cannot be answered has finish reason error.

        Raises:
            BackendError: As ``stream``.
        """
        completions = dict(self.stream(iter(requests)))
        return [completions[number] for number in range(len(requests))]

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Yield the number of each request, counted from 0, with its completion, in any order.

        Requests are taken in the caller's thread, about half as many again as the servers answer at once. Closing
        the generator cancels what is unfinished and leaves no thread and no connection behind.

        Raises:
            BackendError: The backend is not open, the key is refused, the model is unknown, or no server answers.
        """
        if self._found is None:
            raise BackendError('Backend "openai" is not open: use it in a with statement')
        from crabtk_openai.streaming import answer_stream

        with EventLoopThread() as thread:
            engine = thread.run(self._engine(self._found))
            try:
                yield from answer_stream(thread, engine, requests)
            finally:
                thread.cancel_all()
                thread.run(engine.close())

    async def _engine(self, found: Sequence[Found]) -> Engine:
        from crabtk_openai.calls import Caller
        from crabtk_openai.concurrency import AdaptiveLimit
        from crabtk_openai.dialects import DIALECTS
        from crabtk_openai.opening import is_back
        from crabtk_openai.servers import Server, ServerPool
        from crabtk_openai.streaming import Engine

        wire = self._wire()
        addresses = [one.address for one in found]
        servers = [Server(address, AdaptiveLimit(self._start, self._most)) for address in [*addresses, *self._missing]]
        kind = found[0].dialect

        def probe(address: Address) -> Awaitable[Address]:
            return is_back(wire, address, self._model, self._dialect, kind)

        pool = ServerPool(servers, probe, self._give_up_after)
        for server in servers[len(addresses) :]:
            pool.mark_down(server)
        names = tuple(dict.fromkeys(name for one in found for name in one.models))
        caller = Caller(pool, wire, self._max_retries, self._model, names)
        context = min((one.context for one in found if one.context), default=None)
        dialect = DIALECTS[kind](self._model, self._extra_body, context)
        return Engine(wire, pool, caller, dialect, self._prices)

    def _wire(self) -> Wire:
        from crabtk_openai.wire import Wire

        connections = self._most * len(self._addresses)
        return Wire(self._key, self._headers, self._timeout, self._connect_timeout, connections)


def _check_extra_body(fields: dict[str, Any]) -> None:
    taken = sorted(_OWN_FIELDS & fields.keys())
    if taken:
        raise BackendError(f"Option extra_body must not hold {', '.join(taken)}: requests set these themselves")


def _check_headers(headers: dict[str, str]) -> None:
    for name in headers:
        if any(word in name.lower() for word in _SECRET_HEADERS):
            raise BackendError(
                f"Option headers must not hold {name}: settings are stored and shown. Put the key into the environment "
                "variable that api_key_env names"
            )


def _require(package: str) -> None:
    try:
        importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise BackendError(f'Backend "openai" needs the package {package}: pip install "crabtk-openai"') from error
