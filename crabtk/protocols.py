"""The extension points: what a plugin's object must offer, and no more.

Backends, trainers and benchmarks are classes: crabtk calls the constructor with the options that the
settings give, checked against the constructor's own annotated keyword parameters. Constructors do no heavy work.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, runtime_checkable

from crabtk.text import ParsedText
from crabtk.types import (
    BenchmarkItem,
    Completion,
    Constraint,
    Grade,
    Graded,
    Metric,
    Pair,
    Params,
    Record,
    Rejected,
    Request,
    TrainingJob,
    TrainingOutcome,
    TrainingProgress,
)

if TYPE_CHECKING:  # a plugin that only registers types need not wait for polars
    import polars as pl


@runtime_checkable
class SeedReader(Protocol):
    """Reads one seed format. Decoding files is crabtk's part: a reader sees decoded records."""

    @property
    def name(self) -> str:
        """Unique among readers; settings name it as ``format``."""
        ...

    def recognises(self, value: Any) -> bool:
        """Tell whether a decoded record is of this format; must not raise, whatever it is given."""
        ...

    def read(self, records: Iterable[Record]) -> Iterable[Pair | Rejected]:
        """Yield the pairs of a source in its order; a row that cannot be read becomes a ``Rejected``."""
        ...


@runtime_checkable
class ConstraintType(Protocol):
    """A property of a text that code can measure, word and check.

    Law: ``check(r, measure(r, rng))`` is true for every response and generator, and
    ``parse(render(params, rng)) == params``. ``crabtk.constraints.base.ConstraintType`` implements
    everything but ``measure`` and ``check`` from a list of wordings.
    """

    @property
    def name(self) -> str:
        """``family:name``, unique among types."""
        ...

    def measure(self, text: ParsedText, rng: random.Random) -> Params | None:
        """Return the tightest natural parameters that the text satisfies; None if nothing is worth asking."""
        ...

    def check(self, text: ParsedText, params: Params) -> bool:
        """Tell whether the text satisfies the parameters."""
        ...

    def score(self, text: ParsedText, params: Params) -> float:
        """Return partial credit in [0, 1]; 1.0 exactly when ``check`` holds."""
        ...

    def render(self, params: Params, rng: random.Random) -> str:
        """Word the parameters; the wording means exactly what ``check`` checks."""
        ...

    def parse(self, wording: str) -> Params | None:
        """Recover the parameters from a wording of this type; None if it is none."""
        ...

    def conflicts(self, params: Params, other: Constraint) -> bool:
        """Tell whether the two cannot be asked together (contradiction or repetition)."""
        ...


Checker = Callable[[ParsedText], bool]
"""Judges one text, as it stands or as one of its loose variants."""


@runtime_checkable
class InstructionSet(Protocol):
    """A published set of verifiable instructions: its ids, the reference's verdicts, and what the ids mean here.

    An id is an alias of canonical constraint types, never a type of its own.
    """

    @property
    def name(self) -> str:
        """Unique among instruction sets, such as ``ifeval``."""
        ...

    @property
    def ids(self) -> Mapping[str, Sequence[str]]:
        """The ids as the reference writes them, each with the names of the canonical types that it may mean."""
        ...

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        """Return the reference's checker, bug for bug.

        Args:
            id_: One of ``ids``.
            kwargs: The reference's keyword arguments; None counts as absent.
            prompt: What the response answers.
            seed: Of what the reference draws at random.
        """
        ...

    def canonical(self, id_: str, kwargs: Params, prompt: str) -> Sequence[Constraint]:
        """Return the canonical constraints that together say what the id's wording says (registry ``fixed``).

        Raises:
            VerificationError: A keyword argument is missing or of a wrong kind.
        """
        ...

    def alias(self, constraint: Constraint) -> tuple[str, Params] | None:
        """Return the id and keyword arguments that mean the same; None where the set has none."""
        ...


@runtime_checkable
class Backend(Protocol):
    """An inference engine; opened by ``with``, closed by leaving it.

    The constructor is called as ``Backend(model=…, **options)``. A class attribute ``runtime_options`` may name those
    options that say where and how fast it runs and shape no answer (addresses, memory, numbers of devices, prices): a
    change of theirs asks for nothing anew. A class that only hands requests on to another backend may have a static
    method ``inner(options)``, which returns the other's name and options, or None where the options name none.
    """

    name: ClassVar[str]

    def __enter__(self) -> Self:
        """Open the engine (import it, load the model)."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give back memory and processes."""
        ...

    def generate(self, requests: Sequence[Request]) -> Sequence[Completion]:
        """Answer each request: same length, same order; one that cannot be answered has finish reason error."""
        ...


def runtime_options(backend: Any) -> frozenset[str]:
    """Return the options of a backend's class that shape no answer."""
    return frozenset(getattr(backend, "runtime_options", ()))


def inner_backend(backend: Any, options: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Return the name and options of the backend that a backend's class hands requests on to, if there is one."""
    inner = getattr(backend, "inner", None)
    return None if inner is None else inner(options)


@runtime_checkable
class StreamingBackend(Protocol):
    """A backend that also takes requests one by one and hands back each answer as soon as it is ready.

    Where a backend has this method, crabtk uses it in place of ``generate``: the engine is kept full, no request waits
    for the slowest of a batch, and every answer is stored as it comes.
    """

    name: ClassVar[str]

    def stream(self, requests: Iterator[Request]) -> Generator[tuple[int, Completion], None, None]:
        """Yield the number of each request, counted from 0 as they come, with its completion, in any order.

        Takes requests in the caller's thread, and no more of them ahead than keep the engine full; each gets exactly
        one completion. When the generator is closed before its end, what is unfinished is cancelled.
        """
        ...


@runtime_checkable
class Trainer(Protocol):
    """Trains a model. The constructor is called as ``Trainer(**options)``.

    A class attribute ``trains_on`` names the kind of rows in ``job.examples``: ``examples`` (prompt and completion;
    the default), ``preferences`` (prompt, chosen, rejected) or ``prompts`` (prompt with constraints, for rewards).
    """

    name: ClassVar[str]

    def train(self, job: TrainingJob, report: Callable[[TrainingProgress], None]) -> TrainingOutcome:
        """Write the trained model with its tokenizer into ``job.output``; go on from a start in ``job.work``."""
        ...


@dataclass(frozen=True, slots=True)
class Checks:
    """What a benchmark may grade by: all registered constraint types and instruction sets, by name."""

    types: Mapping[str, ConstraintType]
    sets: Mapping[str, InstructionSet]


@runtime_checkable
class Benchmark(Protocol):
    """A set of prompts and how responses to them are graded. The constructor is called as ``Benchmark(**options)``.

    A benchmark may also be a ``JudgedBenchmark`` or have ``OwnMetrics``. Where a method ``prompt_file()`` returns the
    file or folder that its items are read from, a run that finds it edited asks and scores anew.
    """

    name: ClassVar[str]

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        """Return the prompts; ``tables`` holds the run's ``crab`` and ``constraints``, and may be empty."""
        ...

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        """Judge one response by code, one grade per constraint; ``response.raw`` is what the model wrote."""
        ...


@runtime_checkable
class JudgedBenchmark(Protocol):
    """A benchmark that also asks a judge: any backend, named by ``scoring.judge``."""

    name: ClassVar[str]

    def questions(self, item: BenchmarkItem, response: str) -> Sequence[Request]:
        """Return what to ask the judge about a response; none where code judges it whole."""
        ...

    def judged(self, item: BenchmarkItem, response: str, answers: Sequence[Completion]) -> Sequence[Grade]:
        """Read the judge's answers, one for each question; what is unreadable never holds."""
        ...


@runtime_checkable
class OwnMetrics(Protocol):
    """A benchmark with formulas of its own, beside the accuracies that crabtk computes for every benchmark.

    A class attribute ``standard_metrics = False`` leaves those out.
    """

    name: ClassVar[str]

    def metrics(self, graded: Sequence[Graded]) -> Sequence[Metric]:
        """Compute figures over one model's graded responses, the one that stands for the benchmark first.

        Figures whose names end in ``standard_error`` or ``unreadable`` are shown in tables and drawn in no plot.
        """
        ...
