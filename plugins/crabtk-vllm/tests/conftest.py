"""The model of the tests, and what vLLM needs on a CPU."""

import os
from pathlib import Path

import pytest

# On a CPU vLLM keeps a core for itself, which a small machine cannot spare.
os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")


@pytest.fixture(scope="session")
def model() -> str:
    """The folder of SmolLM2-135M-Instruct."""
    folder = os.environ.get("CRABTK_SMOLLM2", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set CRABTK_SMOLLM2 to the folder of SmolLM2-135M-Instruct")
    return folder
