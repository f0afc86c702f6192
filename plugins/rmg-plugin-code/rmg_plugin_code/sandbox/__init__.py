"""The sandbox: a program runs once, fenced in, and what it wrote is read from pipes."""

from rmg_plugin_code.sandbox.levels import Level
from rmg_plugin_code.sandbox.orders import Limits
from rmg_plugin_code.sandbox.running import run_program
from rmg_plugin_code.sandbox.supervisor import Program, Ran, SandboxError

__all__ = ["Level", "Limits", "Program", "Ran", "SandboxError", "run_program"]
