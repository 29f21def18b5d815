"""What the child process is told, as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from crabtk import TrainingJob


@dataclass(frozen=True, slots=True)
class JobFile:
    """A training job with its options; all paths absolute, so that it means the same in every process."""

    model: str
    examples: str
    output: str
    work: str
    seed: int
    options: Mapping[str, Any]

    @classmethod
    def of(cls, job: TrainingJob, options: Mapping[str, Any]) -> Self:
        """Make one from a job; a model that is no folder is left as a hub name."""
        model = str(Path(job.model).absolute()) if Path(job.model).is_dir() else job.model
        examples, output, work = (str(path.absolute()) for path in (job.examples, job.output, job.work))
        return cls(model, examples, output, work, job.seed, options)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self) -> Path:
        """Write ``job.json`` into the work folder and return its path."""
        path = Path(self.work, "job.json")
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        return path
