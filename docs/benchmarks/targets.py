"""The targets, and how a figure is held against one.

A target was set for a machine on which its floor took `reference`. Where the floor of the same run
takes longer, so may the figure: what is allowed is the target by floor over reference, and never
less than the target. A figure without such a floor goes by the pace of the machine, for which a
bare loop that makes score objects stands: 1.0 µs a call.
"""

from dataclasses import dataclass

LOOP = 1.0
"""CPU µs of a bare loop that makes a score object."""


@dataclass(frozen=True)
class Target:
    """What a row asks: at most `most`, or at least that where `is_least`.

    `by` says what the machine's slowness is taken from: the floor against its `reference`, the
    pace, or nothing.
    """

    what: str
    unit: str
    most: float
    is_least: bool = False
    by: str = "floor"
    reference: float = LOOP

    def allowed(self, floor: float | None, pace: float | None) -> float:
        """Return the target as it is at the pace of this run."""
        slow = {"floor": floor, "pace": pace}.get(self.by)
        if slow is None:
            return self.most
        if self.is_least:
            return self.most * min(1.0, slow / self.reference)
        return self.most * max(1.0, slow / self.reference)

    def is_met(self, measured: float, floor: float | None, pace: float | None) -> bool:
        allowed = self.allowed(floor, pace)
        return measured >= allowed if self.is_least else measured <= allowed


TARGETS = {
    "R1": Target("`GradingRunner.run`, plain function, results kept", "µs", 3),
    "R2": Target("the same, `async def` that does not wait", "µs", 4),
    "R3": Target("`stream` over a million rows, two graders", "µs", 4),
    "R3 memory": Target("its growth after the first tenth", "MB", 30, by="nothing"),
    "R4": Target("JSONL, mapper, one grader, outcomes into a JSONL file", "µs", 7, by="pace"),
    "R5": Target("a grade in a process, 2 KB samples", "µs", 25, by="pace"),
    "R5 cores": Target(
        "two processes against one, 1 ms a call", "×", 1.8, is_least=True, reference=2.0
    ),
    "R6": Target("wall over ideal, equal latencies, 100 at once", "×", 1.03, reference=1.03),
    "R6 log-normal": Target("the same, log-normal latencies", "×", 1.02, reference=1.01),
    "R6 blocking": Target("the same, `time.sleep` in threads", "×", 1.03, reference=1.03),
    "R7": Target("CPU of a waiting cell, 1,000 at once over 100", "×", 1.05),
    "S1": Target("`rmg run` into the store, plain function", "µs", 12, by="pace"),
    "S1 async": Target("the same, `async def`", "µs", 12, by="pace"),
    "S2": Target("the store's share of the wall, 256 waiting calls", "%", 2, by="nothing"),
    "S2 commit": Target("a commit, p99", "ms", 20, reference=20),
    "S3": Target("resume at 90 % of 100,000 cells, to the first new grade", "s", 3, by="pace"),
    "S3 nothing to do": Target("run again with nothing to do", "s", 4, by="pace"),
    "S4": Target("the file, a cell without a reason", "bytes", 250, by="nothing"),
    "J1": Target("a call through `openai/chat`", "ms", 0.4, reference=0.21),
    "J1 wall": Target("its wall over ideal, 64 at once", "×", 1.15, reference=1.10),
    "J2": Target("the cell of a judge, row to store", "ms", 0.7, reference=0.21),
    "J2 verdicts": Target(
        "the same a second of one core", "verdicts", 1200, is_least=True, reference=4760
    ),
    "J3": Target("`litellm/chat` over `litellm.acompletion`", "×", 1.1, by="nothing"),
    "J4": Target("limits and control, a call that finds a place", "µs", 20, by="pace"),
    "J4 queued": Target("the same where every call queues", "µs", 20, by="pace"),
    "J4 throughput": Target(
        "share of what rpm and tpm allow", "%", 95, is_least=True, by="nothing"
    ),
    "U1": Target("`import rmg_core`", "s", 0.08, reference=0.06),
    "U1 memory": Target("its memory", "MB", 10, by="nothing"),
    "U2": Target("`rmg --help`", "s", 0.18, reference=0.06),
    "U2 graders": Target("`rmg graders`, all packs", "s", 0.4, reference=0.06),
    "U3": Target("`rmg check` on a judge config, no litellm", "s", 0.35, reference=0.06),
    "U4": Target("`rmg run` to the end of a first judge cell", "s", 0.9, reference=0.06),
}
