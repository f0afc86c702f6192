"""What a response says first, last, twice or not at all."""

import pytest

from rmg_plugin_instruct.wording import (
    EndChecker,
    NoComma,
    Postscript,
    Quotation,
    RepeatPrompt,
    TwoResponses,
)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("a ****** b", "two different responses"),
        ("******\na\n******\nb\n******", "two different responses"),
        ("a\n******\n a ", "the two responses are the same"),
        ("a", "1 response, not 2"),
        ("a******b******c", "3 responses, not 2"),
        ("a************b", "has an empty response between others"),
    ],
)
def test_two_responses_differ_and_have_a_divider_between(response, reason):
    found = TwoResponses().grade(response)
    assert (found.reason, found.score) == (reason, float(reason == "two different responses"))


@pytest.mark.parametrize(
    ("response", "score"), [(" SAY HI. Hi.", 1.0), ("Hi. Say hi.", 0.0), ("Say", 0.0)]
)
def test_the_prompt_is_repeated_first_in_whatever_case(response, score):
    assert RepeatPrompt(prompt_to_repeat="Say hi. ").grade(response).score == score


@pytest.mark.parametrize("response", ["Well. THE END", '"The end"', "the end\n"])
def test_the_end_is_compared_without_quotes_and_in_whatever_case(response):
    assert EndChecker(end_phrase=" The end").grade(response).score == 1.0


def test_another_end_is_shown():
    found = EndChecker(end_phrase="The end").grade("The end.")
    assert (found.score, found.reason) == (0.0, "ends with 'the end.', not with the phrase")


@pytest.mark.parametrize(
    ("marker", "response", "score"),
    [
        ("P.S.", "P.S. x", 1.0),
        ("P.S.", "p. s. x", 1.0),
        ("P.S.", "P.S x", 0.0),
        ("P.P.S", "p. p. s x", 1.0),
        ("P.P.S", "P.S. x", 0.0),
        ("PS:", "ps: x", 1.0),
        ("PS:", "PS x", 0.0),
        ("N.B.", "nxbx", 0.0),
    ],
)
def test_a_postscript_begins_with_its_marker(marker, response, score):
    assert Postscript(postscript_marker=marker).grade(response).score == score


@pytest.mark.parametrize(
    ("response", "score"), [(' "a" ', 1.0), ('""', 1.0), ('"', 0.0), ("'a'", 0.0), ('"a', 0.0)]
)
def test_a_quotation_has_a_quote_at_each_end(response, score):
    assert Quotation().grade(response).score == score


@pytest.mark.parametrize(
    ("response", "reason"), [("a", "no comma"), ("a, b", "1 comma"), (",,", "2 commas")]
)
def test_commas_are_counted(response, reason):
    assert NoComma().grade(response).reason == reason


def test_the_comma_of_another_script_is_none():
    assert NoComma().grade("你好，世界、").score == 1.0
