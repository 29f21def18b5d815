"""What preference pairs are checked for before anything is loaded to train on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError


def messages(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def write(path: Path, pairs: list[tuple[str, str, str]], system: str = "") -> Path:
    rows = (
        {
            "prompt": (messages("system", system) if system else []) + messages("user", ask),
            "chosen": messages("assistant", chosen),
            "rejected": messages("assistant", rejected),
        }
        for ask, chosen, rejected in pairs
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def checked(model: Path, file: Path, max_length: int = 64, longest: int | None = None, context: int = 1024) -> Any:
    from transformers import AutoTokenizer, GenerationConfig

    from crabtk_trl.checkdata import ending_tokens
    from crabtk_trl.preference_checks import check_pairs
    from crabtk_trl.preference_rows import read_pairs

    tokenizer = AutoTokenizer.from_pretrained(model)
    ending = ending_tokens(tokenizer, GenerationConfig.from_pretrained(model))
    return check_pairs(read_pairs(file, tokenizer), tokenizer, ending, max_length, longest, context)


def test_what_is_cut_or_left_out_is_counted(tiny: Path, tmp_path: Path) -> None:
    pairs = [
        ("Hi", "Ho", "No"),
        ("Hi", "Ho", "Ho"),  # equal
        ("Hi", "x" * 80 + "a", "x" * 80 + "b"),  # equal as far as it is seen
        ("Hi", "x" * 80, "No"),  # the chosen one is cut
        ("Hi", "Ho", "x" * 80),  # the rejected one is cut
        ("y" * 80, "Ho", "No"),  # no room for a response
    ]
    kept, figures = checked(tiny, write(tmp_path / "pairs.jsonl", pairs))
    assert (figures.pairs, figures.pairs_long_prompt, figures.pairs_equal, figures.pairs_kept) == (6, 1, 2, 3)
    assert (figures.pairs_truncated, figures.end_of_turn_in_chosen) == (2, 2)
    prompt = len(kept[0].prompt)
    assert figures.tokens_prompt == 3 * prompt
    assert figures.tokens_chosen == 2 * len(kept[0].chosen) + 64 - prompt
    assert figures.tokens == 2 * figures.tokens_prompt + figures.tokens_chosen + figures.tokens_rejected


def test_prompts_beyond_the_set_length_are_dropped(tiny: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "pairs.jsonl", [("Hi", "Ho", "No"), ("Hello", "Ho", "No")])
    short = len(checked(tiny, file)[0][0].prompt)
    kept, figures = checked(tiny, file, longest=short)
    assert (len(kept), figures.pairs_long_prompt) == (1, 1)


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ([], "no pairs"),
        ([("y" * 80, "Ho", "No"), ("y" * 80, "Ho", "No"), ("Hi", "Ho", "No")], r"2 of 3 pairs.*max_prompt_length"),
        ([("Hi", "Ho", "Ho")], "Nothing to learn"),
    ],
)
def test_pairs_that_teach_nothing_are_refused(pairs: Any, says: str, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=says):
        checked(tiny, write(tmp_path / "pairs.jsonl", pairs))


def test_pairs_beyond_the_context_are_refused(tiny: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "pairs.jsonl", [("Hi", "Ho", "No"), ("Hi", "x" * 80, "No")])
    with pytest.raises(TrainingError, match=r"context is 50 tokens, and 1 of 2 pairs.*max_length = 50"):
        checked(tiny, file, max_length=200, context=50)


def test_a_chosen_response_that_never_ends_is_refused(
    model_with: Callable[[str], Path], template: str, tmp_path: Path
) -> None:
    model = model_with(template.replace("<|im_end|>", ""))
    with pytest.raises(TrainingError, match=r"1 of 1 chosen responses do not end .*<\|im_end\|>.*eos_token"):
        checked(model, write(tmp_path / "pairs.jsonl", [("Hi", "it is <|im_end|> so", "No")]))


def test_a_system_message_without_a_place_goes_to_the_user(
    model_with: Callable[[str], Path], template: str, tmp_path: Path
) -> None:
    model = model_with("{% if messages[0]['role'] == 'system' %}{{ raise_exception('no') }}{% endif %}" + template)
    kept, figures = checked(model, write(tmp_path / "pairs.jsonl", [("Hi", "Ho", "No")], system="Be kind."))
    assert figures.system_merged == 1
    assert kept[0].row["prompt"] == messages("user", "Be kind.\n\nHi")


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": messages("user", "Hi"), "chosen": messages("assistant", "Ho")},
        {"prompt": "Hi", "chosen": "Ho", "rejected": "No"},
        {"prompt": [], "chosen": messages("assistant", "Ho"), "rejected": messages("assistant", "No")},
        ["Hi"],
    ],
)
def test_a_row_that_is_no_pair_is_named(row: Any, tiny: Path, tmp_path: Path) -> None:
    good = {
        "prompt": messages("user", "Hi"),
        "chosen": messages("assistant", "a"),
        "rejected": messages("assistant", "b"),
    }
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps(good) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(TrainingError, match=r"Row 2 of pairs\.jsonl"):
        checked(tiny, file)


def test_tokens_are_those_that_trl_trains_on(tiny: Path, tmp_path: Path) -> None:
    import dataclasses

    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    from crabtk_trl.preference_checks import check_prepared

    pairs = [("Hi", "Ho", "No"), ("Hello there", "x" * 80, "No"), ("Bye", "", "No, not yet")]
    kept, figures = checked(tiny, write(tmp_path / "pairs.jsonl", pairs), 64)
    trainer = DPOTrainer(
        AutoModelForCausalLM.from_pretrained(tiny),
        ref_model=AutoModelForCausalLM.from_pretrained(tiny),
        args=DPOConfig(output_dir=str(tmp_path), max_length=64, use_cpu=True, bf16=False, report_to="none"),
        train_dataset=Dataset.from_list([dict(pair.row) for pair in kept]),
        processing_class=AutoTokenizer.from_pretrained(tiny),
    )
    prepared = trainer.train_dataset
    assert prepared["prompt_ids"] == [list(pair.prompt) for pair in kept]
    assert prepared["chosen_ids"] == [list(pair.chosen) for pair in kept]
    check_prepared(prepared, figures, 64)
    batch = trainer.data_collator([prepared[i] for i in range(len(prepared))])
    assert int(batch["completion_mask"].sum()) == figures.tokens_chosen + figures.tokens_rejected
    with pytest.raises(TrainingError, match=r"This version of TRL is not supported"):
        check_prepared(prepared, dataclasses.replace(figures, tokens_chosen=figures.tokens_chosen + 1), 64)
