"""What the command line does beyond running the pipeline, one file per command; the command line itself is thin."""
