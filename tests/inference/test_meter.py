"""The meter of a stage's engine."""

from __future__ import annotations

from itertools import pairwise

from crabtk.inference.meter import Meter
from crabtk.inference.usage import Usage


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_counts_the_time_that_requests_were_waited_for() -> None:
    clock = Clock()
    meter = Meter(clock)
    for _ in range(2):
        meter.begin()
        clock.now += 5
        meter.watch(Usage(requests=10, calls=8, cached=2, prompt_tokens=1000, cached_tokens=600, generated_tokens=50))
        meter.end()
        clock.now += 1000
    assert meter.seconds == 10
    assert meter.line() == "2.0 requests/s, 200 prompt + 10 new tokens/s, 4 from cache, prefix hits 60%"
    costs = meter.costs()
    assert (costs["requests"], costs["requests_per_second"], costs["generated_tokens_per_second"]) == (20, 2.0, 10.0)
    assert costs["throughput"][-1] == [10, 20, 2000, 100]


def test_what_went_wrong_is_said() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.begin()
    clock.now += 2
    meter.watch(Usage(requests=9, calls=9, errors=1, refusals=2, truncated=3, retries=4, cost=0.0125))
    assert meter.line() == "4.5 requests/s, 4 retries, 3 cut off, 2 refused, 1 failed, cost 0.0125"


def test_answers_from_the_cache_alone_have_no_curve() -> None:
    meter = Meter()
    meter.begin()
    meter.watch(Usage(requests=5, cached=5))
    meter.end()
    assert "throughput" not in meter.costs()
    assert meter.costs()["cached"] == 5


def test_a_day_has_no_more_points_than_a_plot_can_show() -> None:
    clock = Clock()
    meter = Meter(clock)
    meter.begin()
    for second in range(86_400):
        clock.now += 1
        meter.watch(Usage(requests=second + 1, calls=second + 1, generated_tokens=7 * second))
    meter.end()
    points = meter.costs()["throughput"]
    assert 100 < len(points) <= 241
    assert points[-1][:2] == [86_400, 86_400]
    assert all(one[0] < other[0] or one == other for one, other in pairwise(points))
