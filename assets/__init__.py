"""The Dagster application: one thin asset for each stage of crabtk."""

from assets.definitions import defs

__all__ = ["defs"]
