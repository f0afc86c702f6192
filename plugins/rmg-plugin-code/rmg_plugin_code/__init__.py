"""The pack `code`: coded graders of programs, each imported only when a config names it."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_graders"]


@hookimpl
def rmg_graders() -> Mapping[str, str]:
    """Offer every grader of the pack as `module:attribute`."""
    return {
        "complexity": "rmg_plugin_code.complexity:complexity",
        "patch_similarity": "rmg_plugin_code.patches:patch_similarity",
        "runs_tests": "rmg_plugin_code.runs_tests:RunsTests",
        "security_findings": "rmg_plugin_code.security:security_findings",
        "sql_equivalent": "rmg_plugin_code.sql_equivalent:sql_equivalent",
        "sql_parses": "rmg_plugin_code.sql_parses:sql_parses",
        "style": "rmg_plugin_code.style:style",
        "syntax": "rmg_plugin_code.syntax:syntax",
    }
