"""Training by reward, from the job to the finished model; runs in the child processes only."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from transformers import AutoConfig, GenerationConfig, PreTrainedTokenizerBase, set_seed

from crabtk.errors import TrainingError
from crabtk_trl.callbacks import Reporter
from crabtk_trl.channel import Channel
from crabtk_trl.chat import load_tokenizer
from crabtk_trl.checkdata import ending_tokens
from crabtk_trl.checkpoints import Checkpoints, identity
from crabtk_trl.child import prepare_torch
from crabtk_trl.dpo_reference import weights_digest
from crabtk_trl.export import export
from crabtk_trl.grpo_order import ResumableGRPOTrainer
from crabtk_trl.grpo_prompts import (
    Prompt,
    Prompts,
    check_closing,
    check_prompts,
    check_stop,
    in_generations,
    read_prompts,
)
from crabtk_trl.grpo_rewards import Rewards, open_rewards
from crabtk_trl.grpo_samples import Reward, SampledReward, Samples
from crabtk_trl.grpo_setup import KEPT, grpo_configuration, grpo_history
from crabtk_trl.grpo_trainer import TrlGrpoTrainer
from crabtk_trl.grpo_watch import Watch
from crabtk_trl.jobfile import JobFile
from crabtk_trl.model import context_length, load_model, resolve
from crabtk_trl.precision import train_in_float32
from crabtk_trl.resume import train_from
from crabtk_trl.setup import adapters

_log = logging.getLogger("crabtk_trl")


def run(job: JobFile, channel: Channel) -> dict[str, Any]:
    """Train and write the model; return history and figures.

    Raises:
        TrainingError: The prompts or the model cannot be used, or training diverged.
    """
    with open_rewards(job) as rewards:
        return _run(job, channel, rewards)


def _run(job: JobFile, channel: Channel, rewards: Rewards) -> dict[str, Any]:
    options = TrlGrpoTrainer(**job.options)
    prepare_torch(options)
    folder = resolve(job.model, job.revision)
    reference = _reference(job, options, folder)
    tokenizer = load_tokenizer(folder, job, options.section)
    _check_vocabulary(options, folder, tokenizer)
    prompts, dev = read_job(job, options, folder, tokenizer, rewards.form)
    samples = Samples(Path(job.work, "completions.jsonl"))
    rewarding: Any = SampledReward(rewards.training, samples, options, tokenizer)
    # Before the model is loaded: ZeRO-3 shards it while it is.
    configuration = grpo_configuration(job, options, context_length(folder))
    set_seed(job.seed)  # embeddings of new tokens are drawn
    trainer = ResumableGRPOTrainer(
        model=load_model(folder, options, tokenizer),
        reward_funcs=[rewarding],
        args=configuration,
        train_dataset=prompts.dataset(),
        processing_class=tokenizer,
        peft_config=adapters(options),
    )
    train_in_float32(trainer.model, options)
    checkpoints = Checkpoints(Path(job.work, "checkpoints"))
    with trainer.args.main_process_first():
        start = checkpoints.last(identity(job, folder, reference))
    _log.info("starting from %s", start.folder if start else "the model")
    if trainer.is_world_process_zero():
        samples.begin(start.step if start else 0)
    watched = {"trip_wire": prompts.trip_wires, "dev": dev}
    # Before the reporter, whose line on a step then follows what the evaluation found.
    trainer.add_callback(Watch(trainer, watched, rewards, samples, channel, options))
    trainer.add_callback(Reporter(channel, checkpoints, options, None, KEPT))
    train_from(trainer, start)
    steps = trainer.state.global_step
    figures = {**prompts.figures, "eval_prompts": len(dev), "responses": steps * options.step_batch, "steps": steps}
    export(trainer, job, options, folder, figures)
    return {"history": grpo_history(trainer.state.log_history), "figures": figures}


def read_job(
    job: JobFile, options: TrlGrpoTrainer, folder: Path, tokenizer: PreTrainedTokenizerBase, form: Reward
) -> tuple[Prompts, list[Prompt]]:
    """Read and check the prompts, and the dev prompts to evaluate on.

    Raises:
        TrainingError: A row is no prompt, most are too long, too few are left, or responses would never stop.
    """
    try:
        generation = GenerationConfig.from_pretrained(folder)
    except OSError:
        generation = None
    check_stop(tokenizer, ending_tokens(tokenizer, generation))
    longest = _longest(options, context_length(folder))
    prompts = read_prompts(Path(job.examples), tokenizer, longest, form)
    check_prompts(prompts, longest)
    prompts = in_generations(prompts, options)
    check_closing(prompts, tokenizer)
    dev = read_prompts(Path(job.evaluation), tokenizer, longest, form).learnt if job.evaluation else []
    _log.info("prompts: %s", prompts.figures)
    return prompts, dev[: options.evaluation_prompts]


def _longest(options: TrlGrpoTrainer, context: int | None) -> int:
    room = sys.maxsize if context is None else context - options.max_completion_length
    if room < 1:
        raise TrainingError(
            f"max_completion_length = {options.max_completion_length} leaves no room for a prompt in the model's "
            f"context of {context} tokens: lower it in rl.options."
        )
    return min(room, options.max_prompt_length or room)


def _reference(job: JobFile, options: TrlGrpoTrainer, folder: Path) -> Path | None:
    """Return the model that the KL divergence measures from, which is always the one that training starts from."""
    if not options.beta:
        return None
    if job.reference in (None, job.model):
        return folder
    if weights_digest(resolve(job.reference)) != weights_digest(folder):
        raise TrainingError(
            f"With beta above 0 the KL divergence is measured from the model that training starts from, {job.model}; "
            f"the job's reference {job.reference} holds other weights. Give the same model as both, or set beta = 0."
        )
    return folder


def _check_vocabulary(options: TrlGrpoTrainer, folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    """Make sure that the reference, which TRL loads as it lies in the folder, knows every token."""
    known = AutoConfig.from_pretrained(folder).get_text_config().vocab_size
    if options.beta and not options.lora and len(tokenizer) > known:
        raise TrainingError(
            f"The chat template adds tokens that the model does not have ({len(tokenizer)} to {known}), so no KL "
            "divergence can be measured from it. Fine-tune on examples first, train with lora = true, or set beta = 0."
        )
