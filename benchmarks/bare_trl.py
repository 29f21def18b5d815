"""Fine-tuning as a script of one's own with TRL alone: python benchmarks/bare_trl.py MODEL ROWS OUTPUT ARGUMENTS.

ARGUMENTS is a JSON object of ``SFTConfig``. Prints step and loss of each log line; the finished model goes to OUTPUT.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from datasets import load_dataset
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer


class Lines(TrainerCallback):
    """Prints what is logged."""

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        """Print step and loss."""
        if "loss" in logs:
            print(json.dumps([state.global_step, logs["loss"]]), flush=True)


def main() -> None:
    """Train and save."""
    model, rows, output, arguments = sys.argv[1:]
    trainer = SFTTrainer(
        model,
        args=SFTConfig(output_dir=f"{output}/checkpoints", **json.loads(arguments)),
        train_dataset=load_dataset("json", data_files=rows, split="train", cache_dir=f"{output}/cache"),
        callbacks=[Lines()],
    )
    trainer.train()
    trainer.save_model(f"{output}/model")


main()
