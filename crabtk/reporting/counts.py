"""Counts over the tables of a run, shared by the summary and the plots so that they cannot differ."""

from __future__ import annotations

import polars as pl

BY_CODE, BY_JUDGE, UNKNOWN, FAILS = "by_code", "by_judge", "unknown", "fails"
WORDS = r"[\p{L}\p{N}\p{M}_]+"
"""A run of letters or digits, as the selection of seeds counts words."""


def code_checked() -> pl.Expr:
    """Rows of a constraints table whose verdict is code's: all measured ones, and others that code judged."""
    return (pl.col("origin") == "measured") | pl.col("judged_by").str.starts_with("code").fill_null(False)


def kept(constraints: pl.DataFrame) -> pl.DataFrame:
    """Return the constraints that may enter a training example: those that hold."""
    return constraints.filter(pl.col("verdict") == "holds")


def by_type(constraints: pl.DataFrame) -> pl.DataFrame:
    """Count verdicts per type.

    Returns:
        ``type``, ``by_code`` and ``by_judge`` (hold, by whose verdict), ``unknown``, ``fails``, ``kept``
        (``by_code`` + ``by_judge``) and ``informative`` (mean over the kept; null where code cannot tell);
        most kept first, then by name.
    """
    holds = pl.col("verdict") == "holds"
    return (
        constraints.group_by("type")
        .agg(
            (holds & code_checked()).sum().cast(pl.Int64).alias(BY_CODE),
            (holds & ~code_checked()).sum().cast(pl.Int64).alias(BY_JUDGE),
            (pl.col("verdict") == "unknown").sum().cast(pl.Int64).alias(UNKNOWN),
            (pl.col("verdict") == "fails").sum().cast(pl.Int64).alias(FAILS),
            holds.sum().cast(pl.Int64).alias("kept"),
            pl.col("informative").filter(holds).sort().mean().alias("informative"),
        )
        .sort(["kept", "type"], descending=[True, False])
    )


def words(texts: pl.Series) -> list[int]:
    """Count the words of each text."""
    return [int(each) for each in texts.str.count_matches(WORDS).to_list()]


def constraints_per_example(crab: pl.DataFrame) -> list[int]:
    """Count the constraints of each forward and reverse example; general chat has none and is left out."""
    return crab.filter(pl.col("kind") != "chat")["constraint_ids"].list.len().cast(pl.Int64).to_list()
