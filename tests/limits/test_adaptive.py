"""How many calls may run at once follows what becomes of them."""

from rmg_core.limits.adaptive import Adaptive


def windows(adaptive: Adaptive, count: int) -> list[int]:
    """Let so many windows of calls succeed; returns the cap after each."""
    caps = []
    for _ in range(count):
        size = adaptive.cap
        for _ in range(size):
            adaptive.begin()
        for _ in range(size):
            adaptive.succeed()
        for _ in range(size):
            adaptive.end()
        caps.append(adaptive.cap)
    return caps


def test_auto_begins_at_4_and_doubles_up_to_256_and_goes_on_by_one():
    adaptive = Adaptive("auto")
    assert adaptive.cap == 4
    assert windows(adaptive, 8) == [8, 16, 32, 64, 128, 256, 257, 258]


def test_a_number_is_begun_at_and_never_exceeded():
    adaptive = Adaptive(10)
    assert adaptive.cap == 10
    assert windows(adaptive, 3) == [10, 10, 10]


def test_after_a_cut_it_grows_by_one_a_window():
    adaptive = Adaptive("auto")
    windows(adaptive, 3)
    assert adaptive.cut(adaptive.begin())
    adaptive.end()
    assert adaptive.cap == 25
    assert windows(adaptive, 3) == [26, 27, 28]


def test_a_number_that_was_cut_comes_back_to_itself():
    adaptive = Adaptive(5)
    adaptive.cut(adaptive.begin())
    adaptive.end()
    assert windows(adaptive, 3) == [5, 5, 5]


def test_an_episode_cuts_once():
    adaptive = Adaptive(10)
    calls = [adaptive.begin() for _ in range(10)]
    assert [adaptive.cut(call) for call in calls] == [True, *[False] * 9]
    assert adaptive.cap == 8


def test_a_call_that_began_after_the_cut_is_another_episode():
    adaptive = Adaptive(10)
    adaptive.cut(adaptive.begin())
    assert adaptive.cut(adaptive.begin())
    assert adaptive.cap == 6


def test_it_is_never_cut_below_1():
    adaptive = Adaptive(3)
    for _ in range(9):
        adaptive.cut(adaptive.begin())
    assert adaptive.cap == 1


def test_an_overload_stops_growth_until_a_window_of_successes():
    adaptive = Adaptive("auto")
    windows(adaptive, 1)
    adaptive.hold()
    assert windows(adaptive, 3) == [8, 16, 32]


def test_calls_that_leave_most_places_empty_are_no_reason_to_grow():
    adaptive = Adaptive("auto")
    for _ in range(100):
        adaptive.begin()
        adaptive.succeed()
        adaptive.end()
    assert adaptive.cap == 4
