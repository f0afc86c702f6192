"""Packs that are not installed, and runs that need no file."""

import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from types import ModuleType
from typing import Any

from rmg_core.config import parse_config
from rmg_core.grading import GradingRunner
from rmg_core.hookspecs import hookimpl
from rmg_core.plan import plan_of_config
from rmg_core.registry import Registry
from rmg_core.results import Results
from rmg_core.testing.declared import IN_MEMORY


class _InMemory(Distribution):
    """A distribution that was never built: one entry point, and no files."""

    def __init__(self, pack: str, module: str, version: str) -> None:
        self._pack, self._module, self._version = pack, module, version

    def read_text(self, filename: str) -> str | None:
        if filename == "METADATA":
            name = f"rmg-plugin-{self._pack}"
            return f"Metadata-Version: 2.1\nName: {name}\nVersion: {self._version}\n"
        if filename == "entry_points.txt":
            return f"[rmg]\n{self._pack} = {self._module}\n"
        return None

    def locate_file(self, path: Any) -> Any:
        return Path(path)


def registry_of(packs: Mapping[str, ModuleType | Mapping[str, object]]) -> Registry:
    """Return a registry of packs that are not installed, and of rmg's own.

    Each pack is the module with its hooks, or a mapping of names to graders.

        registry_of({"tone": rmg_plugin_tone, "mine": {"same": same}})
    """
    distributions: list[Distribution] = []
    for name, given in packs.items():
        if isinstance(given, ModuleType):
            module = given.__name__
        else:
            module = f"{IN_MEMORY}{name}"
            made = ModuleType(module)
            vars(made)["rmg_graders"] = hookimpl(lambda given=given: given)
            sys.modules[module] = made
        distributions.append(_InMemory(name, module, "0"))
    return Registry(distributions)


def run_toml(
    text: str,
    rows: Iterable[Mapping[str, Any]] | None = None,
    *,
    base: str | Path = ".",
    registry: Registry | None = None,
) -> Results:
    """Run the text of a config in this process, over `rows` or over its own dataset.

    Paths in it start from `base`; nothing is written.

    Raises:
        ConfigError: it cannot be run.
        DataError: a row cannot be graded.
    """
    plan = plan_of_config(parse_config(text, base=base), registry=registry)
    return GradingRunner.from_plan(plan).run(rows)
