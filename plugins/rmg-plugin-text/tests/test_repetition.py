import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import DefinitionError
from rmg_core.graders import as_grader, spec_of, with_options
from rmg_plugin_text.repetition import distinct_n, repetition_penalty

WORDS = st.lists(st.sampled_from(["a", "b", "c"])).map(" ".join)


@pytest.mark.parametrize(
    ("text", "n", "penalty"),
    [
        ("so so so so", 2, -2 / 3),
        ("so so so so", 1, -3 / 4),
        ("a b c d", 2, 0),
        ("a b a b", 2, -1 / 3),
        ("Hi", 3, 0),
        ("", 3, 0),
    ],
)
def test_the_penalty_is_the_share_of_repeated_ngrams(text, n, penalty):
    assert repetition_penalty(text, n=n).score == pytest.approx(penalty)


def test_the_penalty_is_scaled_and_starts_at_the_threshold():
    text = "The the the the the"
    assert repetition_penalty(text, n=2, max_penalty=0.5).score == -0.375
    assert repetition_penalty(text, n=2, threshold=0.3).score == pytest.approx(-0.45)
    assert repetition_penalty(text, n=2, threshold=0.75).score == 0.0
    assert repetition_penalty(text, n=2, ignore_case=False).score == -0.5


@given(WORDS, st.integers(1, 4))
def test_penalty_and_distinctness_are_two_sides_of_one_share(text, n):
    distinct = distinct_n(text, n=n).score
    penalty = repetition_penalty(text, n=n).score
    assert penalty == pytest.approx(distinct - 1 if text else 0)


@pytest.mark.parametrize("grade", [repetition_penalty, distinct_n])
@given(text=st.text())
def test_every_text_is_graded_on_the_declared_scale(grade, text):
    made = as_grader(grade)
    result = made.call(response=text)
    assert made.spec.scale.contains(result.score)
    assert result.scale is made.spec.scale


def test_an_empty_response_has_nothing_distinct_and_a_short_one_is_distinct():
    assert distinct_n("").score == 0.0
    assert distinct_n("Paris").score == 1.0


@pytest.mark.parametrize("options", [{"n": 0}, {"max_penalty": 2}, {"threshold": -0.1}])
def test_an_option_out_of_its_range_is_refused(options):
    with pytest.raises(DefinitionError):
        with_options(spec_of(repetition_penalty), options)
