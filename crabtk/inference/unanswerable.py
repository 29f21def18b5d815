"""Why one request gets an error instead of an answer."""

from __future__ import annotations


class UnanswerableError(Exception):
    """A request that an engine cannot answer; the message becomes the completion's ``error``."""
