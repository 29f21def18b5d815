"""A model's chat format: its tokenizer with the template that the job asks for, and templates without a system role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers import AutoTokenizer, PreTrainedTokenizerBase

from crabtk.errors import TrainingError
from crabtk_trl.jobfile import JobFile
from crabtk_trl.template import CHATML, TURN_END, TURN_START

_PROBE = "xq7system"


def load_tokenizer(folder: Path, job: JobFile, section: str) -> PreTrainedTokenizerBase:
    """Load the tokenizer with the job's chat template; ChatML's two tokens are added where the vocabulary lacks them.

    With ChatML a turn's end becomes the token at which generation stops.

    Args:
        section: Of the settings that the options stand in, for the error message.
    Raises:
        TrainingError: Tokens would be added, and adapters train none.
    """
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
    if job.template is not None:
        tokenizer.chat_template = job.template
    if job.template == CHATML:
        missing = [token for token in (TURN_START, TURN_END) if token not in tokenizer.get_vocab()]
        if missing and job.options["lora"]:
            raise TrainingError(
                f"The tokenizer lacks ChatML's {missing}, and lora = true trains no embeddings of new tokens: the "
                f"model would never learn to stop. Set lora = false, or {section}.options.chat_template to a Jinja "
                "file that marks turns with tokens that the tokenizer has."
            )
        tokenizer.add_special_tokens({"additional_special_tokens": missing}, replace_extra_special_tokens=False)
        tokenizer.eos_token = TURN_END
    return tokenizer


def takes_system(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Tell whether the chat template shows a system message; some raise, some leave it out without a word."""
    messages = [{"role": "system", "content": _PROBE}, {"role": "user", "content": "Hi"}]
    try:
        return _PROBE in str(tokenizer.apply_chat_template(messages, tokenize=False))
    except Exception:  # templates raise what they like
        return False


def with_system_merged(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Put the text of a leading system message before the first user's, with an empty line between."""
    system, first, *rest = messages
    merged = {**first, "content": f"{system['content']}\n\n{first['content']}"}
    return [merged, *map(dict, rest)]
