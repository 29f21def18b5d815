from crabtk.reporting.curves import curve_figures, panels, points


def test_what_is_not_finite_is_skipped():
    history = [
        {"step": 1, "loss": 2.0},
        {"step": 2, "loss": float("nan")},
        {"loss": 3.0},
        {"step": 3, "eval_loss": 1.5},
    ]
    assert points(history, "loss") == [(1, 2.0)]
    assert [(each["name"], each["logged"]) for each in curve_figures(history)] == [("loss", 1), ("eval_loss", 1)]


def test_each_kind_of_training_has_its_panels(many):
    shown = {
        name: [panel.title for panel, _ in panels(many.trainings[name]["history"])] for name in ("sft", "dpo", "grpo")
    }
    assert shown == {
        "sft": ["Loss"],
        "dpo": ["Loss", "Margin of chosen over rejected", "Share of pairs ranked rightly"],
        "grpo": ["Reward", "Constraints hold, yet no answer", "Divergence from the start"],
    }
    sft = curve_figures(many.trainings["sft"]["history"])
    assert [(each["name"], each["logged"], each["last"]) for each in sft] == [
        ("loss", 30, 2.0 / 30**0.3),
        ("eval_loss", 3, 1.5),
    ]


def test_nothing_logged_is_no_panel():
    assert panels([]) == [] == curve_figures([{"step": 1, "epoch": 0.1}])
