"""Where a test keeps what it graded: a run directory of its own."""

import re
from hashlib import blake2b
from pathlib import Path
from typing import Final

import pytest

LONGEST: Final = 80
"""So many characters of a test's name are in that of its directory, for people to find it."""


def directory_of(config: pytest.Config, test: str) -> Path | None:
    """Return the run directory of a test; None where nothing can be kept.

    Each test has one of its own, and not each process: so it is free the second time whichever
    worker of pytest-xdist has it then, and no two workers ever want the same.
    """
    store = store_of(config)
    return None if store is None else store / _name_of(test)


def store_of(config: pytest.Config) -> Path | None:
    """Return the directory that `--rmg-store` names, or that in the cache of pytest."""
    if given := config.getoption("rmg_store"):
        return Path(config.invocation_params.dir, given)
    cache = getattr(config, "cache", None)  # None with `-p no:cacheprovider`
    return None if cache is None else Path(cache.mkdir("rmg"))


def _name_of(test: str) -> str:
    readable = re.sub(r"[^\w.]+", "-", test).strip("-.")[-LONGEST:].lstrip("-.")
    return f"{readable}-{blake2b(test.encode(), digest_size=6).hexdigest()}"
