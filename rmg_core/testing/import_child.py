"""The interpreter in which the modules of a pack are imported: run as a script, it measures.

It reads from stdin what to import and writes to stdout a line for each module, both JSON.
"""

import importlib
import json
import os
import sys
from collections.abc import Collection
from time import process_time
from typing import Any


def measured(module: str, heavy: Collection[str]) -> dict[str, Any]:
    """Import a module; say how much CPU that took, and what of the `heavy` it brought along."""
    before, began, fault = {*sys.modules}, process_time(), ""
    try:
        importlib.import_module(module)
    except BaseException as raised:  # noqa: BLE001 - a foreign module
        from rmg_core.registry.faults import said

        fault = said(raised)
    seconds = process_time() - began
    loaded = sorted({*heavy} & ({*sys.modules} - before))
    return {"module": module, "seconds": seconds, "heavy": loaded, "fault": fault}


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    sys.path[:] = order["path"]
    # What a module prints while it is imported is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    importlib.import_module("rmg_core")  # which every pack imports, and none has to answer for
    modules = order["modules"]
    for module in modules:
        # Each in a copy of this process, so that none finds what another has imported.
        copy = os.fork() if len(modules) > 1 else 0
        if copy:
            os.waitpid(copy, 0)
            continue
        answers.write(json.dumps(measured(module, order["heavy"])) + "\n")
        answers.flush()
        if len(modules) > 1:
            os._exit(0)


if __name__ == "__main__":
    main()
