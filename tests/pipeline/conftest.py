"""The shipped sample on its way through the stages that need no model."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

import crabtk
from crabtk.constraints.builtin import TYPES
from crabtk.pipeline.accept import accept
from crabtk.pipeline.audit import Finding
from crabtk.pipeline.measure import measure
from crabtk.pipeline.seeds import read_seeds
from crabtk.protocols import ConstraintType
from crabtk.readers.builtin import READERS
from crabtk.settings import Seeds, SeedSource

SAMPLES = Path(crabtk.__file__).parent / "samples"


class Sample(NamedTuple):
    """Tables of the shipped sample; nothing in them comes from a model."""

    seeds: pl.DataFrame
    measured: pl.DataFrame
    constraints: pl.DataFrame
    types: dict[str, ConstraintType]


@pytest.fixture(scope="session")
def sample() -> Sample:
    sources = tuple(SeedSource(path=str(SAMPLES / f"{name}.jsonl")) for name in ("creative", "technical"))
    settings = Seeds(sources=sources, response_words=(60, 700), instruction_words=(1, 200), held_out=0.2)
    seeds, _ = read_seeds(settings, 17, READERS)
    measured, refused = measure(seeds, TYPES, seed=17, reference_sample=20)
    assert refused.is_empty()
    types: dict[str, ConstraintType] = {type_.name: type_ for type_ in TYPES}
    unheard = Finding(False, "not asked", None, None, None, None, None, None, 0, 0, 0)
    constraints, _ = accept(
        seeds, measured, measured.clear(), types, unheard, lambda _: [], repair=False, max_rouge_l=0.6
    )
    return Sample(seeds, measured, constraints, types)
