"""Asking the servers, once, who they are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crabtk.errors import BackendError
from crabtk_openai.addresses import Address, with_version
from crabtk_openai.failures import Failure, Misdirected, Unanswerable
from crabtk_openai.wire import Wire

_ATTEMPTS_SECONDS = (0.0, 0.5, 1.5)
"""Waits before each attempt to find a server on opening."""
_OWNERS = {"vllm": "vllm", "sglang": "sglang", "llamacpp": "llamacpp"}
_SIGNS = {"sglang": ("/server_info", "/get_server_info"), "llamacpp": ("/props",), "vllm": ("/version",)}


@dataclass(frozen=True)
class Found:
    """What a server says of itself.

    Attributes:
        address: With ``/v1`` where the user left it out.
        dialect: Name of its kind.
        models: Names that it serves, aliases included; empty where it does not tell.
        context: Tokens that prompt and answer may have together; None where it does not tell.
    """

    address: Address
    dialect: str
    models: tuple[str, ...]
    context: int | None


async def find_servers(
    wire: Wire, addresses: Sequence[Address], model: str, dialect: str
) -> tuple[list[Found], dict[Address, str]]:
    """Ask all servers at once.

    Args:
        dialect: Of all of them; ``auto`` asks.

    Returns:
        Those that answer, and why the others do not.

    Raises:
        BackendError: None answers, they are of different kinds, one lacks the model, or the key is wrong.
    """
    outcomes = await asyncio.gather(*(_find(wire, address, model, dialect) for address in addresses))
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    missing = {
        address: outcome for address, outcome in zip(addresses, outcomes, strict=True) if isinstance(outcome, str)
    }
    if not found:
        tried = "; ".join(f"{address}: {why}" for address, why in missing.items())
        raise BackendError(f"No server answers ({tried}). Start it, or mend base_url")
    kinds = {one.dialect for one in found}
    if len(kinds) > 1:
        named = ", ".join(f"{one.address} is {one.dialect}" for one in found)
        raise BackendError(f"The servers must be of one kind, but {named}: make an engine of each kind, or set dialect")
    for one in found:
        _check_model(one, model)
    return found, missing


async def is_back(wire: Wire, address: Address, model: str, dialect: str, others: str) -> Address:
    """Look whether a server that was down is back, of the others' kind and with the model; return its address.

    Raises:
        Failure: It is not.
    """
    found = await _ask(wire, address, model, dialect)
    if found.dialect != others:
        raise Unanswerable(f"it is {found.dialect} and the others are {others}")
    try:
        _check_model(found, model)
    except BackendError as error:
        raise Unanswerable(str(error)) from None
    return found.address


async def _find(wire: Wire, address: Address, model: str, dialect: str) -> Found | str:
    """Return what a server says of itself, or why it says nothing."""
    why = ""
    for seconds in _ATTEMPTS_SECONDS:
        await asyncio.sleep(seconds)
        try:
            return await _ask(wire, address, model, dialect)
        except Failure as failure:
            why = str(failure)
            if isinstance(failure, Unanswerable):
                break
    return why


async def _ask(wire: Wire, address: Address, model: str, dialect: str) -> Found:
    address, reply = await _models(wire, address)
    kind = dialect if dialect != "auto" else await _dialect(wire, address, reply)
    return _read_models(address, kind, reply, model)


async def _models(wire: Wire, address: Address) -> tuple[Address, dict[str, Any]]:
    """Return the list of models; an empty one where the server has none."""
    try:
        return address, await wire.get(f"{address.api}/models")
    except Misdirected as failure:
        if failure.status != 404 or address.api != address.native:
            # Some servers, and keys of few rights, have no list; the first request will tell.
            return address, {}
    versioned = with_version(address)
    try:
        return versioned, await wire.get(f"{versioned.api}/models")
    except Misdirected:
        return address, {}


async def _dialect(wire: Wire, address: Address, reply: dict[str, Any]) -> str:
    for entry in _entries(reply):
        if entry.get("owned_by") in _OWNERS:
            return _OWNERS[entry["owned_by"]]
    if address.api == address.native or not _may_be_own(address):
        return "openai"
    for kind, paths in _SIGNS.items():
        for path in paths:
            try:
                sign = await wire.get(address.native + path)
            except (Failure, BackendError):
                continue
            if kind != "vllm" or "version" in sign:
                return kind
    return "openai"


def _may_be_own(address: Address) -> bool:
    """Tell a server of one's own from a cloud, which is not to be asked for paths that it cannot have."""
    return address.native.count("/") == 2 and not address.native.startswith("https://api.")


def _read_models(address: Address, kind: str, reply: dict[str, Any], model: str) -> Found:
    names: list[str] = []
    context = None
    for entry in _entries(reply):
        own = [str(entry.get("id")), *map(str, entry.get("aliases") or ())]
        names += own
        if model in own:
            context = entry.get("max_model_len") or (entry.get("meta") or {}).get("n_ctx")
    return Found(address, kind, tuple(dict.fromkeys(names)), context if isinstance(context, int) else None)


def _check_model(found: Found, model: str) -> None:
    # Clouds take names that they do not list; a server of one's own may answer with whatever model it has.
    if found.dialect != "openai" and found.models and model not in found.models:
        raise BackendError(
            f'The server at {found.address} has no model "{model}"; it has: {", ".join(found.models)}. Name one of '
            "them as model, or have the server call its own so (vLLM, SGLang: --served-model-name; llama.cpp: --alias)"
        )


def _entries(reply: dict[str, Any]) -> list[dict[str, Any]]:
    data = reply.get("data")
    return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
