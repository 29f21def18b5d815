"""Plugins: a real third-party distribution serves every hook; a broken one is named with its remedy."""

from __future__ import annotations

import ast
import importlib
import itertools
import json
import math
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import crabtk
from crabtk import (
    Checks,
    Message,
    Pair,
    ParsedText,
    Record,
    Rejected,
    Request,
    TrainingJob,
    TrainingProgress,
    plugins,
)
from crabtk.errors import CrabtkError, DuplicateNameError, PluginLoadError, SettingsError, UnknownNameError
from crabtk.plugins import KINDS, Plugin, Registry

TOY = Path(__file__).parents[1] / "toy_plugin" / "crabtk_toy.py"
NUMBERS = itertools.count()
REPORT = """
import json
from crabtk import plugins
found = plugins.load(blocked={blocked!r}).plugins.values()
print(json.dumps([[p.kind, p.name, p.distribution, p.version, p.module, p.fingerprint] for p in found]))
"""

Distribute = Callable[..., str]


def report(python: Any, *sites: Path, blocked: tuple[str, ...] = ("crabtk",)) -> list[list[str]]:
    run = python("-c", REPORT.format(blocked=blocked), sites=sites)
    assert run.returncode == 0, run.stderr
    return [row for row in json.loads(run.stdout) if row[2] == "crabtk-toy"]


def test_the_toy_wheel_registers_something_for_every_hook(python: Any, toy_site: Path) -> None:
    rows = report(python, toy_site)
    assert [row[0] for row in rows] == list(KINDS)
    assert {tuple(row[2:5]) for row in rows} == {("crabtk-toy", "0.1.0", "crabtk_toy")}


def test_the_toy_stands_beside_the_built_ins(python: Any, toy_site: Path) -> None:
    assert len(report(python, toy_site, blocked=())) == len(KINDS)


def test_a_new_version_changes_the_fingerprint_and_nothing_else(
    python: Any, toy_site: Path, newer_toy_site: Path
) -> None:
    old, new = report(python, toy_site), report(python, newer_toy_site)
    assert [row[:3] for row in old] == [row[:3] for row in new]
    assert {row[3] for row in new} == {"0.2.0"}
    assert {row[5].partition("+")[2] for row in old} == {row[5].partition("+")[2] for row in new}
    assert not {row[5] for row in old} & {row[5] for row in new}


def test_an_edit_changes_the_fingerprint(python: Any, toy_site: Path, tmp_path: Path) -> None:
    changed = tmp_path / "crabtk_toy.py"
    changed.write_text(TOY.read_text() + "# edited\n")
    assert report(python, toy_site)[0][5] != report(python, tmp_path, toy_site)[0][5]


def test_the_first_copy_on_the_path_counts(python: Any, toy_site: Path, newer_toy_site: Path) -> None:
    assert {row[3] for row in report(python, newer_toy_site, toy_site)} == {"0.2.0"}


def test_a_blocked_plugin_is_left_out(python: Any, toy_site: Path) -> None:
    assert report(python, toy_site, blocked=("crabtk", "toy")) == []


def test_the_toy_uses_public_names_alone() -> None:
    imports = [node for node in ast.walk(ast.parse(TOY.read_text())) if isinstance(node, ast.ImportFrom)]
    assert {node.module for node in imports} == {"__future__", "crabtk"}
    used = {alias.name for node in imports if node.module == "crabtk" for alias in node.names}
    assert used <= set(crabtk.__all__)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(TOY.parent)
    return importlib.import_module("crabtk_toy")


def test_the_toy_keeps_the_law_of_back_translation(toy: Any) -> None:
    questions, rng = toy.Questions(), random.Random(1)
    text = ParsedText("Why? Who knows? I do not.")
    params = questions.measure(text, rng)
    assert params == {"n": 2}
    assert questions.check(text, params)
    assert all(questions.parse(questions.render(params, rng)) == params for _ in range(20))
    assert questions.measure(ParsedText("None."), rng) is None


def test_the_toys_backend_answers_in_the_form_that_is_asked_for(toy: Any) -> None:
    messages = (Message("user", "one two three"),)
    schema = {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "b": {"type": "array", "items": {}}},
    }
    with plugins.build(plugin(toy.ToyBackend), {"words": 2}, "engines.e.options", model="m") as backend:
        choice, written, free, refused = backend.generate(
            [
                Request(messages, choices=("yes", "no")),
                Request(messages, json_schema=schema),
                Request(messages),
                Request(messages, regex="a+"),
            ]
        )
    assert choice.text == "yes"
    assert sum(map(math.exp, choice.choice_logprobs.values())) == pytest.approx(0.75)
    assert json.loads(written.text).keys() == {"a", "b"}
    assert free.text == "two three"
    assert refused.finish_reason == "error"


def test_the_toy_reads_trains_and_grades(toy: Any, tmp_path: Path) -> None:
    rows = [Record({"q": "Why?", "a": "So."}, "f.jsonl", 1), Record(["no"], "f.jsonl", 2)]
    assert [type(row) for row in toy.ToyReader().read(rows)] == [Pair, Rejected]

    tmp_path.joinpath("model").mkdir()
    tmp_path.joinpath("model/config.json").write_text("{}")
    tmp_path.joinpath("examples.jsonl").write_text("{}\n{}\n")
    reports: list[TrainingProgress] = []
    job = TrainingJob(str(tmp_path / "model"), tmp_path / "examples.jsonl", tmp_path / "out", tmp_path / "work", seed=1)
    outcome = plugins.build(plugin(toy.ToyTrainer), {"steps": 3}, "training.options").train(job, reports.append)
    assert tmp_path.joinpath("out/config.json").is_file()
    assert (len(reports), outcome.figures) == (3, {"examples": 2})

    benchmark = toy.ToyBenchmark()
    items, checks = benchmark.items({}), Checks({"toy:questions": toy.Questions()}, {})
    assert [grade.strict for item in items for grade in benchmark.grade(item, ParsedText("Brie?"), checks)] == [
        True,
        False,
    ]


@pytest.fixture
def distribute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Distribute]:
    """Write a distribution with one module into a folder on the path; return the module's name."""
    before = set(sys.modules)

    def write(code: str, *, name: str = "crabtk-broken", version: str = "1.2.3", entries: tuple[str, ...] = ()) -> str:
        module = f"broken_plugin_{next(NUMBERS)}"
        tmp_path.joinpath(f"{module}.py").write_text(code)
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        lines = [f"{entry} = {module}" for entry in entries or (name,)]
        info.joinpath("entry_points.txt").write_text("\n".join(["[crabtk]", *lines]) + "\n")
        importlib.invalidate_caches()
        return module

    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for module in set(sys.modules) - before:
        if module.startswith("broken_plugin_"):
            del sys.modules[module]


def failure(error: type[CrabtkError] = PluginLoadError) -> str:
    with pytest.raises(error) as caught:
        plugins.load(blocked=("crabtk",))
    return str(caught.value)


HOOK = "from crabtk import ConstraintType, hookimpl\n\n@hookimpl\n"
TYPE = """
class Made(ConstraintType):
    name = "toy:made"
    def measure(self, text, rng): return None
    def check(self, text, params): return True
"""


def test_a_misspelt_hook(distribute: Distribute) -> None:
    distribute(HOOK + "def register_backend(register): ...")
    message = failure()
    assert "crabtk-broken 1.2.3" in message
    assert "register_backend" in message
    assert "Known hooks" in message
    assert all(hook in message for hook in KINDS.values())


def test_a_misnamed_argument(distribute: Distribute) -> None:
    distribute(HOOK + "def register_backends(registry): ...")
    message = failure()
    assert "crabtk-broken 1.2.3" in message
    assert "registry" in message
    assert "the one argument `register`" in message


def test_no_hook_at_all(distribute: Distribute) -> None:
    distribute("def register_backends(register): ...")
    message = failure()
    assert "crabtk-broken 1.2.3" in message
    assert "@crabtk.hookimpl" in message


def test_a_failing_import(distribute: Distribute) -> None:
    module = distribute("import no_such_package")
    message = failure()
    assert "crabtk-broken 1.2.3" in message
    assert module in message
    assert "No module named 'no_such_package'" in message
    assert "pip uninstall crabtk-broken" in message


def test_a_failing_hook(distribute: Distribute) -> None:
    distribute(HOOK + "def register_backends(register):\n    1 / 0")
    assert "crabtk-broken 1.2.3" in (message := failure())
    assert "register_backends failed: ZeroDivisionError" in message


def test_a_duplicate_name(distribute: Distribute) -> None:
    code = HOOK + "def register_constraint_types(register): register(Made())\n" + TYPE
    distribute(code, name="crabtk-one")
    distribute(code, name="crabtk-two")
    message = failure(DuplicateNameError)
    assert '"toy:made"' in message
    assert "crabtk-one 1.2.3" in message
    assert "crabtk-two 1.2.3" in message
    assert "pip uninstall crabtk-two" in message


def test_one_entry_point_name_in_two_distributions_is_no_clash(distribute: Distribute) -> None:
    distribute(
        HOOK + "def register_constraint_types(register): register(Made())\n" + TYPE,
        name="crabtk-one",
        entries=("same",),
    )
    distribute(HOOK + "def register_backends(register): ...", name="crabtk-two", entries=("same",))
    assert plugins.load(blocked=("crabtk",)).find("constraint type", "toy:made").distribution == "crabtk-one"


def test_one_module_under_two_entry_points(distribute: Distribute) -> None:
    distribute(HOOK + "def register_backends(register): ...", entries=("one", "two"))
    assert "two entry points" in failure()


@pytest.mark.parametrize(
    ("hook", "body", "says"),
    [
        ("register_constraint_types", "register(Made)", "an instance, not the class"),
        ("register_backends", "register(Engine('m'))", "the class itself, not an instance"),
        ("register_backends", "register(Mute)", "without generate()"),
        ("register_trainers", "register(object())", "no attribute `name`"),
        ("register_constraint_types", "register(Odd())", "family:name"),
    ],
)
def test_something_unfit(distribute: Distribute, hook: str, body: str, says: str) -> None:
    distribute(
        HOOK
        + f"def {hook}(register): {body}\n"
        + TYPE
        + """
class Odd(Made):
    name = "Odd Name"

class Mute:
    name = "mute"
    def __init__(self, model): ...
    def __enter__(self): ...
    def __exit__(self, *error): ...

class Engine(Mute):
    def generate(self, requests): ...
"""
    )
    message = failure()
    assert "crabtk-broken 1.2.3" in message
    assert hook in message
    assert says in message


def test_an_unknown_name_lists_the_known() -> None:
    registry = Registry({("backend", "toy"): plugin(Constructed)})
    with pytest.raises(UnknownNameError, match=r'no backend "tory".*Known: toy.*crabtk plugins'):
        registry.find("backend", "tory")


class Constructed:
    name = "toy"

    def __init__(
        self, model: str, *, rate: float, names: tuple[str, ...] = (), folder: Path = Path(), fast: bool = False
    ) -> None:
        self.given = (model, rate, names, folder, fast)


class Plain:
    name = "plain"


def plugin(value: Any) -> Plugin:
    return Plugin("backend", value.name, value, "crabtk-toy", "0.1.0", "crabtk_toy")


def test_options_arrive_as_the_constructor_annotates_them() -> None:
    options = {"rate": 1, "names": ["a", "b"], "folder": "x/y"}
    made = plugins.build(plugin(Constructed), options, "engines.e.options", model="m")
    assert made.given == ("m", 1.0, ("a", "b"), Path("x/y"), False)


def test_every_wrong_option_is_reported() -> None:
    options = {"quick": True, "model": "other", "fast": 1, "names": "a"}
    with pytest.raises(SettingsError) as caught:
        plugins.check_options(plugin(Constructed), options, "engines.e.options", ("model",))
    lines = str(caught.value).splitlines()
    assert {line.partition(":")[0] for line in lines} == {
        f"engines.e.options.{name}" for name in ("quick", "model", "rate", "fast", "names")
    }
    assert "Known: rate, names, folder, fast." in lines[0]


def test_a_class_without_a_constructor_takes_no_options() -> None:
    plugins.check_options(plugin(Plain), {}, "options")
    with pytest.raises(SettingsError, match="Known: none"):
        plugins.check_options(plugin(Plain), {"x": 1}, "options")
