"""All stages, inputs before those that read them: the one visible path from seeds to scores."""

from __future__ import annotations

from collections.abc import Mapping

from crabtk.graph.control_stages import CONTROL_STAGES
from crabtk.graph.data_stages import DATA_STAGES
from crabtk.graph.output_stages import OUTPUT_STAGES
from crabtk.graph.preference_stages import PREFERENCE_STAGES
from crabtk.graph.rl_stages import RL_STAGES
from crabtk.graph.score_stages import SCORE_STAGES
from crabtk.graph.sft_stage import SFT_STAGE
from crabtk.graph.stage import Stage

_dataset, _report = OUTPUT_STAGES

_TRAINING = (SFT_STAGE, *PREFERENCE_STAGES, *RL_STAGES, *CONTROL_STAGES)

STAGES: Mapping[str, Stage] = {
    stage.name: stage for stage in (*DATA_STAGES, _dataset, *_TRAINING, *SCORE_STAGES, _report)
}


def upstream(name: str) -> list[str]:
    """Return a stage and everything that it reads, in the order of the graph."""
    wanted = {name}
    for stage in reversed(list(STAGES.values())):
        if stage.name in wanted:
            wanted.update(stage.inputs)
    return [name for name in STAGES if name in wanted]
