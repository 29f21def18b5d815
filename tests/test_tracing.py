"""Spans, as OpenTelemetry's own SDK receives them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from crabtk.tracing import span


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    received = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(received))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return received


def test_spans_nest_and_carry_counts(exporter: InMemorySpanExporter) -> None:
    with span("outer", stage="constraints"), span("inner") as inner:
        inner.set({"requests": 3, "curve": [1, 2]})
    first, second = exporter.get_finished_spans()
    assert (first.name, dict(first.attributes or {})) == ("inner", {"requests": 3})
    assert (second.name, dict(second.attributes or {})) == ("outer", {"stage": "constraints"})
    assert first.parent is not None and second.context is not None
    assert first.parent.span_id == second.context.span_id


def test_an_exception_marks_the_span_and_passes(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="so"), span("failing"):
        raise ValueError("so")
    (failed,) = exporter.get_finished_spans()
    assert failed.status.status_code is trace.StatusCode.ERROR


def test_without_opentelemetry_nothing_happens() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from crabtk.tracing import span\n"
        "with span('stage', rows=3) as opened: opened.set({'done': 1})\n"
        "print('fine')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "fine", done.stderr
