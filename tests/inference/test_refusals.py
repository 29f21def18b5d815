"""Refusals are told from answers."""

import pytest

from crabtk.inference.refusals import LONGEST_REFUSAL, is_refusal


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't assist with that.",
        "I’m sorry, but I cannot help with that request.",
        "I'm very sorry, I can't help.",
        "As an AI language model, I cannot provide medical advice.",
        "As an AI, I don't feel comfortable writing this.",
        "I cannot fulfill this request.",
        "Unfortunately, I am unable to provide this.",
        "I'm not able to write that story.",
        "Sorry, I can't do that.",
        "No, I won't help with this.",
        "I must decline to answer.",
        "I decline.",
        "I apologize, but I cannot generate content of this kind.",
        "**I can't help you with that.**",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I'm sorry for your loss. Losing a pet is hard.",
        "I'm sorry to hear that. Here is what you can do:",
        "I can't wait to help you!",
        "I can provide a list.",
        "You cannot divide by zero.",
        "I cannot only write prose; I write verse, too.",
        "Unfortunately, the store is closed.",
        "I can't stress enough how much this will help.",
        "I won't give up on you.",
        "I could not help but smile.",
        "I cannot help laughing when I think of it.",
        "As a teacher, I plan my lessons a week ahead.",
        "I'm sorry, but I can't assist with that. " + "However, here is a story. " * (LONGEST_REFUSAL // 20),
    ],
)
def test_answers(text: str) -> None:
    assert not is_refusal(text)
