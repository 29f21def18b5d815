"""Rows over processes."""

from __future__ import annotations

import math
import operator
from functools import partial

import pytest

from crabtk.pipeline.parallel import map_rows


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_order_and_progress_ends_with_the_total(processes: int) -> None:
    seen: list[tuple[int, int | None]] = []
    found = map_rows(
        partial(operator.mul, 2),
        range(25),
        processes=processes,
        chunk_size=4,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert list(found) == [2 * n for n in range(25)]
    assert seen == [(done, 25) for done in (4, 8, 12, 16, 20, 24, 25)]


@pytest.mark.parametrize("processes", [1, 2])
def test_an_exception_comes_through_where_its_row_stands(processes: int) -> None:
    found = map_rows(math.sqrt, [4.0, 9.0, -1.0, 16.0, 25.0], processes=processes, chunk_size=1)
    assert [next(found), next(found)] == [2.0, 3.0]
    with pytest.raises(ValueError, match="math domain error"):
        next(found)


def test_no_rows_are_no_work() -> None:
    assert list(map_rows(math.sqrt, [], processes=8)) == []


def test_one_chunk_stays_in_this_process() -> None:
    called: list[int] = []
    assert list(map_rows(called.append, [1, 2], processes=8, chunk_size=2)) == [None, None]
    assert called == [1, 2]
