"""The pack `format`: coded graders of form, each imported only when a config names it."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "citations_present": "rmg_plugin_format.citations:citations_present",
        "json_match": "rmg_plugin_format.json_match:JsonMatch",
        "json_similarity": "rmg_plugin_format.json_similarity:JsonSimilarity",
        "markdown_structure": "rmg_plugin_format.markdown_structure:MarkdownStructure",
        "reasoning_format": "rmg_plugin_format.reasoning:ReasoningFormat",
        "reasoning_language": "rmg_plugin_format.reasoning_language:reasoning_language",
        "table_shape": "rmg_plugin_format.table_shape:TableShape",
        "tags_once": "rmg_plugin_format.tags:TagsOnce",
        "tool_call_format": "rmg_plugin_format.reasoning:ToolCallFormat",
        "valid_csv": "rmg_plugin_format.csv_text:ValidCsv",
        "valid_json": "rmg_plugin_format.valid_json:ValidJson",
        "valid_toml": "rmg_plugin_format.toml_text:valid_toml",
        "valid_xml": "rmg_plugin_format.xml_text:ValidXml",
        "valid_yaml": "rmg_plugin_format.yaml_text:ValidYaml",
    }
