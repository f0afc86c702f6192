"""The sink of JSON lines, which is a part of the basic pack."""

import errno
import json
from pathlib import Path

import pytest

from rmg_core.basic.sinks import JsonlSink
from rmg_core.errors import ConfigError
from rmg_core.outcomes import (
    Cell,
    GraderError,
    GraderRank,
    GraderScore,
    GraderSkip,
    Scale,
    from_json,
)
from rmg_core.plan import Plan, plan_of_config

CELL = Cell(3, "x", "g", 0, "ab", GraderScore(0.5), 0.25)


def written(folder: Path, *cells: Cell) -> list[dict]:
    sink = JsonlSink("r.jsonl")
    sink.open(Plan((), run_dir=folder))
    sink.write(cells)
    sink.close()
    return [json.loads(line) for line in (folder / "r.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "outcome",
    [
        GraderScore(0.5),
        GraderScore(0.5, "é\n\x1b"),
        GraderScore(3.0, "why", {"a": [1]}, Scale(1, 5)),
        GraderScore(3.0, scale=Scale(None, None, higher_is_better=False)),
        GraderRank((2, 1), "why"),
        GraderSkip("no"),
        GraderError("timeout", "late", "trace"),
    ],
)
def test_an_outcome_that_was_written_can_be_read_again(tmp_path, outcome):
    [line] = written(tmp_path, CELL._replace(outcome=outcome))
    assert from_json(line) == outcome
    head = {key: line[key] for key in ("index", "id", "grader", "repeat", "fingerprint", "seconds")}
    assert head == {
        "index": 3, "id": "x", "grader": "g", "repeat": 0, "fingerprint": "ab", "seconds": 0.25,
    }  # fmt: skip


def test_an_id_beyond_64_bits_is_written_in_full(tmp_path):
    [line] = written(tmp_path, CELL._replace(id=2**70))
    assert line["id"] == 2**70


def test_folders_on_the_way_are_made(tmp_path):
    assert len(written(tmp_path / "a" / "b", CELL)) == 1


def test_each_run_writes_the_file_anew(tmp_path):
    written(tmp_path, CELL, CELL)
    assert len(written(tmp_path, CELL)) == 1


def test_a_full_disk_leaves_no_torn_line(tmp_path, monkeypatch):
    sink = JsonlSink("r.jsonl")
    sink.open(Plan((), run_dir=tmp_path))
    sink.write([CELL])
    whole = (tmp_path / "r.jsonl").read_bytes()

    class Full:
        """A file on a disk that has room for ten more bytes."""

        def __init__(self, file):
            self.file, self.room = file, 10

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.room -= (taken := min(self.room, len(data)))
            return self.file.write(data[:taken])

        def __getattr__(self, name):
            return getattr(self.file, name)

    sink._file = Full(sink._file)
    with pytest.raises(OSError, match="No space left"):
        sink.write([CELL])
    sink.close()
    assert (tmp_path / "r.jsonl").read_bytes() == whole


def test_closing_a_sink_that_was_never_opened_is_nothing():
    JsonlSink("r.jsonl").close()


def test_a_sink_without_a_path_is_refused_where_it_stands(tmp_path):
    config = tmp_path / "c.toml"
    config.write_text('[graders.g]\nuse = "x:y"\n[sinks.s]\nuse = "basic/jsonl"\n')
    with pytest.raises(ConfigError) as caught:
        plan_of_config(config)
    assert any("needs option 'path'" in each.message for each in caught.value.problems)
