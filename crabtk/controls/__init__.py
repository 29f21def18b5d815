"""Controls: what a model is compared with that was trained on the same responses in another way."""
