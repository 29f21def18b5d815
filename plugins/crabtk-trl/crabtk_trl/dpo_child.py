"""Training on preference pairs, from the job to the finished model; runs in the child processes only."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import GenerationConfig, PreTrainedTokenizerBase, set_seed

from crabtk_trl.callbacks import Reporter
from crabtk_trl.channel import Channel
from crabtk_trl.chat import load_tokenizer
from crabtk_trl.checkdata import ending_tokens
from crabtk_trl.checkpoints import Checkpoints, identity
from crabtk_trl.child import prepare_torch
from crabtk_trl.dpo_evaluation import EvaluatingDPOTrainer
from crabtk_trl.dpo_reference import needs_loading, precomputes, reference_folder
from crabtk_trl.dpo_setup import KEPT, dpo_configuration
from crabtk_trl.dpo_trainer import TrlDpoTrainer
from crabtk_trl.export import export
from crabtk_trl.history import history
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import context_length, load_model, resolve
from crabtk_trl.precision import train_in_float32
from crabtk_trl.preference_checks import PairFigures, UnusablePairs, check_pairs, check_prepared
from crabtk_trl.preference_rows import read_pairs
from crabtk_trl.resume import train_from
from crabtk_trl.selection import best, check_selection
from crabtk_trl.setup import adapters
from crabtk_trl.sharding import prepare_sharding, sum_in_float32

_log = logging.getLogger("crabtk_trl")


def run(job: JobFile, channel: Channel) -> dict[str, Any]:
    """Train and write the model; return history and figures.

    Raises:
        TrainingError: The pairs, the model or the reference cannot be used, or training diverged.
    """
    options = TrlDpoTrainer(**job.options)
    prepare_torch(options)
    check_selection(job, options)
    folder = resolve(job.model, job.revision)
    reference = reference_folder(job, folder, options)
    trainer, figures, tokens = make_trainer(job, options, folder, reference)
    checkpoints = Checkpoints(Path(job.work, "checkpoints"))
    with trainer.args.main_process_first():
        start = checkpoints.last(identity(job, folder, reference))
    _log.info("starting from %s", start.folder if start else "the model")
    trainer.add_callback(Reporter(channel, checkpoints, options, tokens, KEPT))
    train_from(trainer, start)
    figures |= _course(trainer)
    export(trainer, job, options, folder, figures)
    return {"history": history(trainer.state.log_history, KEPT), "figures": figures}


def make_trainer(
    job: JobFile, options: TrlDpoTrainer, folder: Path, reference: Path
) -> tuple[EvaluatingDPOTrainer, dict[str, float], int]:
    """Check the pairs, then load the models: what is wrong shows within seconds.

    Returns:
        The trainer, the figures, and the tokens of one epoch.
    """
    tokenizer = load_tokenizer(folder, job, options.section)
    train, figures = _pairs(job.examples, tokenizer, folder, options)
    dev, dev_figures = _dev(job, tokenizer, folder, options)
    # Before the models are loaded: ZeRO-3 shards them while they are.
    configuration = dpo_configuration(job if dev else replace(job, evaluation=None), options)
    sum_in_float32(configuration)
    trainer = EvaluatingDPOTrainer(
        model=_load(folder, job, options, tokenizer),
        ref_model=_load(reference, job, options, tokenizer) if needs_loading(reference, folder, options) else None,
        args=configuration,
        train_dataset=train,
        eval_dataset=dev,
        processing_class=tokenizer,
        peft_config=adapters(options),
    )
    train_in_float32(trainer.model, options)
    prepare_sharding(trainer, options)
    for prepared, counted in ((trainer.train_dataset, figures), (trainer.eval_dataset, dev_figures)):
        if counted:
            check_prepared(prepared, counted, options.max_length)
    if precomputes(options):
        trainer.ref_model = None  # the dataset holds all that it would answer
    evaluated = dev_figures.pairs_kept if dev_figures else 0
    return trainer, {**asdict(figures), "eval_pairs": evaluated}, figures.tokens


def _load(folder: Path, job: JobFile, options: TrlDpoTrainer, tokenizer: PreTrainedTokenizerBase) -> Any:
    set_seed(job.seed)  # embeddings of new tokens are drawn; the reference gets the same
    return load_model(folder, options, tokenizer)


def _pairs(
    path: str, tokenizer: PreTrainedTokenizerBase, folder: Path, options: TrlDpoTrainer
) -> tuple[Dataset, PairFigures]:
    try:
        generation = GenerationConfig.from_pretrained(folder)
    except OSError:
        generation = None
    ending, context = ending_tokens(tokenizer, generation), context_length(folder)
    pairs = read_pairs(Path(path), tokenizer)
    kept, figures = check_pairs(pairs, tokenizer, ending, options.max_length, options.max_prompt_length, context)
    _log.info("%s: %s", Path(path).name, asdict(figures))
    return Dataset.from_list([dict(pair.row) for pair in kept]), figures


def _dev(
    job: JobFile, tokenizer: PreTrainedTokenizerBase, folder: Path, options: TrlDpoTrainer
) -> tuple[Dataset | None, PairFigures | None]:
    if job.evaluation is None:
        return None, None
    try:
        return _pairs(job.evaluation, tokenizer, folder, options)
    except UnusablePairs as error:
        _log.warning("no dev pair can be evaluated, so there is no best checkpoint and no early stopping: %s", error)
        return None, None


def _course(trainer: EvaluatingDPOTrainer) -> dict[str, float]:
    found = best(trainer.state.log_history)
    course: dict[str, float] = {"steps": trainer.state.global_step}
    return course if found is None else {**course, "best_step": found.step, "best_eval_loss": found.eval_loss}
