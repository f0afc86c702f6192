"""METEOR of one text against one reference, both as words."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence

Numbered = list[tuple[int, str]]


def meteor_of(
    response: Sequence[str],
    reference: Sequence[str],
    alpha: float,
    beta: float,
    gamma: float,
    *,
    stem: bool,
) -> float:
    """Return F * (1 - gamma * (chunks / matches) ** beta), F weighted by `alpha` towards recall.

    Source: Lavie and Agarwal 2007.
    """
    matches = align(response, reference, stem=stem)
    if not matches:
        return 0.0
    precision = len(matches) / len(response)
    recall = len(matches) / len(reference)
    mean = precision * recall / (alpha * precision + (1 - alpha) * recall)
    chunks = 1 + sum(
        (here + 1, there + 1) != after for (here, there), after in itertools.pairwise(matches)
    )
    return mean * (1 - gamma * math.pow(chunks / len(matches), beta))


def align(
    response: Sequence[str], reference: Sequence[str], *, stem: bool
) -> list[tuple[int, int]]:
    """Match each word at most once: equal words, then words of one stem; from the end, as NLTK."""
    left, right = list(enumerate(response)), list(enumerate(reference))
    matches = _take_equal(left, right)
    if stem and left and right:
        stem_of = _stemmer()
        left = [(position, stem_of(word)) for position, word in left]
        right = [(position, stem_of(word)) for position, word in right]
        matches += _take_equal(left, right)
    return sorted(matches)


def _take_equal(left: Numbered, right: Numbered) -> list[tuple[int, int]]:
    """Take words that are equal out of both lists, the last with the last, and pair them."""
    places: dict[str, list[int]] = {}
    for position, word in right:
        places.setdefault(word, []).append(position)
    matches = [
        (position, places[word].pop()) for position, word in reversed(left) if places.get(word)
    ]
    here, there = {pair[0] for pair in matches}, {pair[1] for pair in matches}
    left[:] = [item for item in left if item[0] not in here]
    right[:] = [item for item in right if item[0] not in there]
    return matches


@functools.lru_cache
def _stemmer() -> Callable[[str], str]:
    from nltk.stem.porter import PorterStemmer

    stem: Callable[[str], str] = PorterStemmer().stem
    return functools.lru_cache(maxsize=16_384)(stem)
