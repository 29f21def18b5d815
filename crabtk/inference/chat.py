"""From messages to tokens, with the tokenizer's own chat template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crabtk.errors import BackendError
from crabtk.inference.unanswerable import UnanswerableError
from crabtk.reply import opened_by
from crabtk.types import Message, Request

_MARK = "crabtk-mark"


class ChatTemplate:
    """Renders conversations of one model.

    Args:
        tokenizer: Of the model, as Hugging Face's libraries make them: ``chat_template``, ``apply_chat_template``,
            ``encode``, ``decode``, ``all_special_ids``, ``added_tokens_decoder``.
        model: Its name, for messages.
        options: Passed to the chat template.

    Raises:
        BackendError: The tokenizer has no chat template.
    """

    def __init__(self, tokenizer: Any, model: str, options: Mapping[str, Any]) -> None:
        if not tokenizer.chat_template:
            raise BackendError(
                f"The tokenizer of {model} has no chat template: use an instruction-tuned model, "
                "or add chat_template.jinja to its folder"
            )
        self._tokenizer = tokenizer
        self._options = dict(options)
        self._knows_system = self._shows_system_turns()
        self._opening = self._opened()

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """Return the tokens of a conversation up to where the assistant's reply begins.

        Where the template knows no system turn, its text opens the first user turn.

        Raises:
            UnanswerableError: The template refuses the conversation, or makes nothing of it.
        """
        try:
            tokens = self._render(messages if self._knows_system else _without_system(messages))
        except Exception as error:  # templates refuse a conversation with an error of their own choice
            raise UnanswerableError(f"the chat template refuses the conversation: {error}") from error
        if not tokens:
            raise UnanswerableError("the chat template makes an empty prompt of the conversation")
        return tokens

    def reply(self, request: Request, written: str) -> str:
        """Return what a model wrote, with the tag of hidden reasoning that the template opened before it.

        So a reply that was cut off within its reasoning shows that it is none. Without the tag where the request gives
        the form, which then begins at once.
        """
        free = request.json_schema is None and request.regex is None
        return self._opening + written if free else written

    def end_of_turn(self) -> int | None:
        """Return the special token that ends the assistant's turn in the template; None if there is none."""
        turns = [{"role": "user", "content": _MARK}, {"role": "assistant", "content": _MARK}]
        try:
            rendered = self._template(turns, tokenize=False, add_generation_prompt=False)
        except Exception:  # as below; each request will say so
            return None
        rest = str(rendered).rpartition(_MARK)[2]
        tokens = self._tokenizer.encode(rest, add_special_tokens=False)
        special = set(self._tokenizer.all_special_ids)
        special |= {i for i, token in self._tokenizer.added_tokens_decoder.items() if token.special}
        return next((token for token in tokens if token in special), None)

    def _render(self, messages: Sequence[Message]) -> list[int]:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        tokens = self._template(turns, tokenize=True, return_dict=False, add_generation_prompt=True)
        return [int(token) for token in tokens]

    def _template(self, turns: list[dict[str, str]], **how: Any) -> Any:
        return self._tokenizer.apply_chat_template(turns, **{**self._options, **how})

    def _opened(self) -> str:
        turns = [{"role": "user", "content": "Hello"}]
        try:
            opening = opened_by(str(self._template(turns, tokenize=False, add_generation_prompt=True)))
        except Exception:  # as below; each request will say so
            return ""
        if not opening:
            return ""
        closing = f"</{opening.strip()[1:]}"
        tokens = self._tokenizer.encode(closing, add_special_tokens=False)
        # Engines leave special tokens out: where the closing tag is one, no reply would seem to end its reasoning.
        return opening if closing in str(self._tokenizer.decode(tokens, skip_special_tokens=True)) else ""

    def _shows_system_turns(self) -> bool:
        turns = [{"role": "system", "content": _MARK}, {"role": "user", "content": "Hello"}]
        try:
            return _MARK in self._template(turns, tokenize=False, add_generation_prompt=True)
        except Exception:  # templates refuse a role with an error of their own choice
            return False


def _without_system(messages: Sequence[Message]) -> list[Message]:
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    turns = [message for message in messages if message.role != "system"]
    if not system:
        return turns
    if turns and turns[0].role == "user":
        return [Message("user", f"{system}\n\n{turns[0].content}"), *turns[1:]]
    return [Message("user", system), *turns]
