"""What holds of every instruction, whatever the response."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmg_plugin_instruct.findings import read
from rmg_plugin_instruct.formats import NumberBulletLists, NumberPlaceholders, Title
from rmg_plugin_instruct.kinds import INSTRUCTIONS, instruction_of

RELATIONS = {"relation": "at least", "let_relation": "at least", "capital_relation": "at least"}
TEXTS = ("keyword", "first_word", "postscript_marker", "prompt_to_repeat", "end_phrase")
VALUES = {
    **RELATIONS,
    **dict.fromkeys((*TEXTS, "section_spliter", "letter"), "a"),
    "language": "de",
    "keywords": ("a", "b"),
    "forbidden_words": ("a", "b"),
}
ODD = st.text(st.sampled_from("aA \n\t\r*-[]<>\"'.,!?1#`{}\u2028\x0b😀é")) | st.text()


def asked():
    """Return each instruction, with some value for each of its arguments."""
    for name, made in INSTRUCTIONS.items():
        arguments = [each.name for each in made.__attrs_attrs__ if each.name != "loose"]
        yield instruction_of(name, {key: VALUES.get(key, 1) for key in arguments})


ASKED = dict(zip(INSTRUCTIONS, asked(), strict=True))
HOSTILE = {
    "brackets that open": "[" * 100_000,
    "angles that open": "<" * 100_000,
    "lines that are empty": "x" + "\n" * 100_000 + "x",
    "spaces": "x" + " " * 100_000 + "x",
    "stars": "* " * 50_000,
    "quotes": "\"'" * 50_000,
    "braces": '{"a":' * 20_000,
}


@pytest.mark.parametrize("name", ASKED)
@settings(max_examples=40, deadline=None)
@given(response=ODD)
def test_what_is_followed_strictly_is_followed_loosely(name, response):
    strict, loose = (read(ASKED[name].finding, response, loose=each) for each in (False, True))
    assert strict.reason
    assert loose.followed >= strict.followed


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ASKED)
def test_a_hostile_response_is_graded(name, text):
    assert ASKED[name].finding(text).reason


# The patterns of IFEval take quadratic time on such texts; ours are to find the same.


@given(response=ODD)
def test_placeholders_are_those_of_the_pattern_of_ifeval(response):
    count = len(re.findall(r"\[.*?\]", response))
    assert NumberPlaceholders(num_placeholders=count).finding(response).followed
    assert not NumberPlaceholders(num_placeholders=count + 1).finding(response).followed


@given(response=ODD)
def test_bullets_are_those_of_the_patterns_of_ifeval(response):
    count = sum(
        len(re.findall(pattern, response, re.MULTILINE))
        for pattern in (r"^\s*\*[^\*].*$", r"^\s*-.*$")
    )
    assert NumberBulletLists(num_bullets=count).finding(response).followed


@given(response=ODD)
def test_a_title_is_one_of_the_pattern_of_ifeval(response):
    titles = re.findall(r"<<[^\n]+>>", response)
    has_title = any(title.lstrip("<").rstrip(">").strip() for title in titles)
    assert Title().finding(response).followed == has_title
