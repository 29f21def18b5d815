"""IFEval: 25 instructions (arXiv 2311.07911)."""
