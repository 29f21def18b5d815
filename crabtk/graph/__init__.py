"""The asset graph without Dagster: stages, their fingerprints, and the run that computes or finds them."""
