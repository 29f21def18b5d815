"""README and docs are true: their code runs, their settings load, what they name exists, and nothing is left out."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import click
import pytest
from pydantic import BaseModel

from crabtk import hookspecs, plugins
from crabtk.cli import cli
from crabtk.constraints.builtin import TYPES
from crabtk.constraints.translated import TRANSLATED
from crabtk.graph.open import open_run
from crabtk.graph.publish import publish_outputs
from crabtk.graph.stages import STAGES, upstream
from crabtk.readers.builtin import READERS
from crabtk.settings import Settings
from crabtk.settings_file import check_plugins, load_settings, presets
from crabtk.text import ParsedText

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(ROOT.glob("plugins/*/README.md")),
]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.toml"))
RUNNER = Path(__file__).with_name("run_page.py")
TARGETS = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

_FENCE = re.compile(r"^(?P<bar>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=bar)[ ]*$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_FOLDERS = ("crabtk/", "docs/", "tests/", "plugins/", "assets/", "tools/", "benchmarks/", "dagster_home/", ".ci/")
_ROOT_FILES = ("Makefile", "pyproject.toml", "constraints.txt", "LICENSE", "README.md", "CHANGELOG.md")
_TYPE = re.compile(r"([a-z_]+):([a-z_]+)")
_SETTING = re.compile(r"[a-z]+(\.[A-Za-z_]+)+(=.*)?")
_SUFFIXES = (".toml", ".md", ".py")
_PLACEHOLDER = re.compile(r"[A-Z_]+")


class Fence(NamedTuple):
    """A block of code in a page, with the first line that it stands on."""

    line: int
    language: str
    marks: tuple[str, ...]
    body: str


def fences(page: Path) -> list[Fence]:
    text = page.read_text("utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, *marks = match["info"].split() or [""]
        found.append(Fence(text.count("\n", 0, match.start()) + 1, language, tuple(marks), match["body"]))
    return found


def prose(page: Path) -> str:
    """Return a page without its code."""
    return _FENCE.sub("", page.read_text("utf-8"))


def is_settings(body: str) -> bool:
    keys = set(tomllib.loads(body))
    return bool(keys) and keys <= {"preset", *Settings.model_fields}


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


each_page = pytest.mark.parametrize("page", PAGES, ids=ids(PAGES))
CODE_PAGES = [page for page in PAGES if any(fence.language in ("python", "toml") for fence in fences(page))]


def write_out(page: Path, folder: Path) -> list[str]:
    """Write a page's code into a folder, plugins as if they were installed; return what is to be run, in order."""
    order = []
    for fence in fences(page):
        if fence.language not in ("python", "toml") or "no-run" in fence.marks:
            continue
        named = _NAMED.match(fence.body)
        suffix = "py" if fence.language == "python" else "toml"
        path = folder / (named[1] if named else f"line_{fence.line}.{suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fence.body, "utf-8")
        if fence.language == "python" or is_settings(fence.body):
            order.append(path.relative_to(folder).as_posix())
        elif path.name == "pyproject.toml":
            pretend_installed(tomllib.loads(fence.body), folder)
    return order


def pretend_installed(project: dict[str, Any], folder: Path) -> None:
    name, version = project["project"]["name"], project["project"]["version"]
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = project["project"]["entry-points"]["crabtk"]
    lines = ["[crabtk]", *(f"{key} = {value}" for key, value in entries.items())]
    info.joinpath("entry_points.txt").write_text("\n".join(lines) + "\n")


def make_dataset(folder: Path) -> None:
    """Make a small ``out/dataset`` for the code that loads one."""
    changes = [
        "translation.enabled=false",
        'seeds.sources=[{path="crabtk:samples", limit=40}]',
        'measuring.types=["length:*"]',
        f'runtime.store="{folder}/.crabtk"',
        f'runtime.output="{folder}/out"',
    ]
    with open_run(load_settings(None, "demo", changes)) as run:
        run.materialize(upstream("dataset"))
        publish_outputs(run, "dataset")


@pytest.mark.parametrize("page", CODE_PAGES, ids=ids(CODE_PAGES))
@pytest.mark.slow
def test_python_runs_and_settings_load(page: Path, python: Any, tmp_path: Path) -> None:
    order = write_out(page, tmp_path)
    env = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    if any("out/dataset" in fence.body for fence in fences(page) if fence.language == "python"):
        make_dataset(tmp_path)
    run = python(str(RUNNER), *order, sites=(tmp_path,), cwd=tmp_path, env=env)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


@each_page
def test_code_that_is_not_run_is_sound(page: Path) -> None:
    for fence in fences(page):
        if fence.language == "python":
            compile(fence.body, f"{page.name}, line {fence.line}", "exec")
        elif fence.language == "toml":
            tomllib.loads(fence.body)
        elif fence.language == "json":
            json.loads(fence.body)
        elif fence.language not in ("console", "text", "yaml"):
            pytest.fail(f"{page.name}, line {fence.line}: a fence of a kind that no test reads: {fence.language!r}")


@pytest.mark.parametrize("path", EXAMPLES, ids=ids(EXAMPLES))
def test_example_settings_load(path: Path) -> None:
    loaded = load_settings(path, None)
    check_plugins(loaded.settings, plugins.load(), loaded.origin, [type_.name for type_ in TRANSLATED])
    assert any(path.name in page.read_text("utf-8") for page in PAGES)


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the commands of a page, those in running text too, as words."""
    lines: list[str] = []
    for fence in fences(page):
        if fence.language == "console":
            joined = fence.body.replace("\\\n", " ")
            lines += [line[2:] for line in joined.splitlines() if line.startswith("$ ")]
        elif fence.language == "yaml":
            lines += re.findall(r"- run: (.*)", fence.body)
    lines += [code for code in _CODE.findall(prose(page)) if re.match(r"(crabtk|make) [a-z-]", code)]
    for line in lines:
        for command in re.split(r" && | > ", line):
            words = shlex.split(command)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                del words[0]
            yield words


@each_page
def test_commands_exist(page: Path) -> None:
    for words in commands(page):
        program = Path(words[0]).name
        if program == "make":
            assert set(words[1:]) <= set(TARGETS), words
        elif program == "crabtk" and words[1] not in ("--help", "--version"):
            check_command(words)


def check_command(words: list[str]) -> None:
    """Let click read a command line without running it, and see that the names in it exist."""
    command = cli.commands[words[1]]
    try:
        given = command.make_context(words[1], words[2:]).params
    except click.UsageError as error:
        pytest.fail(f"{' '.join(words)}: {error.format_message()}")
    known = {"target": list(STAGES), "preset": presets()}
    for name, choices in known.items():
        value = given.get(name)
        assert value is None or _PLACEHOLDER.fullmatch(value) or value in choices, words
    for change in given.get("overrides") or ():
        check_setting(change.partition("=")[0])


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(prose(page)):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(path), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_what_is_named_exists(page: Path) -> None:
    registry = plugins.load()
    ids = {id_ for plugin in registry.all("instruction set") for id_ in plugin.value.ids}
    types = {*registry.names("constraint type"), *(type_.name for type_ in TRANSLATED), *ids}
    families = {name.partition(":")[0] for name in types}
    sections = {name for name in Settings.model_fields if name != "seed"}
    for code in _CODE.findall(prose(page)):
        if code.startswith(_FOLDERS) and " " not in code:
            assert list(ROOT.glob(code.rstrip("/"))), f"{page.name} names {code}"
        elif code in _ROOT_FILES:
            assert (ROOT / code).exists(), f"{page.name} names {code}"
        elif _TYPE.fullmatch(code) and code.partition(":")[0] in families:
            assert code in types, f"{page.name} names {code}"
        elif _SETTING.fullmatch(code) and code.partition(".")[0] in sections and not code.endswith(_SUFFIXES):
            check_setting(code.partition("=")[0])


def check_setting(key: str) -> None:
    """See that a dotted key is a setting; below a table that anybody may fill, everything is."""
    model: Any = Settings
    for name in key.split("."):
        if isinstance(model, type) and issubclass(model, BaseModel):
            assert name in model.model_fields, f"there is no setting {key}"
            model = model.model_fields[name].annotation
        else:
            assert get_origin(model) is dict, f"there is no setting {key}"
            model = get_args(model)[1]


def test_every_hook_suite_reader_type_and_stage_is_documented() -> None:
    text = {page.name: page.read_text("utf-8") for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
    hooks = [name for name in vars(hookspecs) if name.startswith("register_")]
    for name in [*hooks, "check_constraint_type", "check_backend", "check_trainer", "check_benchmark"]:
        assert name in text["plugins.md"]
    for reader in READERS:
        assert f"| `{reader.name}` |" in text["data.md"]
    for translated in TRANSLATED:
        assert f"| `{translated.name}` |" in text["concepts.md"]
    for stage in STAGES:
        assert f"| `{stage}` |" in text["README.md"]


def test_the_readmes_example_is_true() -> None:
    """Each constraint of it is the wording of a type, and holds of the sample's response."""
    (example,) = [fence.body for fence in fences(ROOT / "README.md") if "[target]" in fence.body]
    plain = " ".join(example.split())
    pairs = [
        json.loads(line)
        for file in (ROOT / "crabtk" / "samples").glob("*.jsonl")
        for line in file.read_text("utf-8").splitlines()
    ]
    (pair,) = [pair for pair in pairs if " ".join(pair["prompt"].split()) in plain]
    response = ParsedText(pair["completion"])
    # A number and its constraint, which may go on in lines that are set in further.
    found = re.findall(r"^( *)\d\) (.+(?:\n\1 {3}\S.*)*)$", example, re.MULTILINE)
    asked = [" ".join(wording.split()) for _, wording in found]
    assert len(asked) == len(re.findall(r"^ *\d\)", example, re.MULTILINE)) >= 4
    for wording in asked:
        read = [(type_, params) for type_ in TYPES if (params := type_.parse(wording)) is not None]
        assert read and all(type_.check(response, params) for type_, params in read), wording


def test_the_coverage_table_is_current() -> None:
    written = subprocess.run([sys.executable, ROOT / "tools" / "coverage_table.py"], capture_output=True, check=True)
    assert written.stdout.decode() == (ROOT / "docs" / "constraint-types.md").read_text("utf-8")


def test_changelog_and_concepts_count_types() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    transfer = sum(type_.evaluation_only for type_ in TYPES)
    assert f"- {len(TYPES)} constraint types that code" in text
    assert f" {transfer} of them are there for benchmarks" in text
    concepts = (ROOT / "docs" / "concepts.md").read_text("utf-8")
    assert f"crabtk ships {len(TYPES)}, {transfer} of which are there to measure transfer" in concepts
    assert f"- {len(TRANSLATED)} constraint types that a model" in text
