"""Answering requests: cache, batches, what an answer depends on."""
