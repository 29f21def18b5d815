"""Supervised fine-tuning, from the job to the finished model; runs in the child processes only."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from transformers import GenerationConfig, PreTrainedTokenizerBase, set_seed

from crabtk_trl.callbacks import Reporter
from crabtk_trl.channel import Channel
from crabtk_trl.chat import load_tokenizer
from crabtk_trl.checkdata import check, check_labels, ending_tokens
from crabtk_trl.checkpoints import Checkpoints, identity
from crabtk_trl.child import prepare_torch
from crabtk_trl.export import export
from crabtk_trl.history import history
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import context_length, load_model, resolve
from crabtk_trl.precision import train_in_float32
from crabtk_trl.resume import train_from
from crabtk_trl.rows import Rows, rows
from crabtk_trl.selection import best, check_selection
from crabtk_trl.setup import adapters, configuration
from crabtk_trl.sharding import prepare_sharding, sum_in_float32
from crabtk_trl.tokenise import Tokenised, tokenise
from crabtk_trl.trainer import TrlTrainer
from crabtk_trl.weighted import WeightedSFTTrainer

_log = logging.getLogger("crabtk_trl")


def run(job: JobFile, channel: Channel) -> dict[str, Any]:
    """Train and write the model; return history and figures.

    Raises:
        TrainingError: The model or the data cannot be used, or training diverged.
    """
    options = TrlTrainer(**job.options)
    prepare_torch(options)
    check_selection(job, options)
    folder = resolve(job.model, job.revision)
    checkpoints = Checkpoints(Path(job.work, "checkpoints"))
    trainer, laid, figures = make_trainer(job, options, folder)
    with trainer.args.main_process_first():
        start = checkpoints.last(identity(job, folder))
    _log.info("starting from %s", start.folder if start else "the model")
    trainer.add_callback(Reporter(channel, checkpoints, options, laid.tokens))
    train_from(trainer, start)
    figures |= _course(trainer, laid, figures["tokens_total"])
    export(trainer, job, options, folder, figures)
    return {"history": history(trainer.state.log_history), "figures": figures}


def make_trainer(job: JobFile, options: TrlTrainer, folder: Path) -> tuple[WeightedSFTTrainer, Rows, dict[str, float]]:
    """Check the data, then load the model: what is wrong shows within seconds.

    Returns:
        The trainer, the rows that it goes over, and the figures so far.
    """
    tokenizer = load_tokenizer(folder, job, options.section)
    examples = tokenise(Path(job.examples), tokenizer, options.max_length)
    ending = ending_tokens(tokenizer, _generation(folder))
    figures = check(examples, tokenizer, ending, options.max_length, context_length(folder))
    _log.info("examples: %s", asdict(figures))
    pack_to = options.max_length if options.packing else None
    laid = rows(examples, pack_to, job.tokens, job.seed)
    if job.tokens is None:
        check_labels(laid.table, figures.tokens_in_loss)
    dev = _dev(job, options, tokenizer)
    # Before the model is loaded: sharding by ZeRO-3 begins while it is.
    arguments = configuration(job if dev else replace(job, evaluation=None), options)
    sum_in_float32(arguments)
    set_seed(job.seed)  # embeddings of new tokens are drawn
    trainer = WeightedSFTTrainer(
        model=load_model(folder, options, tokenizer),
        args=arguments,
        train_dataset=laid.table,
        eval_dataset=rows(dev, pack_to).table if dev else None,
        processing_class=tokenizer,
        peft_config=adapters(options),
    )
    train_in_float32(trainer.model, options)
    prepare_sharding(trainer, options)
    return trainer, laid, {**asdict(figures), "sequences": len(laid.table), "evaluation_examples": len(dev)}


def _generation(folder: Path) -> GenerationConfig | None:
    try:
        return GenerationConfig.from_pretrained(folder)
    except OSError:
        return None


def _dev(job: JobFile, options: TrlTrainer, tokenizer: PreTrainedTokenizerBase) -> list[Tokenised]:
    if job.evaluation is None:
        return []
    dev = tokenise(Path(job.evaluation), tokenizer, options.max_length)
    taken = [example for example in dev if example.teaches]
    _log.info("evaluation: %d of %d dev rows have a completion within max_length", len(taken), len(dev))
    if not taken:
        _log.warning("no dev row can be evaluated: there is no evaluation, no early stopping and no best checkpoint")
    return taken


def _course(trainer: WeightedSFTTrainer, laid: Rows, tokens_of_a_pass: float) -> dict[str, float]:
    """Return how far training went: an epoch of the trainer is one time over its rows, which may be several passes."""
    trained = round((trainer.state.epoch or 0.0) * laid.tokens)
    course: dict[str, float] = {
        "steps": trainer.state.global_step,
        "tokens_trained": trained,
        "passes": round(trained / tokens_of_a_pass, 4),
    }
    found = best(trainer.state.log_history)
    return course if found is None else {**course, "best_step": found.step, "best_eval_loss": found.eval_loss}
