"""Starts a program that sleeps, tells its number, and waits to be killed."""
# It imports what its argument names.
# ruff: noqa: E402

import sys

sys.path[:0] = [sys.argv[1]]

from rmg_plugin_code.sandbox import Limits, Program, levels
from rmg_plugin_code.sandbox.supervisor import run

SLEEP = "import time\nwhile True: time.sleep(1)"
run(getattr(levels, sys.argv[2]), Program(SLEEP), Limits(50, 100))
