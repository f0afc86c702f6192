"""Which of the allowed calls a call may be, found without comparing it with each."""

from collections.abc import Hashable, Sequence
from typing import Final

from rmg_plugin_tools.allowed import OMITTED, Answer, mark_of, names_of
from rmg_plugin_tools.calls import Call

_LEFT_OUT: Final = ("left out",)
_NO_ITEMS: Final = mark_of([])  # which an omitted argument may be


class Places:
    """The places of allowed calls by their tool, and by what their arguments may be."""

    def __init__(self, answers: Sequence[Answer], *, dots: bool) -> None:
        self._by_name: dict[str, list[int]] = {}
        for place, answer in enumerate(answers):
            for name in names_of(answer, dots=dots):
                self._by_name.setdefault(name, []).append(place)
        self._answers = answers
        self._tables: dict[str, dict[str, dict[Hashable, list[int]]]] = {}

    def of(self, call: Call) -> Sequence[int]:
        """Return the places of the allowed calls that a call may be: all that it is, and others."""
        found: Sequence[int] = self._by_name.get(call.name, ())
        if len(found) < 2:
            return found
        if call.name not in self._tables:
            self._tables[call.name] = self._table(found)
        for argument, by_mark in self._tables[call.name].items():
            is_there = argument in call.arguments
            mark = mark_of(call.arguments[argument]) if is_there else _LEFT_OUT
            fewer = by_mark.get(mark, ())
            if len(fewer) < len(found):
                found = fewer
        return found

    def _table(self, places: Sequence[int]) -> dict[str, dict[Hashable, list[int]]]:
        arguments = {name for place in places for name in self._answers[place].values}
        table: dict[str, dict[Hashable, list[int]]] = {name: {} for name in arguments}
        for place in places:
            values = self._answers[place].values
            for argument in arguments:
                for mark in _marks(values.get(argument, (OMITTED,)), is_known=argument in values):
                    table[argument].setdefault(mark, []).append(place)
        return table


def _marks(allowed: Sequence[object], *, is_known: bool) -> set[Hashable]:
    marks = set(map(mark_of, allowed)) if is_known else set()
    return marks | {_LEFT_OUT, _NO_ITEMS} if OMITTED in allowed else marks
