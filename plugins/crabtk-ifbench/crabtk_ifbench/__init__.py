"""IFBench for crabtk: 58 instructions, the reference's verdicts on them and what they mean."""

from __future__ import annotations
