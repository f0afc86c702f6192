"""The pairing of calls: as many pairs as can be made of those that fit together."""

from collections.abc import Sequence


def most_pairs(fits: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a maximum matching: which right item each left item is paired with.

    `fits[i]` are the right items that the left item i may be paired with. Each augmenting path is
    looked for breadth first (Berge 1957): O(left x edges).

    >>> sorted(most_pairs([[0, 1], [0]]).items())
    [(0, 1), (1, 0)]
    """
    right_of: dict[int, int] = {}
    left_of: dict[int, int] = {}
    for start in range(len(fits)):
        _augment(start, fits, right_of, left_of)
    return right_of


def _augment(
    start: int,
    fits: Sequence[Sequence[int]],
    right_of: dict[int, int],
    left_of: dict[int, int],
) -> None:
    came_from: dict[int, int] = {}  # right item: the left item that it was reached from
    queue = [start]
    for left in queue:
        for right in fits[left]:
            if right in came_from:
                continue
            came_from[right] = left
            if right not in left_of:
                _flip(right, came_from, right_of, left_of)
                return
            queue.append(left_of[right])


def _flip(
    free: int, came_from: dict[int, int], right_of: dict[int, int], left_of: dict[int, int]
) -> None:
    """Pair along the path that ends at a free right item; only its first left item had none."""
    right: int | None = free
    while right is not None:
        left = came_from[right]
        before = right_of.get(left)
        right_of[left], left_of[right] = right, left
        right = before
