"""A sink of finished cells: one JSON object a line."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from attrs import Attribute, define, field, validators

from rmg_core.outcomes import UNIT, Cell, GraderScore, to_json

_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_TRUNC
    # Windows has neither. A link that a stranger left in the folder is not followed.
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)


def _stays_below(_: object, attribute: "Attribute[Any]", value: str) -> None:
    if ".." in value.replace("\\", "/").split("/"):
        raise ValueError(
            f"{attribute.name} must not lead out of the run directory by '..': "
            "write an absolute path if you mean it"
        )


@define(eq=False)
class JsonlSink:
    """Writes each finished cell as a JSON object on a line of its own.

    A line has `index` and `id` of the sample; `grader`, or `aggregator`; `repeat`, counted
    from 0; `fingerprint`; the outcome; and `seconds`. A line counts when its newline is there.
    Each run writes the file anew, for its owner alone to read.
    """

    path: str = field(
        validator=validators.and_(validators.min_len(1), _stays_below),
        metadata={"help": "the file, from the run directory"},
    )
    _aggregators: frozenset[str] = field(init=False, default=frozenset())
    _file: Any = field(init=False, default=None)
    _size: int = field(init=False, default=0)

    def open(self, plan: Any, /) -> None:
        place = (plan.run_dir or Path()) / self.path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Unbuffered: a batch is one write, and what was written is out of this process.
        self._file = os.fdopen(os.open(place, _FLAGS, 0o600), "wb", buffering=0)
        self._aggregators = frozenset(each.name for each in plan.aggregators)
        self._size = 0

    def write(self, cells: "Sequence[Cell]", /) -> None:
        lines = bytearray()  # a third of the time of joining lines that are kept until then
        for cell in cells:
            lines += self._line(cell)
        left = memoryview(lines)
        size = self._size + len(left)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            # A full disk takes half a batch: leave no torn line behind.
            self._file.truncate(self._size)
            raise
        self._size = size

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _line(self, cell: Cell) -> bytes:
        noun = "aggregator" if cell.grader in self._aggregators else "grader"
        outcome = cell.outcome
        if type(outcome) is GraderScore and outcome.scale is UNIT and not outcome.metadata:
            # What nearly every line is: a display that is made at once takes half the time.
            made: dict[str, Any] = {
                "index": cell.index,
                "id": cell.id,
                noun: cell.grader,
                "repeat": cell.repeat,
                "fingerprint": cell.fingerprint,
                "status": "score",
                "score": outcome.score,
                "seconds": cell.seconds,
            }
            if outcome.reason:
                made["reason"] = outcome.reason
        else:
            made = {
                "index": cell.index,
                "id": cell.id,
                noun: cell.grader,
                "repeat": cell.repeat,
                "fingerprint": cell.fingerprint,
                **to_json(outcome),
                "seconds": cell.seconds,
            }
        try:
            return orjson.dumps(made, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError:  # an id of more than 64 bits
            return json.dumps(made, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
