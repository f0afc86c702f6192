"""What is wrong with something that a user wrote, in words."""

from collections.abc import Sequence

from attrs import frozen


class RmgError(Exception):
    """The root: catch it to catch everything that rmg raises on purpose."""


@frozen
class Problem:
    """One thing that is wrong, where it stands, and what to do about it.

    `line` and `column` count from 1.
    """

    message: str
    hint: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text}; {self.hint}" if self.hint else text


def listed(head: str, problems: Sequence[Problem], shown: int = 20) -> str:
    if len(problems) == 1:
        return str(problems[0])
    lines = [f"{head}: {len(problems)} problems", *(f"  {p}" for p in problems[:shown])]
    if len(problems) > shown:
        lines.append(f"  … and {len(problems) - shown} more")
    return "\n".join(lines)
