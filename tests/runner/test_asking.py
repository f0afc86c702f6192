"""Runs whose graders ask models: deadlines, places, budgets, and what is pending."""

import asyncio
from typing import Any

import anyio
import pytest
from attrs import define, evolve, field

from rmg_core import GradingRunner
from rmg_core.config import BudgetConfig
from rmg_core.connections import Connection
from rmg_core.errors import CannotGrade, ProviderError, RunFailed, StoreFull
from rmg_core.models import Model, Reply, Request, Usage
from rmg_core.outcomes import GraderError
from rmg_core.runner import calls, delivery
from rmg_core.runner.archive import Archive, basis_of, columns_of
from rmg_core.runner.execution import Execution
from rmg_core.runner.session import Session
from rmg_core.runner.sources import source_of
from rmg_core.store import Store


@define(eq=False)
class Client:
    """Answers with what it is asked, those in `gates` when these open; refuses "bad"."""

    gates: dict[str, anyio.Event] = field(factory=dict)
    statuses: list[int] = field(factory=list)
    asked: list[str] = field(factory=list)

    async def chat(self, request: Request) -> Reply:
        text = request.last_user_text
        self.asked.append(text)
        await anyio.lowlevel.checkpoint()
        if text in self.gates:
            await self.gates[text].wait()
        if self.statuses or text == "bad":
            raise ProviderError("status", "no", status=[*self.statuses, 400][0])
        return Reply(text, usage=Usage(10, 10))


def connected(client: Any, name: str = "judge", **limits: Any) -> Connection:
    return Connection(name, client, f'{{"use":"{name}"}}', **limits)


async def once(response: str, *, model: Model) -> float:
    return float((await model.ask(response)).text == response)


def runner_of(grader: Any, *models: Connection, **other: Any) -> GradingRunner:
    names = ("model", "other")
    options = dict(zip(names, models, strict=False))
    limits = {key: other.pop(key) for key in ("timeout",) if key in other}
    return GradingRunner({"g": {"grader": grader, "options": options, **limits}}, **other)


def rows(*texts: str) -> list[dict[str, str]]:
    return [{"response": text} for text in texts]


def left(runner: GradingRunner) -> int:
    """Return how many places of the loop that runs are taken."""
    return runner._session().limits.cells.borrowed_tokens


def test_a_call_that_a_cell_has_left_behind_neither_cuts_off_nor_displaces_others(monkeypatch):
    """`asyncio.gather` lets the other calls go on when one of them fails."""
    monkeypatch.setattr(calls, "GRACE", 0.0)

    async def run() -> None:
        gates = {"hold": anyio.Event()}
        client = Client(gates)
        model, other = connected(client), connected(client, "other", max_concurrency=1)
        freed = anyio.Event()
        inside = most = 0

        async def grade(response: str, *, model: Model, other: Model) -> float:
            nonlocal inside, most
            if response == "both":
                await asyncio.gather(other.ask("left behind"), model.ask("bad"))
            if response == "last":
                gates["hold"].set()
                await freed.wait()
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.05)  # the deadline of the first cell would be over
            inside -= 1
            return 1.0

        async def hold() -> None:
            await other.ask("hold")
            freed.set()

        runner = runner_of(grade, model, other, timeout=0.4, max_concurrency=1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hold)
            await anyio.wait_all_tasks_blocked()
            results = await runner.arun(rows("both", "last", *"abcdefgh"))
        kinds = [each.kind if each.status == "error" else each.score for each in results["g"]]
        assert kinds == ["bad_request"] + [1.0] * 9
        assert most == 1
        assert left(runner) == 0

    anyio.run(run, backend="asyncio")


def test_a_call_that_is_left_behind_is_not_made_after_the_run():
    async def run() -> None:
        gates = {"hold": anyio.Event()}
        client = Client(gates)
        model, other = connected(client), connected(client, "other", max_concurrency=1)

        async def grade(response: str, *, model: Model, other: Model) -> float:
            await asyncio.gather(other.ask("left behind"), model.ask("bad"))
            return 1.0

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other.ask, "hold")
            await anyio.wait_all_tasks_blocked()
            await runner_of(grade, model, other).arun(rows("a"))
            gates["hold"].set()
        await anyio.wait_all_tasks_blocked()
        assert sorted(client.asked) == ["bad", "hold"]

    anyio.run(run, backend="asyncio")


def test_the_time_of_a_cell_does_not_pass_while_it_waits_for_a_model(in_loop):
    async def run() -> None:
        client = Client({"hold": anyio.Event()})
        model = connected(client, max_concurrency=1)
        runner = runner_of(once, model, timeout=0.2)

        async def free() -> None:
            await anyio.sleep(0.6)
            client.gates["hold"].set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(model.ask, "hold")
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(free)
            results = await runner.arun(rows("a", "b"))
        assert [each.score for each in results["g"]] == [1.0, 1.0]

    in_loop(run)


def test_the_time_of_a_cell_passes_when_its_waits_are_over(in_loop):
    async def lingers(response: str, *, model: Model) -> float:
        async with anyio.create_task_group() as tasks:
            for sample in range(3):
                tasks.start_soon(lambda sample=sample: model.ask(response, sample=sample))
        await anyio.sleep_forever()
        return 1.0

    async def run() -> None:
        runner = runner_of(lingers, connected(Client(), max_concurrency=1), timeout=0.1)
        results = await runner.arun(rows("a", "b"))
        assert [each.kind for each in results["g"]] == ["timeout"] * 2
        assert left(runner) == 0

    in_loop(run)


def test_a_cell_that_goes_on_while_a_call_waits_is_not_late_by_that():
    async def hurries(response: str, *, model: Model, other: Model) -> float:
        left_behind = asyncio.ensure_future(other.ask("left behind"))
        await asyncio.sleep(0.3)
        assert not left_behind.done()
        return 1.0

    async def run() -> None:
        client = Client({"hold": anyio.Event()})
        other = connected(client, "other", max_concurrency=1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other.ask, "hold")
            await anyio.wait_all_tasks_blocked()
            runner = runner_of(hurries, connected(client), other, timeout=0.1)
            results = await runner.arun(rows("a"))
            client.gates["hold"].set()
        assert results["g"][0].status == "score"

    anyio.run(run, backend="asyncio")


def test_more_cells_than_places_wait_for_a_model_and_no_more_run(in_loop):
    running = most = 0

    async def grade(response: str, *, model: Model) -> float:
        nonlocal running, most
        await model.ask(response)
        running += 1
        most = max(most, running)
        await anyio.sleep(0.001)
        running -= 1
        return 1.0

    async def run() -> None:
        asks = {"grader": grade, "options": {"model": connected(Client(), max_concurrency=1)}}
        runner = GradingRunner(dict.fromkeys("abc", asks), max_concurrency=2)
        results = await runner.arun(rows(*map(str, range(20))))
        assert [results.summary[each].scored for each in "abc"] == [20] * 3
        assert left(runner) == 0

    in_loop(run)
    assert most <= 2


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_run_that_is_stopped_leaves_no_place_taken(in_loop, at_once):
    async def run() -> None:
        client = Client({str(each): anyio.Event() for each in range(9)})
        runner = runner_of(once, connected(client, max_concurrency=at_once), max_concurrency=2)
        async with runner.stream(rows(*map(str, range(9)))) as graded:
            await anyio.wait_all_tasks_blocked()
            graded.stop()
            for gate in client.gates.values():
                gate.set()
            kinds = [each.outcomes["g"].status async for each in graded]
        assert set(kinds) <= {"score", "error"}
        assert not graded.ended.is_complete
        assert graded.execution._lent == left(runner) == 0
        assert graded.execution.pipeline.running == 0

    in_loop(run)


def test_a_run_that_is_cancelled_leaves_no_place_taken(in_loop):
    async def run() -> None:
        client = Client({str(each): anyio.Event() for each in range(9)})
        runner = runner_of(once, connected(client, max_concurrency=1), max_concurrency=2)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.arun, rows(*map(str, range(9))))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert left(runner) == 0

    in_loop(run)


def test_a_grader_that_gives_up_waiting_has_its_place_again(in_loop):
    running = most = 0

    async def impatient(response: str, *, model: Model) -> float:
        nonlocal running, most
        with anyio.move_on_after(0.01):
            await model.ask(response)
        running += 1
        most = max(most, running)
        await anyio.sleep(0.01)
        running -= 1
        return 1.0

    async def run() -> None:
        client = Client({str(each): anyio.Event() for each in range(9)})
        asks = {"grader": impatient, "options": {"model": connected(client, max_concurrency=1)}}
        runner = GradingRunner(dict.fromkeys("abc", asks), max_concurrency=1)
        results = await runner.arun(rows(*map(str, range(9))))
        assert [results.summary[each].scored for each in "abc"] == [9] * 3

    in_loop(run)
    assert most == 1


def test_a_stream_with_pending_cells_is_not_complete(in_loop):
    async def run() -> None:
        async with runner_of(once, connected(Client(statuses=[401]))).stream(
            rows("a", "b")
        ) as graded:
            kinds = [each.outcomes["g"].kind async for each in graded]
        assert kinds == ["pending"] * 2
        assert (graded.ended.is_complete, graded.ended.pending) == (False, 2)

    in_loop(run)


def test_a_model_that_was_given_up_is_asked_again_in_the_next_run(in_loop):
    async def run() -> None:
        client = Client(statuses=[401])
        runner = runner_of(once, connected(client))
        assert (await runner.arun(rows("a", "b"))).summary.pending == 2
        client.statuses.clear()
        results = await runner.arun(rows("a", "b"))
        assert (results.summary.is_complete, results.summary["g"].scored) == (True, 2)

    in_loop(run)


def with_budget(runner: GradingRunner, most: int) -> GradingRunner:
    return GradingRunner.from_plan(evolve(runner.plan, budget=BudgetConfig(calls=most)))


def test_runs_at_once_have_each_a_budget_of_their_own(in_loop):
    async def run() -> None:
        model = connected(Client(), max_concurrency=2)
        runner = with_budget(runner_of(once, model, max_concurrency=4), 5)
        made = await runner.arun_many(
            {name: rows(*(f"{name}{each}" for each in range(9))) for name in "ab"}
        )
        summaries = [each.summary for each in made.values()]
        assert [each["g"].scored for each in summaries] == [5, 5]
        assert [each.models[0].calls for each in summaries] == [5, 5]
        assert (await runner.arun(rows(*"abcdefg"))).summary["g"].scored == 5

    in_loop(run)


def test_a_client_that_cannot_be_closed_is_told(in_loop):
    @define(eq=False)
    class Unclosable(Client):
        async def aclose(self) -> None:
            raise OSError("it is stuck")

    async def run() -> None:
        runner = runner_of(once, connected(Unclosable()))
        with pytest.raises(RunFailed, match="model 'judge' cannot be closed: OSError: it is stuck"):
            await runner.arun(rows("a"))

    in_loop(run)


def test_a_grader_whose_models_are_in_a_table_of_options_waits_for_them():
    @define
    class Both:
        first: Model
        second: Model

    async def nested(response: str, *, judges: Both) -> float:
        await judges.first.ask(response)
        await judges.second.ask(response)
        return 1.0

    def refuses(name: str) -> Connection:
        return connected(Client(statuses=[401]), name)

    options = {"judges": Both(connected(Client()), refuses("other"))}
    results = GradingRunner({"g": {"grader": nested, "options": options}}).run(rows("a"))
    assert results["g"][0].kind == "pending"


@define(eq=False)
class Roomless:
    """An archive that takes nothing before `has_room`."""

    archive: Archive
    has_room: bool = False
    tried: anyio.Event = field(factory=anyio.Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.archive, name)

    def write(self, *batch: Any) -> None:
        anyio.from_thread.run_sync(self.tried.set)
        if not self.has_room:
            raise StoreFull("store", "has no room", "make some")
        self.archive.write(*batch)


@pytest.mark.parametrize("ends", ["room", "stop", "cancel"])
def test_replies_that_wait_for_room_in_the_store_cost_no_cell_its_time(
    in_loop, tmp_path, monkeypatch, ends
):
    monkeypatch.setattr(delivery, "RETRY_SECONDS", 0.3)
    client = Client()
    runner = runner_of(once, connected(client), timeout=0.1, max_concurrency=4)
    graded: list[Any] = []

    async def run() -> Execution:
        store.begin(columns_of(runner.plan), basis_of(runner.plan))
        archive = Roomless(Archive(store))
        source = source_of(rows(*"abcdefgh"), None)
        execution = Execution(Session.of(runner.plan), source, graded.extend, archive=archive)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(execution.run)
            await archive.tried.wait()
            await anyio.sleep(0.2)
            if ends != "room":
                execution.stop()
            if ends == "cancel":
                tasks.cancel_scope.cancel()
            archive.has_room = ends != "cancel"
        assert execution.session.limits.cells.borrowed_tokens == 0
        return execution

    with Store.open(tmp_path / "store.sqlite") as store:
        execution = in_loop(run)
        calls = sum(each.calls for each in store.call_totals().values())
    [*_, last] = execution.reports
    assert [each.outcomes[0].status for each in graded] == ["score"] * len(graded)
    assert (len(client.asked), calls, len(graded)) == {
        "room": (8, 8, 8),
        "stop": (4, 4, 4),
        "cancel": (4, 0, 0),
    }[ends]
    assert last.endswith(
        "0 finished cells and 4 replies of models are not kept"
        if ends == "cancel"
        else "the run waits, and goes on by itself"
    )


def test_nothing_is_pending_but_what_a_model_makes_so(kept):
    def returns(response: str) -> GraderError:
        return GraderError("pending", "later")

    def raises(response: str) -> float:
        raise CannotGrade("later", "pending")

    @define
    class Combining:
        def combine(self, parts: Any) -> GraderError:
            return GraderError("pending", "later")

    asks = {"grader": once, "options": {"model": connected(Client(statuses=[401]))}}
    kinds: list[str] = []
    written: list[str] = []
    for graders in ({"a": returns, "b": raises}, {"c": asks}):
        runner, cells = kept(GradingRunner(graders, aggregators={"d": Combining()}))
        kinds += [column[0].kind for column in runner.run(rows("a")).values()]
        written += sorted(each.grader for each in cells)
    assert kinds == ["bad_return", "grader_error", "bad_return", "pending", "pending"]
    assert written == ["a", "b", "d"]
