"""The registry: which object a name stands for, and where it comes from."""

from rmg_core.registry.claims import PackInfo
from rmg_core.registry.code import Origin, Resolved, module_of_file
from rmg_core.registry.lookup import PackState, Registry, installed
from rmg_core.registry.packs import HOOKS, Pack
from rmg_core.registry.requirements import Unmet

__all__ = [
    "HOOKS",
    "Origin",
    "Pack",
    "PackInfo",
    "PackState",
    "Registry",
    "Resolved",
    "Unmet",
    "installed",
    "module_of_file",
]
