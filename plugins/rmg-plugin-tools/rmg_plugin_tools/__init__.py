"""The pack `tools`: coded graders of tool calls and agents, imported when a config names them."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "action_loop": "rmg_plugin_tools.economy:action_loop",
        "final_state_equal": "rmg_plugin_tools.states:final_state_equal",
        "information_gain": "rmg_plugin_tools.results:information_gain",
        "step_efficiency": "rmg_plugin_tools.economy:step_efficiency",
        "tool_call_f1": "rmg_plugin_tools.overlap:tool_call_f1",
        "tool_call_match": "rmg_plugin_tools.berkeley:tool_call_match",
        "tool_call_precision": "rmg_plugin_tools.overlap:tool_call_precision",
        "tool_call_recall": "rmg_plugin_tools.overlap:tool_call_recall",
        "tool_hallucinated": "rmg_plugin_tools.schemas:tool_hallucinated",
        "tool_schema_valid": "rmg_plugin_tools.schemas:tool_schema_valid",
        "tool_sequence_match": "rmg_plugin_tools.sequences:tool_sequence_match",
        "usage_efficiency": "rmg_plugin_tools.results:usage_efficiency",
    }
