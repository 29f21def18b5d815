"""The key: read from the environment, shown to nobody but the server."""

from __future__ import annotations

import os
import re
from typing import Self

from crabtk.errors import BackendError

_SHORTEST_SECRET = 8
"""Servers without access control get keys such as "EMPTY", which are words of ordinary texts."""
_MASK = "***"


class ApiKey:
    """A secret that has no readable form.

    Args:
        variable: Name of the environment variable that it came from.
        value: None where there is no key.

    Raises:
        BackendError: It cannot be sent as an HTTP header.
    """

    def __init__(self, variable: str, value: str | None) -> None:
        self.variable = variable
        self._value = (value or "").strip()
        if not (self._value.isascii() and self._value.isprintable()):
            raise BackendError(f"The environment variable {variable} holds characters that no key has: set it anew")
        secret = len(self._value) >= _SHORTEST_SECRET
        self._whole = self._value if secret else None
        self._part = _parts(self._value) if secret else None

    @classmethod
    def from_environment(cls, variable: str, *, required: bool) -> Self:
        """Read the variable.

        Raises:
            BackendError: It is not set although it is required, or unfit.
        """
        value = os.environ.get(variable)
        if required and not value:
            raise BackendError(f"The environment variable {variable} (option api_key_env) is not set: export the key")
        return cls(variable, value)

    def __repr__(self) -> str:
        return f"ApiKey({self.variable!r})"

    def __bool__(self) -> bool:
        return bool(self._value)

    def headers(self) -> dict[str, str]:
        """Return what proves the right to ask."""
        return {"Authorization": f"Bearer {self._value}"} if self._value else {}

    def scrub(self, text: str) -> str:
        """Take the key out of a server's message, also where the server shows only its beginning or its end."""
        return self._part.sub(_MASK, text) if self._part is not None else text

    def scrub_body(self, body: bytes) -> bytes:
        """Take the key out of an answer; everything else stays as it is."""
        return body.replace(self._whole.encode(), _MASK.encode()) if self._whole is not None else body


def _parts(key: str) -> re.Pattern[str]:
    """Match the key, and what servers make of it: "sk-proj-****abcd"."""
    start, end = re.escape(key[:6]), re.escape(key[-4:])
    masked = rf"[\w.-]*[*•…]+[\w.*•…-]*{end}|{start}[\w.*•…-]*"
    return re.compile(f"{re.escape(key)}|{masked}")
