"""The checks of what graders do: the whole message of each, and what passes."""

import os
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
from attrs import frozen

from rmg_core import GraderScore, GradeTrial, OrderTrial, grader
from rmg_core.registry import Registry
from rmg_core.testing import Golden, check_pack, graded, registry_of
from rmg_core.testing.cancelling import fault_when_cancelled

ABC = Golden({"response": "abc"}, 1.0)


def said(offered: Any, check: str, *goldens: Golden) -> list[str]:
    registry = registry_of({"mine": {"it": offered}})
    found = check_pack("mine", golden={"it": goldens or (ABC,)}, registry=registry)
    return [each.message for each in found if each.check == check]


def passes(response: str) -> float:
    """1 for any response."""
    return 1.0


def test_a_misspelt_input_of_a_sample_is_found():
    golden = Golden({"response": "abc", "respose": "abc"}, 1.0)
    assert said(passes, "golden", golden) == [
        (
            "{'response': 'abc', 'respose': 'abc'}: it takes no input 'respose'; "
            "did you mean 'response'?"
        )
    ]


def test_a_misspelt_option_of_a_sample_is_found():
    def limited(response: str, *, limit: int = 3) -> float:
        """1 for any response, whatever the `limit` is."""
        return 1.0

    assert said(limited, "golden", Golden({"response": "abc"}, 1.0, {"limt": 2})) == [
        (
            "it cannot run: graders.it.options.limt: grader 'mine/it' has no option 'limt'; "
            "did you mean 'limit'? options: limit"
        )
    ]


def test_a_whole_outcome_is_told_whole():
    def reasoned(response: str) -> GraderScore:
        """1 for any response, and why."""
        return GraderScore(1.0, "so")

    [message] = said(reasoned, "golden", Golden({"response": "abc"}, GraderScore(1.0, "why")))
    assert "comes to GraderScore(score=1.0, reason='so'" in message
    assert "and not to GraderScore(score=1.0, reason='why'" in message


def test_a_grader_that_cannot_be_opened_is_told_of_once():
    @frozen
    class Closed:
        """1 for any response."""

        async def aopen(self) -> None:
            raise OSError("no key")

        def grade(self, response: str) -> float:
            return 1.0

    registry = registry_of({"mine": {"it": Closed}})
    found = check_pack("mine", golden={"it": [ABC]}, registry=registry)
    assert [(each.check, each.message) for each in found] == [
        ("golden", "it cannot run: grader 'it' cannot be opened: OSError: no key")
    ]


def test_a_grader_that_hangs_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch):
    async def hangs(response: str) -> float:
        """1 for any response, one day."""
        await anyio.sleep_forever()
        return 1.0

    monkeypatch.setattr(graded, "LONGEST_SECONDS", 0.01)
    assert said(hangs, "golden") == [
        (
            "{'response': 'abc'} comes to an error (timeout: no answer within 0.01 s), and not to "
            "1.0; correct the grader, or the sample"
        )
    ]
    assert said(hangs, "deadline") == []


@pytest.mark.parametrize("fault", [SystemExit(3), GeneratorExit(), RuntimeError("so")])
def test_a_grader_that_raises_anything_does_not_end_the_checks(fault: BaseException):
    def plain(response: str) -> float:
        """Raises."""
        raise fault

    async def waiting(response: str) -> float:
        """Raises after a while."""
        await anyio.lowlevel.checkpoint()
        raise fault

    for offered in (plain, waiting):
        registry = registry_of({"mine": {"it": offered}})
        golden = {"it": [Golden({"response": "abc"}, "grader_error")]}
        assert check_pack("mine", golden=golden, registry=registry) == []


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (
            GraderScore(1.0, "\ud800"),
            (
                "{'response': 'abc'} comes to a text for reason that cannot be kept; "
                "no lone surrogates, and at most 64 KB"
            ),
        ),
        (
            GraderScore(1.0, metadata={"share": float("nan")}),
            (
                "{'response': 'abc'} comes to metadata of which JSON changes 'share': nan is None "
                "then; give texts, finite numbers, lists and tables"
            ),
        ),
        (
            GraderScore(1.0, metadata={"day": date(2020, 2, 1)}),
            (
                "{'response': 'abc'} comes to metadata of which JSON changes 'day': "
                "datetime.date(2020, 2, 1) is '2020-02-01' then; give texts, finite numbers, lists "
                "and tables"
            ),
        ),
    ],
)
def test_what_json_would_change_without_a_word_is_found(returned: Any, message: str):
    def it(response: str) -> GraderScore:
        """1 for any response."""
        return returned

    assert said(it, "outcomes") == [message]


def test_a_score_that_is_none_is_found():
    def it(response: str) -> float:
        """No score at all."""
        return float("nan")

    assert said(it, "outcomes") == [
        (
            "{'response': 'abc'} comes to an error (bad_return: the score is nan, which is not a "
            "number to keep)"
        )
    ]


def test_metadata_that_json_keeps_are_sound():
    def it(response: str) -> GraderScore:
        """1 for any response."""
        return GraderScore(1.0, "so", {"words": ("a", "b"), "shares": {"a": 0.5}, "none": None})

    assert said(it, "outcomes") == []


def test_a_grader_that_remembers_the_response_before_is_found():
    seen = ["abc"]

    def it(response: str) -> float:
        """1 when the response before was the same."""
        before, seen[0] = seen[0], response
        return float(before == response)

    other = Golden({"response": "x"}, 0.0)
    assert said(it, "at once", ABC, other)[0] == (
        "{'response': 'abc'}, graded alone and 8 times at once, comes to 0 and 1; "
        "keep nothing between calls, and seed what is random from the inputs"
    )


def test_a_grader_that_changes_a_copy_is_sound():
    def it(parts: list[str]) -> float:
        """1 when the first part is "a", else 0."""
        return float(next(iter(parts)) == "a")

    assert said(it, "inputs unchanged", Golden({"parts": ["a", "b"]}, 1.0)) == []


def test_inputs_that_are_never_equal_to_themselves_are_unchanged():
    def it(share: float) -> float:
        """1 for any number."""
        return 1.0

    assert said(it, "inputs unchanged", Golden({"share": float("nan")}, 1.0)) == []


async def swallows(response: str) -> float:
    """1 after a while, or 0 when nobody wants to know any more."""
    try:
        await anyio.sleep(0.001)
    except BaseException:
        return 0.0
    return 1.0


async def swallows_later(response: str) -> float:
    """1 after two whiles."""
    await anyio.lowlevel.checkpoint()
    return await swallows(response)


async def makes_its_own(response: str) -> float:
    """1 after a while, or an error of its own."""
    try:
        await anyio.sleep(0.001)
    except BaseException as fault:
        raise ValueError("cut off") from fault
    return 1.0


async def waits_on_for_ever(response: str) -> float:
    """1 after a while, but never when it is wanted to end."""
    is_cancelled = False
    while True:
        try:
            await anyio.sleep(0.001)
        except BaseException:
            is_cancelled = True
        else:
            if not is_cancelled:
                return 1.0


async def shields(response: str) -> float:
    """1 one day, whoever wants it to end before."""
    with anyio.CancelScope(shield=True):
        await anyio.sleep_forever()
    return 1.0


GOES_ON = (
    "goes on for more than 0.5 s; let the cancellation pass, and do not shield what may take long"
)


@pytest.mark.parametrize(
    ("offered", "message"),
    [
        (
            swallows,
            (
                "cancelled at its await number 1, it returns all the same; "
                "let the cancellation pass: catch Exception only"
            ),
        ),
        (
            makes_its_own,
            (
                "cancelled at its await number 1, it raises ValueError: cut off; "
                "re-raise the cancellation that it catches"
            ),
        ),
    ],
)
def test_a_grader_that_does_not_end_by_its_cancellation_is_found(offered: Any, message: str):
    assert said(offered, "deadline") == [f"{{'response': 'abc'}}: {message}"]


def test_a_shield_that_takes_long_is_found():
    fault = anyio.run(fault_when_cancelled, lambda: shields("abc"))
    assert fault == f"cancelled at its await number 1, it {GOES_ON}"


def test_a_grader_that_never_ends_is_found_and_given_up():
    assert said(waits_on_for_ever, "deadline") == [
        f"{{'response': 'abc'}}: cancelled at its await number 1, it {GOES_ON}"
    ]


def test_a_later_await_is_cancelled_too():
    [message] = said(swallows_later, "deadline")
    assert " it returns all the same;" in message
    assert "at its await number 1" not in message


def test_every_sample_is_cancelled():
    async def it(response: str) -> float:
        """1 for any response."""
        return 1.0 if response == "abc" else await swallows(response)

    [message] = said(it, "deadline", ABC, Golden({"response": "x"}, 1.0))
    assert message.startswith("{'response': 'x'}: cancelled at its await number 1, it returns")


def test_a_grader_that_tidies_up_when_it_is_cancelled_is_sound():
    async def it(response: str) -> float:
        """1 for any response."""
        try:
            await anyio.sleep(0.001)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.001)
        return 1.0

    assert said(it, "deadline") == []


def test_a_connection_is_found_in_a_thread_of_the_grader_too():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = closed.getsockname()

        async def it(response: str) -> float:
            """1 for any response."""

            def connect() -> None:
                with socket.socket() as one:
                    one.connect_ex(address)

            await anyio.to_thread.run_sync(connect)
            return 1.0

        assert said(it, "sockets") == [
            (
                f"it uses the network (socket.connect {address!r}); grade from the inputs alone, "
                'or exempt it: exempt={("it", "sockets"): "why"}'
            )
        ]


def test_a_grader_that_knows_trio_alone_is_found():
    async def it(response: str) -> float:
        """1 for any response, under trio."""
        trio.lowlevel.current_task()
        return 1.0

    told = "RuntimeError: must be called from async context"
    assert said(it, "asyncio") == [
        (
            f"under asyncio {{'response': 'abc'}} comes to an error (grader_error: {told}), and "
            "not to 1.0 as under trio; wait by anyio, or exempt it: "
            'exempt={("it", "asyncio"): "why"}'
        )
    ]


def test_a_backend_that_is_not_installed_is_told_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "trio", None)
    assert said(passes, "trio") == ["trio is not installed; run `pip install 'rmg-core[testing]'`"]
    assert said(passes, "asyncio") == []


APART = '''
import os
from rmg_core import grader, hookimpl

@grader(runs_in="process")
def is_elsewhere(response: str) -> float:
    """1 for any response, in a process of its own; an empty one ends it."""
    if not response:
        os._exit(3)
    return float(os.getpid() != int(response))

@hookimpl
def rmg_graders():
    return {"is_elsewhere": is_elsewhere}
'''


@pytest.fixture
def apart(install_pack: Any, monkeypatch: pytest.MonkeyPatch) -> Registry:
    registry: Registry = install_pack("apart", APART)
    [folder] = [each for each in sys.path if (Path(each) / "rmg_plugin_apart").is_dir()]
    monkeypatch.setenv("PYTHONPATH", folder)  # for the process of the grader
    return registry


def test_a_grader_that_runs_in_a_process_is_sound_there(apart: Registry):
    golden = {"is_elsewhere": [Golden({"response": str(os.getpid())}, 1.0)]}
    assert check_pack("apart", golden=golden, registry=apart) == []


def test_a_grader_that_ends_its_process_does_not_end_the_checks(apart: Registry):
    golden = {"is_elsewhere": [Golden({"response": ""}, 1.0)]}
    found = check_pack("apart", golden=golden, registry=apart)
    told = "{'response': ''} comes to an error (crash: its process ended with exit code 3)"
    assert [(each.check, each.message) for each in found] == [
        ("golden", f"{told}, and not to 1.0; correct the grader, or the sample"),
        ("process", f"in a process of its own {told}"),
    ]


def tried(*trials: Any, offers: Any = (ABC,)) -> Any:
    """Return a grader whose score is the length of the response, with trials of its own."""

    @grader(scale=(0, 9))
    @frozen
    class Length:
        """The length of the response."""

        @classmethod
        def golden(cls) -> Any:
            return offers

        def trials(self) -> Any:
            return trials

        def grade(self, response: str) -> float:
            return float(len(response))

    return Length


EXAMPLE = GradeTrial({"response": "abc"}, 3.0)
PAIR = OrderTrial({"response": "abc"}, {"response": "a"})
THREE = Golden({"response": "abc"}, 3.0)


def found_by(check: str, offered: Any) -> list[str]:
    registry = registry_of({"mine": {"it": offered}})
    return [each.message for each in check_pack("mine", registry=registry) if each.check == check]


def test_trials_that_come_out_right_are_sound():
    assert found_by("trials", tried(EXAMPLE, PAIR, offers=[THREE])) == []


def test_a_trial_that_comes_out_wrong_is_found():
    wrong = OrderTrial({"response": "a"}, {"response": "abc"})
    other = GradeTrial({"response": "x" * 200}, 2.0)
    assert found_by("trials", tried(wrong, other, EXAMPLE, PAIR)) == [
        (
            "pair {'response': 'a'} and {'response': 'abc'} comes to 1 and 3, "
            "and not to the first above the second"
        ),
        (
            f"example {{'response': '{'x' * 85}… comes to an error (out_of_scale: the score 200 "
            "is not on the scale 0..9), and not to 2"
        ),
    ]


def test_trials_need_an_example_and_a_pair():
    assert found_by("trials", tried(EXAMPLE)) == ["it tells trials, and none is a pair"]
    assert found_by("trials", tried(PAIR)) == ["it tells trials, and none is an example"]


def test_a_grader_without_trials_needs_none():
    assert said(passes, "trials") == []


def test_the_golden_samples_that_a_class_offers_are_graded():
    assert found_by("golden", tried(EXAMPLE, PAIR, offers=[THREE])) == []
    assert found_by("golden", tried(EXAMPLE, PAIR)) == [
        "{'response': 'abc'} comes to 3, and not to 1.0; correct the grader, or the sample"
    ]


def test_trials_that_are_none_are_found():
    assert found_by("trials", tried(3)) == [
        "'it' is not a grader: let `trials` return a sequence of GradeTrial and OrderTrial"
    ]


def test_methods_of_an_object_that_have_these_names_are_no_offers():
    @frozen
    class Other:
        """1 for any response."""

        def golden(self, one: int) -> Any:
            raise AssertionError

        def sections(self, one: int) -> Any:
            raise AssertionError

        def grade(self, response: str) -> float:
            return 1.0

    assert said(Other, "golden") == []
