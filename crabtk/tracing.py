"""OpenTelemetry spans, where its API is installed: ``pip install "crabtk[otel]"``. Without it, nothing happens.

Where spans go is the user's part, by OpenTelemetry's own variables (``OTEL_EXPORTER_OTLP_ENDPOINT`` …) and
``opentelemetry-instrument crabtk run``. Spans carry counts and names, never texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def span(name: str, **attributes: str | int | float | bool) -> Iterator[Span]:
    """Open a span as the child of the one that is open; an exception marks it as failed and passes."""
    try:
        from opentelemetry import trace
    except ModuleNotFoundError:
        yield Span(None)
        return
    with trace.get_tracer("crabtk").start_as_current_span(name, attributes=attributes) as opened:
        yield Span(opened)


class Span:
    """A span, or none."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def set(self, attributes: Mapping[str, Any]) -> None:
        """Add what is known now; values that are no number, text or truth value are left out."""
        if self._opened is not None:
            plain = {name: value for name, value in attributes.items() if isinstance(value, (str, int, float, bool))}
            self._opened.set_attributes(plain)
