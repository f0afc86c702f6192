import rmg_plugin_tools


def test_the_pack_offers_every_tools_grader_of_the_catalogue():
    assert set(rmg_plugin_tools.rmg_graders()) == {
        *("tool_call_match", "tool_call_precision", "tool_call_recall", "tool_call_f1"),
        *("tool_sequence_match", "tool_schema_valid", "tool_hallucinated", "action_loop"),
        *("information_gain", "usage_efficiency", "step_efficiency", "final_state_equal"),
    }
