"""A run that writes a store, in a process of its own that somebody kills.

    python writing.py PATH SAMPLES SEED [WHEN NUMBER STATEMENT]

Says on standard output which cells it is about to write, and when they are written. With the
last three it kills itself before or after the statement that begins so, at its NUMBER-th time.
"""

import json
import os
import random
import signal
import sys
from pathlib import Path

from making import watched, write_run  # beside this file, which runs as a script

from rmg_core.store import Store


def killer(when: str, number: str, statement: str):
    left = int(number)

    def watch(now: str, query: str) -> None:
        nonlocal left
        if now == when and query.startswith(statement):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    return watch


def say(**line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(path: str, samples: str, seed: str, *kill: str) -> None:
    dice = random.Random(int(seed))  # noqa: S311 - kills that can be repeated
    options = {"connect": watched(killer(*kill))} if kill else {}
    with Store.open(Path(path), **options) as store:
        write_run(store, int(samples), dice, say)


if __name__ == "__main__":
    main(*sys.argv[1:])
