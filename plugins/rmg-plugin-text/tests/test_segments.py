"""Responses and references as segments."""

import pytest

from rmg_core import CannotGrade
from rmg_plugin_text.segments import segments


def test_a_text_is_one_segment_with_alternatives():
    assert segments("a", ["b", "c"]) == [("a", ["b", "c"])]


def test_a_list_is_a_document_whose_segments_have_their_own_references():
    assert segments(["a", "b"], ["x", ["y", "z"]]) == [("a", ("x",)), ("b", ["y", "z"])]


@pytest.mark.parametrize(
    ("response", "reference", "message"),
    [
        ("a", [], "reference is an empty list: there is nothing to look at"),
        ([], [], "response is an empty list: there is nothing to look at"),
        (["a"], [[]], "reference is an empty list: there is nothing to look at"),
        (
            "a",
            [["b"]],
            "reference holds lists and response is one text: give a text or a list of texts",
        ),
        (
            ["a", "b"],
            "x",
            (
                "response has 2 segments and reference is one text: "
                "give one text, or one list of alternatives, for each segment"
            ),
        ),
        (
            ["a", "b"],
            ["x"],
            (
                "response has 2 segments and reference has 1: "
                "give one text, or one list of alternatives, for each segment"
            ),
        ),
    ],
)
def test_what_does_not_fit_says_so(response, reference, message):
    with pytest.raises(CannotGrade) as caught:
        segments(response, reference)
    assert (str(caught.value), caught.value.kind) == (message, "bad_input")
