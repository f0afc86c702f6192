"""What has the outcomes of earlier runs, and takes those of this one, as the runner sees it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from rmg_core.outcomes import Cell, Outcome


class Known(NamedTuple):
    """A cell whose outcome the archive has, under `key`."""

    cell: Cell
    key: int


class Archive(Protocol):
    """Keeps outcomes by their addresses; what `write` returns for is safe.

    `find` is called from several threads; the others from one at a time.
    """

    def find(self, addresses: Sequence[str], /) -> Mapping[str, tuple[int, Outcome, float]]:
        """Return key, outcome and seconds of what need not be graded again."""

    def write(self, cells: Sequence[Cell], known: Sequence[Known], /) -> None:
        """Keep new cells, and note to which samples known outcomes belong."""
