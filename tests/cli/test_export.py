"""`rmg export`: one row a sample."""

import csv
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pyarrow.parquet as pq
import pytest

from rmg_core.outcomes import Cell, from_json
from rmg_core.store import Column, Store, StoredGrader

from .conftest import ENVIRONMENT


def cell_of(line):
    name = line.get("aggregator") or line["grader"]
    place = line["index"], line.get("id"), name, line.get("repeat", 0)
    return Cell(*place, "", from_json(line), 0.0)


@pytest.fixture
def kept(desk):
    """A desk with a way to write the results of a run by hand."""
    (desk.folder / "r").mkdir()
    desk.write("r/config.toml", "# rmg run x.toml\n[graders.g]\n[graders.h]\n[aggregators.m]\n")
    desk.write("r/summary.json", '{"complete": true, "samples": 2}')

    def keep(*lines):
        cells = [cell_of(each) for each in lines]
        repeats = {cell.grader: 0 for cell in cells}
        for cell in cells:
            repeats[cell.grader] = max(repeats[cell.grader], cell.repeat + 1)
        with Store.open(desk.folder / "r/store.sqlite") as store:
            store.begin(
                [
                    Column(name, None if name == "m" else StoredGrader(name.encode(), name), count)
                    for name, count in sorted(repeats.items())
                ]
            )
            store.write(cells)
            store.finish()
        return desk

    return keep


def score(index, name="g", value=1.0, **others):
    return {"index": index, "grader": name, "status": "score", "score": value, **others}


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_grader_that_a_condition_held_back_is_one_skip_whatever_its_repeats(kept):
    mark = {"when": {"condition": "h > 1", "calls": 1}}
    held = {"index": 0, "grader": "g", "status": "skip", "reason": "when h > 1: h is 0"}
    desk = kept(*({**held, "metadata": mark, "repeat": repeat} for repeat in range(2)))
    [row] = rows(desk.rmg("export", "r", "--to", "csv").out)
    assert (row["g.status"], row["g.reason"]) == ("skip", "when h > 1: h is 0")


def test_rows_are_in_the_order_of_the_dataset_and_columns_in_that_of_the_config(kept):
    desk = kept(
        {"index": 1, "aggregator": "m", "status": "score", "score": 0.25},
        score(1, "h", 0.5, reason="half"),
        score(0, "h", 0.125),
        score(1, "g"),
        score(0, "g", 0.0),
        {"index": 0, "aggregator": "m", "status": "skip", "reason": "nothing"},
    )
    said = desk.rmg("export", "r", "--to", "csv")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "index,id,g,g.status,g.reason,h,h.status,h.reason,m,m.status,m.reason\n"
        "0,,0.0,score,,0.125,score,,,skip,nothing\n"
        "1,,1.0,score,,0.5,score,half,0.25,score,\n"
    )


def test_a_real_run_is_exported(desk):
    desk.rmg("run", "qa.toml")
    said = desk.rmg("export", "runs/qa", "--to", "jsonl")
    first, *_ = map(json.loads, said.out.splitlines())
    assert first == {
        "index": 0,
        "id": "a",
        "same": 1.0,
        "same.status": "score",
        "same.reason": "same",
        "brief": 1.0,
        "brief.status": "score",
        "brief.reason": "",
        "both": 1.0,
        "both.status": "score",
        "both.reason": first["both.reason"],
    }


def test_an_error_has_no_value_and_says_its_kind(kept):
    error = {"index": 0, "grader": "g", "status": "error", "kind": "timeout", "error": "late"}
    [row] = rows(kept(error).rmg("export", "r", "--to", "csv").out)
    assert (row["g"], row["g.status"], row["g.reason"]) == ("", "error", "timeout: late")


def test_a_cell_that_has_not_run_is_empty(kept):
    [first, second] = rows(kept(score(0), score(1, "h")).rmg("export", "r", "--to", "csv").out)
    assert (first["h"], first["h.status"]) == ("", "")
    assert (second["g"], second["h"]) == ("", "1.0")


def test_repeats_become_their_mean(kept):
    desk = kept(score(0, value=1.0), score(0, value=0.0, repeat=1), score(1, value=1.0))
    [first, second] = rows(desk.rmg("export", "r", "--to", "csv").out)
    assert first["g"] == "0.5"
    assert (second["g"], second["g.status"]) == ("", "")


def test_a_rank_keeps_its_places(kept):
    desk = kept({"index": 0, "grader": "g", "status": "rank", "rank": [2, 1]})
    assert rows(desk.rmg("export", "r", "--to", "csv").out)[0]["g"] == "[2, 1]"
    assert json.loads(desk.rmg("export", "r", "--to", "jsonl").out)["g"] == [2, 1]
    assert desk.rmg("export", "r", "--to", "parquet", "-o", "x.parquet").code == 0
    assert pq.read_table("x.parquet").column("g").to_pylist() == ["[2,1]"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_a_text_that_could_be_a_formula_is_made_harmless_in_csv(kept, text):
    desk = kept(score(0, id=text, reason=text, value=-1.0))
    out = desk.rmg("export", "r", "--to", "csv", "-o", "x.csv")
    assert out.code == 0
    with (desk.folder / "x.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["id"], row["g.reason"], row["g"]) == (f"'{text}", f"'{text}", "-1.0")
    line = json.loads(desk.rmg("export", "r", "--to", "jsonl").out)
    assert (line["id"], line["g.reason"]) == (text, text)


def test_parquet_has_typed_columns(kept):
    desk = kept(score(0, id=7), score(1, id=8, reason="é"))
    assert desk.rmg("export", "r", "--to", "parquet", "-o", "x.parquet").code == 0
    table = pq.read_table("x.parquet")
    assert [str(each.type) for each in table.schema] == [
        "int64", "int64", "double", "string", "string",
    ]  # fmt: skip
    assert table.to_pylist()[1] == {
        "index": 1, "id": 8, "g": 1.0, "g.status": "score", "g.reason": "é",
    }  # fmt: skip


def test_parquet_writes_ids_of_both_types_as_texts(kept):
    desk = kept(score(0, id=7), score(1, id="x"), score(2))
    desk.rmg("export", "r", "--to", "parquet", "-o", "x.parquet")
    assert pq.read_table("x.parquet").column("id").to_pylist() == ["7", "x", None]


def test_parquet_without_pyarrow_says_what_to_install(kept, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    said = kept(score(0)).rmg("export", "r", "--to", "parquet", "-o", "x.parquet")
    assert said.code == 2
    assert said.err == (
        "parquet needs pyarrow, which is not installed; run `pip install 'rmg-core[parquet]'`\n"
    )


def test_a_damaged_outcome_is_told_with_its_place(kept):
    desk = kept(score(0), score(1))
    with closing(sqlite3.connect("r/store.sqlite")) as connection, connection:
        connection.execute("UPDATE outcomes SET score = 0.75 WHERE outcome = 2")
    said = desk.rmg("export", "r", "--to", "csv")
    assert said.code == 1
    assert said.err == (
        "the store 'r/store.sqlite' is damaged at sample 1, column 1, repeat 0: its outcome is "
        "damaged; `rmg verify` names every grade that is damaged\n"
    )


def test_a_directory_without_a_run_is_a_wrong_question(desk):
    said = desk.rmg("export", "runs", "--to", "csv")
    assert said.code == 2
    assert said.err == (
        "there is no run directory 'runs'; give the directory of a run, such as runs/NAME\n"
    )


def test_a_run_without_results_has_a_head_alone(kept):
    desk = kept()
    assert desk.rmg("export", "r", "--to", "csv").out == "index,id\n"
    assert desk.rmg("export", "r", "--to", "jsonl").out == ""


def test_two_columns_of_one_name_are_refused(kept):
    said = kept(score(0, "id")).rmg("export", "r", "--to", "csv")
    assert said.code == 2
    assert said.err == (
        "two columns would be named 'id'; give the grader or aggregator another name\n"
    )


def test_an_output_is_there_whole_or_not_at_all(kept):
    desk = kept(score(0), score(1))
    with closing(sqlite3.connect("r/store.sqlite")) as connection, connection:
        connection.execute("DELETE FROM outcomes WHERE outcome = 2")
    desk.write("x.csv", "before")
    said = desk.rmg("export", "r", "--to", "csv", "-o", "x.csv")
    assert said.code == 1
    assert "is damaged at sample 1, " in said.err
    assert (desk.folder / "x.csv").read_text() == "before"
    assert {each.name for each in desk.folder.glob(".*")} == set()


def test_an_output_in_what_is_no_directory_is_refused(kept):
    said = kept(score(0)).rmg("export", "r", "--to", "csv", "-o", "rows.jsonl/y.csv")
    assert said.code == 2
    assert said.err == "rows.jsonl/y.csv cannot be written: rows.jsonl is not a directory\n"


def test_a_reader_that_goes_away_ends_the_export_quietly(kept):
    desk = kept(*(score(index, reason="x" * 1000) for index in range(2000)))
    started = desk.start("export", "r", "--to", "jsonl")
    assert started.stdout.readline().startswith('{"index":0,')
    started.stdout.close()
    assert started.wait(30) == 0
    assert started.stderr.read() == ""
    started.stderr.close()


PARTIAL = "for all, run again with: rmg run x.toml\n"


def test_the_results_of_a_run_that_was_killed_are_said_to_be_partial(kept):
    desk = kept(score(0))
    (desk.folder / "r/summary.json").unlink()
    said = desk.rmg("export", "r", "--to", "csv")
    assert (said.code, len(rows(said.out))) == (0, 1)
    assert said.err == (
        "r: these results are partial (the run goes on still, or was killed: there is no "
        f"summary.json); {PARTIAL}"
    )


def test_the_results_of_a_run_that_was_stopped_are_said_to_be_partial(kept):
    desk = kept(score(0))
    desk.write("r/summary.json", '{"complete": false, "samples": 1}')
    said = desk.rmg("export", "r", "--to", "csv")
    assert said.code == 0
    assert said.err == (
        f"r: these results are partial (the run was stopped after 1 sample); {PARTIAL}"
    )


def test_without_a_format_the_export_is_csv(kept):
    desk = kept(score(0))
    assert desk.rmg("export", "r").out == desk.rmg("export", "r", "--to", "csv").out != ""


@pytest.mark.parametrize(
    ("file", "starts"), [("x.jsonl", "{"), ("x.csv", "index,"), ("x", "index,")]
)
def test_without_a_format_the_name_of_the_file_tells_it(kept, file, starts):
    desk = kept(score(0))
    assert desk.rmg("export", "r", "-o", file).code == 0
    assert (desk.folder / file).read_text().startswith(starts)


def test_the_results_may_be_named_in_the_place_of_their_directory(kept):
    desk = kept(score(0))
    assert desk.rmg("export", "r/store.sqlite").out == desk.rmg("export", "r").out != ""


def test_another_file_in_the_place_of_the_directory_is_a_wrong_question(kept):
    said = kept(score(0)).rmg("export", "r/summary.json")
    assert said.code == 2
    assert said.err == (
        "'r/summary.json' is not the store of a run; give the directory of a run, such as "
        "runs/NAME\n"
    )


def test_a_link_in_the_place_of_the_output_is_followed(kept):
    desk = kept(score(0))
    (desk.folder / "far").mkdir()
    target = desk.write("far/real.csv", "before")
    (desk.folder / "x.csv").symlink_to("far/real.csv")
    assert desk.rmg("export", "r", "-o", "x.csv").code == 0
    assert (desk.folder / "x.csv").is_symlink()
    assert target.read_text().startswith("index,")


def test_an_output_keeps_who_may_read_it(kept):
    desk = kept(score(0))
    desk.write("x.csv", "before").chmod(0o600)
    desk.rmg("export", "r", "-o", "x.csv")
    assert stat.S_IMODE((desk.folder / "x.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_named_pipe_is_written_to_and_stays_one(kept, form):
    desk = kept(score(0))
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    started = desk.start("export", "r", "--to", form, "-o", "pipe")
    got = pipe.read_bytes()
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out, err) == (0, "", "")
    assert pipe.is_fifo()
    desk.rmg("export", "r", "--to", form, "-o", "file")
    assert got == (desk.folder / "file").read_bytes()


def test_an_output_in_a_missing_directory_is_refused(kept):
    said = kept(score(0)).rmg("export", "r", "-o", "out/x.csv")
    assert said.code == 2
    assert said.err == "out/x.csv cannot be written: there is no directory 'out'\n"


def test_an_output_that_is_a_directory_is_refused(kept):
    said = kept(score(0)).rmg("export", "r", "-o", "r")
    assert said.code == 2
    assert said.err == "r cannot be written: it is a directory\n"


@pytest.mark.parametrize("name", ["store.sqlite", "summary.json", "config.toml"])
def test_an_output_that_is_a_file_of_the_run_is_refused(kept, name):
    desk = kept(score(0))
    before = (desk.folder / "r" / name).read_bytes()
    (desk.folder / "link").symlink_to(f"r/{name}")
    said = desk.rmg("export", "r", "-o", "link")
    assert said.code == 2
    assert said.err == "link cannot be written: it is a file of the run itself\n"
    assert (desk.folder / "r" / name).read_bytes() == before


def limited(desk, line):
    """Run `rmg` where no file may be longer than a block, with stderr to a pipe."""
    return subprocess.run(
        ["/bin/sh", "-c", f'ulimit -f 1; exec "$PYTHON" -m rmg_core {line}'],
        cwd=desk.folder, env={**ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"},
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip


def test_a_write_that_fails_names_the_file_that_was_asked_for(kept):
    desk = kept(*(score(index, reason="x" * 1000) for index in range(50)))
    ended = limited(desk, "export r -o x.csv")
    assert (ended.returncode, ended.stderr) == (1, "x.csv: File too large\n")
    assert not [each for each in desk.folder.iterdir() if "x.csv" in each.name]


def test_help_that_standard_output_cannot_take_is_an_error(desk):
    desk.write("x", "x" * 2000)
    ended = limited(desk, "--help >> x")
    assert (ended.returncode, ended.stderr) == (1, "standard output: File too large\n")


def test_an_export_that_standard_output_cannot_take_is_an_error(kept):
    desk = kept(*(score(index, reason="x" * 1000) for index in range(50)))
    ended = limited(desk, "export r > x.csv")
    assert (ended.returncode, ended.stderr) == (1, "standard output: File too large\n")
