"""What a response is read for, strictly and loosely."""

import pytest

from rmg_plugin_instruct.findings import Finding, read

MIDDLE = "*first*\nsecond\n*third*"


def equals(wanted):
    return lambda response: Finding(response == wanted, f"is {response!r}")


@pytest.mark.parametrize(
    ("version", "how"),
    [
        ("first\nsecond\nthird", "without asterisks"),
        ("second\n*third*", "without its first line"),
        ("second\nthird", "without its first line and without asterisks"),
        ("*first*\nsecond", "without its last line"),
        ("first\nsecond", "without its last line and without asterisks"),
        ("second", "without its first and last line"),
    ],
)
def test_a_loose_reading_looks_at_each_version_and_says_which_one_follows(version, how):
    found = read(equals(version), MIDDLE, loose=True)
    assert found == Finding(followed=True, reason=f"is {version!r}, {how}")


def test_a_strict_reading_looks_at_the_response_alone():
    found = read(equals("second"), MIDDLE, loose=False)
    assert found == Finding(followed=False, reason=f"is {MIDDLE!r}")


def test_a_loose_reading_prefers_the_response_as_it_is():
    assert read(equals(MIDDLE), MIDDLE, loose=True).reason == f"is {MIDDLE!r}"


def test_a_response_that_follows_in_no_version_is_told_as_it_is():
    assert read(equals("other"), MIDDLE, loose=True).reason == f"is {MIDDLE!r}"


def test_a_version_is_stripped_where_lines_are_taken_away():
    assert read(equals("second"), "first\n\n  second\n", loose=True).followed


@pytest.mark.parametrize("loose", [True, False])
@pytest.mark.parametrize("response", ["", " \n\t"])
def test_an_empty_response_follows_nothing(response, loose):
    found = read(lambda _: Finding(followed=True, reason=""), response, loose=loose)
    assert found == Finding(followed=False, reason="the response is empty")


@pytest.mark.parametrize("response", ["only one line", "**"])
def test_a_version_that_is_empty_follows_nothing(response):
    def is_short(text):
        return Finding(len(text) < len(response), "")

    assert not read(is_short, response, loose=True).followed


def test_each_version_is_looked_at_once():
    seen = []

    def note(text):
        seen.append(text)
        return Finding(followed=False, reason="")

    read(note, "one\ntwo", loose=True)
    assert sorted(seen) == ["one", "one\ntwo", "two"]
