"""The levels of the sandbox: what fences a program in, and what an outcome says of it."""

from typing import Final, Literal

from attrs import frozen


@frozen
class Level:
    """A way to fence a program in.

    `label` stands in the metadata of every outcome. `has_namespaces`: bubblewrap gives it its own
    process table, network and folders, of which `/tmp` can be written. `has_user_namespace`: an
    ordinary user needs one to make the others. `has_filters`: Landlock and seccomp.
    """

    name: Literal["A", "B", "none"]
    label: str
    has_filters: bool = True
    has_namespaces: bool = False
    has_user_namespace: bool = False


NAMESPACES: Final = Level("A", "namespaces+landlock+seccomp", has_namespaces=True)
"""Made by root, who becomes a user that nobody else is."""

USER_NAMESPACES: Final = Level(
    "A", "namespaces+landlock+seccomp", has_namespaces=True, has_user_namespace=True
)
"""Made by an ordinary user."""

FILTERS: Final = Level("B", "landlock+seccomp (shared process table & kernel, no private /tmp)")

UNSANDBOXED: Final = Level("none", "NONE - resource limits only", has_filters=False)
