"""The base of benchmarks whose prompts name instruction ids, as IFEval's do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from crabtk.errors import BenchmarkError, VerificationError
from crabtk.protocols import Checks, InstructionSet
from crabtk.scoring.instructions import Instructions, Which, read_instructions, readings_for
from crabtk.scoring.loose import Readings
from crabtk.scoring.prompt_files import PublishedPrompts, find_prompts, read_rows
from crabtk.text import ParsedText
from crabtk.types import BenchmarkItem, Grade, Message

if TYPE_CHECKING:
    import polars as pl

VARIANTS: Final[Mapping[Which, str]] = {"upstream": "", "fixed": "fixed"}
"""How grades call the registries: what the reference says stands under the benchmark's plain name."""


class InstructionBenchmark:
    """A benchmark whose rows hold ``key``, ``prompt``, ``instruction_id_list`` and ``kwargs``.

    Each instruction gets a grade by each registry, in the row's order, with its official id as type, strict and
    loose. ``upstream`` judges the response as it stands, ``fixed`` without hidden reasoning.
    """

    name: ClassVar[str]
    instruction_set: ClassVar[str]
    """The set whose ids the rows name; ids that it lacks are looked up in the other installed sets."""
    published: ClassVar[PublishedPrompts]
    """Where the prompts are looked for if no file is named."""

    def __init__(
        self,
        *,
        prompts: Path | None = None,
        registry: Literal["both", "upstream", "fixed"] = "both",
        seed: int = 0,
        download: bool = False,
    ) -> None:
        """Take the options.

        Args:
            prompts: File of the prompts (JSON Lines, JSON, CSV or Parquet); None looks in installed packages, then
                in the hub's local cache.
            registry: Whose verdicts.
            seed: Of what the reference draws at random; 0 is that of published verdicts.
            download: Whether the prompts may be fetched from the hub if they are nowhere here.
        """
        self._prompts = prompts
        self._registries: tuple[Which, ...] = ("upstream", "fixed") if registry == "both" else (registry,)
        self._seed = seed
        self._download = download
        self._known: tuple[Checks, Instructions] | None = None

    def items(self, tables: Mapping[str, pl.DataFrame]) -> Sequence[BenchmarkItem]:
        """Return the prompts in the file's order; nothing is read from ``tables``.

        Raises:
            BenchmarkError: The prompts are not to be had, a row cannot be read, or two rows have one key.
        """
        path = self.prompt_file()
        found: dict[str, BenchmarkItem] = {}
        for place, row in read_rows(path):
            try:
                for item in self.read(row):
                    if item.item_id in found:
                        raise ValueError(f"another row has the key {item.item_id} already")
                    found[item.item_id] = item
            except ValueError as error:
                raise BenchmarkError(f"{path.name}, row {place}: {error}. Mend the row, or fetch the file.") from error
        return list(found.values())

    def prompt_file(self) -> Path:
        """Return the file that the prompts come from; its bytes belong to what a score depends on.

        Raises:
            BenchmarkError: The prompts are not to be had; names every place with its command.
        """
        return find_prompts(self.name, self.published, self._prompts, download=self._download)

    def read(self, row: Mapping[str, Any]) -> Iterable[BenchmarkItem]:
        """Read a row of the prompt file; the payload is as ``payload`` makes it.

        Raises:
            ValueError: The row is not as it should be; says how.
        """
        key, prompt = row.get("key"), row.get("prompt")
        if key is None or not isinstance(prompt, str):
            raise ValueError("it must hold a `key` and a text `prompt`")
        yield BenchmarkItem(str(key), (Message("user", prompt),), self.payload(row, prompt))

    @staticmethod
    def payload(row: Mapping[str, Any], prompt: str) -> dict[str, Any]:
        """Return what grading needs: ``key``, ``prompt``, ``instruction_id_list`` and ``kwargs`` without nulls.

        Args:
            row: With ``instruction_id_list`` and ``kwargs``, also as JSON text.
            prompt: What the response answers.

        Raises:
            ValueError: They are of another form, or there is no instruction.
        """
        asked = list(read_instructions(row))
        if not asked:
            raise ValueError("it names no instruction")
        return {
            "key": row.get("key"),
            "prompt": prompt,
            "instruction_id_list": [id_ for id_, _ in asked],
            "kwargs": [dict(kwargs) for _, kwargs in asked],
        }

    def grade(self, item: BenchmarkItem, response: ParsedText, checks: Checks) -> Sequence[Grade]:
        """Judge a response.

        Raises:
            BenchmarkError: An instruction cannot be judged, whatever the response: names item, id and cause.
        """
        instructions = self._instructions(checks)
        try:
            return list(self._grades(item.payload, response.raw, instructions))
        except VerificationError as error:
            raise BenchmarkError(f'Benchmark "{self.name}", prompt {item.item_id}: {error}') from error

    def sets(self, checks: Checks) -> Sequence[InstructionSet]:
        """Return the instruction sets in the order in which ids are looked up.

        Raises:
            BenchmarkError: The benchmark's own is not installed.
        """
        if self.instruction_set not in checks.sets:
            raise BenchmarkError(
                f'Benchmark "{self.name}" judges by the instruction set "{self.instruction_set}", which no installed '
                f"plugin has: pip install crabtk-{self.instruction_set.replace('_', '-')}"
            )
        others = [set_ for name, set_ in checks.sets.items() if name != self.instruction_set]
        return [checks.sets[self.instruction_set], *others]

    def _instructions(self, checks: Checks) -> Instructions:
        if self._known is None or self._known[0] is not checks:
            self._known = checks, Instructions(self.sets(checks), checks.types, self._seed)
        return self._known[1]

    def _grades(self, asked: Mapping[str, Any], response: str, instructions: Instructions) -> Iterator[Grade]:
        parsed: dict[str, Readings] = {}
        for registry in self._registries:
            readings = readings_for(response, asked["prompt"], registry)
            # Most responses hide nothing, and are read once for both registries.
            readings = parsed.setdefault(readings.strict.raw, readings)
            for id_, kwargs in zip(asked["instruction_id_list"], asked["kwargs"], strict=True):
                strict, loose = instructions.judge((id_, kwargs), readings, registry)
                yield Grade(id_, strict, loose, VARIANTS[registry])
