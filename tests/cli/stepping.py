"""A process in which `rmg` is ready: it runs commands in forks, and kills them where it is told.

Each line of its input is a command: its folder, its arguments, what is added to its environment,
and at which statement of the store it dies, if at any. It answers with the exit code.
"""

import json
import os
import signal
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
from making import watched
from writing import killer

from rmg_core.cli import rmg
from rmg_core.store import Store

for each in ("run", "preflight", "grading", "progress", "report", "surveying"):
    import_module(f"rmg_core.cli.{each}")
import_module("rmg_core.runs.directory")
import_module("anyio._backends._asyncio")


def run(folder: str, arguments: list[str], env: dict[str, str], kill: list[str]) -> NoReturn:
    """Run a command, in a fork of this process."""
    os.chdir(folder)
    os.environ.update(env)
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor in (1, 2):
        os.dup2(said, descriptor)
    if kill:
        Store.open = partial(Store.open, connect=watched(killer(*kill)))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code: Any = 1
    try:
        rmg.main(arguments, prog_name="rmg")
    except SystemExit as ended:
        code = ended.code
    finally:
        os._exit(code or 0)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(**json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
