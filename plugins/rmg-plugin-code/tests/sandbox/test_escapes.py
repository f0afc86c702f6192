"""Nothing that runs inside gets out, whoever runs the sandbox and at whichever level."""

import json
from functools import cache

import pytest

from . import escapes
from .users import PLACES


@cache
def outcomes(place):
    place.skip_without()
    return json.loads(place.run("escape_driver.py", place.level, *escapes.NAMES))


@pytest.mark.parametrize("name", escapes.NAMES)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_attempt_to_get_out_is_held_and_leaves_nothing(place, name):
    came = outcomes(place)[name]
    assert (came["through"], came["harm"], came["survivors"]) == ("", [], [])
    assert came["ended"] in escapes.ENDED.get(name, "exit"), came


@pytest.mark.parametrize(
    "name", ["read_passwords", "read_a_file_of_the_user", "connect_by_tcp", "run_another_program"]
)
def test_the_same_attempt_comes_through_where_there_is_no_fence(name):
    place = PLACES[0] if PLACES[0].is_possible else PLACES[-1]
    came = json.loads(place.run("escape_driver.py", "UNSANDBOXED", name))[name]
    assert came["through"] != ""
