"""Supervised fine-tuning, from the job to the finished model; runs in the child processes only."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer, GenerationConfig
from trl import SFTTrainer  # type: ignore[attr-defined]  # trl loads its names lazily

from crabtk_trl.callbacks import Reporter
from crabtk_trl.channel import Channel
from crabtk_trl.checkdata import check, check_labels, ending_tokens
from crabtk_trl.checkpoints import Checkpoints, identity
from crabtk_trl.child import prepare_torch
from crabtk_trl.export import export
from crabtk_trl.history import history
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import load_model, resolve
from crabtk_trl.setup import adapters, configuration
from crabtk_trl.tokenise import dataset, tokenise
from crabtk_trl.trainer import TrlTrainer

_log = logging.getLogger("crabtk_trl")


def run(job: JobFile, channel: Channel) -> dict[str, Any]:
    """Train and write the model; return history and figures.

    Raises:
        TrainingError: The model or the data cannot be used, or training diverged.
    """
    options = TrlTrainer(**job.options)
    prepare_torch(options)
    folder = resolve(job.model)
    trainer, figures = _trainer(job, options, folder)
    checkpoints = Checkpoints(Path(job.work, "checkpoints"))
    with trainer.args.main_process_first():
        start = checkpoints.last(identity(job, folder))
    _log.info("starting from %s", start.folder if start else "the model")
    trainer.add_callback(Reporter(channel, checkpoints, options, figures["tokens_total"]))
    trainer.train(resume_from_checkpoint=str(start.folder) if start else None)
    figures["steps"] = trainer.state.global_step
    export(trainer, job, options, folder, figures)
    return {"history": history(trainer.state.log_history), "figures": figures}


def _trainer(job: JobFile, options: TrlTrainer, folder: Path) -> tuple[SFTTrainer, dict[str, int]]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    examples = tokenise(Path(job.examples), tokenizer, options.max_length)
    try:
        generation = GenerationConfig.from_pretrained(folder)
    except OSError:
        generation = None
    figures = check(examples, tokenizer, ending_tokens(tokenizer, generation), options.max_length)
    _log.info("examples: %s", asdict(figures))
    trainer = SFTTrainer(
        model=load_model(folder, options),
        args=configuration(job, options),
        train_dataset=dataset(examples),
        processing_class=tokenizer,
        peft_config=adapters(options),
    )
    prepared: Any = trainer.train_dataset
    check_labels(prepared, figures)
    return trainer, {**asdict(figures), "sequences": len(prepared)}
