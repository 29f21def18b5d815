import re
from dataclasses import replace

import pytest

from crabtk.reporting import markdown
from crabtk.reporting.card import dataset_card
from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.summaries import summary
from crabtk.settings import Seeds, SeedSource, Settings


@pytest.fixture(scope="module")
def card(inputs):
    return dataset_card(inputs)


def _front(card):
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load(card.split("---\n")[1])


def test_front_matter_is_what_the_hub_reads(card):
    front = _front(card)
    assert front["pretty_name"] == "Sample run <i>🦀</i>"
    assert front["license"] == "other" and front["language"] == ["ar", "en"]
    assert front["size_categories"] == ["n<1K"]
    assert front["configs"][0]["data_files"] == [
        {"split": "train", "path": "data/train.parquet"},
        {"split": "held_out", "path": "data/held_out.parquet"},
    ]


def test_one_licence_of_all_sources_is_the_cards(inputs):
    source = SeedSource(path="creative.jsonl", licence="Apache-2.0")
    chat = SeedSource(path="x", name="chat <b>|evil`", licence="apache-2.0")
    settings = Settings(seeds=Seeds(sources=(source, chat)))
    assert _front(dataset_card(replace(inputs, settings=settings)))["license"] == "apache-2.0"


def test_its_numbers_are_the_summarys(inputs, card):
    numbers = summary(inputs)
    assert f"{numbers['examples']['train']} training examples and {numbers['examples']['held_out']} held-out" in card
    for row in numbers["constraints"]["types"]:
        assert f"| `{row['type']}` | {row['by_code']} | {row['by_judge']} |" in card
    assert "**271 of 271 are true.**" in card


def test_it_shows_no_text_of_the_data_and_tells_no_secret(inputs, card):
    assert "sk-secret" not in card and "/home/someone" not in card
    assert "alert(" not in card and "<script" not in card
    prose = re.sub(r"```.*?```|`+ ?[^\n]*? ?`+", "", card.split("---\n", 2)[2], flags=re.DOTALL)
    assert "<" not in prose


def test_it_works_without_anything():
    card = dataset_card(ReportInputs())
    assert "There are no seeds." in card and "There are no constraints." in card
    assert "held_out.parquet" not in card.split("---\n")[1]


def test_equal_inputs_give_equal_bytes(inputs, card):
    assert dataset_card(replace(inputs, seeds=inputs.seeds.reverse())) == card


@pytest.mark.parametrize("hostile", ["`", "``x`", "a|b", "x\n# y", "```", "", "<b>", "[a](javascript:x)"])
def test_markdown_cannot_be_broken(hostile):
    inline = markdown.code(hostile)
    assert "\n" not in inline and "|" not in inline
    fence = re.match("`+", inline)[0]
    assert inline.endswith(fence) and fence not in inline.removeprefix(fence).removesuffix(fence)
    fence = markdown.block(hostile).splitlines()[0]
    assert markdown.block(hostile).count(fence) == 2
    assert not re.search(r"[<>`|\[\]\n]", markdown.prose(hostile))
