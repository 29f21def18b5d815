"""What the child process is told, as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from crabtk import TrainingJob
from crabtk_trl.template import read_template


@dataclass(frozen=True, slots=True)
class JobFile:
    """A training job with its options; all paths absolute, so that it means the same in every process.

    Attributes:
        method: ``sft``, ``dpo`` or ``grpo``.
        template: Text of the chat template that takes the place of the model's own; None keeps that.
        evaluation, tokens, reference, reward, revision: As in ``TrainingJob``.
    """

    model: str
    examples: str
    output: str
    work: str
    seed: int
    options: Mapping[str, Any]
    method: str = "sft"
    template: str | None = None
    evaluation: str | None = None
    tokens: int | None = None
    reference: str | None = None
    reward: Mapping[str, Any] = field(default_factory=dict)
    revision: str | None = None

    @classmethod
    def of(cls, job: TrainingJob, method: str, options: Mapping[str, Any], section: str) -> Self:
        """Make one from a job; a model that is no folder is left as a hub name.

        Args:
            section: Of the settings that the options stand in, for error messages.
        Raises:
            SettingsError: ``options["chat_template"]`` names a file that cannot be read.
        """
        examples, output, work = (str(path.absolute()) for path in (job.examples, job.output, job.work))
        return cls(
            model=_absolute(job.model),
            examples=examples,
            output=output,
            work=work,
            seed=job.seed,
            options=options,
            method=method,
            template=read_template(options["chat_template"], section),
            evaluation=None if job.evaluation is None else str(job.evaluation.absolute()),
            tokens=job.tokens,
            reference=None if job.reference is None else _absolute(job.reference),
            reward=dict(job.reward),
            revision=job.revision,
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what ``write`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self) -> Path:
        """Write ``job.json`` into the work folder and return its path."""
        path = Path(self.work, "job.json")
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        return path


def _absolute(model: str) -> str:
    return str(Path(model).absolute()) if Path(model).is_dir() else model
