"""Settings files: layers, paths, and errors that name key, file and known choices."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crabtk import plugins
from crabtk.errors import SettingsError
from crabtk.plugins import Plugin, Registry
from crabtk.settings import Settings
from crabtk.settings_file import Loaded, check_plugins, dump, load_settings, preset_text, presets, reference

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"
SMALL = """
[seeds]
sources = [{ path = "pairs.jsonl" }]
[engines.default]
backend = "toy"
model = "m"
"""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder, apart from the settings file's."""
    monkeypatch.delenv("CRABTK_SETTINGS", raising=False)
    folder = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def load(file: Path, text: str, *overrides: str) -> Loaded:
    file.write_text(text)
    return load_settings(file, None, overrides)


def problems(file: Path, text: str, *overrides: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(file, text, *overrides)
    return str(caught.value).splitlines()


def problem(file: Path, text: str, *overrides: str) -> str:
    (line,) = problems(file, text, *overrides)
    return line


@pytest.mark.parametrize("name", presets())
def test_presets_load_and_survive_a_round_trip(name: str, file: Path) -> None:
    loaded = load_settings(None, name)
    assert (loaded.origin, loaded.preset, loaded.path) == (f'preset "{name}"', name, None)
    assert load(file, dump(loaded.settings)).settings == loaded.settings


@pytest.mark.parametrize("name", presets())
def test_a_copied_preset_means_the_same(name: str, elsewhere: Path) -> None:
    assert load(elsewhere / "mine.toml", preset_text(name)).settings == load_settings(None, name).settings


def test_the_paper_preset_has_the_papers_numbers() -> None:
    settings = load_settings(None, "paper").settings
    seeds = [source for source in settings.seeds.sources if source.use == "seed"]
    assert sum(source.limit or 0 for source in seeds) == 13_500
    assert len(settings.composition.weights) == 19
    assert sorted(settings.composition.weights.values()) == [0.3] * 3 + [0.5] * 3 + [0.7] * 4 + [0.8] * 7 + [1.0] * 2


def test_a_file_changes_its_preset(file: Path) -> None:
    text = 'preset = "demo"\n[composition]\nchat = 0.25\nweights = { "length:words" = 0.9 }\n'
    settings, demo = load(file, text).settings, load_settings(None, "demo").settings
    assert settings.composition.chat == 0.25
    assert settings.composition.weights == {"length:words": 0.9}
    assert settings.translation == demo.translation
    assert settings.engines == demo.engines


def test_tables_merge_and_lists_are_replaced(file: Path) -> None:
    text = 'preset = "paper"\n[measuring]\ntypes = ["toy:*"]\n[composition.weights]\n"length:words" = 0.9\n'
    settings = load(file, text).settings
    assert settings.measuring.types == ("toy:*",)
    assert settings.composition.weights["length:words"] == 0.9
    assert settings.composition.weights["style:writing"] == 0.7


def test_engines_merge_by_name(file: Path) -> None:
    text = 'preset = "h100"\n[engines.default]\nbatch_size = 3\n[engines.mine]\nbackend = "b"\nmodel = "m"\n'
    engines = load(file, text).settings.engines
    assert set(engines) == {"default", "student", "mine"}
    assert (engines["default"].batch_size, engines["default"].backend) == (3, "transformers")


def test_options_go_with_their_plugin(file: Path) -> None:
    options = load(file, 'preset = "demo"\n[training]\ntrainer = "mine"\n').settings.training.options
    assert options == {}
    kept = load(file, 'preset = "demo"\n[training]\ntrainer = "trl"\noptions = { lora = true }').settings.training
    assert kept.options["lora"] is True
    assert kept.options["max_length"] == 1280


def test_a_named_preset_wins_over_the_files_own(file: Path) -> None:
    file.write_text('preset = "demo"\nseed = 3\n')
    loaded = load_settings(file, "h100")
    assert loaded.preset == "h100"
    assert loaded.settings.seed == 3
    assert "student" in loaded.settings.engines
    assert loaded.origin == str(file)


def test_overrides_win_and_later_ones_most(file: Path) -> None:
    overrides = (
        "composition.chat=0.2",
        "composition.chat = 0.3",
        "composition.weights.length:words=1",
        'composition.weights."a.b:c"=0.5',
        "translation.enabled=false",
        "seeds.response_words=[1, 9]",
        "engines.default.model=Qwen/Qwen2.5-7B-Instruct",
        "training.model='x=y'",
    )
    loaded = load(file, SMALL, *overrides)
    settings = loaded.settings
    assert settings.composition.chat == 0.3
    assert settings.composition.weights == {"length:words": 1.0, "a.b:c": 0.5}
    assert settings.translation.enabled is False
    assert settings.seeds.response_words == (1, 9)
    assert settings.engines["default"].model == "Qwen/Qwen2.5-7B-Instruct"
    assert settings.training.model == "x=y"
    assert loaded.overrides == overrides


def test_the_environment_names_the_file_unless_something_else_does(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(SMALL + "[composition]\nchat = 0.7\n")
    monkeypatch.setenv("CRABTK_SETTINGS", str(file))
    assert load_settings(None, None).settings.composition.chat == 0.7
    assert load_settings(None, "demo").path is None


def test_nothing_named_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match=r"--settings FILE.*--preset.*demo, h100, paper.*CRABTK_SETTINGS"):
        load_settings(None, None)


def test_paths_of_a_file_are_relative_to_its_folder(file: Path) -> None:
    text = SMALL.replace("[engines", '[runtime]\nstore = "cache"\noutput = "../out"\n[engines')
    settings = load(file, text).settings
    assert settings.seeds.sources[0].path == str(file.parent / "pairs.jsonl")
    assert settings.runtime.store == str(file.parent / "cache")
    assert settings.runtime.output == str(file.parent.parent / "out")


def test_other_paths_are_relative_to_the_current_folder(file: Path, elsewhere: Path) -> None:
    settings = load(file, SMALL, "seeds.sources=[{path='other.jsonl'}]", "runtime.output=here").settings
    assert settings.seeds.sources[0].path == str(elsewhere / "other.jsonl")
    assert settings.runtime.output == str(elsewhere / "here")
    assert settings.runtime.store == str(elsewhere / ".crabtk")
    elsewhere.joinpath("models/SmolLM2-135M-Instruct").mkdir(parents=True)
    demo = load_settings(None, "demo").settings
    assert demo.engines["default"].model == str(elsewhere / "models/SmolLM2-135M-Instruct")


@pytest.mark.parametrize("path", ["crabtk:samples", "hf:owner/name", "/data/x.jsonl"])
def test_schemes_and_absolute_paths_stay(file: Path, path: str) -> None:
    assert load(file, SMALL.replace("pairs.jsonl", path)).settings.seeds.sources[0].path == path


def test_models_are_folders_or_hub_names(file: Path) -> None:
    def model(value: str) -> str:
        return load(file, SMALL.replace('"m"', f'"{value}"')).settings.engines["default"].model

    file.parent.joinpath("local/model").mkdir(parents=True)
    assert model("local/model") == str(file.parent / "local/model")
    assert model("owner/model") == "owner/model"
    assert model("./owner/model") == str(file.parent / "owner/model")
    assert model("../model") == str(file.parent.parent / "model")
    assert model("/models/m") == "/models/m"
    assert model("~/m") == str(Path.home() / "m")


def test_an_unknown_key(file: Path) -> None:
    line = problem(file, SMALL + "[composition]\nchats = 0.1\n")
    assert line.startswith(f'{file}: composition.chats: unknown key. Did you mean "chat"? Known: any_number, chat,')


def test_an_unknown_key_at_the_top(file: Path) -> None:
    line = problem(file, "presets = 'demo'\n" + SMALL)
    assert (
        f'{file}: presets: unknown key. Did you mean "preset"? Known: preset, composition, controls, dpo, engines,'
        in line
    )


def test_an_unknown_key_of_a_source_and_of_an_engine(file: Path) -> None:
    text = SMALL.replace('"pairs.jsonl"', '"pairs.jsonl", license = "MIT"') + "batchsize = 3\n"
    first, second = problems(file, text)
    assert f'{file}: seeds.sources[0].license: unknown key. Did you mean "licence"?' in first
    assert f'{file}: engines.default.batchsize: unknown key. Did you mean "batch_size"?' in second


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("composition.chat=lots", 'composition.chat: found the text "lots", expected a number from 0 to 1.'),
        ("composition.chat=2", "composition.chat: found the number 2, expected a number from 0 to 1."),
        ("composition.chat=true", "composition.chat: found true, expected a number from 0 to 1."),
        ("seed=1.5", "seed: found the number 1.5, expected a whole number."),
        ("seed=2024-01-01", "seed: found the date or time 2024-01-01, expected a whole number."),
        (
            "translation.max_tokens=0",
            "translation.max_tokens: found the number 0, expected a whole number of at least 1.",
        ),
        ("translation.enabled=1", "translation.enabled: found the number 1, expected true or false."),
        ("translation=[]", "translation: found an empty list, expected a table."),
        ("measuring.types=toy", 'measuring.types: found the text "toy", expected a list of texts.'),
        ("measuring.types=[1]", "measuring.types[0]: found the number 1, expected a text."),
        (
            "seeds.response_words=[5]",
            "seeds.response_words[1]: is missing; give a whole number of at least 0.",
        ),
        (
            "seeds.response_words=[1, 2, 3]",
            "seeds.response_words: found the list [1, 2, 3], expected [smallest, largest], "
            "each a whole number of at least 0.",
        ),
        ("seeds.response_words=[9, 1]", "seeds.response_words: the first of [9, 1] must not exceed the second."),
        (
            "composition.weights.length:words=7",
            'composition.weights."length:words": found the number 7, expected a number from 0 to 1.',
        ),
        ("engines.x.backend=toy", "engines.x.model: is missing; give a text."),
        (
            'seeds.sources=[{path="a", use="both"}]',
            'seeds.sources[0].use: found the text "both", expected one of "seed", "chat".',
        ),
        ("engines=3", "engines: found the number 3, expected a table of tables by name."),
    ],
)
def test_a_wrong_value(file: Path, override: str, says: str) -> None:
    assert problem(file, SMALL, override) == f"--set {override}: {says}"


def test_all_problems_come_at_once_each_from_its_place(file: Path) -> None:
    lines = problems(file, SMALL + "[judging]\nrepair = 1\nfoo = 1\n", "seed=x", "composition.chat=2")
    assert sorted(line.partition(": ")[0] for line in lines) == [
        "--set composition.chat=2",
        "--set seed=x",
        str(file),
        str(file),
    ]


def test_bad_toml_has_a_line_and_a_column(file: Path) -> None:
    assert problem(file, "seed = 1\nchat = = 2\n").startswith(f"{file}: this is not TOML: line 2, column 8: ")


def test_a_missing_file(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(file, None)
    assert str(caught.value).startswith(f"{file}: the settings file cannot be read: No such file or directory.")


def test_a_folder_or_binary_in_place_of_a_file(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_settings(file, None)
    with pytest.raises(SettingsError, match="Is a directory"):
        load_settings(file.parent, None)


def test_an_unknown_preset_lists_presets(file: Path) -> None:
    with pytest.raises(SettingsError, match=r'no preset "dem"\. Did you mean "demo"\? Known: demo, h100, paper\.'):
        load_settings(None, "dem")
    line = problem(file, 'preset = "papers"')
    assert line == f'{file}: preset: There is no preset "papers". Did you mean "paper"? Known: {", ".join(presets())}.'
    assert "preset: expected one of demo" in problem(file, "preset = 3")


@pytest.mark.parametrize("override", ["chat", "=1", "a..b=1", "composition.=1", ""])
def test_an_override_that_is_none(file: Path, override: str) -> None:
    assert problem(file, SMALL, override).startswith(f"--set {override}: write section.key=value")


def test_stages_name_engines_that_exist(file: Path) -> None:
    text = SMALL.replace("engines.default", "engines.big") + '[judging]\nengine = "bg"\n[scoring]\nenabled = false\n'
    translation, judging, training = problems(file, text)
    assert f'{file}: translation.engine: there is no engine "default". Known: big.' in translation
    assert f'{file}: judging.engine: there is no engine "bg". Did you mean "big"? Known: big.' in judging
    assert f'{file}: training.model: there is no engine "default"' in training


def test_stages_that_are_off_need_no_engine(file: Path) -> None:
    text = SMALL.partition("[engines")[0]
    off = [f"{stage}.enabled=false" for stage in ("translation", "training", "scoring")]
    assert load(file, text, *off).settings.engines == {}


def test_names_of_sources_are_unique(file: Path) -> None:
    pair = '{ path = "a/x.jsonl" }, { path = "b/x.jsonl" }, { path = "b/x.jsonl", name = "y" }'
    lines = problems(file, SMALL.replace('{ path = "pairs.jsonl" }', pair))
    assert [line.partition(": ")[2][:21] for line in lines] == ["seeds.sources[0].name", "seeds.sources[1].name"]


def test_chat_alone_makes_no_seeds(file: Path) -> None:
    line = problem(file, SMALL.replace('"pairs.jsonl"', '"pairs.jsonl", use = "chat"'))
    assert 'seeds.sources: there is none with use = "seed"' in line


@pytest.mark.parametrize("name", presets())
def test_presets_name_readers_and_types_that_exist(name: str) -> None:
    """Backends and trainers come from distributions that need not be installed here, so any will do."""
    loaded = load_settings(None, name)
    installed = dict(plugins.load().plugins)
    for kind, plugin in (("backend", "transformers"), ("trainer", "trl")):
        installed.setdefault((kind, plugin), Plugin(kind, plugin, AnyOptions, "d", "1", "m"))
    translated = [type_.name for type_ in pytest.importorskip("crabtk.constraints.translated").TRANSLATED]
    check_plugins(loaded.settings, Registry(installed), loaded.origin, translated)


class AnyOptions:
    name = "any"

    def __init__(self, **options: Any) -> None: ...


class Engine:
    name = "toy"

    def __init__(self, model: str, *, words: int = 3) -> None: ...


class Pinned(Engine):
    name = "pinned"

    def __init__(self, model: str, *, revision: str | None = None) -> None: ...


class Trainer:
    name = "trl"

    def __init__(self, *, epochs: float = 1.0) -> None: ...


class Benchmark:
    name = "held_out"


def registry() -> Registry:
    values: list[tuple[str, str, Any]] = [
        ("seed reader", "alpaca", None),
        ("constraint type", "length:words", None),
        ("constraint type", "length:lines", None),
        ("backend", "toy", Engine),
        ("backend", "pinned", Pinned),
        ("trainer", "trl", Trainer),
        ("benchmark", "held_out", Benchmark),
    ]
    return Registry({(kind, name): Plugin(kind, name, value, "d", "1", "m") for kind, name, value in values})


def check(file: Path, *overrides: str) -> list[str]:
    """Check against the plugins above; return the problems without their origin."""
    loaded = load(file, SMALL, *overrides)
    try:
        check_plugins(loaded.settings, registry(), loaded.origin, ["style:writing"])
    except SettingsError as error:
        lines = str(error).splitlines()
        assert all(line.startswith(f"{file}: ") for line in lines)
        return [line.removeprefix(f"{file}: ") for line in lines]
    return []


@pytest.mark.parametrize(
    "override",
    [
        "seeds.sources=[{path='x', format='alpaca'}]",
        "measuring.types=['length:*']",
        "measuring.without=['length', 'length:words']",
        "translation.types=['style:*']",
        "composition.weights={'length:*' = 0.2, 'style:writing' = 0.3}",
        "engines.default.options.words=4",
        "engines.e={backend='pinned', model='m', revision='main'}",
        "training.options.epochs=2",
        "engines.default.model=m",
    ],
)
def test_what_plugins_accept(file: Path, override: str) -> None:
    assert check(file, override) == []


@pytest.mark.parametrize(
    ("override", "says"),
    [
        (
            "seeds.sources=[{path='x', format='alpacca'}]",
            'seeds.sources[0].format: there is no seed reader "alpacca". Did you mean "alpaca"? Known: auto, alpaca.',
        ),
        (
            "measuring.types=['length:word']",
            'measuring.types: there is no constraint type "length:word". Did you mean "length:words"? '
            "Known: length:lines, length:words.",
        ),
        (
            "measuring.without=['keyword:*']",
            'measuring.without: there is no constraint type "keyword:*". Known: length:lines, length:words.',
        ),
        (
            "translation.types=['length:words']",
            'translation.types: there is no constraint type "length:words". Known: style:writing.',
        ),
        (
            "composition.weights={'style:writ' = 0.2}",
            'composition.weights."style:writ": there is no constraint type "style:writ". Did you mean "style:writing"? '
            "Known: length:lines, length:words, style:writing.",
        ),
        (
            "engines.default.backend=tory",
            'engines.default.backend: there is no backend "tory". Did you mean "toy"? Known: pinned, toy. '
            "If a package provides it, install it; `crabtk plugins` lists what is found.",
        ),
        (
            "engines.default.revision=main",
            'engines.default.revision: the backend "toy" takes no revision; leave it out.',
        ),
        (
            "engines.default.options.word=4",
            'engines.default.options.word: the backend "toy" has no such option. Known: words.',
        ),
        (
            "engines.default.options.words=many",
            "engines.default.options.words: 'many': Input should be a valid integer.",
        ),
        (
            "training.trainer=trll",
            'training.trainer: there is no trainer "trll". Did you mean "trl"? Known: trl. '
            "If a package provides it, install it; `crabtk plugins` lists what is found.",
        ),
        ("training.options.x=1", 'training.options.x: the trainer "trl" has no such option. Known: epochs.'),
        (
            "scoring.benchmarks=['ifeval']",
            'scoring.benchmarks: there is no benchmark "ifeval". Known: held_out. '
            "If a package provides it, install it; `crabtk plugins` lists what is found.",
        ),
        (
            "scoring.options.held_out.x=1",
            'scoring.options.held_out.x: the benchmark "held_out" has no such option. Known: none.',
        ),
        (
            "scoring.options.other.x=1",
            "scoring.options.other: has options, but scoring.benchmarks does not name it.",
        ),
    ],
)
def test_what_plugins_refuse(file: Path, override: str, says: str) -> None:
    assert check(file, override) == [says]


def test_plugins_of_stages_that_are_off_need_not_be_there(file: Path) -> None:
    overrides = ("training.enabled=false", "training.trainer=x", "scoring.enabled=false", "scoring.benchmarks=['x']")
    assert check(file, *overrides) == []


def test_everything_that_plugins_refuse_comes_at_once(file: Path) -> None:
    assert len(check(file, "engines.default.options={a=1, b=2}", "training.trainer=x", "measuring.types=['x']")) == 4


def test_the_reference_is_up_to_date() -> None:
    written = DOCS.read_text(encoding="utf-8").strip()
    assert written == reference().strip(), "run: crabtk settings --reference > docs/settings.md"


def test_the_reference_names_every_section_and_key() -> None:
    text = reference()
    for name in Settings.model_fields:
        assert f"[{name}" in text or f"| `{name}` |" in text
    for part in ("`[[seeds.sources]]`", "`[engines.NAME]`", "| `hf_split` |", "| `batch_size` |"):
        assert part in text


def test_presets_are_commented() -> None:
    for name in presets():
        assert preset_text(name).startswith("# ")
        assert "preset" not in tomllib.loads(preset_text(name))


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (
            ["training.weights.revers=0.3"],
            'training.weights.revers: there is no kind of example "revers". Did you mean "reverse"? '
            "Known: forward, reverse, chat.",
        ),
        (
            ["rl.reward.weights.keyword=2"],
            'rl.reward.weights: has no effect with aggregate = "mean"; set "weighted".',
        ),
        (["dpo.enabled=true"], "dpo.enabled: trains on pairs; set preferences.enabled = true as well."),
        (["rl.pass_rates=[0.5, 0.5]"], "rl.pass_rates: is [0.5, 0.5]; the first must lie below the second."),
    ],
)
def test_settings_that_contradict_each_other_are_named(file: Path, overrides: list[str], says: str) -> None:
    line = problem(file, SMALL, *overrides)
    assert line.partition(": ")[2] == says


@pytest.mark.parametrize("section", ["dpo", "rl", "preferences"])
def test_a_start_model_is_demanded_by_whatever_starts_from_it(file: Path, section: str) -> None:
    text = SMALL.replace("engines.default", "engines.policy")
    on = ["preferences.enabled=true", "preferences.engine='policy'"] if section != "rl" else ["rl.engine='policy'"]
    off = ["training.enabled=false", "scoring.enabled=false", "translation.enabled=false", f"{section}.enabled=true"]
    line = problem(file, text, *on, *off)
    assert 'training.model: there is no engine "default"' in line


def test_misspelt_weights_of_the_reward_are_named(file: Path) -> None:
    (line,) = check(file, "rl.reward.aggregate='weighted'", "rl.reward.weights.lenght=3")
    assert line.startswith('rl.reward.weights.lenght: there is no constraint type "lenght".')
    assert check(file, "rl.reward.aggregate='weighted'", "rl.reward.weights.length=3") == []
