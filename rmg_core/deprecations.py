"""What goes out of use, and says so for a while before it is gone."""

import warnings

from attrs import field, frozen
from attrs.validators import min_len


class RmgDeprecationWarning(FutureWarning):
    """A config or a pack uses what a later release will not have.

    A `FutureWarning`, which Python shows by default: who sees it is the one who can change it.
    """


@frozen
class Deprecated:
    """Stands in the mapping of a hook for a name that goes out of use.

    `value` is what the name stood for, or the text `"module:attribute"`; it works as before, and
    warns. `instead` says what to do, such as "use text/contains".
    """

    value: object
    instead: str = field(validator=min_len(1))

    def warn(self, noun: str, name: str) -> None:
        """Warn that a name is used."""
        said = f"{noun} {name!r} is deprecated: {self.instead}"
        warnings.warn(said, RmgDeprecationWarning, stacklevel=2)
