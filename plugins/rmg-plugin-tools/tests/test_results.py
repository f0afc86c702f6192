"""What results bring that was not there before."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade, GraderSkip
from rmg_plugin_tools.novelty import Texts
from rmg_plugin_tools.results import information_gain, usage_efficiency

WORDS = st.lists(st.sampled_from(["a", "b", "c", "A"]), max_size=4).map(" ".join)


def run(*texts, names=None):
    made = []
    for place, text in enumerate(texts):
        name = names[place] if names else f"tool{place}"
        made += [
            {"role": "assistant", "tool_calls": [{"id": str(place), "function": {"name": name}}]},
            {"role": "tool", "tool_call_id": str(place), "content": text},
        ]
    return made


@given(st.lists(WORDS, max_size=5), WORDS)
def test_the_closest_text_is_that_of_the_highest_jaccard_index(earlier, text):
    texts = Texts()
    for each in earlier:
        texts.add(each)
    words = set(text.lower().split())
    others = [set(each.lower().split()) for each in earlier]
    wanted = max((len(words & each) / len(words | each) for each in others if each), default=0.0)
    assert texts.closest(text) == pytest.approx(wanted)


def test_results_that_differ_wholly_gain_all():
    made = information_gain(run("sunny in Rome", "rain over Oslo"))
    assert (made.score, made.reason) == (1.0, "mean gain 1.000 of 2 results")


def test_a_result_that_was_there_gains_nothing():
    made = information_gain(run("sunny in Rome", "Sunny in rome"))
    assert (made.score, made.metadata["gains"]) == (0.5, [1.0, 0.0])


def test_beyond_the_threshold_a_gain_shrinks():
    # 3 of 5 words in common.
    texts = run("one two three four", "one two three five")
    assert information_gain(texts).score == pytest.approx((1 + 0.4 * math.exp(-0.2)) / 2)
    assert information_gain(texts, threshold=1.0).score == pytest.approx(0.7)


def test_short_results_are_left_out():
    texts = run("done", "sunny in Rome")
    assert information_gain(texts).metadata["gains"] == [1.0]
    assert information_gain(texts, min_characters=4).metadata["gains"] == [1.0, 1.0]
    assert information_gain(texts, min_characters=50) == GraderSkip(
        "the response has no results of at least 50 characters"
    )


def test_without_results_there_is_nothing_to_gain():
    assert information_gain([{"f": {}}]) == GraderSkip("the response has no results")
    assert usage_efficiency([{"f": {}}]) == GraderSkip("the response has no results of calls")


@pytest.mark.parametrize(
    ("texts", "names", "score"),
    [
        # New results, no repeat, a tool for each call.
        (["a", "b"], ["f", "g"], 1.0),
        # One tool for two calls: 0.2 · (0.5 + 0.3).
        (["a", "b"], ["f", "f"], 0.4 * 1 + 0.4 * 0.5 + 0.2 * 0.8),
        # The second result was there.
        (["a", "a"], ["f", "g"], 0.4 * 0.5 + 0.4 + 0.2),
        # An empty result gains nothing.
        (["", "a"], ["f", "g"], 0.4 * 0.5 + 0.4 + 0.2),
    ],
)
def test_usage_is_weighed_of_gain_repeats_and_tools(texts, names, score):
    assert usage_efficiency(run(*texts, names=names)).score == pytest.approx(score)


@pytest.mark.parametrize("grade", [information_gain, usage_efficiency])
def test_what_cannot_be_read_is_an_error(grade):
    with pytest.raises(CannotGrade, match="item 2 is no message, and others are"):
        grade([{"role": "user", "content": "Hi"}, 5])
