"""What is checked before a step is taken, against real tokenizers and TRL's own preparation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crabtk.errors import TrainingError

Write = Callable[[list[tuple[str, str]]], Path]


def prepared(model: Path, file: Path, max_length: int = 64) -> Any:
    from transformers import AutoTokenizer, GenerationConfig

    from crabtk_trl.checkdata import check, ending_tokens
    from crabtk_trl.tokenise import tokenise

    tokenizer = AutoTokenizer.from_pretrained(model)
    ending = ending_tokens(tokenizer, GenerationConfig.from_pretrained(model))
    found = tokenise(file, tokenizer, max_length)
    return found, check(found, tokenizer, ending, max_length)


def test_cut_and_dropped_examples_are_counted(tiny: Path, examples: Write) -> None:
    found, figures = prepared(tiny, examples([("Hi", "Ho"), ("Hi", "x" * 80), ("y" * 80, "Ho")]))
    assert (figures.examples, figures.examples_truncated, figures.examples_dropped) == (3, 1, 1)
    assert figures.end_of_turn_in_loss == 1
    assert figures.tokens_total == len(found[0].ids) + 64
    assert figures.tokens_in_loss == len("Ho") + 2 + len(found[1].completion)


def test_a_template_without_an_end_of_turn_token_is_refused(
    model_with: Callable[[str], Path], template: str, examples: Write
) -> None:
    with pytest.raises(TrainingError, match=r"1 of 1 examples do not end .*<\|im_end\|>.*eos_token"):
        prepared(model_with(template.replace("<|im_end|>", "")), examples([("Hi", "Ho")]))


def test_an_end_token_in_the_text_does_not_count(
    model_with: Callable[[str], Path], template: str, examples: Write
) -> None:
    with pytest.raises(TrainingError, match="not learn to stop"):
        prepared(model_with(template.replace("<|im_end|>", "")), examples([("Hi", "it is <|im_end|> you see")]))


def test_nothing_to_learn_is_refused(tiny: Path, examples: Write) -> None:
    with pytest.raises(TrainingError, match="max_length"):
        prepared(tiny, examples([("y" * 80, "Ho")]))


def test_a_row_that_is_no_example_is_named(tiny: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"text": "x"}) + "\n")
    with pytest.raises(TrainingError, match="Row 1"):
        prepared(tiny, file)


@pytest.mark.parametrize("packing", [True, False])
def test_ids_and_labels_are_those_that_trl_makes_itself(tiny: Path, rows: Path, tmp_path: Path, packing: bool) -> None:
    from datasets import load_dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from crabtk_trl.checkdata import check_labels
    from crabtk_trl.rows import rows as laid_out

    found, figures = prepared(tiny, rows, 96)
    ours = laid_out(found, 96 if packing else None).table
    raw = load_dataset("json", data_files=str(rows), split="train", cache_dir=str(tmp_path / "cache"))
    config = SFTConfig(
        output_dir=str(tmp_path), max_length=96, packing=packing, completion_only_loss=True, use_cpu=True, bf16=False,
        report_to="none",
    )  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    theirs: Any = SFTTrainer(str(tiny), args=config, train_dataset=raw, processing_class=tokenizer).train_dataset
    assert ours["input_ids"] == theirs["input_ids"]
    assert ours["labels"] == theirs["labels"]
    assert len(ours) < len(found) if packing else len(ours) == len(found)
    check_labels(ours, figures.tokens_in_loss)


def test_packed_examples_do_not_see_each_other(tiny: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32, attn_implementation="sdpa").eval()
    one, two = torch.arange(5, 25)[None], torch.arange(60, 90)[None]
    positions = torch.cat([torch.arange(20), torch.arange(30)])[None]
    with torch.no_grad():
        packed = model(torch.cat([one, two], 1), position_ids=positions, use_cache=False).logits
        alone = torch.cat([model(one).logits, model(two).logits], 1)
        blurred = model(torch.cat([one, two], 1)).logits
    torch.testing.assert_close(packed, alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(blurred, alone, rtol=1e-4, atol=1e-5)


def test_no_example_is_refused(tiny: Path, examples: Write) -> None:
    with pytest.raises(TrainingError, match="the file is empty"):
        prepared(tiny, examples([]))


def test_prompts_that_mostly_leave_no_room_are_refused(tiny: Path, examples: Write) -> None:
    with pytest.raises(TrainingError, match=r"Of 3 examples 2 .*max_length.*composition\.max_words"):
        prepared(tiny, examples([("y" * 80, "Ho"), ("Hi", "Ho"), ("z" * 80, "Ho")]))


def test_examples_beyond_the_models_context_are_refused(tiny: Path, examples: Write) -> None:
    from transformers import AutoTokenizer

    from crabtk_trl.checkdata import check, ending_tokens
    from crabtk_trl.model import context_length
    from crabtk_trl.tokenise import tokenise

    context = context_length(tiny)
    assert context == 1024
    tokenizer = AutoTokenizer.from_pretrained(tiny)
    found = tokenise(examples([("Hi", "Ho"), ("Hi", "x" * 2000)]), tokenizer, 2048)
    with pytest.raises(TrainingError, match=r"1024 tokens, and 1 of 2 .*max_length = 1024"):
        check(found, tokenizer, ending_tokens(tokenizer, None), 2048, context)
