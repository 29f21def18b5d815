"""Prompts to learn from and trip wires: read, measured against the model's context, counted."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk.reply import opened_by
from crabtk_trl.chat import takes_system, with_system_merged
from crabtk_trl.grpo_samples import Reward
from crabtk_trl.grpo_trainer import TrlGrpoTrainer
from crabtk_trl.preference_checks import ends_turn
from crabtk_trl.preference_rows import Messages, messages_of, rendered, shared

_log = logging.getLogger("crabtk_trl")
_KINDS = ("prompt", "trip_wire")
_END = 64  # tokens, which hold a tag and white space even where each is a byte


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt.

    Attributes:
        messages: What the model is given.
        constraints: JSON list of ``{"type", "params", "text"}``, as the reward reads it.
        trip_wire: Never learnt from, only reported.
        opening: Of a block of hidden reasoning with which the rendered prompt ends; mostly there is none.
        tokens: Of the rendered prompt.
        system_merged: Whether the system message went into the first user's, for want of a place in the template.
    """

    messages: Messages
    constraints: str
    trip_wire: bool
    tokens: Sequence[int]
    opening: str = ""
    system_merged: bool = False


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of a file that leave room for a response.

    Attributes:
        learnt: To learn from.
        trip_wires: To report on.
        figures: ``prompts`` and ``trip_wires`` of the file, ``prompts_dropped`` and ``trip_wires_dropped`` of them
            for their length; ``prompts_left_out`` (see ``in_generations``); ``system_merged`` and ``tokens_prompt`` of
            those to learn from, each once.
    """

    learnt: list[Prompt]
    trip_wires: list[Prompt]
    figures: dict[str, int]

    def dataset(self) -> Dataset:
        """Return TRL's input: prompts with their constraints and openings, which the reward is called with."""
        return Dataset.from_list(
            [{"prompt": row.messages, "constraints": row.constraints, "opening": row.opening} for row in self.learnt]
        )


def read_prompts(path: Path, tokenizer: PreTrainedTokenizerBase, longest: int, form: Reward) -> Prompts:
    """Read JSON Lines of prompts; those longer than ``longest`` tokens are dropped and counted.

    Args:
        form: Reads each row's constraints: one that cannot be rewarded is found out before the first step.
    Raises:
        TrainingError: A row is no prompt; names file and row.
    """
    system = takes_system(tokenizer)
    with path.open(encoding="utf-8") as lines:
        rows = [_prompt(line, number, path.name, tokenizer, system, form) for number, line in enumerate(lines, 1)]
    learnt, trip_wires = ([row for row in rows if row.trip_wire is kind] for kind in (False, True))
    kept, watched = ([row for row in kind if len(row.tokens) <= longest] for kind in (learnt, trip_wires))
    figures = {
        "prompts": len(learnt),
        "prompts_dropped": len(learnt) - len(kept),
        "trip_wires": len(trip_wires),
        "trip_wires_dropped": len(trip_wires) - len(watched),
        "system_merged": sum(row.system_merged for row in kept),
        "tokens_prompt": sum(len(row.tokens) for row in kept),
    }
    if figures["prompts_dropped"] or figures["trip_wires_dropped"]:
        _log.warning(
            "prompts of more than %d tokens are dropped: %d of %d prompts and %d of %d trip wires",
            longest, figures["prompts_dropped"], len(learnt), figures["trip_wires_dropped"], len(trip_wires),
        )  # fmt: skip
    return Prompts(kept, watched, figures)


def check_prompts(prompts: Prompts, longest: int) -> None:
    """Make sure that there is something to learn from.

    Raises:
        TrainingError: There are no prompts, or most are too long.
    """
    given, long = prompts.figures["prompts"], prompts.figures["prompts_dropped"]
    if not given:
        raise TrainingError(
            "There are no prompts to learn from. Look at the ledger of the prompts for RL: with calibration, prompts "
            "whose pass rate lies outside rl.pass_rates are left out."
        )
    if 2 * long > given:
        raise TrainingError(
            f"{long} of {given} prompts are longer than {longest} tokens, which is what max_prompt_length and the "
            "model's context less max_completion_length allow. Raise or lower them in the options, or make shorter "
            "prompts."
        )


def in_generations(prompts: Prompts, options: TrlGrpoTrainer) -> Prompts:
    """Count as ``prompts_left_out`` those that each epoch leaves out because they do not fill a generation.

    Raises:
        TrainingError: Not even one generation is filled: TRL would take no step and hand the model back as it was.
    """
    left, need = len(prompts.learnt), options.prompts_per_generation
    if left < need:
        how = (
            "batch_size × accumulation × processes"
            if options.generation_batch is None
            else f"generation_batch = {options.generation_batch}"
        )
        raise TrainingError(
            f"{left} prompts are left to learn from, but one generation takes {need}: {need * options.num_generations} "
            f"responses ({how}), {options.num_generations} to each prompt (num_generations). Give more prompts, or "
            "lower batch_size, accumulation or generation_batch in rl.options."
        )
    if left % need:
        _log.warning("a generation takes %d prompts: each epoch leaves out %d of %d", need, left % need, left)
    return replace(prompts, figures={**prompts.figures, "prompts_left_out": left % need})


def _prompt(
    line: str, number: int, file: str, tokenizer: PreTrainedTokenizerBase, system: bool, form: Reward
) -> Prompt:
    try:
        row = json.loads(line)
        messages = messages_of(row["prompt"])
        merged = not system and messages[0]["role"] == "system"
        if merged:
            messages = with_system_merged(messages)
        kind, constraints = row.get("kind", "prompt"), row["constraints"]
        if kind not in _KINDS or not isinstance(constraints, str):
            raise TypeError(f"kind must be one of {_KINDS} and constraints a text")
        form.explain(messages, "", constraints)
        tokens = rendered(tokenizer, messages, add_generation_prompt=True)
        opening = opened_by(str(tokenizer.decode(tokens[-_END:])))
    except Exception as error:  # templates raise what they like
        raise TrainingError(
            f"Row {number} of {file} is no prompt for RL: {type(error).__name__}: {error}. A row is "
            '{"prompt": [messages], "constraints": "[{type, params, text}, …] as JSON text", '
            '"kind": "prompt" or "trip_wire"}, with roles that the model\'s chat template knows.'
        ) from error
    return Prompt(messages, constraints, kind == "trip_wire", tokens, opening, merged)


def check_closing(prompts: Prompts, tokenizer: PreTrainedTokenizerBase) -> None:
    """Make sure that responses keep the tag which closes the reasoning that their prompts open.

    Raises:
        TrainingError: Decoding drops it, as a special token: every response would be hidden whole.
    """
    for opening in {row.opening for row in (*prompts.learnt, *prompts.trip_wires)} - {""}:
        closing = f"</{opening.strip()[1:]}"
        ids = tokenizer(closing, add_special_tokens=False)["input_ids"]
        if closing not in str(tokenizer.decode(ids, skip_special_tokens=True)):
            raise TrainingError(
                f"The chat template opens hidden reasoning with {opening.strip()}, and the tokenizer drops {closing} "
                'from responses as a special token, so nothing tells reasoning from reply. Set "special": false for '
                "both in the model's tokenizer_config.json and tokenizer.json."
            )
        _log.info("the chat template opens hidden reasoning: responses without %s get no reward", closing)


def check_stop(tokenizer: PreTrainedTokenizerBase, ending: frozenset[int]) -> None:
    """Make sure that a turn as the chat template writes it ends where generation stops.

    Raises:
        TrainingError: It does not: every response would run on to ``max_completion_length``.
    """
    ask: Any = [{"role": "user", "content": "Hello."}]
    turn = rendered(tokenizer, [*ask, {"role": "assistant", "content": "Hello."}])
    answer = turn[shared(rendered(tokenizer, ask, add_generation_prompt=True), turn) :]
    if not ends_turn(answer, tokenizer, ending):
        stops = sorted(str(tokenizer.convert_ids_to_tokens(token)) for token in ending)
        raise TrainingError(
            f"The chat template ends an assistant's turn with {tokenizer.decode(answer[-8:])!r}, but generation stops "
            f"at {stops or 'no token'}: every response would run on to max_completion_length. Set eos_token in the "
            "model's tokenizer_config.json (and eos_token_id in generation_config.json) to the token that ends a turn."
        )
