"""The targets, and how a figure is held against one.

A target is met as it is written, in CPU or wall time of the machine that measures. It was set on
another: where the same floor took `reference` there, or a bare loop that makes score objects took
`LOOP`, a figure can be brought to the pace of that machine, in proportion.
"""

from dataclasses import dataclass
from typing import Literal

LOOP = 1.0
"""CPU µs of a bare loop that makes a score object, where the targets were set."""


@dataclass(frozen=True)
class Target:
    """What a row asks: at most `most`, or at least that where `is_least`.

    `by` says what tells the pace: the floor, against its `reference`, or the bare loop. Shares,
    sizes and ratios have none.
    """

    what: str
    unit: str
    most: float
    is_least: bool = False
    by: Literal["loop", "floor", ""] = ""
    reference: float = LOOP

    def is_met(self, measured: float) -> bool:
        return measured >= self.most if self.is_least else measured <= self.most

    def there(self, measured: float, floor: float | None, loop: float | None) -> float:
        """Return what a figure comes to at the pace of the machine of the targets."""
        here = {"floor": floor, "loop": loop}.get(self.by)
        return measured if here is None else measured * self.reference / here


TARGETS = {
    "R1": Target("`GradingRunner.run`, plain function, results kept", "µs", 3, by="loop"),
    "R2": Target("the same, `async def` that does not wait", "µs", 4, by="loop"),
    "R3": Target("`stream` over a million rows, two graders", "µs", 4, by="loop"),
    "R3 memory": Target("its growth after the first tenth", "MB", 30),
    "R4": Target("`stream` from JSONL, mapper, one grader, a JSONL sink", "µs", 7, by="loop"),
    "R5": Target("a grade in a process, 2 KB samples", "µs", 25, by="loop"),
    "R5 cores": Target("two processes against one, 1 ms a call", "×", 1.8, is_least=True),
    "R6": Target("wall over ideal, equal latencies, 100 at once", "×", 1.03),
    "R6 log-normal": Target("the same, log-normal latencies", "×", 1.02),
    "R6 blocking": Target("the same as R6, `time.sleep` in threads", "×", 1.03),
    "R7": Target("CPU of a waiting cell, 1,000 at once over 100", "×", 1.0),
    "S1": Target("`rmg run` into the store, plain function", "µs", 12, by="loop"),
    "S1 async": Target("the same, `async def`", "µs", 12, by="loop"),
    "S2": Target("the store's share of the wall, 256 waiting calls", "%", 2),
    "S2 commit": Target("a commit, p99", "ms", 20),
    "S3": Target("resume at 90 % of 100,000 cells, to the first new grade", "s", 3, by="loop"),
    "S3 nothing to do": Target("run again with nothing to do", "s", 4, by="loop"),
    "S4": Target("the file, a cell without a reason", "bytes", 250),
    "J1": Target("a call through `openai/chat`", "ms", 0.4, by="floor", reference=0.21),
    "J1 wall": Target("its wall over ideal, 64 at once", "×", 1.15),
    "J2": Target("the cell of a judge, row to store", "ms", 0.7, by="floor", reference=0.21),
    "J2 verdicts": Target(
        "the same a second of one core", "verdicts", 1200, is_least=True, by="floor", reference=4760
    ),
    "J3": Target("`litellm/chat` over `litellm.acompletion`", "×", 1.1),
    "J4": Target("limits and control, a call that finds a place", "µs", 20, by="loop"),
    "J4 queued": Target("the same where every call queues", "µs", 20, by="loop"),
    "J4 throughput": Target("share of what rpm and tpm allow", "%", 95, is_least=True),
    "U1": Target("`import rmg_core`", "s", 0.08, by="floor", reference=0.06),
    "U1 memory": Target("its memory", "MB", 10),
    "U2": Target("`rmg --help`", "s", 0.18, by="floor", reference=0.06),
    "U2 graders": Target("`rmg graders`, all packs", "s", 0.4, by="floor", reference=0.06),
    "U3": Target("`rmg check` of a judge, no litellm", "s", 0.35, by="floor", reference=0.06),
    "U4": Target(
        "`rmg run` to the end of a first judge cell", "s", 0.9, by="floor", reference=0.06
    ),
}
