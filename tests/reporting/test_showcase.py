import polars as pl
import pytest

from crabtk.reporting.grades import answers
from crabtk.reporting.highlights import Segment, segments
from crabtk.reporting.showcase import comparisons, training_examples


def test_examples_show_each_sort_whatever_the_order(inputs):
    shown = training_examples(inputs.crab, inputs.constraints, 17)
    assert [(each.kind, each.demonstrations) for each in shown] == [
        ("forward", 1),
        ("forward", 0),
        ("reverse", 0),
        ("chat", 0),
        ("forward", 1),
        ("forward", 0),
    ]
    assert training_examples(inputs.crab.reverse(), inputs.constraints.reverse(), 17) == shown


def test_constraints_are_marked_where_they_are_worded(inputs):
    forward, _, reverse, chat, *_ = training_examples(inputs.crab, inputs.constraints, 17)
    for example, turn in ((forward, forward.request), (reverse, reverse.target)):
        assert [part.mark for part in turn.segments if part.mark] == [each.number for each in example.constraints]
    assert chat.constraints == []


def test_examples_without_constraints_table_have_no_chips(inputs):
    assert all(not each.constraints for each in training_examples(inputs.crab, None, 17))


def _comparisons(inputs, pairs=(("base", "sft"),), crab=None, constraints=None):
    found = answers(inputs.responses, "held_out", inputs.grades)
    return comparisons(found, pairs, crab, constraints, 17)


def test_comparisons_show_gain_and_loss_first(inputs):
    shown = _comparisons(inputs, crab=inputs.crab, constraints=inputs.constraints)
    assert shown[0].why == "gained: sft satisfies all, base does not" and len(shown) == 4
    gained = [each.change for each in shown[0].constraints]
    assert gained.count("gained") > gained.count("lost")
    assert [model for model, _, _ in shown[0].answers] == shown[0].models == ["base", "sft"]
    assert all(each.text for each in shown[0].constraints)


def test_comparisons_know_other_benchmarks_by_type_only(inputs):
    assert all(each.type and not each.text for each in _comparisons(inputs)[0].constraints)


def test_prompts_that_only_one_of_two_models_passes_are_shown(many):
    shown = _comparisons(many, [("base", "sft"), ("sft", "dpo")])
    assert [tuple(each.models) for each in shown] == [("base", "sft")] * 4 + [("sft", "dpo")] * 4
    whys = ["gained: sft satisfies all, base does not"] * 2 + ["lost: base satisfies all, sft does not"] * 2
    assert [each.why for each in shown[:4]] == whys
    for each in shown:
        passes = [all(verdict[place] for verdict in (c.verdicts for c in each.constraints)) for place in (0, 1)]
        assert passes == [each.why.startswith("lost"), each.why.startswith("gained")]


def test_a_model_alone_is_shown_as_well(inputs):
    alone = inputs.responses.filter(pl.col("model") == "sft")
    shown = comparisons(answers(alone, "held_out", inputs.grades), [], None, None, 17)
    assert len(shown) == 4 and {each.why for each in shown} == {"drawn by hash"}
    assert [len(constraint.verdicts) for constraint in shown[0].constraints] == [1] * len(shown[0].constraints)


@pytest.mark.parametrize("wording", ['say "hi"', "a < b & c", "one | two", "plain"])
def test_wordings_are_found_in_every_output_format(wording):
    import json
    from xml.sax.saxutils import escape

    for written in (
        wording,
        json.dumps(wording),
        escape(wording),
        wording.replace("|", "\\|"),
        wording.replace('"', '""'),
    ):
        assert 1 in [part.mark for part in segments(f"before {written} after", [wording])]


def test_segments_join_to_the_text_and_never_overlap():
    text = "Use words. Use words twice."
    found = segments(text, ["Use words", "Use words twice", "words.", "", "absent"])
    assert "".join(part.text for part in found) == text
    assert found[0] == Segment("Use words", 1)
    assert segments("", ["x"]) == []
