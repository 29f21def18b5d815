"""The commands on files as people have them: one JSON line each, summaries, refused rows, clear errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from crabtk.cli import cli
from crabtk.constraints.builtin import TYPES
from crabtk.errors import SeedReadError, UnknownNameError, VerificationError
from crabtk.text import ParsedText

BY_NAME = {type_.name: type_ for type_ in TYPES}
RESPONSE = (
    "Bees gather nectar from flowers near the hive. The bees fly far, and they come back at dusk.\n\n"
    "- dig the soil\n- plant beans\n- water the beans\n\nThe bees like beans. Would you like bees?"
)


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)), input=text, catch_exceptions=False)


def lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rows = [{"prompt": "Tell me of bees.", "completion": RESPONSE}, {"prompt": "Say hello.", "completion": "Hello!"}]
    return write(tmp_path / "pairs.jsonl", [*rows, {"prompt": "No answer."}])


def test_measure_gives_a_json_line_per_constraint_that_holds(pairs: Path) -> None:
    result = run("measure", pairs, "--json")
    found = lines(result)
    assert len(found) > 10
    for row in found:
        assert set(row) == {"seed_id", "type", "params", "text"}
        assert row["seed_id"].startswith("pairs.jsonl-")
        assert BY_NAME[row["type"]].check(ParsedText(RESPONSE), row["params"])
        assert BY_NAME[row["type"]].parse(row["text"]) == row["params"]
    assert "pairs.jsonl, row 3" in result.stderr
    assert "1 rows refused" in result.stderr


def test_measure_shows_a_table_and_takes_types(pairs: Path) -> None:
    result = run("measure", pairs, "--types", "list", "--types", "length:lines", "--without", "list:marker")
    shown = {line.split()[1] for line in result.stdout.splitlines()}
    assert "list:bullets" in shown
    assert "list:marker" not in shown
    assert {name.split(":")[0] for name in shown} <= {"list", "length"}


@pytest.mark.slow
def test_measure_is_the_same_over_processes_and_in_the_run(tmp_path: Path) -> None:
    file = write(tmp_path / "p.jsonl", [{"prompt": f"Tell {n}.", "completion": f"{n}. {RESPONSE}"} for n in range(200)])
    once = run("measure", file, "--json")
    assert once.stdout == run("measure", file, "--json", "--processes", "2").stdout
    assert once.stdout != run("measure", file, "--json", "--seed", "7").stdout


def test_measure_leaves_evaluation_types_out_unless_named(pairs: Path) -> None:
    (name,) = [type_.name for type_ in TYPES if type_.name == "word:repeat_limit"]
    assert BY_NAME[name].evaluation_only
    assert name not in {row["type"] for row in lines(run("measure", pairs, "--json"))}
    assert name in {row["type"] for row in lines(run("measure", pairs, "--json", "--types", name))}


def test_measure_says_what_is_wrong(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match='no constraint type or family "lists"'):
        run("measure", pairs, "--types", "lists")
    with pytest.raises(SeedReadError, match="no file or folder"):
        run("measure", tmp_path / "absent.jsonl")


def test_refused_rows_are_kept(pairs: Path, tmp_path: Path) -> None:
    run("measure", pairs, "--ledger", tmp_path / "ledger.jsonl")
    (row,) = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert (row["file"], row["row"]) == ("pairs.jsonl", 3)


OURS = [
    {"type": "list:bullets", "params": {"relation": "exactly", "n": 3}},
    {"type": "length:words", "params": '{"relation": "at_least", "words": 500}'},
]


def test_verify_takes_our_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "ours.jsonl", [{"key": "a", "response": RESPONSE, "constraints": OURS}])
    assert lines(run("verify", file, "--json")) == [{"key": "a", "strict": [True, False], "loose": [True, False]}]


def test_verify_is_loose_about_packaging_and_hidden_reasoning(tmp_path: Path) -> None:
    ask = [{"type": "list:bullets", "params": {"relation": "exactly", "n": 1}}]
    rows = [
        {"response": "- Sure!\n- bees", "constraints": ask},
        {"response": "<think>\n- a\n- b\n</think>\n- bees", "constraints": ask},
        {"response": [{"type": "text", "text": "- bees"}, {"type": "image_url"}], "constraints": ask},
        {"response": None, "constraints": ask},
        {"response": "<think>- bees", "constraints": ask},
        {
            "messages": [{"role": "user", "content": "Go"}, {"role": "assistant", "content": "- bees"}],
            "constraints": ask,
        },
    ]
    found = lines(run("verify", write(tmp_path / "r.jsonl", rows), "--json"))
    assert [(row["strict"], row["loose"]) for row in found] == [
        ([False], [True]),
        ([True], [True]),
        ([True], [True]),
        ([False], [False]),
        ([False], [False]),
        ([True], [True]),
    ]


def test_verify_refuses_what_nobody_knows_and_goes_on(tmp_path: Path) -> None:
    rows = [
        {"response": "Hi", "instruction_id_list": ["no:such"], "kwargs": [{}]},
        {"response": "Hi", "instruction_id_list": ["list:bullets"], "kwargs": []},
        {"response": "Hi", "constraints": "list:bullets"},
        {"constraints": []},
        {"response": "Hi", "constraints": [{"type": "list:bullets"}]},
        {"response": "- Hi", "constraints": OURS[:1]},
    ]
    result = run("verify", write(tmp_path / "r.jsonl", rows), "--json")
    found = lines(result)
    assert len(found) == 6
    assert [row.get("strict") for row in found] == [None, None, None, None, None, [False]]
    assert 'neither an instruction nor a constraint type "no:such"' in found[0]["error"]
    assert "one object for each" in found[1]["error"]
    assert "list:bullets lacks the parameter" in found[4]["error"]
    assert "r.jsonl, row 4" in result.stderr
    with pytest.raises(VerificationError, match="Not one row"):
        run("verify", write(tmp_path / "none.jsonl", rows[:1]))


def test_repeated_ids_are_all_judged(tmp_path: Path) -> None:
    rows = [{"response": "- Hi", "constraints": [OURS[0], OURS[0]]}]
    (found,) = lines(run("verify", write(tmp_path / "r.jsonl", rows), "--json"))
    assert found["strict"] == [False, False]


def test_verify_joins_responses_with_what_was_asked(tmp_path: Path) -> None:
    asked = write(tmp_path / "asked.jsonl", [{"key": 7, "prompt": "Bees?", "constraints": OURS}])
    said = [{"key": 7, "response": RESPONSE}, {"prompt": "Bees? ", "response": "No."}, {"key": 8, "response": "?"}]
    found = lines(run("verify", write(tmp_path / "said.jsonl", said), "--prompts", asked, "--json"))
    assert [row["strict"] for row in found] == [[True, False], [False, False], None]


def test_verify_reads_a_dataset_that_crabtk_wrote(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Bees?"}, {"role": "assistant", "content": RESPONSE}]
    rows = [
        {"example_id": "e1", "kind": "forward", "messages": messages, "constraint_ids": ["s/a", "s/b"]},
        {"example_id": "e2", "kind": "reverse", "messages": messages, "constraint_ids": []},
    ]
    write(tmp_path / "train.jsonl", rows)
    pl.DataFrame(
        {
            "constraint_id": ["s/a", "s/b"],
            "type": ["list:bullets", "style:writing"],
            "params": ['{"n": 3, "relation": "exactly"}', "{}"],
            "judged_by": ["code", "model"],
        }
    ).write_parquet(tmp_path / "constraints.parquet")
    assert lines(run("verify", tmp_path, "--json")) == [{"key": "e1", "strict": [True], "loose": [True]}]


def test_verify_sums_up(tmp_path: Path) -> None:
    file = write(tmp_path / "ours.jsonl", [{"response": RESPONSE, "constraints": OURS}] * 2)
    shown = run("verify", file, "--processes", "2").stdout
    assert "all instructions        4   50.0%   50.0%" in shown
    assert "list:bullets            2  100.0%  100.0%" in shown


@pytest.mark.slow
def test_benchmark_ids_are_judged_in_both_registries_over_processes(tmp_path: Path) -> None:
    asked = {"instruction_id_list": ["punctuation:no_comma", "detectable_format:number_bullet_lists"]}
    rows = [
        {"key": n, "response": f"* tea {n}\n* milk", "kwargs": [{}, {"num_bullets": 2, "relation": None}], **asked}
        for n in range(130)
    ]
    file = write(tmp_path / "ifeval.jsonl", rows)
    for registry in ("upstream", "fixed"):
        found = lines(run("verify", file, "--json", "--registry", registry, "--processes", "2"))
        assert [row["key"] for row in found] == list(range(130))
        assert {(*row["strict"], *row["loose"]) for row in found} == {(True, True, True, True)}


def test_types_lists_searches_and_shows_one() -> None:
    listed = {row["name"]: row for row in lines(run("types", "--json"))}
    assert set(BY_NAME) <= set(listed)
    assert listed["list:bullets"]["parameters"] == ["n", "relation"]
    found = {row["name"] for row in lines(run("types", "--json", "--search", "bullet points"))}
    assert "list:bullets" in found
    assert len(found) < 20
    shown = run("types", "list:bullets").stdout
    assert "Wordings:" in shown
    assert shown.count("bullet") > 10


def test_types_says_what_it_finds_in_a_text() -> None:
    found = lines(run("types", "list:marker", "--stdin", "--json", text=RESPONSE))[0]
    assert found["says"]["params"] == {"marker": "-"}
    assert "nothing" in run("types", "list:marker", "--stdin", text="No list.").stdout
    with pytest.raises(UnknownNameError, match='no constraint type "list:markers"'):
        run("types", "list:markers")
    assert run("types", "--stdin").exit_code != 0


def test_the_table_ends_quietly_when_nobody_reads_on(pairs: Path) -> None:
    command = f"{sys.executable} -m crabtk measure {pairs} | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
