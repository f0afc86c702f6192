"""The pack `code`: coded graders of programs, each imported only when a config names it."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "runs_tests": "rmg_plugin_code.runs_tests:RunsTests",
    }
