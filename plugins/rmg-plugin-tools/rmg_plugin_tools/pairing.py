"""The pairing of calls: as many pairs as can be made of those that fit together."""

from collections import deque
from collections.abc import Iterator, Sequence


def most_pairs(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a maximum matching: which right item each left item is paired with.

    `fits[i]` are the right items that the left item i may be paired with.

    Hopcroft and Karp 1973: edges x square root of the items.

    >>> sorted(most_pairs([[0, 1], [0]]).items())
    [(0, 1), (1, 0)]
    """
    right_of: dict[int, int] = {}
    left_of: dict[int, int] = {}
    while True:
        layer = _layers(fits, right_of, left_of)
        nexts = [iter(each) for each in fits]
        grown = False
        for left in range(len(fits)):
            if left not in right_of:
                grown |= _grow(left, nexts, layer, right_of, left_of)
        if not grown:
            return right_of


def _layers(
    fits: Sequence[Sequence[int]], right_of: dict[int, int], left_of: dict[int, int]
) -> list[int]:
    """Return how many pairs lie between each left item and one that has none; -1: no way."""
    layer = [-1 if left in right_of else 0 for left in range(len(fits))]
    queue = deque(left for left in range(len(fits)) if left not in right_of)
    while queue:
        left = queue.popleft()
        for right in fits[left]:
            other = left_of.get(right)
            if other is not None and layer[other] < 0:
                layer[other] = layer[left] + 1
                queue.append(other)
    return layer


def _grow(
    start: int,
    nexts: Sequence[Iterator[int]],
    layer: list[int],
    right_of: dict[int, int],
    left_of: dict[int, int],
) -> bool:
    """Add a pair, along a path from a left item that has none to a right item that has none."""
    path = [start]
    ends: list[int] = []
    while path:
        left = path[-1]
        for right in nexts[left]:
            other = left_of.get(right)
            if other is None:
                for each, end in zip(path, [*ends, right], strict=True):
                    right_of[each], left_of[end] = end, each
                return True
            if layer[other] == layer[left] + 1:
                path.append(other)
                ends.append(right)
                break
        else:
            layer[path.pop()] = -1
            if ends:
                ends.pop()
    return False
