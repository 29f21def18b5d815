"""The seeds stage: what stays, what goes, and what the ledger says of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crabtk import schemas
from crabtk.errors import EmptyStageError, SeedReadError, SettingsError
from crabtk.pipeline import seed_rules
from crabtk.pipeline.seeds import read_seeds
from crabtk.readers.builtin import READERS
from crabtk.settings import Seeds, SeedSource
from crabtk.types import RAW_LIMIT, Pair

DATA = Path(os.environ.get("CRABTK_DATA") or Path(__file__).parents[3] / "shared" / "data")
ANY: dict[str, Any] = {"response_words": (1, 100_000), "instruction_words": (1, 1000), "let_through": 0.0}


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"instruction": f"Tell me about the number {number}.", "output": f"It is {number}, you know well.", **more}


def write(path: Path, rows: Iterable[Any]) -> SeedSource:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return SeedSource(path=str(path))


def seeds(*sources: SeedSource, seed: int = 17, **settings: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    table, ledger = read_seeds(Seeds(sources=sources, **{**ANY, **settings}), seed, READERS)
    schemas.Seeds.validate(table)
    schemas.Ledger.validate(ledger)
    return table, ledger


def reasons(ledger: pl.DataFrame) -> dict[int, str]:
    return dict(ledger.select("row", "reason").iter_rows())


def test_bad_input_costs_its_own_rows_only(tmp_path: Path) -> None:
    good = [json.dumps(row(number)).encode() for number in range(6)]
    bad = {
        2: (b'{"instruction": "Tell me', "broken JSON"),
        3: (b"null", "it is null, not an object"),
        5: (json.dumps(row(90, output=None)).encode(), "the response is null"),
        6: (json.dumps(row(91, output=" \n")).encode(), "the response is empty"),
        8: (json.dumps(row(92, output="word " * 420_000)).encode(), "the response has 2100000 bytes"),
        9: ('{"instruction": "Gr\xfc\xdfe", "output": "Ja"}'.encode("latin-1"), "not UTF-8"),
        10: (good[0], "repeats row 1 of mixed.jsonl"),
        12: (b'{"instruction": "Hi", "output": "half \\ud83d"}', "lone surrogate"),
        13: (b'{"instruction": ["Hi"], "output": "A"}', "instruction or input is a list"),
        14: (b'{"instruction": "Hi"}', "the key 'output' is missing"),
        15: (b"[" * 5000, "nested too deeply"),
    }
    rest = iter(good)
    lines = [bad[number][0] if number in bad else next(rest) for number in range(1, 18)]
    (tmp_path / "mixed.jsonl").write_bytes(b"\n".join(lines))
    table, ledger = seeds(SeedSource(path=str(tmp_path / "mixed.jsonl")))
    assert table["response"].to_list() == [row(number)["output"] for number in range(6)]
    found = reasons(ledger)
    assert sorted(found) == sorted(bad)
    for number, (_, reason) in bad.items():
        assert reason in found[number]
    assert ledger["file"].unique().to_list() == ["mixed.jsonl"] and ledger["stage"].unique().to_list() == ["seeds"]
    assert ledger["raw"].str.len_chars().max() <= RAW_LIMIT  # type: ignore[operator]


def test_a_file_without_a_usable_row_is_one_clear_error(tmp_path: Path) -> None:
    nothing = write(tmp_path / "nothing.jsonl", [row(1, output=""), row(2, output=None), row(3, output="")])
    with pytest.raises(EmptyStageError) as empty:
        seeds(nothing)
    assert str(empty.value).splitlines() == [
        "No seed is left of 3 rows:",
        "- 3 by no_text: give them an instruction and a response. First: nothing.jsonl, row 1: the response is empty.",
    ]
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"a"\n[\n')
    with pytest.raises(SeedReadError, match="not one of its first 2 rows can be decoded"):
        seeds(SeedSource(path=str(broken)))


def test_an_empty_stage_names_the_settings_to_relax(tmp_path: Path) -> None:
    source = write(
        tmp_path / "a.jsonl", [row(1), row(2), row(3, output="Un texte en français, bien sûr, et assez long.")]
    )
    with pytest.raises(EmptyStageError, match=r"3 by response_words: widen seeds\.response_words .* allows 50 to 60"):
        seeds(source, response_words=(50, 60))
    with pytest.raises(EmptyStageError, match=r"3 by languages: add to seeds\.languages .* seeds\.languages keeps ja"):
        seeds(source, languages=("ja",))


def test_source_names_must_tell_sources_apart(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one, two = write(tmp_path / "a.jsonl", [row(1)]), write(tmp_path / "sub" / "a.jsonl", [row(2)])
    with pytest.raises(SettingsError, match=r'two sources are called "a\.jsonl"'):
        seeds(one, two)
    table, _ = seeds(one, two.model_copy(update={"name": "b"}))
    assert table["source"].to_list() == ["a.jsonl", "b"]
    with pytest.raises(SettingsError, match='at least one source with use = "seed"'):
        seeds(one.model_copy(update={"use": "chat"}))


def test_repetition_is_told_across_sources_but_only_of_kept_rows(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", [row(1), row(2, output="short"), row(1)])
    two = write(tmp_path / "two.jsonl", [row(2, output="short"), row(1), row(3)]).model_copy(update={"use": "chat"})
    table, ledger = seeds(one, two, response_words=(3, 100))
    assert table.select("source", "response").rows() == [
        ("one.jsonl", row(1)["output"]),
        ("two.jsonl", "short"),
        ("two.jsonl", row(3)["output"]),
    ]
    assert ledger.select("file", "row", "reason").rows() == [
        ("one.jsonl", 2, "the response has 1 words; seeds.response_words allows 3 to 100"),
        ("one.jsonl", 3, "repeats row 1 of one.jsonl"),
        ("two.jsonl", 2, "repeats row 1 of one.jsonl"),
    ]
    assert ledger["key"].to_list()[1] == table["seed_id"][0]


def test_one_system_message_more_is_another_seed(tmp_path: Path) -> None:
    plain = {"prompt": "Name a colour, please.", "completion": "Blue is a colour, of course."}
    rows = [plain, {**plain, "system": "Be kind."}, {**plain, "system": " "}]
    table, ledger = seeds(write(tmp_path / "a.jsonl", rows))
    assert table["system"].to_list() == [None, "Be kind."]
    assert table["messages"].to_list()[1] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Name a colour, please."},
        {"role": "assistant", "content": "Blue is a colour, of course."},
    ]
    assert ledger["row"].to_list() == [3]


def test_word_bounds_let_a_share_through(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", [row(number) for number in range(400)])
    long = write(tmp_path / "b.jsonl", [row(1000, output="word " * 80)])
    table, ledger = seeds(source, long, response_words=(50, 100), let_through=0.1)
    passed = table.filter(pl.col("source") == "a.jsonl").height
    assert 20 <= passed <= 60 and "b.jsonl" in table["source"]
    assert ledger.height == 400 - passed and set(ledger["raw"].str.slice(0, 7)) == {"Tell me"}
    assert seeds(source, long, response_words=(50, 100), let_through=0.0)[0].height == 1
    assert seeds(source, long, response_words=(50, 100), let_through=1.0)[0].height == 401
    _, ledger = seeds(source, long, instruction_words=(1, 3), let_through=0.1)
    assert "the instruction has 6 words; seeds.instruction_words allows 1 to 3" in reasons(ledger).values()


def test_the_limit_is_drawn_by_hash_and_keeps_order(tmp_path: Path) -> None:
    rows = [row(number) for number in range(60)]
    limited = write(tmp_path / "a.jsonl", rows).model_copy(update={"limit": 20})
    table, ledger = seeds(limited)
    kept = table["response"].to_list()
    assert (
        len(kept) == 20
        and kept == [r["output"] for r in rows if r["output"] in kept]
        and kept != [r["output"] for r in rows[:20]]
    )
    assert set(ledger["reason"]) == {"over the source's limit of 20, drawn by hash"} and ledger.height == 40
    write(tmp_path / "a.jsonl", reversed(rows))
    again, _ = seeds(limited)
    assert sorted(again["seed_id"]) == sorted(table["seed_id"])
    other, _ = seeds(limited, seed=18)
    assert sorted(other["seed_id"]) != sorted(table["seed_id"])


def test_equal_instructions_fall_into_one_split(tmp_path: Path) -> None:
    rows = [
        {"instruction": instruction.format(number), "output": f"Answer {number}, take {take}."}
        for number in range(200)
        for take, instruction in enumerate(("Explain  topic {}.", "explain topic {}.", "EXPLAIN TOPIC {}.\n"))
    ]
    table, _ = seeds(write(tmp_path / "a.jsonl", rows), held_out=0.25)
    splits = table["split"].to_list()
    assert all(len(set(splits[start : start + 3])) == 1 for start in range(0, 600, 3))
    assert 90 <= splits.count("held_out") <= 210
    assert 9 <= splits.count("dev") <= 60
    wider = seeds(write(tmp_path / "a.jsonl", rows), held_out=0.25, dev=0.3)[0]["split"].to_list()
    assert [split == "held_out" for split in wider] == [split == "held_out" for split in splits], "dev takes from train"
    assert set(seeds(write(tmp_path / "a.jsonl", rows), held_out=0.0, dev=0.0)[0]["split"]) == {"train"}


def test_chat_passes_word_bounds_and_is_never_held_out(tmp_path: Path) -> None:
    talk = [{"role": role, "content": f"turn {n}"} for n, role in enumerate(("user", "assistant") * 2)]
    chat = write(tmp_path / "chat.jsonl", [{"messages": talk}]).model_copy(update={"use": "chat"})
    seed = write(tmp_path / "a.jsonl", [row(1, output="word " * 60)])
    table, _ = seeds(seed, chat, held_out=1.0, response_words=(50, 100))
    assert table.select("use", "split").rows() == [("seed", "held_out"), ("chat", "train")]
    assert table["messages"].to_list()[1] == talk
    with pytest.raises(EmptyStageError):
        seeds(seed, chat, response_words=(70, 100))


def test_languages_come_from_the_source_or_are_detected(tmp_path: Path) -> None:
    german = "Das ist ein Satz auf Deutsch.\nEr geht in einer zweiten Zeile weiter, damit er lang genug ist."
    rows = [
        {"prompt": "1", "completion": german},
        {"prompt": "2", "completion": german, "language": "pt_BR"},
        {"prompt": "3", "completion": "1 + 1 = 2"},
        {"prompt": "4", "completion": "これは日本語で書かれた、かなり長い文章です。", "language": 7},
    ]
    source = write(tmp_path / "a.jsonl", rows)
    table, _ = seeds(source)
    assert table["language"].to_list() == ["de", "pt", "und", "ja"]
    table, ledger = seeds(source, languages=("de", "ja"))
    assert table["instruction"].to_list() == ["1", "4"]
    assert reasons(ledger)[2] == 'its language is "pt"; seeds.languages keeps de, ja'


def test_words_of_scripts_without_spaces_are_their_letters() -> None:
    assert seed_rules.word_count("Don't count_this as 3.") == 6
    assert seed_rules.word_count("你好，世界 hello 123") == 6
    assert seed_rules.word_count("สวัสดี") == 4
    assert seed_rules.word_count("Grüße\u0301 naïve हिन्दी") == 3
    assert seed_rules.word_count("—…") == 0


class Broken:
    """A third-party reader that yields what types forbid."""

    name = "broken"

    def recognises(self, value: Any) -> bool:
        """See protocol."""
        return True

    def read(self, records: Iterable[Any]) -> Iterable[Pair]:
        """See protocol."""
        for record in records:
            yield Pair(record.value, "half \ud800", record.file, record.row)
            yield Pair("Fine.", "All is well here.", record.file, record.row, system=3)  # type: ignore[arg-type]
            yield Pair("Fine.", "All is well here.", record.file, record.row)


def test_pairs_of_strange_readers_are_checked(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", ["Q"])
    table, ledger = read_seeds(Seeds(sources=(source,), **ANY), 17, [Broken()])
    assert table.height == 1
    assert ledger["reason"].to_list() == [
        "the response holds a lone surrogate, one half of a character",
        "the system message is no text but of type int",
    ]


def test_progress_ends_with_the_total(tmp_path: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    source = write(tmp_path / "a.jsonl", [row(number) for number in range(2500)])
    read_seeds(
        Seeds(sources=(source,), **{**ANY, "response_words": (90, 99), "let_through": 0.01}),
        17,
        READERS,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls == [(1000, None), (2000, None), (2500, 2500)]


@pytest.mark.data
def test_real_sources_give_the_same_table_every_time() -> None:
    paths = [DATA / "seeds" / name for name in ("oasst2_trees.jsonl", "alpaca_eval_gpt4.json")]
    for path in paths:
        if not path.exists():
            pytest.skip(f"{path} is not here")
    sources = tuple(SeedSource(path=str(path)) for path in paths)
    table, ledger = seeds(*sources, let_through=1.0)
    # 96 trees have a best reply; two of these pairs occur twice.
    assert table["source"].value_counts().sort("source").rows() == [
        ("alpaca_eval_gpt4.json", 805),
        ("oasst2_trees.jsonl", 94),
    ]
    assert table.height + ledger.height == 551 + 805
    again, ledger_again = seeds(*sources, let_through=1.0)
    assert table.equals(again) and ledger.equals(ledger_again)
