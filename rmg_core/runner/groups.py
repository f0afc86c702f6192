"""Groups of adjacent samples, for aggregators that set samples against each other."""

from typing import Any

import orjson
from attrs import define, field

from rmg_core.mappers import Missing, Path
from rmg_core.outcomes import GraderError
from rmg_core.runner.settling import shown
from rmg_core.runner.window import Group, OpenSample


@define(eq=False)
class Groups:
    """The groups of one aggregator: adjacent samples with the same value at `path`.

    Adjacent, so that a group is known to be complete while the dataset still streams. A value
    that comes back later would be half a group; its samples get an error instead.
    """

    path: Path
    _current: Group = field(factory=lambda: Group(b"", is_closed=True))
    _group_of: dict[int, Group] = field(factory=dict)
    _ended: set[int] = field(factory=set)

    def admit(self, opened: OpenSample) -> Group | None:
        """Put a sample that was just read into its group; return the group that ended with it."""
        value = self.path.find(opened.fields)
        is_missing = isinstance(value, Missing)
        key = b"" if is_missing else _canonical(value)
        if key == self._current.key and not self._current.is_closed:
            group, ended = self._current, None
        else:
            ended = self.close()
            group = self._current = Group(key)
            if is_missing:
                said = f"sample {opened.label} has no group: {value.said}"
                group.fault = GraderError("missing_input", said)
                group.is_closed = True
            elif (mark := hash(key)) in self._ended:
                group.fault = GraderError(
                    "aggregator_error",
                    f"the samples of group {shown(value)} are not adjacent: it ended before "
                    f"sample {opened.label}; sort the dataset by {self.path.text!r}",
                )
            else:
                self._ended.add(mark)
        group.members.append(opened)
        self._group_of[opened.order] = group
        return ended

    def arrive(self, opened: OpenSample) -> Group:
        """Note that a sample has what the aggregator reads; return its group."""
        group = self._group_of.pop(opened.order)
        group.arrived += 1
        return group

    def close(self) -> Group | None:
        """End the group that is being read; return it if it was open."""
        if self._current.is_closed:
            return None
        self._current.is_closed = True
        return self._current


def _canonical(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=repr)
    except TypeError:  # what JSON has no room for, such as an integer of more than 64 bits
        return repr(value).encode("utf-8", "backslashreplace")
