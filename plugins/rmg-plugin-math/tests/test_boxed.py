import pytest

from rmg_plugin_math.boxed import boxed_present


@pytest.mark.parametrize("response", [r"\boxed{5}", r"\fbox{5}", r"$\boxed {\frac{1}{2}}$"])
def test_a_box_with_something_in_it_is_present(response):
    assert boxed_present(response).score == 1.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("5", "no boxed answer"),
        ("", "no boxed answer"),
        (r"\boxedup{5}", "no boxed answer"),
        (r"\boxed{5", "a box has no closing brace, or none at all"),
        (r"\boxed 5", "a box has no closing brace, or none at all"),
        (r"\boxed{ }", "a box is empty"),
        (r"\boxed{5} \boxed{6}", "2 boxed answers"),
    ],
)
def test_what_is_no_box_is_told(response, reason):
    outcome = boxed_present(response)
    assert (outcome.score, outcome.reason) == (0.0, reason)


def test_several_boxes_may_be_allowed():
    assert boxed_present(r"\boxed{5} \boxed{6}", count="some").score == 1.0


def test_a_box_in_a_box_is_a_part_of_it():
    assert boxed_present(r"\boxed{\boxed{5}}").score == 1.0


def test_what_stands_before_the_mark_is_not_read():
    assert boxed_present(r"\boxed{5}</think>5", after="</think>").score == 0.0
    assert boxed_present(r"\boxed{5}", after="</think>").reason == (
        "'</think>' is not in the response"
    )


def test_ten_thousand_open_boxes_end_at_once():
    assert boxed_present(r"\boxed{" * 10_000).score == 0.0
