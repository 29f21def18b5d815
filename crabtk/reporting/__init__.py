"""What a run says about itself: the report, the dataset card and their plots."""
