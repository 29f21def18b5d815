"""The option ``engine`` is checked against what this SGLang knows."""

from importlib.util import find_spec
from typing import Any

import pytest

if find_spec("sglang") is None:
    pytest.skip("needs sglang", allow_module_level=True)

from crabtk.errors import BackendError
from crabtk_sglang import SglangBackend

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ({"chunked_prefil_size": 1}, "did you mean .*chunked_prefill_size"),
        ({"qqqqqqqqqq": 1}, "ServerArgs"),
        ({"dtype": "float32"}, 'give it once, as the option "dtype"'),
        ({"model_path": "other"}, 'the option "model"'),
        ({"skip_tokenizer_init": True}, "cannot be set"),
    ],
    ids=str,
)
def test_a_wrong_server_argument_is_named(engine: dict[str, Any], says: str) -> None:
    from crabtk_sglang.arguments import server_arguments

    with pytest.raises(BackendError, match=says):
        server_arguments({"model_path": "owner/model", "dtype": None}, engine)


def test_what_is_given_replaces_the_defaults() -> None:
    from crabtk_sglang.arguments import DEFAULTS, server_arguments

    made = server_arguments({"model_path": "m", "dtype": None}, {"log_level": "info", "page_size": 16})
    assert made["log_level"] == "info" and made["page_size"] == 16 and made["model_path"] == "m"
    assert "dtype" not in made
    assert server_arguments({"model_path": "m"}, {}) == {"model_path": "m", **DEFAULTS}


def test_a_wrong_server_argument_ends_the_opening() -> None:
    with pytest.raises(BackendError, match=r"did you mean .*chunked_prefill_size"):
        SglangBackend("owner/model", engine={"chunked_prefil_size": 1}).__enter__()


def test_a_model_that_is_not_there_is_named(arguments: dict[str, Any]) -> None:
    with pytest.raises(BackendError, match="cannot start /no/such/folder"):
        SglangBackend("/no/such/folder", engine=arguments).__enter__()
