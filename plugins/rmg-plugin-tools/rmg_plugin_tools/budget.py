"""What comparing may take, where each item of one side may be compared with each of the other."""

from typing import Final

from rmg_core import CannotGrade

COMPARISONS: Final = 250_000
"""A second of them or two."""


class Budget:
    """How many comparisons are left for one grade."""

    def __init__(self, more: int = 0) -> None:
        self._left = COMPARISONS + more

    def spend(self, comparisons: int) -> None:
        """Let so many comparisons pass.

        Raises:
            CannotGrade: they are too many (`bad_input`).
        """
        self._left -= comparisons
        if self._left < 0:
            raise CannotGrade(
                f"response and reference take more than {COMPARISONS:,} comparisons: grade a part "
                "of them",
                "bad_input",
            )
