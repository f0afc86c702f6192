"""The cells of an async grader, as a worker runs them in the event loop."""

from collections import deque
from time import perf_counter
from types import CoroutineType
from typing import Any

from attrs import define

from rmg_core.runner.guard import current_task, shake_off
from rmg_core.runner.lanes import Lane
from rmg_core.runner.workplace import Place


@define(eq=False)
class Breath:
    """When the event loop is due to get its turn, if cells that never wait have kept it so long."""

    due: float = 0.0


async def run_cells(
    lane: Lane, job: list[Any], ready: deque[Lane], place: Place, breath: Breath
) -> bool:
    """Run a cell, and more of its lane for as long as none of them waits; tell whether one did.

    Those that did not wait land together: by themselves each would cost twice as much. What is
    left in `job` has not been done.
    """
    work, queue, task = lane.work, lane.queue, current_task()
    done: list[Any] = []
    results: list[Any] = []
    began = now = perf_counter()
    turns = lane.refusals.turns
    [cell] = job
    try:
        while True:
            result = work(cell)
            if type(result) is CoroutineType:
                if done:
                    # They are finished, and wait for nobody.
                    lane.land(done, results)
                    done, results = [], []
                result = await result
            now = perf_counter()
            job.clear()
            done.append(cell)
            results.append(result)
            if task is not None and task.cancelling():
                await shake_off(task)
            is_last = not queue or (ready and ready[0] is not lane)
            # A call that a cell has left behind may still have its place lent.
            if is_last or place.was_lent or now > breath.due:
                return lane.refusals.turns > turns
            cell = queue.popleft()
            job.append(cell)
    finally:
        lane.seconds += now - began
        if done:
            lane.land(done, results)
