from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from rmg_plugin_format.matching import best_pairs, most_pairs

CHOICES = st.lists(st.lists(st.integers(0, 5), unique=True), max_size=6)
GAIN = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)
GAINS = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(GAIN, min_size=width, max_size=width), min_size=1, max_size=5)
)


def most_by_trying(choices, taken=frozenset()):
    if not choices:
        return 0
    first, *rest = choices
    found = [most_by_trying(rest, taken)]
    found += [1 + most_by_trying(rest, taken | {each}) for each in first if each not in taken]
    return max(found)


def best_by_trying(gains):
    if len(gains) > len(gains[0]):
        gains = list(zip(*gains, strict=True))
    columns = range(len(gains[0]))
    return max(
        sum(row[column] for row, column in zip(gains, chosen, strict=True))
        for chosen in permutations(columns, len(gains))
    )


@given(CHOICES)
def test_a_matching_pairs_only_what_may_be_paired_and_once(choices):
    partners = most_pairs(choices)
    taken = [each for each in partners if each is not None]
    assert len(taken) == len(set(taken))
    assert all(p is None or p in each for p, each in zip(partners, choices, strict=True))


@given(CHOICES)
def test_no_matching_has_more_pairs(choices):
    partners = most_pairs(choices)
    assert len(partners) - partners.count(None) == most_by_trying(choices)


@given(GAINS)
def test_no_matching_gains_more(gains):
    assert abs(best_pairs(gains) - best_by_trying(gains)) < 1e-9


def test_a_long_path_is_found_without_recursion():
    size = 3000
    chain = [[left, left + 1] for left in range(size)]
    chain[0] = [1, 0]
    assert None not in most_pairs([*chain, [0]])


def test_nothing_gains_nothing():
    assert best_pairs([]) == best_pairs([[]]) == 0.0
    assert most_pairs([]) == []
