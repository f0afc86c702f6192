"""Models as graders ask them: a client under its limits, whose replies are kept.

What only a run needs is imported from the modules: `rmg check` does without.
"""

from rmg_core.connections.connection import Connection, connections_in
from rmg_core.connections.keys import identity_of, key_of

__all__ = ["Connection", "connections_in", "identity_of", "key_of"]
