"""Runs as they are kept: the run directory, what is in it, and the dataset that it came from."""

from rmg_core.runs.stored import RunColumn, StoredRun, StoredSample

__all__ = ["RunColumn", "StoredRun", "StoredSample"]
