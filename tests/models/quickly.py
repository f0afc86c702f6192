"""`rmg` with models that have a clock of their own, which runs so many times as fast.

Back-offs, the waits that a provider asks for and the spans of the circuit are as long as ever by
that clock, and short for whoever waits. The deadlines of attempts stay as they are.
"""

import functools
import re
import sys
import time
from pathlib import Path

import anyio

from rmg_core.cli import rmg
from rmg_core.connections import Connection
from rmg_core.limits import SYSTEM, Clock
from rmg_core.plan import models

TIMES = float(sys.argv.pop(1))


async def sleep(seconds: float) -> None:
    await anyio.sleep(seconds / TIMES)


quick = Clock(lambda: TIMES * time.monotonic(), time.time, sleep, SYSTEM.random)
models.Connection = functools.partial(Connection, clock=quick)
try:
    rmg.main(prog_name="rmg")
finally:
    # What `ru_maxrss` says is never less than the parent had when it forked.
    [peak] = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    sys.stderr.write(f"peak {peak}\n")
