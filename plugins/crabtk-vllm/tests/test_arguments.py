"""The option ``engine`` is checked against what this vLLM knows."""

from typing import Any

import pytest

pytest.importorskip("vllm")

from crabtk.errors import BackendError
from crabtk_vllm import VllmBackend

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ({"max_num_batched_token": 1}, "did you mean .*max_num_batched_tokens"),
        ({"qqqqqqqqqq": 1}, "EngineArgs"),
        ({"dtype": "float32"}, 'give it once, as the option "dtype"'),
        ({"kv_cache_memory_bytes": 1}, 'the option "kv_cache_gib"'),
        ({"skip_tokenizer_init": True}, "cannot be set"),
    ],
    ids=str,
)
def test_a_wrong_engine_argument_is_named(engine: dict[str, Any], says: str) -> None:
    with pytest.raises(BackendError, match=says):
        VllmBackend("owner/model", engine=engine).__enter__()


def test_what_is_given_replaces_the_defaults() -> None:
    from crabtk_vllm.arguments import engine_arguments

    made = engine_arguments({"model": "m", "dtype": None}, {"enable_prefix_caching": False, "block_size": 16})
    assert made["enable_prefix_caching"] is False
    assert made["block_size"] == 16 and made["model"] == "m"
    assert "dtype" not in made
    assert engine_arguments({"model": "m"}, {})["enable_prefix_caching"] is True


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(BackendError, match="cannot start /no/such/folder"):
        VllmBackend("/no/such/folder").__enter__()
