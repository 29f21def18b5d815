"""The seed readers that crabtk brings."""

from __future__ import annotations

from crabtk.protocols import SeedReader
from crabtk.readers.alpaca import Alpaca
from crabtk.readers.alpaca_comparisons import AlpacaComparisons
from crabtk.readers.evol_instruct import EvolInstruct
from crabtk.readers.messages import Messages
from crabtk.readers.oasst_messages import OasstMessages
from crabtk.readers.oasst_trees import OasstTrees
from crabtk.readers.orca_chat import OrcaChat
from crabtk.readers.prompt_completion import PromptCompletion
from crabtk.readers.sharegpt import ShareGpt

READERS: tuple[SeedReader, ...] = (
    AlpacaComparisons(),
    OasstTrees(),
    OasstMessages(),
    EvolInstruct(),
    OrcaChat(),
    ShareGpt(),
    Messages(),
    PromptCompletion(),
    Alpaca(),
)
"""In order of recognition: where two formats recognise a row, the specific one stands before the general one."""
