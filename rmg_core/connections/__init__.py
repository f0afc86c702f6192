"""Models as graders ask them: a client under its limits, whose replies are kept."""

from rmg_core.connections.connection import Connection, connections_in
from rmg_core.connections.errands import ERRAND, PLACE, Errand
from rmg_core.connections.keys import identity_of, key_of
from rmg_core.connections.ledger import Ledger, Replies, Tally

__all__ = [
    "ERRAND",
    "PLACE",
    "Connection",
    "Errand",
    "Ledger",
    "Replies",
    "Tally",
    "connections_in",
    "identity_of",
    "key_of",
]
