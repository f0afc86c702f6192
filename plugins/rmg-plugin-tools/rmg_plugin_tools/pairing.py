"""The pairing of calls: as many pairs as can be made of those that fit together."""

from collections.abc import Sequence


def most_pairs(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a maximum matching: which right item each left item is paired with.

    `fits[i]` are the right items that the left item i may be paired with. Each augmenting path is
    looked for breadth first (Berge 1957): O(left x edges).

    >>> sorted(most_pairs([[0, 1], [0]]).items())
    [(0, 1), (1, 0)]
    """
    left_of: dict[int, int] = {}
    for start in range(len(fits)):
        _augment(start, fits, left_of)
    return {left: right for right, left in left_of.items()}


def _augment(start: int, fits: Sequence[Sequence[int]], left_of: dict[int, int]) -> None:
    came_from: dict[int, int] = {}  # right item: the left item that it was reached from
    queue = [start]
    for left in queue:
        for right in fits[left]:
            if right in came_from:
                continue
            came_from[right] = left
            if right in left_of:
                queue.append(left_of[right])
                continue
            _flip(right, came_from, left_of, start)
            return


def _flip(right: int, came_from: dict[int, int], left_of: dict[int, int], start: int) -> None:
    right_of = {left: each for each, left in left_of.items()}
    while True:
        left = came_from[right]
        left_of[right] = left
        if left == start:
            return
        right = right_of[left]
