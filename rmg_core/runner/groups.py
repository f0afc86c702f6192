"""Groups of adjacent samples, for aggregators that set samples against each other."""

from typing import Any, Final

import orjson
from attrs import define, field

from rmg_core.mappers import Missing, Path
from rmg_core.runner.window import Group, OpenSample

_NO_GROUP: Final = object()


@define(eq=False)
class Groups:
    """The groups of one aggregator: adjacent samples with the same value at `path`.

    Adjacent, so that a group is known to be complete while the dataset still streams. A value
    that comes back later would be half a group; its samples get an error instead.
    """

    path: Path
    _current: Group = field(factory=lambda: Group(_NO_GROUP, is_closed=True))
    _group_of: dict[int, Group] = field(factory=dict)
    _ended: set[int] = field(factory=set)

    def admit(self, opened: OpenSample) -> Group | None:
        """Put a sample that was just read into its group; return the group that ended with it."""
        key = self.path.find(opened.fields)
        is_missing = isinstance(key, Missing)
        if not is_missing and key == self._current.key and not self._current.is_closed:
            group, ended = self._current, None
        else:
            ended = self.close()
            group = self._current = Group(key)
            if is_missing:
                group.fault = f"sample {opened.label} has no group: {key.said}"
                group.is_closed = True
            elif (mark := hash(_canonical(key))) in self._ended:
                group.fault = (
                    f"the samples of group {key!r} are not adjacent: it ended before "
                    f"sample {opened.label}; sort the dataset by {self.path.text!r}"
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


def _canonical(key: Any) -> bytes:
    return orjson.dumps(key, option=orjson.OPT_SORT_KEYS, default=repr)
