"""The graded dataset in memory: a list of outcomes for every grader and aggregator."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rmg_core.datasets import DatasetReport
from rmg_core.hints import suggestion
from rmg_core.outcomes import GraderError, GraderScore, Outcome
from rmg_core.spending import ModelSummary
from rmg_core.summary import Summary, tally_of

if TYPE_CHECKING:
    import pandas as pd


class Results(Mapping[str, list[Outcome]]):
    """A mapping of lists: `results["helpfulness"][3]` is the outcome of the fourth sample.

    Lists are in the order of the dataset. `index` and `ids` tell which sample stands where:
    its row in the dataset, and its id or None. `repeats` holds every outcome of the graders that
    ran more than once, whose column has the mean.
    """

    def __init__(
        self,
        columns: Mapping[str, list[Outcome]],
        *,
        aggregators: frozenset[str] = frozenset(),
        index: list[int] | None = None,
        ids: list[str | int | None] | None = None,
        repeats: Mapping[str, list[list[Outcome]]] | None = None,
        max_errors: float = 1.0,
        is_complete: bool = True,
        dataset: DatasetReport | None = None,
        seconds: float | None = None,
        grader_seconds: Mapping[str, float] | None = None,
        reports: tuple[str, ...] = (),
        reused: int = 0,
        models: tuple[ModelSummary, ...] = (),
    ) -> None:
        self._columns = dict(columns)
        self._aggregators = aggregators
        count = len(next(iter(self._columns.values()), ()))
        self.index = list(range(count)) if index is None else index
        self.ids: list[str | int | None] = [None] * count if ids is None else ids
        self.repeats = dict(repeats or {})
        self._max_errors = max_errors
        self._is_complete = is_complete
        self._rows_skipped = 0 if dataset is None else dataset.skipped
        self._duplicates = 0 if dataset is None else dataset.duplicates
        self._seconds = seconds
        self._grader_seconds = grader_seconds or {}
        self._reports = reports
        self._reused = reused
        self._models = models

    def __getitem__(self, name: str) -> list[Outcome]:
        try:
            return self._columns[name]
        except KeyError:
            hint = suggestion(str(name), self._columns, "columns")
            raise KeyError(f"there is no column {name!r}; {hint}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @cached_property
    def summary(self) -> Summary:
        """Counts, means with coverage, and errors by kind, for every column."""
        columns = tuple(
            tally_of(name, outcomes, self.index, is_aggregator=name in self._aggregators).summary(
                self._grader_seconds.get(name)
            )
            for name, outcomes in self._columns.items()
        )
        return Summary(
            columns=columns,
            samples=len(self.index),
            is_complete=self._is_complete and not any(each.pending for each in columns),
            max_errors=self._max_errors,
            rows_skipped=self._rows_skipped,
            duplicates=self._duplicates,
            seconds=self._seconds,
            reports=self._reports,
            reused=self._reused,
            models=self._models,
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return a DataFrame with one row a sample.

        Its index is the row in the dataset, or the id where the samples have ids. A column of
        scores is named like the grader, and NaN where there is no score; `NAME.status` and
        `NAME.reason` say why.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ModuleNotFoundError as fault:
            said = f"a DataFrame needs {fault.name}; run `pip install 'rmg-core[all]'`"
            raise ModuleNotFoundError(said, name=fault.name) from fault

        made: dict[str, Any] = {}
        for name, outcomes in self._columns.items():
            made[name] = [o.score if isinstance(o, GraderScore) else float("nan") for o in outcomes]
            made[f"{name}.status"] = [outcome.status for outcome in outcomes]
            made[f"{name}.reason"] = [_said(outcome) for outcome in outcomes]
        has_ids = any(each is not None for each in self.ids)
        index = pd.Index(self.ids, name="id") if has_ids else pd.Index(self.index, name="index")
        return pd.DataFrame(made, index=index)

    def __repr__(self) -> str:
        return repr(self.summary)

    def _repr_html_(self) -> str:
        return self.summary._repr_html_()


def _said(outcome: Outcome) -> str:
    if isinstance(outcome, GraderError):
        return f"{outcome.kind}: {outcome.error}"
    return outcome.reason
