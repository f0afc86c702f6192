import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_code import patches
from rmg_plugin_code.patches import patch_similarity

CHANGE = "@@ -1,2 +1,2 @@\n import os\n-x = 1\n+x = 2\n"
X = f"--- a/x.py\n+++ b/x.py\n{CHANGE}"
Y = f"--- a/y.py\n+++ b/y.py\n{CHANGE}"
GIT = f"diff --git a/x.py b/x.py\nindex 0123456..789abcd 100644\n{X}"


def test_the_mean_over_all_files_that_either_changes_is_taken():
    outcome = patch_similarity(X + Y, X)
    assert (outcome.score, outcome.reason) == (0.5, "x.py 1; y.py should not be changed")
    outcome = patch_similarity(X, X + Y)
    assert (outcome.score, outcome.reason) == (0.5, "x.py 1; y.py is not changed")


def test_the_order_of_files_does_not_count():
    assert patch_similarity(Y + X, X + Y).score == 1.0


def test_the_headers_of_git_do_not_count():
    assert patch_similarity(GIT, X).score == 1.0


def test_hunks_are_compared_by_their_matching_runs():
    other = X.replace("x = 2", "x = 33")
    # 41 characters against 42; all but the 2 match, before and after it.
    assert len(CHANGE) == 41
    assert patch_similarity(other, X).score == 2 * 40 / 83


def test_files_and_hunks_are_in_the_metadata():
    metadata = patch_similarity(X + Y, X).metadata
    assert metadata == {
        "files": {"x.py": 1.0, "y.py": 0.0},
        "missing": [],
        "needless": ["y.py"],
        "hunks": [2, 1],
    }


def test_fences_that_are_tagged_so_are_the_patch_of_a_response():
    response = f"First, this:\n```diff\n{X}```\nthen\n```patch\n{Y}```\n```python\nx = 2\n```"
    assert patch_similarity(response, X + Y).score == 1.0


@pytest.mark.parametrize("compare", ["auto", "text", "files"])
def test_an_empty_reference_is_an_error_of_the_data(compare):
    for response in (X, ""):
        with pytest.raises(CannotGrade, match="reference is empty") as caught:
            patch_similarity(response, " \n", compare=compare)
        assert caught.value.kind == "bad_input"


@pytest.mark.parametrize(
    "response", ["", "Change x to 2.", "@@ -1 +1 @@\n-x\n+y\n", X.replace("-1,2", "-1,9"), "--- a"]
)
def test_a_response_that_is_no_unified_diff_is_wrong(response):
    outcome = patch_similarity(response, X)
    assert outcome.score == 0.0
    assert outcome.reason.startswith("the response is no unified diff: ")


def test_a_reference_that_is_no_unified_diff_is_an_error_where_files_are_compared():
    with pytest.raises(CannotGrade, match="reference is no unified diff: it has no header"):
        patch_similarity(X, "Change x to 2.", compare="files")


def test_texts_are_compared_where_the_reference_is_no_unified_diff():
    assert patch_similarity("abcd", "bcde").reason == "6 of 8 characters match"


def test_two_diffs_can_be_compared_as_texts():
    assert patch_similarity(GIT, X, compare="text").score == 2 * len(X) / len(GIT + X)


@given(st.text(max_size=30), st.text(max_size=30).filter(str.strip))
def test_a_ratio_is_that_of_difflib(left, right):
    expected = difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
    assert patch_similarity(left, right, compare="text").score == expected


def test_texts_that_difflib_would_take_too_long_for_are_an_error():
    with pytest.raises(CannotGrade, match="too long, or too uniform, to compare") as caught:
        patch_similarity("a" * 20_000 + "b", "a" * 20_000, compare="text")
    assert caught.value.kind == "bad_input"


def test_texts_that_are_made_to_take_difflib_long_are_given_up(monkeypatch):
    monkeypatch.setattr(patches, "MOST_PAIRS", 1_000_000)
    # Each match has one character, and there is one for each: the cube of 300 is 27 million.
    apart = "".join(f"a{chr(1000 + number)}" for number in range(300))
    with pytest.raises(CannotGrade, match="texts of 300 and 600 characters"):
        patch_similarity("a" * 300, apart, compare="text")


def test_equal_texts_are_alike_however_long_they_are():
    assert patch_similarity("a" * 100_000, "a" * 100_000, compare="text").score == 1.0


def test_a_comparison_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'compare' must be in"):
        spec_of(patch_similarity).options(compare="hunks")
