"""Places in JSON: how they are written, and which of them a grader is told to ignore."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from attrs import Attribute, frozen

Step: TypeAlias = str | int

EVERY = "*"
_STEP = re.compile(r'(?:"((?:[^"\\]|\\["\\])*)"|([^."*\[\]]+)|(\*))(?:\.(?=.)|\Z)', re.DOTALL)


def spelled(place: Sequence[Step]) -> str:
    """Write a place as a path: `items.0.name`."""
    if not place:
        return "the top"
    return ".".join(_spelled(step) for step in place)


def _spelled(step: Step) -> str:
    text = str(step)
    if _STEP.fullmatch(text) and text[0] not in '"*':
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def parsed(path: str) -> tuple[str | None, ...]:
    """Read a path; None stands for `*`.

    Raises:
        ValueError: it is none.
    """
    steps: list[str | None] = []
    end = 0
    while end < len(path):
        found = _STEP.match(path, end)
        if found is None:
            break
        quoted, plain, every = found[1], found[2], found[3]
        if every:
            steps.append(None)
        else:
            steps.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        end = found.end()
    if not steps or end < len(path):
        raise ValueError(
            f"ignore must hold paths such as `items.*.id`, where a key with a dot is quoted, "
            f"not {path!r}"
        )
    return tuple(steps)


@frozen
class Ignored:
    """What of a value does not count."""

    paths: tuple[tuple[str | None, ...], ...] = ()

    def covers(self, step: Step) -> bool:
        """Tell whether a member or an item does not count."""
        return any(len(path) == 1 and path[0] in (None, str(step)) for path in self.paths)

    def under(self, step: Step) -> "Ignored":
        """Return what of a member or an item does not count."""
        if not self.paths:
            return self
        return Ignored(tuple(p[1:] for p in self.paths if len(p) > 1 and p[0] in (None, str(step))))

    def in_any_order(self) -> "Ignored":
        """Return what does not count where items have no places."""
        return Ignored(tuple(path for path in self.paths if path[0] is None))

    def members(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the members that count."""
        if not self.paths:
            return value
        return {key: part for key, part in value.items() if not self.covers(key)}

    def items(self, value: list[Any]) -> list[tuple[int, Any]]:
        """Return the items that count, with their places."""
        return [each for each in enumerate(value) if not self.covers(each[0])]


def are_paths(_: object, __: "Attribute[Any]", value: tuple[str, ...]) -> None:
    """Refuse what is no path."""
    for path in value:
        parsed(path)


IGNORE: Mapping[str, str] = {
    "help": "paths that do not count, such as `id` or `items.*.id`; `*` is every key and item, "
    "an item of a list without order has no number"
}


def ignored(paths: Sequence[str]) -> Ignored:
    """Make what does not count of an option `ignore`."""
    return Ignored(tuple(map(parsed, paths)))
