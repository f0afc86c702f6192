"""How a run ended, in figures."""

from collections.abc import Mapping

from attrs import frozen

from rmg_core.connections.ledger import Tally


@frozen
class Ended:
    """How a run ended.

    `samples` were read; of their `cells`, `finished` have an outcome. A run that was stopped has
    fewer; `reused` came from earlier runs. `pending` of them could not ask a model, and have to
    wait for another run. `seconds` are of the clock; `grader_seconds` add up all calls of a grader.
    `models` are what each model has used, with the reason where it was stopped. `reports` are
    sentences for the user.
    """

    samples: int
    cells: int
    finished: int
    reused: int
    pending: int
    is_stopped: bool
    seconds: float
    grader_seconds: Mapping[str, float]
    models: tuple[tuple[Tally, str], ...]
    reports: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not (self.is_stopped or self.pending) and self.finished == self.cells
