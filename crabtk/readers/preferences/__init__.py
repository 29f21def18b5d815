"""Formats of responses with a ranking, and the way from a source to its pairs."""
