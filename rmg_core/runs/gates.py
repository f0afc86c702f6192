"""The gates that a run is held against: those of a config, for the columns that the run has."""

from collections.abc import Iterator, Mapping

from rmg_core.config import Config, Fault, GateConfig, gate_faults
from rmg_core.errors import ConfigError
from rmg_core.outcomes import Scale


def gates_of(
    config: Config, columns: Mapping[str, Scale | None], *, has_other: bool
) -> Mapping[str, GateConfig]:
    """Return the gates of a config, which are fit for columns on scales.

    Raises:
        ConfigError: there is none, or one cannot be looked at.
    """
    faults = [*_faults(config.gates, columns, has_other=has_other)]
    if faults:
        raise ConfigError(config.problem(f.path, f.message, f.hint, f.at) for f in faults)
    return config.gates


def _faults(
    gates: Mapping[str, GateConfig], columns: Mapping[str, Scale | None], *, has_other: bool
) -> Iterator[Fault]:
    if not gates:
        hint = "add a table such as [gates.NAME] with min = …, or --set gates.NAME.min=…"
        yield Fault(("gates",), "the config has no gate", hint, at="key")
    yield from gate_faults(gates, columns)
    for name, gate in gates.items():
        if gate.max_drop is not None and not has_other:
            said = f"gate {name!r} asks how far the run has dropped, and there is none to compare"
            yield Fault(("gates", name, "max_drop"), said, "name it: --against RUN", at="key")
