import rmg_plugin_format


def test_the_pack_offers_every_format_grader_of_the_catalogue():
    assert set(rmg_plugin_format.rmg_graders()) == {
        *("valid_json", "valid_yaml", "valid_toml", "valid_xml", "valid_csv"),
        *("json_match", "json_similarity", "reasoning_format", "tool_call_format", "tags_once"),
        *("markdown_structure", "table_shape", "citations_present", "reasoning_language"),
    }
