"""``crabtk score``: responses made elsewhere, of several models, some missing, in the forms that people have."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from crabtk import schemas
from crabtk.cli import cli
from crabtk.errors import BenchmarkError, SettingsError, UnknownNameError

PROMPTS = [
    {"key": 1, "prompt": "Sing.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [{}]},
    {
        "key": 2,
        "prompt": "Dance, quoted.",
        "instruction_id_list": ["startend:quotation", "length_constraints:number_words"],
        "kwargs": [{}, {"relation": "less than", "num_words": 4}],
    },
    {"key": 3, "prompt": "Rest.", "instruction_id_list": ["punctuation:no_comma"], "kwargs": [None]},
]
SAID = [
    {"model": "a", "key": 1, "response": "La la."},
    {"model": "a", "key": 2, "response": '"One two three four"'},
    {"model": "a", "key": 3, "response": "<think>Well, so</think>Zzz"},
    {"model": "b", "prompt": "Sing. ", "response": "La, la."},
    {"model": "b", "key": "2", "response": None},
]


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(cli, ["score", *map(str, arguments)], catch_exceptions=False)


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return write(tmp_path / "prompts.jsonl", PROMPTS)


def figures(result: Result) -> dict[tuple[str, str, str, str], float]:
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {(row["model"], row["benchmark"], row["metric"], row["group"]): row["value"] for row in rows}


def test_models_are_scored_apart_by_both_registries(tmp_path: Path, prompts: Path) -> None:
    result = run("ifeval", "--prompts", prompts, "--responses", write(tmp_path / "r.jsonl", SAID), "--json")
    found = figures(result)
    # a: no comma, quoted but too long, and a comma that only the reference sees.
    assert found["a", "ifeval", "prompt_strict", "all"] == pytest.approx(1 / 3)
    assert found["a", "ifeval:fixed", "prompt_strict", "all"] == pytest.approx(2 / 3)
    assert found["a", "ifeval", "constraint_strict", "all"] == pytest.approx(2 / 4)
    assert found["a", "ifeval", "constraint_strict", "type startend:quotation"] == 1.0
    # b: a comma, an empty reply and none at all.
    assert {value for (model, *_), value in found.items() if model == "b"} == {0.0}
    assert "b: ifeval, 3 of 3 prompts, 1 without a response (counted as failed)" in result.stderr


def test_what_has_no_response_can_be_left_out(tmp_path: Path, prompts: Path) -> None:
    said = write(tmp_path / "r.jsonl", SAID[:1])
    found = figures(run("ifeval", "--prompts", prompts, "--responses", said, "--json"))
    assert found["a", "ifeval", "prompt_strict", "all"] == pytest.approx(1 / 3)
    result = run("ifeval", "--prompts", prompts, "--responses", said, "--json", "--only-answered")
    assert figures(result)["a", "ifeval", "prompt_strict", "all"] == 1.0
    assert "1 of 3 prompts, 2 without a response (left out)" in result.stderr


def test_the_table_shows_both_registries_and_the_difference(tmp_path: Path, prompts: Path) -> None:
    shown = run("ifeval", "--prompts", prompts, "--responses", write(tmp_path / "r.jsonl", SAID)).stdout.splitlines()
    assert shown[0] == "a: ifeval, 3 of 3 prompts"
    assert shown[1].split() == ["ifeval", "ifeval:fixed", "difference"]
    assert shown[3].split() == ["all", "prompts", "3", "33.3%", "33.3%", "66.7%", "66.7%", "+33.3", "+33.3"]
    assert any(line.startswith("punctuation:no_comma") for line in shown)
    assert len({len(line) for line in shown[1:8]}) == 1
    one = run("ifeval", "--prompts", prompts, "--responses", tmp_path / "r.jsonl", "--registry", "upstream").stdout
    assert "fixed" not in one
    assert "difference" not in one


def test_lm_evals_samples_go_out_and_come_back_in(tmp_path: Path, prompts: Path) -> None:
    out = tmp_path / "lm_eval"
    first = run(
        *("ifeval", "--prompts", prompts, "--responses", write(tmp_path / "r.jsonl", SAID)),
        *("--json", "--lm-eval", out),
    )
    # As with lm-eval, the folder names the model; the other registry's samples hold the same responses again.
    (results,) = (out / "a").glob("results_*.json")
    found = json.loads(results.read_text("utf-8"))["results"]
    assert found["ifeval"]["prompt_level_strict_acc,none"] == pytest.approx(1 / 3)
    assert found["ifeval_fixed"]["prompt_level_strict_acc,none"] == pytest.approx(2 / 3)
    again = run("ifeval", "--prompts", prompts, "--responses", out, "--json")
    assert figures(again) == figures(first)
    assert "Refused" not in again.stderr


def test_samples_as_lm_eval_itself_logs_them_are_read(tmp_path: Path, prompts: Path) -> None:
    sample = {"doc_id": 0, "doc": PROMPTS[0], "target": 0, "resps": [["La, la."]], "filtered_resps": ["La la."]}
    raw = {"doc_id": 2, "doc": PROMPTS[2], "target": 0, "resps": [["Zzz"]]}
    said = write(tmp_path / "samples_ifeval_2026.jsonl", [sample, raw])
    found = figures(run("ifeval", "--prompts", prompts, "--responses", said, "--model", "me", "--json"))
    assert found["me", "ifeval", "prompt_strict", "all"] == pytest.approx(2 / 3)


def test_rows_that_answer_nothing_are_refused_with_their_reason(tmp_path: Path, prompts: Path) -> None:
    rows = [{"key": 9, "response": "?"}, {"key": 1}, "text", SAID[0], {**SAID[0], "response": "Other."}]
    said, ledger = write(tmp_path / "r.jsonl", rows), tmp_path / "ledger.jsonl"
    result = run("ifeval", "--prompts", prompts, "--responses", said, "--ledger", ledger, "--json")
    assert figures(result)["a", "ifeval", "prompt_strict", "all"] == pytest.approx(1 / 3)
    refused = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    assert [(row["stage"], row["row"]) for row in refused] == [("score", n) for n in (1, 2, 3, 5)]
    assert "is among the benchmark's" in refused[0]["reason"]
    assert "it has no response" in refused[1]["reason"]
    assert "holds another response of a's to 1" in refused[3]["reason"]
    with pytest.raises(BenchmarkError, match="Not one row"):
        run("ifeval", "--prompts", prompts, "--responses", write(tmp_path / "none.jsonl", rows[:3]))


def test_a_row_without_any_answer_makes_no_model(tmp_path: Path, prompts: Path) -> None:
    said = write(tmp_path / "r.jsonl", [{"key": 1, "responses": []}])
    with pytest.raises(BenchmarkError, match="Not one row"):
        run("ifeval", "--prompts", prompts, "--responses", said)
    silent = {"model": "z", "key": 1, "responses": []}
    result = run("ifeval", "--prompts", prompts, "--responses", write(said, [silent, *SAID[:1]]))
    assert [line for line in result.stdout.splitlines() if ": ifeval" in line] == [
        "a: ifeval, 3 of 3 prompts, 2 without a response (counted as failed)"
    ]


def test_another_text_under_a_known_key_is_warned_of(tmp_path: Path, prompts: Path) -> None:
    rows = [{"key": 1, "prompt": "Sing."}, {"key": 2, "prompt": "Dance."}, {"key": 3, "prompt": "<user>Rest.</user>"}]
    said = write(tmp_path / "r.jsonl", [{**row, "response": "La."} for row in rows])
    result = run("ifeval", "--prompts", prompts, "--responses", said)
    assert result.stdout.startswith("model: ifeval, 3 of 3 prompts\n")
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("Warning:"))
    assert "their key: 2 (the first: key 2, r.jsonl, row 2)" in line
    assert "another version of the prompts" in line
    assert "Warning" not in run("ifeval", "--prompts", prompts, "--responses", write(said, SAID)).stderr


def test_wrong_names_and_options_say_what_is_known(tmp_path: Path, prompts: Path) -> None:
    said = write(tmp_path / "r.jsonl", SAID)
    with pytest.raises(UnknownNameError, match=r'no benchmark "ifevals"\. Known: .*ifeval'):
        run("ifevals", "--responses", said)
    with pytest.raises(
        SettingsError, match=r"--set.seeds: .*no such option\. Known: prompts, registry, seed, download"
    ):
        run("ifeval", "--prompts", prompts, "--responses", said, "--set", "seeds=1")
    with pytest.raises(BenchmarkError, match="no file absent"):
        run("ifeval", "--prompts", "absent", "--responses", said)
    with pytest.raises(SettingsError, match="has one registry alone"):
        run("held_out", "--prompts", tmp_path, "--responses", said, "--registry", "fixed")
    assert run("ifeval").exit_code != 0


TURNS = [("Sing.", "punctuation:no_comma"), ("Quote it.", "startend:quotation")]


@pytest.fixture
def conversation(tmp_path: Path) -> Path:
    """One conversation of two turns, as Multi-IF's file has it."""
    row: dict[str, str] = {"key": "7:en", "language": "English"}
    for n, (prompt, _) in enumerate(TURNS, start=1):
        row[f"turn_{n}_prompt"] = json.dumps({"role": "user", "content": prompt})
        row[f"turn_{n}_instruction_id_list"] = json.dumps([id_ for _, id_ in TURNS[:n]])
        row[f"turn_{n}_kwargs"] = json.dumps(["{}"] * n)
    pl.DataFrame([row]).write_csv(tmp_path / "multi_if.csv")
    return tmp_path / "multi_if.csv"


SPOKEN = ["La la.", '"La la"']


@pytest.mark.parametrize(
    "rows",
    [
        [{"key": "7:en", "turn": n, "response": said} for n, said in enumerate(SPOKEN, start=1)],
        [{"item_id": f"7:en#{n}", "response": said} for n, said in enumerate(SPOKEN, start=1)],
        [{"key": "7:en", "responses": SPOKEN}],
        [
            {
                "key": "7:en",
                "messages": [
                    {"role": role, "content": said}
                    for (prompt, _), answer in zip(TURNS, SPOKEN, strict=True)
                    for role, said in (("user", prompt), ("assistant", answer))
                ],
            }
        ],
    ],
)
def test_conversations_are_scored_turn_by_turn(tmp_path: Path, conversation: Path, rows: list[Any]) -> None:
    said = write(tmp_path / "r.jsonl", rows)
    found = figures(run("multi_if", "--prompts", conversation, "--responses", said, "--json"))
    assert found["model", "multi_if", "overall", "turn 1"] == 1.0
    assert found["model", "multi_if:fixed", "overall", "turn 2"] == 1.0


def test_a_response_to_an_unnamed_turn_is_refused(tmp_path: Path, conversation: Path) -> None:
    rows = [{"key": "7:en", "response": "La."}, {"key": "7:en", "turn": 3, "response": "La."}]
    rows += [{"key": "7:en", "responses": ["a", "b", "c"]}, {"prompt": "Sing.", "response": "La."}]
    result = run("multi_if", "--prompts", conversation, "--responses", write(tmp_path / "r.jsonl", rows))
    assert "say which by `turn`" in result.stderr
    assert "`turn` is 3" in result.stderr
    assert "it holds 3 responses" in result.stderr
    assert "overall, turn 1: 1.0000 (multi_if, n=1)" in result.stdout


def test_a_runs_own_held_out_split_is_scored_from_its_dataset(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Pack."}, {"role": "assistant", "content": "- coat"}]
    crab = [
        ("e1", "forward", messages, "s", "instruction", ["s/a"], [], "held_out"),
        ("e2", "forward", messages, "s", "instruction", [], [], "train"),
    ]
    constraint = ("s", "s/a", "list:bullets", '{"n": 2, "relation": "exactly"}', "text", "measured", "holds", 1.0)
    (tmp_path / "data").mkdir()
    pl.DataFrame(crab, schema=schemas.columns(schemas.Crab), orient="row").write_parquet(tmp_path / "data/all.parquet")
    pl.DataFrame(
        [(*constraint, "code", 0.5, [])], schema=schemas.columns(schemas.Constraints), orient="row"
    ).write_parquet(tmp_path / "constraints.parquet")
    said = write(tmp_path / "r.jsonl", [{"key": "e1", "response": "- tea\n- milk"}])
    shown = run("held_out", "--prompts", tmp_path, "--responses", said).stdout
    assert "list:bullets" in shown
    assert "100.0%" in shown
    with pytest.raises(BenchmarkError, match="takes its prompts from a dataset"):
        run("held_out", "--responses", said)


JUDGED = '''
from typing import ClassVar
from crabtk import BenchmarkItem, Grade, Message, Request, Sampling, hookimpl


class Asks:
    """One prompt, judged by a model alone."""

    name: ClassVar[str] = "asks"

    def items(self, tables):
        return [BenchmarkItem(str(n), (Message("user", f"Sing {n}."),), {}) for n in (1, 2)]

    def grade(self, item, response, checks):
        return []

    def questions(self, item, response):
        asked = (Message("user", f"Is this a song? {response}"),)
        if "noise" in response:  # the toy backend answers no such question
            return [Request(asked, Sampling(max_tokens=1), regex="yes|no")]
        return [Request(asked, Sampling(max_tokens=1), choices=("yes", "no"))]

    def judged(self, item, response, answers):
        return [Grade("asks:song", answer.text == "yes", judged_by="judge") for answer in answers]


@hookimpl
def register_benchmarks(register):
    register(Asks)
'''
JUDGE = """
[engines.small]
backend = "toy"
model = "./model"
[scoring]
judge = "small"
[runtime]
store = "store"
"""


@pytest.fixture
def asks(tmp_path: Path) -> Path:
    """A folder with an installed plugin whose benchmark asks a judge."""
    info = tmp_path / "site" / "crabtk_asks-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crabtk-asks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[crabtk]\nasks = crabtk_asks\n")
    (tmp_path / "site" / "crabtk_asks.py").write_text(JUDGED)
    return tmp_path / "site"


@pytest.fixture
def judge(tmp_path: Path, asks: Path, toy_site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings that name a judge, where its plugin and that of the benchmark are installed."""
    for site in (asks, toy_site):
        monkeypatch.syspath_prepend(str(site))
    for module in ("crabtk_asks", "crabtk_toy"):  # imported here alone, and forgotten afterwards
        monkeypatch.setitem(sys.modules, module, None)
        del sys.modules[module]
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    judge = tmp_path / "judge.toml"
    judge.write_text(JUDGE)
    return judge


def test_a_judge_is_asked_through_any_engine(tmp_path: Path, judge: Path) -> None:
    said = write(tmp_path / "r.jsonl", [{"key": n, "response": "La la."} for n in (1, 2)])
    judged = run("asks", "--responses", said, "--judge-settings", judge)
    assert "all instructions        2   100.0%" in judged.stdout
    assert "Warning" not in judged.stderr
    alone = run("asks", "--responses", said)
    assert "No judge was named" in alone.stderr
    assert "%" not in alone.stdout
    judge.write_text(JUDGE.replace('judge = "small"', 'judge = "big"'))
    with pytest.raises(SettingsError, match=r'scoring\.judge is "big", and the engines are: small'):
        run("asks", "--responses", said, "--judge-settings", judge)


def test_a_judges_failures_are_told_and_a_judge_that_only_fails_is_an_error(tmp_path: Path, judge: Path) -> None:
    rows = [{"key": 1, "response": "La la."}, {"key": 2, "response": "noise"}]
    said, ledger = write(tmp_path / "r.jsonl", rows), tmp_path / "ledger.jsonl"
    judged = run("asks", "--responses", said, "--judge-settings", judge, "--ledger", ledger)
    assert "all instructions        2    50.0%" in judged.stdout
    assert "Warning: the judge did not answer 1 of 2 questions" in judged.stderr
    (row,) = map(json.loads, ledger.read_text("utf-8").splitlines())
    assert (row["stage"], row["file"], row["key"]) == ("judgements", "asks", "2")
    assert "the toy backend knows no regular expressions" in row["reason"]
    with pytest.raises(BenchmarkError, match=r"answered none of 1 questions.*no regular expressions"):
        run("asks", "--responses", write(said, rows[1:]), "--judge-settings", judge)
