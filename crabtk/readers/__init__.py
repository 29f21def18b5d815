"""Seed formats, one reader a file, and the way from a source to decoded records."""
