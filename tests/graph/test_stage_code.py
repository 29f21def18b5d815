"""A stage names all of crabtk's files that shape its result: an edit to any of them must compute it again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import crabtk
from crabtk.graph.stage import Stage
from crabtk.graph.stages import STAGES, upstream

PACKAGE = Path(crabtk.__file__).parent
NEUTRAL = {
    "errors.py": "words of errors",
    "types.py": "plain values",
    "protocols.py": "shapes of plugins",
    "hookspecs.py": "shapes of plugins",
    "settings.py": "the settings' values are in the fingerprint",
    "prompts/__init__.py": "reads the prompts, which are named one by one",
    "pipeline/parallel.py": "how rows are spread over processes",
    "schemas.py": "in the digest of each stage that makes tables",
    "pipeline/ledger.py": "in the digest of each stage that makes tables",
    "inference/usage.py": "counts costs",
    "inference/cache.py": "holds answers",
    "inference/identity.py": "what a model is by content, which is in the fingerprint",
    "plugins.py": "finds plugins, whose versions are in the fingerprint",
    "store.py": "holds results",
}
IN_PART = {
    ("translated_constraints", "pipeline/measure.py"): "its table's columns",
    ("translated_constraints", "pipeline/judge.py"): "the name of a type",
    ("judge_audit", "prompts/judge_request.md"): "for a type that is never planted",
    ("constraints", "pipeline/measure.py"): "its table's columns",
    ("crab", "pipeline/judge.py"): "the name of a type",
    ("responses", "text.py"): "passed on to grades, which are another stage's",
    ("responses", "pipeline/ask.py"): "the type of a function",
    ("scores", "pipeline/ask.py"): "the type of a function",
    ("report", "pipeline/recheck.py"): "runs in dataset",
    ("report", "reply.py"): "of checks, which run in scores",
    ("report", "text.py"): "of checks, which run in scores",
    ("report", "language.py"): "of rewards",
    ("report", "words.py"): "of rewards",
    ("control_models", "pipeline/judge.py"): "the name of a type",
    **{
        (stage, f"scoring/{name}.py"): "of grades, which are another stage's"
        for stage in ("responses", "judgements")
        for name in ("instructions", "loose")
    },
    ("judgements", "text.py"): "passed on to grades, which are another stage's",
    ("judgements", "pipeline/ask.py"): "the type of a function",
    **{
        ("dataset", f"scoring/{name}.py"): "of the report: a card has no scores"
        for name in ("aggregate", "compare", "controls", "models", "paired")
    },
}


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Return the modules of crabtk that a file needs when it runs, relative to the package."""
    tree = ast.parse(file.read_text("utf-8"))
    for_types_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in for_types_only:
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                inner = PACKAGE.parent / (name.replace(".", "/") + ".py")
                if inner.is_relative_to(PACKAGE) and inner.is_file():
                    found.append(inner.relative_to(PACKAGE).as_posix())
    return tuple(found)


@cache
def prompts(file: Path) -> tuple[str, ...]:
    """Return the prompts that a file names."""
    text = file.read_text("utf-8")
    names = sorted(path.stem for path in PACKAGE.joinpath("prompts").glob("*.md"))
    pattern = r'(prompt|question)\(\s*"{0}"|template = .*"{0}"'
    return tuple(f"prompts/{name}.md" for name in names if re.search(pattern.format(name), text))


def named(stage: Stage, file: str) -> bool:
    return any(file == name or (name.endswith("/") and file.startswith(name)) for name in stage.code)


def files(stage: Stage) -> Iterator[Path]:
    for name in stage.code:
        path = PACKAGE / name
        yield from path.rglob("*.py") if path.is_dir() else [path] if path.suffix == ".py" else []


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_what_a_stages_files_import_is_named_too(stage: Stage) -> None:
    needed = {inner for file in files(stage) for inner in [*imported(file), *prompts(file)]}
    unnamed = {
        file for file in needed if not named(stage, file) and file not in NEUTRAL and (stage.name, file) not in IN_PART
    }
    # Graph and settings files wire stages together; what they decide is in the digest of the compute function.
    assert sorted(file for file in unnamed if not file.startswith("graph/")) == []


def test_the_exceptions_still_exist() -> None:
    assert [file for file in [*NEUTRAL, *(file for _, file in IN_PART)] if not (PACKAGE / file).is_file()] == []


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_inputs_come_before_and_are_known(stage: Stage) -> None:
    assert upstream(stage.name)[-1] == stage.name
    order = list(STAGES)
    assert all(order.index(name) < order.index(stage.name) for name in stage.inputs)


def test_every_prompt_is_named_by_a_stage() -> None:
    prompts = {f"prompts/{file.name}" for file in (PACKAGE / "prompts").iterdir() if file.suffix in (".md", ".toml")}
    assert prompts == {name for stage in STAGES.values() for name in stage.code if name.startswith("prompts/")}
