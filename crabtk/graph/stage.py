"""What a stage of the graph is."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crabtk.store import Result, Stored

if TYPE_CHECKING:
    from crabtk.graph.run import Run


@dataclass(frozen=True)
class Stage:
    """One node of the graph.

    Attributes:
        name: Of the asset and of its main table.
        inputs: Stages that it reads.
        description: One sentence, for Dagster's UI.
        compute: Makes the result.
        depends: Everything besides the inputs that shapes the result, as a JSON value: settings and plugins.
        code: crabtk's own files that shape the result, relative to the package; folders end in ``/``.
        schemas: By table, the name of its Pandera model in ``crabtk.schemas``.
        reads_ledgers: Whether it also reads the ledgers of its inputs.
        engine: Whether it may open an inference engine or train.
        enabled: Tells whether the settings want it. Else ``compute`` gives an empty result at once, which hangs on no
            input.
        unread: Names those of ``inputs`` that these settings have no use for; the result hangs on none of them.
    """

    name: str
    inputs: tuple[str, ...]
    description: str
    compute: Callable[[Run, Mapping[str, Stored]], Result]
    depends: Callable[[Run], Any]
    code: tuple[str, ...]
    schemas: Mapping[str, str]
    reads_ledgers: bool = False
    engine: bool = False
    enabled: Callable[[Run], bool] = field(default=lambda run: True)
    unread: Callable[[Run], Collection[str]] = field(default=lambda run: ())

    def read(self, run: Run) -> tuple[str, ...]:
        """Return the inputs that the settings have a use for."""
        unread = self.unread(run)
        return tuple(name for name in self.inputs if name not in unread) if self.enabled(run) else ()

    @property
    def digest(self) -> str:
        """Hash over the code that shapes the result."""
        checking = _CHECKING if self.schemas else ()
        compute = hashlib.sha256(inspect.getsource(self.compute).encode()).hexdigest()[:32]
        return code_digest((*self.code, *checking)) + compute


_CHECKING = ("schemas.py", "pipeline/validate.py", "pipeline/ledger.py")
"""Every stage that makes tables has them checked."""


@cache
def code_digest(code: tuple[str, ...]) -> str:
    """Return a hash over crabtk's own source files: an upgrade that leaves a stage's code alone keeps its results."""
    package = Path(__file__).parents[1]
    total = hashlib.sha256()
    for name in code:
        path = package / name
        if not path.exists():
            raise FileNotFoundError(f"{path} is named as code of a stage and does not exist")
        for file in sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path]:
            if "__pycache__" not in file.parts:
                total.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:32]
