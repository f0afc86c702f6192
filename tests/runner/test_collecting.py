import gc
from collections.abc import Iterator

import pytest

from rmg_core import GradingRunner
from rmg_core.runner.collecting import NEW_OBJECTS, collecting_rarely


@pytest.fixture(autouse=True)
def usual_threshold() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_a_run_collects_rarely_and_restores_the_threshold():
    seen = []

    def grade(response: str) -> float:
        seen.append(gc.get_threshold())
        return 1.0

    GradingRunner({"grade": grade}).run([{"response": "x"}])
    assert seen == [(NEW_OBJECTS, 10, 10)]
    assert gc.get_threshold() == (700, 10, 10)


def test_the_last_of_several_runs_restores_the_threshold():
    first, second = collecting_rarely(), collecting_rarely()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] == NEW_OBJECTS
    second.__exit__(None, None, None)
    assert gc.get_threshold() == (700, 10, 10)


def test_a_failure_restores_the_threshold():
    with pytest.raises(ValueError), collecting_rarely():
        raise ValueError("no")
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("own", [(0, 10, 10), (NEW_OBJECTS * 2, 5, 5)])
def test_a_threshold_that_somebody_chose_is_left_alone(own: tuple[int, int, int]):
    gc.set_threshold(*own)
    with collecting_rarely():
        assert gc.get_threshold() == own
    assert gc.get_threshold() == own
