import pytest

from crabtk.reporting import formats
from crabtk.reporting.redaction import HIDDEN, public_model, public_settings, shown_settings
from crabtk.settings import Engine, Settings


@pytest.mark.parametrize(
    ("write", "value", "written"),
    [
        (formats.count, 1234567, "1,234,567"),
        (formats.count, 2.5, "2.50"),
        (formats.share, 0.05, "5\xa0%"),
        (formats.share, 0.125, "12.5\xa0%"),
        (formats.score, 0.07, "7.0\xa0%"),
        (formats.points, 0.042, "+4.2"),
        (formats.points, -0.042, "−4.2"),
        (formats.points, 0.0001, "±0.0"),
        (formats.probability, 0.0001, "<\xa00.001"),
        (formats.probability, 0.004, "0.004"),
        (formats.probability, 0.531, "0.53"),
        (formats.duration, 0.42, "0.4\xa0s"),
        (formats.duration, 59.97, "1\xa0min 0\xa0s"),
        (formats.duration, 7265, "2\xa0h 1\xa0min"),
        (formats.number, 2.31894, "2.319"),
    ],
)
def test_numbers(write, value, written):
    assert write(value) == written


def test_unknown_is_a_dash():
    assert {write(None) for write in formats.STYLES.values()} == {"–"}


def test_clip_keeps_both_ends_and_counts_the_rest():
    assert formats.clip("short", 10) == "short"
    clipped = formats.clip("a" * 600 + "b" * 600, 300)
    assert clipped.startswith("a" * 200) and clipped.endswith("b" * 100) and "900 characters left out" in clipped


def test_secrets_are_hidden_and_ordinary_options_are_not():
    options = {
        "api_key": "sk-1",
        "hf_token": "hf_1",
        "headers": [{"Authorization": "Bearer x"}],
        "max_tokens": 5,
        "api_key_env": "KEY",
    }
    settings = Settings(engines={"default": Engine(backend="openai", model="/home/me/m", options=options)})
    shown = shown_settings(settings)["engines"]["default"]["options"]
    assert shown == {
        "api_key": HIDDEN,
        "hf_token": HIDDEN,
        "headers": [{"Authorization": HIDDEN}],
        "max_tokens": 5,
        "api_key_env": "KEY",
    }
    assert public_settings(settings)["engines"]["default"] == {"backend": "openai", "model": "m", "batch_size": 16}


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("owner/name", "owner/name"),
        ("/models/a b/name", "name"),
        ("C:\\models\\name", "name"),
        ("./name", "name"),
        ("gpt", "gpt"),
    ],
)
def test_local_models_lose_their_folder(model, shown):
    assert public_model(model) == shown
