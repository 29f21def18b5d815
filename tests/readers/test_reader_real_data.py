"""The real files of ``CRABTK_DATA``: recognised, and read with the numbers counted by hand."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from crabtk.readers.builtin import READERS
from crabtk.readers.recognise import choose
from crabtk.readers.sources import read_records, read_source
from crabtk.settings import Source
from crabtk.types import Pair, Rejected

pytestmark = pytest.mark.data

DATA = Path(os.environ.get("CRABTK_DATA") or Path(__file__).parents[3] / "shared" / "data")


def source(name: str) -> Source:
    path = DATA / "seeds" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return Source(path=str(path))


@pytest.mark.parametrize(
    "name", ["alpaca_eval_gpt4.json", "alpaca_eval_gpt4_1106_preview.json", "alpaca_eval_wizardlm-13b-v1.2.json"]
)
def test_alpaca_eval(name: str) -> None:
    given = source(name)
    assert choose(read_records(given), "auto", READERS, name)[0].name == "alpaca"
    found = list(read_source(given, READERS))
    assert len(found) == 805 and all(isinstance(item, Pair) for item in found)
    first = found[0]
    assert isinstance(first, Pair)
    assert first.instruction == ("What are the names of some famous actors that started their careers on Broadway?")
    assert (first.row, first.messages, first.language) == (1, (), None)


def test_open_assistant_trees() -> None:
    given = source("oasst2_trees.jsonl")
    assert choose(read_records(given), "auto", READERS, "trees")[0].name == "oasst-trees"
    found = list(read_source(given, READERS))
    assert len(found) == 551
    reasons = Counter(item.reason.partition(": ")[2] for item in found if isinstance(item, Rejected))
    # Of 551 roots 33 have review_result null and 18 false, one of which is deleted; 96 have a reply of rank 0.
    assert reasons == {
        "its prompt was never reviewed": 33,
        "its prompt failed its review": 17,
        "its prompt was deleted": 1,
        "its prompt has no assistant's reply of rank 0": 404,
    }
    pairs = [item for item in found if isinstance(item, Pair)]
    assert Counter(len(pair.messages) for pair in pairs) == {0: 61, 4: 34, 6: 1}
    assert Counter(pair.language for pair in pairs).most_common(3) == [("en", 49), ("es", 26), ("zh", 7)]
