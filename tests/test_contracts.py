"""What others build on: exported names, hooks, documented settings, and imports that stay light."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

import crabtk
from crabtk import hookspecs, protocols
from crabtk import settings as settings_module
from crabtk.errors import CrabtkError
from crabtk.plugins import KINDS

EXPORTED = [
    "Backend",
    "BackendError",
    "Benchmark",
    "BenchmarkError",
    "BenchmarkItem",
    "Checker",
    "Checks",
    "Completion",
    "Constraint",
    "ConstraintType",
    "Count",
    "CountedType",
    "CrabtkError",
    "Found",
    "Grade",
    "Graded",
    "InstructionBenchmark",
    "InstructionSet",
    "JudgedBenchmark",
    "Limit",
    "Message",
    "Metric",
    "OneOf",
    "Ordinal",
    "OwnMetrics",
    "Pair",
    "Params",
    "ParsedText",
    "PublishedPrompts",
    "Quoted",
    "QuotedList",
    "Record",
    "Rejected",
    "Request",
    "RowReader",
    "Sampling",
    "SeedReader",
    "Trainer",
    "TrainingError",
    "TrainingJob",
    "TrainingOutcome",
    "TrainingProgress",
    "VerificationError",
    "__version__",
    "exact_or_at_least",
    "hookimpl",
    "satisfiable",
]
HEAVY = ("torch", "transformers", "trl", "dagster", "polars", "pandera", "pydantic", "matplotlib", "scipy", "numpy")
SECTIONS = [
    section
    for _, section in inspect.getmembers(settings_module, inspect.isclass)
    if issubclass(section, BaseModel) and section.__module__ == settings_module.__name__
]
HOOKS = {
    name: function
    for name, function in inspect.getmembers(hookspecs, inspect.isfunction)
    if function.__module__ == hookspecs.__name__
}


def test_exported_names_change_on_purpose_only() -> None:
    assert crabtk.__all__ == EXPORTED
    assert dir(crabtk) == EXPORTED


@pytest.mark.parametrize("name", EXPORTED)
def test_exported_names_exist_and_are_documented(name: str) -> None:
    value = getattr(crabtk, name)
    if inspect.isclass(value):
        assert inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Backends"):
        _ = crabtk.Backends


def test_each_kind_has_its_hook() -> None:
    assert sorted(HOOKS) == sorted(KINDS.values())


@pytest.mark.parametrize("name", HOOKS)
def test_hooks_are_documented_and_take_register(name: str) -> None:
    hook = HOOKS[name]
    assert re.search(r"``register\(\w+(\(\))?\)``", inspect.getdoc(hook) or "")
    assert list(inspect.signature(hook).parameters) == ["register"]
    assert get_type_hints(hook)["return"] is type(None)


@pytest.mark.parametrize("protocol", ["SeedReader", "Backend", "Trainer", "Benchmark", "ConstraintType"])
def test_extension_points_are_documented(protocol: str) -> None:
    extension = getattr(protocols, protocol)
    methods = filter(inspect.isfunction, vars(extension).values())
    own = [method for method in methods if method.__module__ == protocols.__name__]  # typing adds some
    assert own
    assert all(inspect.getdoc(method) for method in [extension, *own])


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_settings_are_documented_frozen_and_closed(section: Any) -> None:
    assert section.__doc__
    assert section.model_config["frozen"]
    assert section.model_config["extra"] == "forbid"
    plain = {name: field for name, field in section.model_fields.items() if field.annotation not in SECTIONS}
    assert [name for name, field in plain.items() if not field.description] == []


def test_errors_are_of_one_family_and_say_what_they_are() -> None:
    def family(error: type[Exception]) -> list[type[Exception]]:
        return [error, *(below for child in error.__subclasses__() for below in family(child))]

    ours = [error for error in family(CrabtkError) if error.__module__ == "crabtk.errors"]
    assert all(error.__doc__ for error in ours)
    import crabtk.errors

    tree = crabtk.errors.__doc__ or ""
    assert [error.__name__ for error in ours if error.__name__ not in tree] == []


@pytest.mark.parametrize("modules", ["crabtk", "crabtk.plugins", "crabtk.builtin", "crabtk.builtin, crabtk.plugins"])
def test_listing_plugins_imports_nothing_heavy(python: Any, modules: str) -> None:
    code = f"import sys, {modules}; print(*({{m.partition('.')[0] for m in sys.modules}} & {set(HEAVY)!r}))"
    run = python("-c", code)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []


def test_loading_every_plugin_imports_nothing_heavy(python: Any, toy_site: Any) -> None:
    code = (
        "import sys; from crabtk import plugins; plugins.load(); "
        f"print(*({{m.partition('.')[0] for m in sys.modules}} & {set(HEAVY)!r}))"
    )
    run = python("-c", code, sites=(toy_site,))
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
