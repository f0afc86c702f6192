"""Statistics of grades: figures with intervals, how far a judge agrees with people, comparisons."""

from collections.abc import Mapping

from rmg_core import hookimpl

__all__ = ["rmg_commands", "rmg_statistics"]


@hookimpl
def rmg_commands() -> Mapping[str, object]:
    """Return the verbs of this pack."""
    return {
        "compare": "rmg_plugin_stats.cli.compare:command",
        "estimate": "rmg_plugin_stats.cli.estimate:command",
        "gate": "rmg_plugin_stats.cli.gate:command",
        "rank": "rmg_plugin_stats.cli.rank:command",
        "sample": "rmg_plugin_stats.cli.sample:command",
        "validate": "rmg_plugin_stats.cli.validate:command",
    }


@hookimpl
def rmg_statistics() -> Mapping[str, object]:
    """Return what verbs of rmg itself show."""
    return {
        "interval": "rmg_plugin_stats.summaries:interval",
        "precision": "rmg_plugin_stats.precision:precision",
    }
