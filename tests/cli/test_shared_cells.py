"""Equal cells in several columns: one is graded, and each column has what it came to."""

from rmg_core.outcomes import Cell, GraderScore
from rmg_core.runner.sharing import Sharing
from rmg_core.runner.window import OpenSample, Ready

GRADERS = """
import anyio

async def brief(response):
    await anyio.sleep(0.1)  # the others come to be waiting meanwhile
    return 1 / len(response)
"""

CONFIG = """
[dataset]
path = "rows.jsonl"
[graders.one]
use = "./graders.py:brief"
[graders.other]
use = "./graders.py:brief"
timeout = 60
[graders.twice]
use = "./graders.py:brief"
repeats = 2
"""


def test_columns_of_one_grader_each_have_their_cells(desk):
    desk.write("graders.py", GRADERS)
    desk.write("qa.toml", CONFIG)
    desk.write("rows.jsonl", [{"response": "ab"}, {"response": "ab"}])
    said = desk.rmg("run", "qa.toml", "--quiet")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("2 of 2") == 3
    assert [(each["index"], each["grader"], each["score"]) for each in desk.lines()] == [
        (index, grader, 0.5)
        for index in (0, 1)
        for grader in ("one", "other", "twice", "twice")
    ]  # fmt: skip


def test_an_equal_cell_that_was_looked_up_before_the_first_was_kept_is_not_graded_again():
    def ready(index: int) -> Ready:
        return Ready(OpenSample(index, None, {}, index, 1, []), 0, ("a",), "address")

    sharing, taken = Sharing(), []
    assert sharing.is_first(ready(0), lambda *each: taken.append(each))
    sharing.ask("it")
    assert sharing.land(ready(0), GraderScore(1.0)) == []
    sharing.archived([Cell(0, None, "it", 0, "address", GraderScore(1.0), 0.0)])
    assert sharing.landed(ready(1)) == GraderScore(1.0)
    sharing.answered("it")
    assert sharing.landed(ready(2)) is None
