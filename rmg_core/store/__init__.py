"""The store: what is kept of a run, so that the next one computes only what is missing."""

from rmg_core.store.connection import Durability
from rmg_core.store.directory import preflight
from rmg_core.store.store import Store
from rmg_core.store.ticks import Ticks
from rmg_core.store.values import (
    Asked,
    CallTotals,
    Column,
    Finding,
    Forgotten,
    Found,
    Link,
    StoredCell,
    StoredGrader,
)
from rmg_core.store.verification import verify

__all__ = [
    "Asked",
    "CallTotals",
    "Column",
    "Durability",
    "Finding",
    "Forgotten",
    "Found",
    "Link",
    "Store",
    "StoredCell",
    "StoredGrader",
    "Ticks",
    "preflight",
    "verify",
]
