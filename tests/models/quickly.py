"""`rmg` with models that have a clock of their own, which runs so many times as fast.

Back-offs, the waits that a provider asks for and the spans of the circuit are as long as ever by
that clock, and short for whoever waits. The deadlines of attempts stay as they are.
"""

import functools
import sys
import time

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
rmg.main(prog_name="rmg")
