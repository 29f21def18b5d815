"""Where a server listens."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from crabtk.errors import BackendError


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL as OpenAI's clients take it, such as ``http://localhost:8000/v1``.

    Attributes:
        api: The base URL without a slash at its end; paths of OpenAI's protocol follow it.
        native: The same without ``/v1``; a server's own paths follow it.
    """

    api: str
    native: str

    def __str__(self) -> str:
        return self.api


def read_address(url: str) -> Address:
    """Check a base URL.

    Raises:
        BackendError: It is no http or https URL, or holds a name, password, query or fragment. The message never
            repeats what may be a secret.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise BackendError("base_url is not a URL: give one such as http://localhost:8000/v1") from None
    if parts.username is not None or parts.password is not None:
        raise BackendError(
            "base_url must not hold a user name or password: put the key into the environment variable that "
            "api_key_env names"
        )
    if parts.query or parts.fragment:
        raise BackendError("base_url must end with its path: keys and parameters after ? or # are not taken")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BackendError(f"base_url must begin with http:// or https:// and name a host, not {url[:100]!r}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    api = f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{parts.path.rstrip('/')}"
    return Address(api, api.removesuffix("/v1"))


def with_version(address: Address) -> Address:
    """Return the address under ``/v1``."""
    return Address(f"{address.native}/v1", address.native)
