"""The pack `pytest`: what tests grade with, imported when the first of them does."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rmg_plugin_pytest.failures import GradesTooLow, NotGraded
    from rmg_plugin_pytest.fixture import Rmg

__all__ = ["GradesTooLow", "NotGraded", "Rmg"]

# pytest imports this at every start, also of test runs that grade nothing.
_LATE = {
    "GradesTooLow": "rmg_plugin_pytest.failures",
    "NotGraded": "rmg_plugin_pytest.failures",
    "Rmg": "rmg_plugin_pytest.fixture",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module 'rmg_plugin_pytest' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATE[name]), name)
