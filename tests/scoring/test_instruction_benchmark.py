"""The base of benchmarks on instruction ids: rows, registries, and what is wrong with either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crabtk.constraints.builtin import TYPES
from crabtk.errors import BenchmarkError
from crabtk.protocols import Benchmark, Checker, Checks
from crabtk.scoring.instruction_benchmark import InstructionBenchmark
from crabtk.scoring.prompt_files import PublishedPrompts
from crabtk.text import ParsedText
from crabtk.types import Constraint, Params

TYPE = {type_.name: type_ for type_ in TYPES}


class Shouted:
    """One id that its reference takes for an exclamation mark anywhere, and its wording for two bullets."""

    name = "shouted"
    ids: ClassVar[dict[str, tuple[str, ...]]] = {"shout:loud": ("list:bullets",)}

    def upstream(self, id_: str, kwargs: Params, prompt: str, seed: int) -> Checker:
        return lambda text: "!" in text.raw.split("\n")[0] and seed == 7

    def canonical(self, id_: str, kwargs: Params, prompt: str) -> list[Constraint]:
        return [Constraint("list:bullets", {"relation": "exactly", "n": kwargs["n"]})]

    def alias(self, constraint: Constraint) -> None:
        return None


class Shouting(InstructionBenchmark):
    """A benchmark of one id."""

    name: ClassVar[str] = "shouting"
    instruction_set: ClassVar[str] = "shouted"
    published: ClassVar[PublishedPrompts] = PublishedPrompts()


CHECKS = Checks(TYPE, {"shouted": Shouted()})
ROW = {
    "key": 5,
    "prompt": "Shout.",
    "instruction_id_list": ["shout:loud", "digits:absent"],
    "kwargs": '[{"n": 2}, null]',
}


def prompts(folder: Path, *rows: Any) -> Path:
    path = folder / "p.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_each_registry_grades_each_instruction_strictly_and_loosely(tmp_path: Path) -> None:
    benchmark = Shouting(prompts=prompts(tmp_path, ROW), seed=7)
    assert isinstance(benchmark, Benchmark)
    (item,) = benchmark.items({})
    assert (item.item_id, item.messages[0].content, item.after) == ("5", "Shout.", None)
    assert item.payload["kwargs"] == [{"n": 2}, {}]
    grades = benchmark.grade(item, ParsedText("Sure 1\n- ho\n- hi!\nOf course"), CHECKS)
    assert [(g.type, g.strict, g.loose, g.variant, g.judged_by) for g in grades] == [
        ("shout:loud", False, False, "", "code"),
        ("digits:absent", False, True, "", "code"),
        ("shout:loud", True, True, "fixed", "code"),
        ("digits:absent", False, True, "fixed", "code"),
    ]


@pytest.mark.parametrize(("registry", "variants"), [("upstream", {""}), ("fixed", {"fixed"}), ("both", {"", "fixed"})])
def test_a_registry_keeps_its_variant_whichever_are_asked(tmp_path: Path, registry: Any, variants: set[str]) -> None:
    benchmark = Shouting(prompts=prompts(tmp_path, ROW), registry=registry)
    (item,) = benchmark.items({})
    assert {grade.variant for grade in benchmark.grade(item, ParsedText(""), CHECKS)} == variants
    assert not any(grade.strict or grade.loose for grade in benchmark.grade(item, ParsedText(" \n"), CHECKS))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({**ROW, "prompt": None}, "must hold a `key` and a text `prompt`"),
        ({**ROW, "key": 5}, "another row has the key 5 already"),
        ({**ROW, "key": 6, "kwargs": []}, "one object for each"),
        ({**ROW, "key": 6, "instruction_id_list": [], "kwargs": []}, "names no instruction"),
        ({**ROW, "key": 6, "kwargs": "[{"}, "arguments are no JSON"),
    ],
)
def test_a_broken_prompt_is_named_by_file_and_row(tmp_path: Path, row: Any, says: str) -> None:
    with pytest.raises(BenchmarkError, match=rf"p\.jsonl, row 2: .*{says}"):
        Shouting(prompts=prompts(tmp_path, ROW, row)).items({})


def test_what_cannot_be_judged_is_an_error_that_names_the_prompt(tmp_path: Path) -> None:
    rows = [{**ROW, "instruction_id_list": ["shout:low", "digits:absent"]}, {**ROW, "key": 6, "kwargs": None}]
    unknown, lacking = Shouting(prompts=prompts(tmp_path, *rows)).items({})
    with pytest.raises(BenchmarkError, match=r'"shouting", prompt 5: there is neither .* "shout:low"'):
        Shouting().grade(unknown, ParsedText("Hi"), CHECKS)
    with pytest.raises(BenchmarkError, match="prompt 6: shout:loud lacks the parameter 'n'"):
        Shouting().grade(lacking, ParsedText("Hi"), CHECKS)
    with pytest.raises(BenchmarkError, match="pip install crabtk-shouted"):
        Shouting().grade(unknown, ParsedText("Hi"), Checks(TYPE, {}))
