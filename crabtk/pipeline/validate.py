"""Hold a table against its Pandera model; rows that fail leave it with their reason."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

from crabtk import schemas
from crabtk.errors import CrabtkError
from crabtk.pipeline.ledger import ledger as ledger_table
from crabtk.types import Rejected


class SchemaError(CrabtkError):
    """A table has not the columns or types of its schema."""


def validated(
    table: pl.DataFrame, schema: str, stage: str, ledger: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the rows that pass, and the ledger with those that do not.

    Of rows that share what must be unique none stays, since nothing tells which of them is meant.

    Args:
        table: To be checked.
        schema: Name of the model in ``crabtk.schemas``.
        stage: For the ledger and messages.
        ledger: The stage's own ledger; None if it has none.

    Raises:
        SchemaError: A column is missing, too many, of a wrong type or null as a whole.
    """
    model: type[schemas.Table] = getattr(schemas, schema)
    try:
        # Without this, what pandera checks depends on the environment and on laziness.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            model.validate(table, lazy=True)
        return table, ledger
    except pa.errors.SchemaErrors as error:
        failures: pl.DataFrame = error.failure_cases
    if failures["index"].null_count():
        cases = failures.filter(pl.col("index").is_null()).select("column", "check", "failure_case").rows()
        raise SchemaError(f"The table {stage} does not fit its schema {schema}: {cases}. This is a fault of the code.")
    reasons: dict[int, list[str]] = {}
    for index, column, check in failures.select("index", "column", "check").iter_rows():
        reasons.setdefault(int(index), []).append(f"{column} fails {check}")
    key = _key(model)
    rows = [
        Rejected(stage, stage, index + 1, str(table[index, key]), "; ".join(why), str(table.row(index, named=True)))
        for index, why in sorted(reasons.items())
    ]
    good = table.filter(~pl.int_range(pl.len()).is_in(list(reasons)))
    more = ledger_table(rows)
    return good, more if ledger is None else pl.concat([ledger, more])


def _key(model: type[schemas.Table]) -> str:
    """Return the column that names a row: the unique one, else the first id, else the first of all."""
    fields = model.to_schema().columns
    ids = (name for name in fields if name.endswith("_id"))
    return str(next((name for name, field in fields.items() if field.unique), None) or next(ids, next(iter(fields))))
