"""crabtk's pattern of model calls on the same pairs: the pipeline's own stages.

The judge's word is taken as the official recipe takes it: what is likelier true than not counts as held.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from crabtk.constraints.builtin import TYPES
from crabtk.constraints.translated import TRANSLATED
from crabtk.pipeline.accept import accept
from crabtk.pipeline.ask import Complete
from crabtk.pipeline.audit import Finding, ask_judge, plant
from crabtk.pipeline.measure import measure
from crabtk.pipeline.translate import translate
from crabtk.schemas import Seeds, columns
from crabtk.settings import Judging, Translation

EVEN = 0.5
"""P(yes) from which a constraint counts as held; the audit's own threshold may be none where the model is small."""


def crabtk_calls(pairs: Sequence[tuple[str, str]], complete: Complete) -> int:
    """Write and judge constraints; return how many translated ones hold by code or by the model's word."""
    schema = columns(Seeds)
    empty = dict.fromkeys(schema)
    rows = [
        {
            **empty,
            "seed_id": f"pair/{number}",
            "source": "pair",
            "instruction": instruction,
            "response": response,
            "language": "en",
            "use": "seed",
            "split": "train",
        }
        for number, (instruction, response) in enumerate(pairs)
    ]
    seeds = pl.DataFrame(rows, schema=schema)
    types = {type_.name: type_ for type_ in TYPES if not type_.evaluation_only}
    measured, _ = measure(seeds, list(types.values()), seed=17, reference_sample=0)
    translated, _ = translate(seeds, TRANSLATED, complete, settings=Translation(), seed=17)
    ask_judge(seeds, plant(seeds, measured, types, cases=Judging().audit_cases, seed=17), complete)
    believed = Finding(True, "for the count of tokens", None, None, None, EVEN, None, None, 0, 0, 0)
    accepted, _ = accept(
        seeds, measured, translated, types, believed, complete, repair=True, max_rouge_l=Judging().max_rouge_l
    )
    kept = accepted.filter((pl.col("verdict") == "holds") & (pl.col("origin") != "measured"))
    return kept.height
