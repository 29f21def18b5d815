"""The dataset as it lies on disk: every claim is checked from the written files alone, with fresh types."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from crabtk import ParsedText, builtin

Row = Mapping[str, Any]
SPLITS = ("train", "dev", "held_out")


@pytest.fixture(scope="module")
def dataset(workshop_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a dataset made from all samples with all types, a chat source among the seeds."""
    folder = tmp_path_factory.mktemp("truth")
    order = [(turn, role) for turn in ("first", "second") for role in ("user", "assistant")]
    chat = [
        {"messages": [{"role": role, "content": f"The {role}'s {turn} turn of chat {n}."} for turn, role in order]}
        for n in range(30)
    ]
    folder.joinpath("chat.jsonl").write_text("\n".join(map(json.dumps, chat)), "utf-8")
    changes = {
        "seeds.sources": [
            {"path": "crabtk:samples", "licence": "Apache-2.0"},
            {"path": str(folder / "chat.jsonl"), "use": "chat"},
        ],
        "measuring.types": ["*"],
        "composition.demonstrated": 0.8,
        "composition.reverse": 0.45,
    }
    workshop_in(folder).run(changes, to="dataset")
    return folder / "out" / "dataset"


@pytest.fixture(scope="module")
def examples(dataset: Path) -> list[dict[str, Any]]:
    return [row for split in SPLITS for row in pl.read_parquet(dataset / f"data/{split}.parquet").to_dicts()]


@pytest.fixture(scope="module")
def constraints(dataset: Path) -> dict[str, dict[str, Any]]:
    return {row["constraint_id"]: row for row in pl.read_parquet(dataset / "constraints.parquet").to_dicts()}


def of_kind(examples: Sequence[Row], kind: str) -> list[Row]:
    found = [row for row in examples if row["kind"] == kind]
    assert found, f"the dataset has no {kind} example"
    return found


def test_each_constraint_that_code_can_check_holds(
    examples: list[Row], constraints: dict[str, Row], toy: ModuleType
) -> None:
    types = {type_.name: type_ for type_ in [*_registered(builtin), *_registered(toy)]}
    wrong: list[tuple[str, str]] = []
    checked = 0
    for row in of_kind(examples, "forward"):
        text = ParsedText(row["messages"][-1]["content"])
        for name in row["constraint_ids"]:
            constraint = constraints[name]
            assert constraint["seed_id"] == row["seed_id"]
            assert constraint["verdict"] == "holds"
            if constraint["type"] in types:
                checked += 1
                if not types[constraint["type"]].check(text, json.loads(constraint["params"])):
                    wrong.append((row["example_id"], name))
    assert wrong == []
    assert checked > 300
    print(f"{checked} constraints of forward examples checked from the files, all hold")


def test_what_is_asked_stands_in_the_prompt(examples: list[Row], constraints: dict[str, Row]) -> None:
    for row in of_kind(examples, "forward"):
        asked = row["messages"][-2]["content"]
        assert row["constraint_ids"]
        assert [name for name in row["constraint_ids"] if constraints[name]["text"] not in asked] == []


def test_demonstrations_show_constraints_of_training_seeds_other_than_their_own(
    examples: list[Row], constraints: dict[str, Row]
) -> None:
    held_out = {row["seed_id"] for row in examples if row["split"] == "held_out"}
    texts: dict[str, list[str]] = {}
    for constraint in constraints.values():
        texts.setdefault(constraint["seed_id"], []).append(constraint["text"])
    shown = 0
    for row in of_kind(examples, "forward"):
        turns = [m for m in row["messages"] if m["role"] != "system"]
        demonstrations = [turns[n]["content"] for n in range(0, len(turns) - 2, 2)]
        assert len(demonstrations) == len(row["demonstration_ids"]) == len(set(row["demonstration_ids"]))
        assert not {row["seed_id"], *held_out} & set(row["demonstration_ids"])
        for seed_id, turn in zip(row["demonstration_ids"], demonstrations, strict=True):
            assert any(text in turn for text in texts[seed_id])
            shown += 1
    assert shown > 30


def test_held_out_seeds_are_in_no_training_example(examples: list[Row]) -> None:
    held_out = [row for row in examples if row["split"] == "held_out"]
    assert held_out
    assert {row["kind"] for row in held_out} == {"forward"}
    assert not any(row["demonstration_ids"] for row in held_out)
    trained = {row["seed_id"] for row in examples if row["split"] == "train"}
    assert not trained & {row["seed_id"] for row in held_out}
    answers = {row["messages"][-1]["content"] for row in held_out}
    assert not answers & {m["content"] for row in examples if row["split"] == "train" for m in row["messages"]}


def test_messages_are_a_conversation_that_ends_with_its_target(examples: list[Row]) -> None:
    for row in examples:
        roles = [message["role"] for message in row["messages"]]
        turns = roles[1:] if roles[0] == "system" else roles
        assert turns == ["user", "assistant"] * (len(turns) // 2), row["example_id"]
        assert all(message["content"].strip() for message in row["messages"])


def test_reverse_targets_are_in_the_format_that_was_asked_for(examples: list[Row], constraints: dict[str, Row]) -> None:
    seen: set[str] = set()
    for row in of_kind(examples, "reverse"):
        question, target = (message["content"] for message in row["messages"])
        (format_,) = [name for name, (asked, _) in FORMATS.items() if question.endswith(asked)]
        texts = [constraints[name]["text"] for name in row["constraint_ids"]]
        types = [constraints[name]["type"] for name in row["constraint_ids"]]
        parsed = FORMATS[format_][1](target)
        assert parsed in (texts, list(zip(types, texts, strict=True))), (format_, target)
        seen.add(format_)
    assert seen == set(FORMATS)


def _bulleted(text: str) -> list[str]:
    return [line.removeprefix("- ") for line in text.split("\n")]


def _numbered(text: str) -> list[str]:
    found = [re.fullmatch(r"(\d+)\. (.*)", line) for line in text.split("\n")]
    assert [int(line[1]) for line in found if line] == list(range(1, len(found) + 1))
    return [line[2] for line in found if line]


def _table(text: str) -> list[tuple[str, str]]:
    rows = [re.fullmatch(r"\| ([^|]*) \| (.*) \|", line) for line in text.split("\n")]
    assert [row.groups() for row in rows[:2] if row] == [("Type", "Constraint"), ("---", "---")]
    return [(row[1], row[2].replace("\\|", "|")) for row in rows[2:] if row]


def _xml(text: str) -> list[tuple[str, str]]:
    return [(element.attrib["type"], element.text or "") for element in ET.fromstring(text)]


def _csv(text: str) -> list[tuple[str, ...]]:
    header, *rows = csv.reader(text.splitlines())
    assert header == ["type", "constraint"]
    return [tuple(row) for row in rows]


FORMATS: Mapping[str, tuple[str, Callable[[str], list[Any]]]] = {
    "bullets": ('each beginning with "- ".', _bulleted),
    "numbered": ("Give a numbered list, one constraint on each line.", _numbered),
    "lines": ("Write one constraint per line, with nothing before it.", lambda text: text.split("\n")),
    "json_list": ("Answer with a JSON array of strings.", json.loads),
    "json_object": ("maps each constraint's type to its text.", lambda text: list(json.loads(text).items())),
    "table": ("Answer with a Markdown table with the columns Type and Constraint.", _table),
    "xml": ("with a type attribute for each.", _xml),
    "csv": ("Answer in CSV with the header type,constraint.", _csv),
}


def test_chat_is_the_conversation_of_its_source(dataset: Path, examples: list[Row]) -> None:
    source = dataset.parents[1] / "chat.jsonl"
    known = [json.loads(line)["messages"] for line in source.read_text("utf-8").splitlines()]
    chat = of_kind(examples, "chat")
    assert all(row["messages"] in known and not row["constraint_ids"] for row in chat)
    assert 0.08 < len(chat) / sum(row["split"] == "train" for row in examples) < 0.12


def test_the_card_says_how_much_was_found(dataset: Path, constraints: dict[str, Row]) -> None:
    card = dataset.joinpath("README.md").read_text("utf-8")
    (checked, held) = re.findall(r"\*\*([\d,]+) of ([\d,]+) are true\.\*\*", card)[0]
    assert checked == held != "0"
    (measured,) = re.findall(r"Code found ([\d,]+) constraints", card)
    assert int(measured.replace(",", "")) == sum(row["origin"] == "measured" for row in constraints.values())


def test_hugging_face_datasets_loads_the_files_as_they_are(dataset: Path, tmp_path: Path, python: Any) -> None:
    loaded = python(
        "-c",
        LOAD,
        str(dataset),
        env={"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"},
    )
    assert loaded.returncode == 0, loaded.stderr
    by_way = json.loads(loaded.stdout.splitlines()[-1])
    expected = {split: pl.read_parquet(dataset / f"data/{split}.parquet").to_dicts() for split in SPLITS}
    assert by_way == dict.fromkeys(("folder", "parquet", "json"), expected)


LOAD = """
import json, sys
from pathlib import Path
from datasets import load_dataset
folder = Path(sys.argv[1])
names = ("train", "dev", "held_out")
ways = {
    "folder": load_dataset(str(folder)),
    "parquet": load_dataset("parquet", data_files={name: str(folder / f"data/{name}.parquet") for name in names}),
    "json": load_dataset("json", data_files={name: str(folder / f"{name}.jsonl") for name in names}),
}
print(json.dumps({way: {name: list(split) for name, split in found.items()} for way, found in ways.items()}))
"""


def test_json_lines_hold_the_same_rows(dataset: Path) -> None:
    for split in SPLITS:
        lines = dataset.joinpath(f"{split}.jsonl").read_text("utf-8").split("\n")[:-1]
        assert [json.loads(line) for line in lines] == pl.read_parquet(dataset / f"data/{split}.parquet").to_dicts()


def test_the_toy_type_is_in_the_dataset(constraints: dict[str, Row]) -> None:
    assert "toy:questions" in {row["type"] for row in constraints.values()}


def _registered(module: ModuleType) -> list[Any]:
    found: list[Any] = []
    module.register_constraint_types(found.append)
    return found
