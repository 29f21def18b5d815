"""The chat template that takes the place of a model's own."""

from __future__ import annotations

from pathlib import Path

from crabtk.errors import SettingsError

TURN_START, TURN_END = "<|im_start|>", "<|im_end|>"
CHATML = (
    "{% for message in messages %}"
    f"{TURN_START}{{{{ message['role'] }}}}\n{{{{ message['content'] }}}}{TURN_END}\n"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{TURN_START}assistant\n{{% endif %}}"
)
"""ChatML: each turn between two tokens of its own, with its role in the first line."""


def read_template(option: str, section: str) -> str | None:
    """Return the template that the option ``chat_template`` asks for; None where it asks for none.

    Args:
        section: Of the settings that the option stands in, for the error message.
    Raises:
        SettingsError: It names a file that cannot be read.
    """
    if option in ("", "chatml"):
        return CHATML if option else None
    try:
        return Path(option).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f'{section}.options.chat_template = "{option}" is neither "chatml" nor a Jinja file that can be read '
            f"({error}). Paths count from the folder that crabtk runs in."
        ) from error
