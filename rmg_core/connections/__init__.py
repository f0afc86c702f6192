"""Models as graders ask them: a client under its limits, whose replies are kept."""

from rmg_core.connections.connection import Connection, connections_in
from rmg_core.connections.errands import ERRAND, PLACE, Errand
from rmg_core.connections.keys import identity_of, key_of
from rmg_core.connections.ledger import MISSING_SHOWN, Ledger, Missing, Replies, Tally

__all__ = [
    "ERRAND",
    "MISSING_SHOWN",
    "PLACE",
    "Connection",
    "Errand",
    "Ledger",
    "Missing",
    "Replies",
    "Tally",
    "connections_in",
    "identity_of",
    "key_of",
]
