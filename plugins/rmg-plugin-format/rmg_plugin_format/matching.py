"""Pairs of the items of two lists, each item in one pair at most."""

from collections import deque
from collections.abc import Iterator, Sequence

# SciPy has both algorithms, and brings 100 MB with NumPy: that is much for two short functions.


def most_pairs(choices: Sequence[Sequence[int]]) -> list[int | None]:
    """Return a matching with as many pairs as can be: for each item on the left one on the right.

    `choices[left]` are those on the right that it may be paired with.

    Hopcroft and Karp 1973: E √V steps.
    """
    partner: list[int | None] = [None] * len(choices)
    taken: dict[int, int] = {}
    while True:
        layer = _layers(choices, partner, taken)
        nexts = [iter(each) for each in choices]
        grown = False
        for left, right in enumerate(partner):
            if right is None and layer[left] == 0:
                grown |= _grow(left, nexts, layer, partner, taken)
        if not grown:
            return partner


def _layers(
    choices: Sequence[Sequence[int]], partner: Sequence[int | None], taken: dict[int, int]
) -> list[int]:
    """Return how many pairs lie between each item on the left and one without a partner."""
    layer = [-1 if right is not None else 0 for right in partner]
    queue = deque(left for left, right in enumerate(partner) if right is None)
    while queue:
        left = queue.popleft()
        for right in choices[left]:
            other = taken.get(right)
            if other is not None and layer[other] < 0:
                layer[other] = layer[left] + 1
                queue.append(other)
    return layer


def _grow(
    start: int,
    nexts: Sequence[Iterator[int]],
    layer: list[int],
    partner: list[int | None],
    taken: dict[int, int],
) -> bool:
    """Add a pair, by a path of choices from an item without a partner to a free one."""
    path = [start]
    ends: list[int] = []
    while path:
        left = path[-1]
        for right in nexts[left]:
            other = taken.get(right)
            if other is None:
                for each, end in zip(path, [*ends, right], strict=True):
                    partner[each], taken[end] = end, each
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


def best_pairs(gains: Sequence[Sequence[float]]) -> float:
    """Return the greatest sum of gains that a matching of rows with columns can have.

    Kuhn 1955 (the Hungarian method), by shortest paths: rows² · columns steps, of which rows are
    the fewer.
    """
    if not gains or not gains[0]:
        return 0.0
    if len(gains) > len(gains[0]):
        gains = list(zip(*gains, strict=True))
    width = len(gains[0])
    of_row = [0.0] * (len(gains) + 1)
    of_column = [0.0] * (width + 1)
    row_of = [0] * (width + 1)  # counted from 1; 0 is none
    for row in range(1, len(gains) + 1):
        row_of[0] = row
        _assign(gains, row_of, of_row, of_column)
    return sum(gains[row - 1][column - 1] for column, row in enumerate(row_of) if column and row)


def _assign(
    gains: Sequence[Sequence[float]],
    row_of: list[int],
    of_row: list[float],
    of_column: list[float],
) -> None:
    """Give the row that stands in column 0 a column of its own, and move others where it pays."""
    width = len(of_column) - 1
    least = [float("inf")] * (width + 1)
    before = [0] * (width + 1)
    is_done = [False] * (width + 1)
    column = 0
    while row_of[column]:
        is_done[column] = True
        row, step, following = row_of[column], float("inf"), 0
        for other in range(1, width + 1):
            if is_done[other]:
                continue
            cost = -gains[row - 1][other - 1] - of_row[row] - of_column[other]
            if cost < least[other]:
                least[other], before[other] = cost, column
            if least[other] < step:
                step, following = least[other], other
        for other in range(width + 1):
            if is_done[other]:
                of_row[row_of[other]] += step
                of_column[other] -= step
            else:
                least[other] -= step
        column = following
    while column:
        row_of[column] = row_of[before[column]]
        column = before[column]
