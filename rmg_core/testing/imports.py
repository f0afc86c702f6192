"""What it takes to import the modules of a pack, in a fresh interpreter."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

HEAVY: Final = ("litellm", "numpy", "openai", "pandas", "torch", "transformers")
"""What no module of a pack may import before a grader is called."""

_CHILD: Final = Path(__file__).with_name("import_child.py")


@frozen
class Import:
    """What importing a module took: seconds of CPU, and what of the heavy it brought along.

    `fault` says why it could not be imported.
    """

    module: str
    seconds: float = 0.0
    heavy: tuple[str, ...] = ()
    fault: str = ""


def imports_of(modules: Iterable[str]) -> Mapping[str, Import]:
    """Import each module as if it were the first one, in an interpreter with our import path."""
    wanted = sorted({*modules})
    # Without a fork, each needs an interpreter of its own.
    batches = [wanted] if hasattr(os, "fork") else [[module] for module in wanted]
    found = {module: Import(module, fault="the interpreter ended") for module in wanted}
    for batch in batches:
        for line in _answers(batch):
            each = json.loads(line)
            made = Import(each["module"], each["seconds"], tuple(each["heavy"]), each["fault"])
            found[made.module] = made
    return found


def _answers(modules: list[str]) -> list[str]:
    order = json.dumps({"path": sys.path, "modules": modules, "heavy": HEAVY})
    ended = subprocess.run(  # noqa: S603 - this Python, and a script of ours
        [sys.executable, "-P", str(_CHILD)],
        input=order,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    return ended.stdout.splitlines()
