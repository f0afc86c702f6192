"""Runs as they are kept: the run directory, what is in it, and the dataset that it came from."""
