"""The pack `math`: coded graders of mathematical answers, imported when a config names them."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "boxed_present": "rmg_plugin_math.boxed:boxed_present",
        "final_number": "rmg_plugin_math.number:final_number",
        "math_equal": "rmg_plugin_math.equality:MathEqual",
        "multiple_choice": "rmg_plugin_math.choice:multiple_choice",
    }
