"""Constraint types of IFBench's single questions, which say nothing of other texts: never measured, only checked."""
