"""Seeds: the pairs of all sources, selected and split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from crabtk import schemas
from crabtk.canonical import digest
from crabtk.errors import EmptyStageError, SettingsError
from crabtk.pipeline import seed_rules as rules
from crabtk.pipeline.ledger import ledger, printable
from crabtk.pipeline.seed_rules import Refusal
from crabtk.protocols import SeedReader
from crabtk.randomness import generator
from crabtk.readers.sources import read_source, source_digest, source_name
from crabtk.settings import Seeds, SeedSource
from crabtk.types import Message, Pair, Rejected

STAGE = "seeds"

__all__ = ["STAGE", "read_seeds", "seed_id", "source_digest"]

_SHORT = 200
_REPORT_EVERY = 1000

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pair that only the source's limit may still refuse.

    Attributes:
        content: Hash of system message, instruction and response.
    """

    content: str
    seed_id: str
    source: str
    use: str
    pair: Pair
    language: str


def read_seeds(
    settings: Seeds, seed: int, readers: Sequence[SeedReader], *, progress: Progress | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read all sources and select their seeds.

    The rules, in order: texts that are there and are Unicode, ``max_bytes``, exact repetition (of a row of
    its source, or of a seed kept from an earlier source), word counts, language, the source's limit. General
    chat passes the word counts by and is never held out.

    Args:
        settings: Which sources and rules; paths are absolute.
        seed: Of the run. A row's draws hang on its content and source's name alone.
        readers: In order of recognition.
        progress: Called with rows read; the total is None until the last call.

    Returns:
        Rows of schema ``Seeds`` in the order of sources and rows, and the ledger, one row for each that left.

    Raises:
        SettingsError: No source is of use ``seed``, or two sources have one name.
        SeedReadError: A source as a whole cannot be read, or is of no known format.
        UnknownNameError: A source's format is no reader's name.
        EmptyStageError: No seed is left; names the settings to relax and counts the reasons.
    """
    names = _names(settings.sources)
    selection = _Selection(settings, seed, progress)
    for name, source in zip(names, settings.sources, strict=True):
        selection.add(name, source, read_source(source, readers))
    selection.check()
    return selection.table(), ledger(selection.rejected)


def _names(sources: Sequence[SeedSource]) -> list[str]:
    if not any(source.use == "seed" for source in sources):
        raise SettingsError('seeds.sources: there must be at least one source with use = "seed".')
    paths: dict[str, str] = {}
    for source in sources:
        name = source_name(source)
        if name in paths:
            raise SettingsError(
                f'seeds.sources: two sources are called "{name}" ({paths[name]} and {source.path}). '
                "Give one of them a `name` of its own."
            )
        paths[name] = source.path
    return list(paths)


@dataclass
class _Selection:
    """What was kept and what was refused so far."""

    settings: Seeds
    seed: int
    progress: Progress | None
    kept: list[_Candidate] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    _first: dict[str, Rejected] = field(default_factory=dict)
    _kept_at: dict[str, Pair] = field(default_factory=dict)

    def add(self, name: str, source: SeedSource, found: Iterable[Pair | Rejected]) -> None:
        """Select from one source."""
        met: dict[str, Pair] = {}
        candidates: list[_Candidate] = []
        for item in found:
            self._count_row()
            if isinstance(item, Rejected):
                # The reader may be anybody's: its words must not break the table.
                self._reject("unreadable", replace(item, reason=printable(item.reason), raw=printable(item.raw)))
                continue
            candidate = self._candidate(name, source.use, item, met)
            if candidate is not None:
                candidates.append(candidate)
        for candidate in self._limited(candidates, source.limit):
            self.kept.append(candidate)
            self._kept_at[candidate.content] = candidate.pair

    def check(self) -> None:
        """Report the last row, and raise if no seed is left."""
        if self.progress:
            self.progress(self.rows, self.rows)
        if not any(candidate.use == "seed" for candidate in self.kept):
            raise EmptyStageError(self._why_empty())

    def table(self) -> pl.DataFrame:
        """Return the kept pairs."""
        return pl.DataFrame(
            [self._row(candidate) for candidate in self.kept], schema=schemas.columns(schemas.Seeds), orient="row"
        )

    def _count_row(self) -> None:
        self.rows += 1
        if self.progress and self.rows % _REPORT_EVERY == 0:
            self.progress(self.rows, None)

    def _candidate(self, source: str, use: str, pair: Pair, met: dict[str, Pair]) -> _Candidate | None:
        pair = _without_blank_system(pair)
        refusal = rules.no_text(pair)
        if refusal is not None:
            self._refuse(refusal, pair, None, _raw(pair))
            return None
        content = _content(pair)
        seed_id = f"{source}-{content}"
        earlier = met.setdefault(content, self._kept_at.get(content, pair))
        refusal = rules.too_long(pair, self.settings.max_bytes) or rules.repeated(pair, earlier)
        if refusal is None and use == "seed" and not self._let_through(seed_id):
            refusal = rules.outside_word_bounds(pair, self.settings)
        # The language comes last: detection is the slowest of the rules.
        language = "" if refusal else rules.language(pair)
        refusal = refusal or rules.other_language(language, self.settings.languages)
        if refusal is not None:
            self._refuse(refusal, pair, seed_id, pair.instruction[:_SHORT])
            return None
        return _Candidate(content, seed_id, source, use, pair, language)

    def _let_through(self, seed_id: str) -> bool:
        return generator(self.seed, "seeds", seed_id).random() < self.settings.let_through

    def _limited(self, candidates: list[_Candidate], limit: int | None) -> list[_Candidate]:
        """Keep so many by hash, in their order."""
        if limit is None or len(candidates) <= limit:
            return candidates
        by_hash = sorted(candidates, key=lambda c: (generator(self.seed, "limit", c.seed_id).random(), c.seed_id))
        chosen = {candidate.seed_id for candidate in by_hash[:limit]}
        refusal = Refusal("limit", f"over the source's limit of {limit}, drawn by hash")
        for candidate in candidates:
            if candidate.seed_id not in chosen:
                self._refuse(refusal, candidate.pair, candidate.seed_id, candidate.pair.instruction[:_SHORT])
        return [candidate for candidate in candidates if candidate.seed_id in chosen]

    def _refuse(self, refusal: Refusal, pair: Pair, key: str | None, raw: str) -> None:
        self._reject(refusal.rule, Rejected(STAGE, pair.file, pair.row, key, refusal.reason, printable(raw)))

    def _reject(self, rule: str, rejected: Rejected) -> None:
        self.counts[rule] += 1
        self._first.setdefault(rule, rejected)
        self.rejected.append(rejected)

    def _why_empty(self) -> str:
        if not self.rows:
            return "No seed is left: the sources hold no row. Correct seeds.sources."
        lines = [f"No seed is left of {self.rows} rows:"]
        for rule, count in self.counts.most_common():
            first = self._first[rule]
            lines.append(
                f"- {count} by {rule}: {rules.REMEDIES[rule]}. First: {first.file}, row {first.row}: {first.reason}."
            )
        return "\n".join(lines)

    def _row(self, candidate: _Candidate) -> tuple[Any, ...]:
        pair = candidate.pair
        split = "train"
        if candidate.use == "seed":
            split = rules.split(pair.instruction, self.seed, self.settings.held_out, self.settings.dev)
        return (
            candidate.seed_id,
            candidate.source,
            candidate.use,
            pair.system,
            pair.instruction,
            pair.response,
            candidate.language,
            split,
            [{"role": message.role, "content": message.content} for message in _conversation(pair)],
        )


def seed_id(source: str, pair: Pair) -> str:
    """Return the id that a pair of a source has in the table of seeds."""
    return f"{source}-{_content(_without_blank_system(pair))}"


def _content(pair: Pair) -> str:
    return digest([pair.system, pair.instruction, pair.response], 16)


def _without_blank_system(pair: Pair) -> Pair:
    return replace(pair, system=None) if isinstance(pair.system, str) and not pair.system.strip() else pair


def _conversation(pair: Pair) -> Sequence[Message]:
    if pair.messages:
        return pair.messages
    system = [] if pair.system is None else [Message("system", pair.system)]
    return [*system, Message("user", pair.instruction), Message("assistant", pair.response)]


def _raw(pair: Pair) -> str:
    return json.dumps({"instruction": pair.instruction, "response": pair.response}, ensure_ascii=False, default=str)
