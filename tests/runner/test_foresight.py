"""What the cells of a run ask of models is seen without a call."""

import threading
from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from attrs import define, field, frozen

from rmg_core import GradingRunner
from rmg_core.connections import Connection
from rmg_core.datasets import Sample
from rmg_core.models import Call, Model, Reply, Request, as_request
from rmg_core.runner import foresight
from rmg_core.runner.archive import Archive
from rmg_core.runner.foresight import look_at
from rmg_core.runner.needs import needs_of
from rmg_core.runner.picking import Picked
from rmg_core.runner.survey import survey
from rmg_core.store import Store


@frozen
class Untouched:
    """A client that must not be called, and notes when it is."""

    max_tokens: int | None = None
    called: list[Request] = field(factory=list, metadata={"identity": False})

    async def chat(self, request: Request) -> Reply:
        self.called.append(request)
        return Reply("yes")


def connection(name: str = "judge", client: Any = None) -> Connection:
    return Connection(name, client or Untouched(), f'{{"use":"{name}"}}')


def looks_at(grader: Any, texts: Sequence[str], archive: Archive | None = None, **options: Any):
    """Look at the cells of one grader for some responses."""
    return looks_of({"grader": grader, "options": options} if options else grader, texts, archive)


def looks_of(configured: Any, texts: Sequence[str], archive: Archive | None = None):
    plan = GradingRunner({"judged": configured}).plan
    [planned] = plan.graders
    picked = Picked(planned)
    samples = [Sample(index, None, {"response": text}) for index, text in enumerate(texts)]
    survey(plan, samples, archive, lambda _, ready, waits: picked.add(ready, is_waiting=waits))
    looks = look_at([picked], archive)
    assert [request for model in planned.models for request in model.client.called] == []
    return looks


def calls(looks: Any) -> int:
    return sum(each.calls for each in needs_of(looks))


@pytest.fixture
def archive(tmp_path):
    with Store.open(tmp_path / "store.sqlite") as store:
        yield Archive(store)


async def once(response: str, *, model: Model) -> float:
    return float((await model.ask(response)).text == "yes")


def test_a_look_sees_the_question_of_each_cell():
    looks = looks_at(once, ["a", "b"], model=connection())
    assert calls(looks) == 2
    assert {each.label for each in looks[0].questions.wanted} == {
        "judged, sample 0",
        "judged, sample 1",
    }


def test_questions_that_are_asked_together_are_all_seen():
    async def three(response: str, *, model: Model) -> float:
        async with anyio.create_task_group() as tasks:
            for sample in range(3):
                tasks.start_soon(lambda sample=sample: model.ask(response, sample=sample))
        return 1.0

    assert calls(looks_at(three, ["a", "b"], model=connection())) == 6


def test_a_model_that_is_asked_from_a_thread_is_not_called():
    async def elsewhere(response: str, *, model: Model) -> float:
        loop = anyio.lowlevel.current_token().native_token
        done = anyio.Event()

        async def ask() -> None:
            try:
                await model.ask(response)
            finally:
                done.set()

        def thread() -> None:
            loop.call_soon_threadsafe(loop.create_task, ask())

        threading.Thread(target=thread).start()
        await done.wait()
        return 1.0

    assert calls(looks_at(elsewhere, ["a"], model=connection())) <= 1


def test_a_grader_that_catches_everything_is_pending_all_the_same():
    async def stubborn(response: str, *, model: Model) -> float:
        try:
            await model.ask(response)
        except Exception:
            return 0.0
        return 1.0

    [look] = looks_at(stubborn, ["a"], model=connection())
    assert (look.lacking, look.is_at_least) == (1, True)


def test_a_cell_that_hangs_is_left_and_the_third_is_the_last(monkeypatch):
    monkeypatch.setattr(foresight, "PATIENCE", 0.01)

    async def hanging(response: str, *, model: Model) -> float:
        await anyio.sleep_forever()
        return 1.0

    [look] = looks_at(hanging, ["a", "b", "c", "d", "e"], model=connection())
    assert look.complaint == (
        "grader 'judged' comes to no question within 0.01 s: what 2 of its cells ask is not counted"
    )
    assert look.is_at_least


def test_a_grader_that_blocks_its_thread_is_left(monkeypatch):
    monkeypatch.setattr(foresight, "PATIENCE", 0.01)
    monkeypatch.setattr(foresight, "GRACE", 0.01)
    free = threading.Event()

    async def blocking(response: str, *, model: Model) -> float:
        free.wait()
        return 1.0

    try:
        [look] = looks_at(blocking, ["a", "b"], model=connection())
    finally:
        free.set()
    assert look.complaint == (
        "grader 'judged' blocks the event loop: what 2 of its cells ask is not counted"
    )


def test_what_a_grader_raises_before_its_question_needs_no_call():
    async def failing(response: str, *, model: Model) -> float:
        raise SystemExit(response)

    [look] = looks = looks_at(failing, ["a", "b"], model=connection())
    assert (calls(looks), look.lacking, look.complaint) == (0, 0, "")


def test_a_grader_is_opened_to_be_looked_at():
    @define
    class Opened:
        model: Model
        is_open: bool = field(default=False, init=False)

        async def aopen(self) -> None:
            self.is_open = True

        async def aclose(self) -> None:
            self.is_open = False

        async def grade(self, response: str) -> float:
            assert self.is_open
            return float((await self.model.ask(response)).text == "yes")

    grader = Opened(connection())
    assert calls(looks_of(grader, ["a", "b"])) == 2
    assert not grader.is_open


def test_a_grader_that_cannot_be_opened_is_told_of():
    @frozen
    class Broken:
        model: Model

        async def aopen(self) -> None:
            raise OSError("no such index")

        async def grade(self, response: str) -> float:
            return float((await self.model.ask(response)).text == "yes")

    [look] = looks_of(Broken(connection()), ["a"])
    assert look.complaint == (
        "grader 'judged' cannot be opened (OSError: no such index): "
        "what 1 of its cells ask is not counted"
    )


def test_a_grader_of_two_models_tells_which_it_asks():
    @frozen
    class Panel:
        models: tuple[Connection, ...]

        def requests(self, response: str) -> list[tuple[Connection, Request]]:
            return [(each, as_request(response)) for each in self.models]

        async def grade(self, response: str) -> float:
            return 1.0

    panel = Panel((connection("one"), connection("two")))
    needs = needs_of(looks_of(panel, ["a", "b", "c"]))
    assert [(each.name, each.calls, each.calls_are) for each in needs] == [
        ("one", 3, "exact"),
        ("two", 3, "exact"),
    ]


def test_a_grader_whose_requests_fail_is_told_of():
    @frozen
    class Untold:
        model: Model

        def requests(self, response: str) -> list[Request]:
            return [as_request(response.no_such_thing)]

        async def grade(self, response: str) -> float:
            return 1.0

    [look] = looks_of(Untold(connection()), ["a", "b"])
    assert look.is_at_least
    assert look.complaint == (
        "grader 'judged' does not tell its requests (AttributeError: 'str' object has no "
        "attribute 'no_such_thing'): what 1 of its cells ask is not counted"
    )


def test_an_option_named_requests_tells_nothing():
    @frozen
    class Counting:
        model: Model
        requests: int = 3

        async def grade(self, response: str) -> float:
            return float((await self.model.ask(response)).text == "yes")

    assert calls(looks_of(Counting(connection()), ["a"])) == 1


def test_a_stored_reply_that_was_cut_short_is_asked_for_once_more(archive):
    judge = connection(client=Untouched(max_tokens=10))
    [look] = looks_at(once, ["a"], archive, model=judge)
    [first] = look.questions.wanted
    archive.store.begin([])
    archive.store.keep([Call(first.key, judge.identity, Reply("y", finish="length").to_json())])
    [look] = looks = looks_at(once, ["a"], archive, model=judge)
    [second] = look.questions.wanted
    assert second.request.parameters == {"max_tokens": 20}
    [need] = needs_of(looks)
    assert (need.calls, need.stored, need.written) == (1, 1, 20)


def test_equal_cells_are_looked_at_once_and_counted_each():
    [look] = looks = looks_at(once, ["a", "b", "a", "a"], model=connection())
    assert (calls(looks), look.lacking) == (2, 4)


def test_cells_without_an_address_are_each_asked_for():
    @define(eq=False)
    class Stranger:
        model: Model

        async def grade(self, response: object) -> float:
            return float((await self.model.ask(repr(response))).text == "yes")

    plan = GradingRunner({"judged": Stranger(connection())}).plan
    picked = Picked(plan.graders[0])
    samples = [Sample(index, None, {"response": {index}}) for index in range(3)]
    survey(plan, samples, None, lambda _, ready, waits: picked.add(ready, is_waiting=waits))
    assert picked.distinct == 3
    assert calls(look_at([picked], None)) == 3


def test_a_share_of_many_cells_stands_for_all(monkeypatch):
    monkeypatch.setattr("rmg_core.runner.picking.MOST", 400)

    async def halves(response: str, *, model: Model) -> float:
        if int(response) % 2:
            return 1.0
        return float((await model.ask(response)).text == "yes")

    [look] = looks = looks_at(halves, [str(number) for number in range(4000)], model=connection())
    assert len([*look.picked.chosen()]) == 400
    assert abs(calls(looks) - 2000) < 200
    assert abs(look.cells_lacking - 2000) < 200
