"""The whole extension surface: what a pack may provide.

A hook takes no arguments and returns a mapping of names to objects. A value may also be
`"module:attribute"`, which is imported only when a config uses the name.
"""

from collections.abc import Mapping

import pluggy

PROJECT = "rmg"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def rmg_graders() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Graders: functions or attrs classes (see `rmg_core.graders.grader`)."""


@hookspec
def rmg_mappers() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Mappers: functions `(sample) -> mapping`, or attrs classes with `map(self, sample)`."""


@hookspec
def rmg_aggregators() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Aggregators: attrs classes with `combine(self, outcomes)`."""


@hookspec
def rmg_models() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Clients of models: attrs classes with `async chat(self, request)`, or `embed`, or both."""


@hookspec
def rmg_documents() -> Mapping[str, object]:  # type: ignore[empty-body]
    """What makes graders of files, named by their suffix: functions `(path) -> grader`."""


@hookspec
def rmg_readers() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Readers of datasets, named by file suffix: attrs classes with `read(self, stream)`."""


@hookspec
def rmg_sinks() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Sinks of finished cells: attrs classes with `open`, `write` and `close`."""


@hookspec
def rmg_observers() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Observers of a run: attrs classes with `run_started`, `outcomes` and `run_finished`."""


@hookspec
def rmg_commands() -> Mapping[str, object]:  # type: ignore[empty-body]
    """Verbs of the command line: click commands."""


@hookspec
def rmg_statistics() -> Mapping[str, object]:  # type: ignore[empty-body]
    """What verbs of rmg itself show: functions `interval` and `precision` of the pack `stats`."""
