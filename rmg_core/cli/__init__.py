"""The command line: one verb a module, each imported when it is asked for.

What is public here is for the verbs of packs: they write results by `show`, `show_table` and
`show_json`, and all else by `tell`. A mistake of the user is raised, not told.
"""

from typing import Final, NoReturn

from rmg_core.cli.arguments import Finite
from rmg_core.cli.screen import one_line, show, show_json, show_table, tell
from rmg_core.cli.sheets import csv_line
from rmg_core.cli.verbs import VerbGroup as _VerbGroup
from rmg_core.cli.verbs import example, opened

__all__ = [
    "Finite",
    "csv_line",
    "example",
    "main",
    "one_line",
    "opened",
    "show",
    "show_json",
    "show_table",
    "tell",
]

VERBS: Final = {
    "run": "Grade a dataset as a config says.",
    "check": "Find every mistake of a config before anything runs.",
    "plan": "Say what a config would run, and what of it an earlier run has done.",
    "show": "Say what a grader, mapper, aggregator or model takes, and how to use it.",
    "graders": "List the graders of the installed packs.",
    "mappers": "List the mappers of the installed packs.",
    "aggregators": "List the aggregators of the installed packs.",
    "models": "List the models of the installed packs.",
    "plugins": "List the installed packs, and whether each can be used.",
    "deps": "Print what pip must install for a config.",
    "schema": "Print the JSON Schema of a config, for editors.",
    "export": "Turn the results of a run into one row a sample.",
    "why": "Say all that is stored of a sample in one column, and what it was graded on.",
    "verify": "Find every grade of a run that is not as it was written.",
    "gc": "Forget the outcomes that the last run does not have.",
    "new-pack": "Write a pack to begin with, which installs and passes its tests as it is.",
}
"""Each verb is a module of this package; its short help stands here, so that none is imported."""

rmg: Final = _VerbGroup("rmg", VERBS)
"""The whole command line as a click command."""


def main() -> NoReturn:
    """Run the command line of this process, and leave with its exit code."""
    import sys

    from rmg_core.cli.exits import FAILED
    from rmg_core.cli.leaving import leave
    from rmg_core.cli.screen import give_up, tell_crash

    sys.excepthook = tell_crash
    code = 0
    try:
        rmg.main(prog_name="rmg")
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except OSError as fault:  # click writes the help itself
        give_up(sys.stdout)
        tell(f"standard output: {fault.strerror}")
        code = FAILED
    leave(code)
