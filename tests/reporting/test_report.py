import re
from dataclasses import fields, replace
from html.parser import HTMLParser

import polars as pl
import pytest

from crabtk.reporting import report
from crabtk.reporting.formats import STYLES
from crabtk.reporting.inputs import ReportInputs
from crabtk.reporting.report import build_report, summary
from crabtk.settings import Scoring, Settings, Training, Translation

VOID = {"meta", "img", "br", "link", "hr", "input"}


class Page(HTMLParser):
    """Collects what tests look at, and checks that tags nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.numbers, self.text = [], [], [], {}, []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("data-number")))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1][1]:
            self.numbers.setdefault(self.open[-1][1], set()).add(data)

    def words(self):
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def html(inputs):
    return build_report(inputs)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def _value(numbers, place):
    for key in place.split("."):
        numbers = numbers[int(key)] if isinstance(numbers, list) else numbers[key]
    return numbers


def test_every_number_on_the_page_is_the_summarys(inputs, page):
    numbers = summary(inputs)
    assert len(page.numbers) > 150
    for place, shown in page.numbers.items():
        value = _value(numbers, place)
        assert shown <= {style(value) for style in STYLES.values()}, place


def test_headline_numbers_are_those_of_the_tables(inputs, page):
    assert page.numbers["headline.seeds"] == {str(inputs.seeds.filter(pl.col("use") == "seed").height)}
    holding = inputs.constraints.filter(pl.col("verdict") == "holds").height
    assert page.numbers["constraints.kept"] == {str(holding)}
    assert page.numbers["examples.train"] == {str(inputs.crab.filter(pl.col("split") == "train").height)}
    assert page.numbers["headline.models.0.value"] == {"12.5\xa0%"}
    assert "271 of 271 are true" in page.words()


def test_untrusted_text_is_text(html, page):
    assert set(page.tags) & {"script", "iframe", "object", "form", "base"} == set()
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "alert(1)" in page.words() and "{{ 7*7 }}" in page.words()
    assert "\x00" not in html and "\x1b" not in html
    assert "مرحبا بالعالم" in html and "👩‍🚀" in html


def test_nothing_is_loaded_from_anywhere(html, page):
    sources = [value for _, name, value in page.attributes if name in ("src", "href", "srcset", "action", "poster")]
    assert sources and all(value.startswith(("data:image/svg+xml;base64,", "#")) for value in sources)
    assert not re.search(r"@import|url\(", html)
    assert "link" not in page.tags


def test_links_lead_somewhere(page):
    places = {value for _, name, value in page.attributes if name == "id"}
    assert {value[1:] for _, name, value in page.attributes if name == "href"} <= places


def test_huge_texts_are_cut(html):
    assert len(html) < 800_000
    assert "characters left out" in html


def test_equal_inputs_give_equal_bytes(inputs, html):
    shuffled = replace(inputs, versions=dict(reversed(inputs.versions.items())), scores=inputs.scores.reverse())
    assert build_report(shuffled) == html


def test_secrets_stay_out(html):
    assert "sk-secret" not in html


def test_an_empty_run_says_what_is_missing():
    words = Page(build_report(ReportInputs())).words()
    for sentence in ("There are no seeds.", "Nothing was trained", "No scores yet", "No row was rejected."):
        assert sentence in words
    assert "None" not in words and "nan" not in words


@pytest.mark.slow
@pytest.mark.parametrize("missing", [each.name for each in fields(ReportInputs) if each.default is None])
def test_any_table_may_be_missing(inputs, missing):
    Page(build_report(replace(inputs, **{missing: None})))


@pytest.mark.parametrize("missing", [each.name for each in fields(ReportInputs) if "DataFrame" in str(each.type)])
def test_an_empty_table_is_a_missing_one(inputs, missing):
    cleared = replace(inputs, **{missing: getattr(inputs, missing).clear()})
    assert summary(cleared) == summary(replace(inputs, **{missing: None}))


def test_switched_off_stages_are_named():
    settings = Settings(translation=Translation(enabled=False), training=Training(enabled=False))
    words = Page(build_report(ReportInputs(settings=settings))).words()
    assert "Translation was switched off" in words and "training was switched off" in words
    settings = Settings(scoring=Scoring(enabled=False))
    assert "scoring was switched off" in Page(build_report(ReportInputs(settings=settings))).words()


def test_base_alone_is_shown(inputs):
    only = pl.col("model") == "base"
    tables = {name: getattr(inputs, name).filter(only) for name in ("responses", "grades", "scores")}
    alone = replace(inputs, **tables, history=())
    words = Page(build_report(replace(alone, training_figures={}))).words()
    assert "Only one model was scored" in words and "Nothing was trained" in words


@pytest.fixture(scope="module")
def crowded(many):
    """The page of many models, without its plots, which take long to draw."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report, "_drawn", lambda *_: iter(()))
        return Page(build_report(many))


def test_every_number_of_many_models_is_the_summarys(many, crowded):
    numbers = summary(many)
    assert len(crowded.numbers) > 1500
    for place, shown in crowded.numbers.items():
        value = _value(numbers, place)
        assert shown <= {style(value) for style in STYLES.values()}, place


def test_many_models_stand_side_by_side(many, crowded):
    words = crowded.words()
    assert "plain mean of 3 official mean of 3 ours mean of 3 grpo against base" in words
    assert "held_out, type by type: sft → dpo" in words and "held_out, type by type: base → rival/7b" in words
    assert "ifeval: the reference’s verdicts and “fixed”" in words
    assert "Families seen in training and kept out of it" in words
    assert "ours reaches" in words and "plain reaches" in words
    for training in ("sft", "dpo", "grpo"):
        assert f"{training} Curve Logged First Last" in words
    assert "reward on trip wires 3 0.4 0.4" in words
    assert "None" not in words and "nan" not in words


def test_the_tests_are_named_that_were_used(many, monkeypatch):
    monkeypatch.setattr(report, "_drawn", lambda *_: iter(()))
    by_turn = pl.col("item_id").str.head(-1)
    shown = {}
    for benchmarks in ((), ("ifeval",), many.grades["benchmark"].unique()):
        cluster = pl.when(pl.col("benchmark").is_in(list(benchmarks))).then(by_turn).otherwise("item_id")
        grades = many.grades.filter(pl.col("model").is_in(["base", "sft"])).with_columns(cluster=cluster)
        words = Page(build_report(ReportInputs(grades=grades))).words()
        shown[len(benchmarks)] = words.partition("Model against model")[2].partition("adjusted")[0]
    mcnemar, flips = "McNemar’s exact test of those gained", "whose prompts come in groups"
    assert mcnemar in shown[0] and flips not in shown[0]
    assert mcnemar in shown[1] and f"on ifeval, {flips}" in shown[1]
    assert "McNemar" not in shown[3] and f"on held_out, ifeval, ifeval:fixed, {flips}" in shown[3]


def test_without_controls_the_report_says_so(page):
    assert "No control was trained and scored in this run." in page.words()


@pytest.mark.slow
def test_the_page_of_many_models_draws_them(many):
    html = build_report(many)
    alternatives = {value for tag, name, value in Page(html).attributes if (tag, name) == ("img", "alt")}
    assert {
        "What the training logged, by step",
        "Curves of the training loss by step, one per training",
        "Dots with the accuracies of each training and their mean",
        "Lines with the accuracies by number of constraints, level or turn",
    } <= alternatives
    assert len(html) < 4_000_000
    assert build_report(replace(many, trainings=dict(reversed(many.trainings.items())))) == html


def test_an_accepted_judge_is_shown(accepted):
    words = Page(build_report(accepted)).words()
    assert "told true from false constraints very well" in words
    assert "the judge let 55 into the dataset" in words
