"""The core's own pack, through the same hooks as everyone's: it is always looked up."""

from collections.abc import Mapping

from rmg_core.hookspecs import hookimpl

__all__ = ["rmg_aggregators", "rmg_models", "rmg_readers", "rmg_sinks"]


@hookimpl
def rmg_aggregators() -> Mapping[str, object]:
    return {
        "all": "rmg_core.basic.passing:AllPass",
        "any": "rmg_core.basic.passing:AnyPass",
        "at_least": "rmg_core.basic.passing:AtLeast",
        "bradley_terry": "rmg_core.basic.bradley_terry:BradleyTerry",
        "expression": "rmg_core.basic.expression:Expression",
        "gate": "rmg_core.basic.gates:Gate",
        "majority": "rmg_core.basic.voting:Majority",
        "max": "rmg_core.basic.order:Maximum",
        "mean": "rmg_core.basic.combining:Mean",
        "median": "rmg_core.basic.order:Median",
        "min": "rmg_core.basic.order:Minimum",
        "mode": "rmg_core.basic.voting:Mode",
        "pass_at_k": "rmg_core.basic.repeats:PassAtK",
        "pass_hat_k": "rmg_core.basic.repeats:PassHatK",
        "rank": "rmg_core.basic.groups:Rank",
        "threshold": "rmg_core.basic.gates:Threshold",
        "trimmed": "rmg_core.basic.order:TrimmedMean",
        "weighted_sum": "rmg_core.basic.combining:WeightedSum",
        "zscore": "rmg_core.basic.groups:ZScore",
    }


@hookimpl
def rmg_models() -> Mapping[str, object]:
    return {"recorded": "rmg_core.basic.recorded:Recorded"}


@hookimpl
def rmg_readers() -> Mapping[str, object]:
    return {
        "csv": "rmg_core.basic.readers:CsvReader",
        "json": "rmg_core.basic.readers:JsonReader",
        "jsonl": "rmg_core.basic.readers:JsonlReader",
        "ndjson": "rmg_core.basic.readers:JsonlReader",
        "parquet": "rmg_core.basic.readers:ParquetReader",
        "tsv": "rmg_core.basic.readers:TsvReader",
    }


@hookimpl
def rmg_sinks() -> Mapping[str, object]:
    return {"jsonl": "rmg_core.basic.sinks:JsonlSink"}
