"""A verdict cannot be forged, and an honest program is not failed."""

import anyio
import pytest

from rmg_plugin_code.runs_tests import RunsTests

from .programs import ADD, CHEATS_OF_A_CALL, CHEATS_OF_A_STREAM, HONEST, SUM

GRADER = RunsTests(seconds=2.0)


def graded(program, tests, function):
    return anyio.run(GRADER.grade, program, [dict(each) for each in tests], function)


@pytest.mark.parametrize("name", CHEATS_OF_A_CALL)
def test_a_cheat_that_is_called_does_not_pass(level, name):
    assert graded(CHEATS_OF_A_CALL[name], ADD, "add").score == 0.0


@pytest.mark.parametrize("name", CHEATS_OF_A_STREAM)
def test_a_cheat_that_prints_does_not_pass(level, name):
    assert graded(CHEATS_OF_A_STREAM[name], SUM, None).score == 0.0


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_passes(level, name):
    came = graded(*HONEST[name])
    fenced = came.metadata["conditions"]["sandbox"]
    assert (came.score, fenced) == (1.0, level.label), came.reason
