"""`rmg run`: what is written, what is shown, and what it exits with."""

import json
import os
import pty
import socket
import stat
import subprocess

import pytest

from rmg_core.runs import directory


def test_run_writes_a_line_for_every_cell_and_aggregator(desk):
    assert desk.rmg("run", "qa.toml").code == 0
    lines = desk.lines()
    assert len(lines) == 9
    cell = next(each for each in lines if each.get("grader") == "same" and each["index"] == 0)
    assert cell.pop("seconds") > 0
    assert len(cell.pop("fingerprint")) == 32
    assert cell == {
        "index": 0,
        "id": "a",
        "grader": "same",
        "repeat": 0,
        "status": "score",
        "score": 1.0,
        "reason": "same",
    }
    [combined] = [each for each in lines if each.get("aggregator") and each["index"] == 1]
    assert (combined["aggregator"], combined["score"], combined["fingerprint"]) == ("both", 0.5, "")


def test_run_writes_a_line_for_every_repeat(desk):
    assert desk.rmg("run", "qa.toml", "--set", "graders.same.repeats=2").code == 0
    repeats = sorted(
        (each["index"], each["repeat"]) for each in desk.lines() if each.get("grader") == "same"
    )
    assert repeats == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


@pytest.mark.usefixtures("no_statistics")
def test_run_shows_the_summary_and_where_the_results_are(desk):
    said = desk.rmg("run", "qa.toml", "--quiet")
    assert (said.code, said.err) == (0, "")
    head, *rows = said.out.splitlines()
    assert head.startswith("3 samples graded in ")
    assert rows == [
        "         mean  scale  scored  errors  skipped",
        "same   0.3333   0..1  3 of 3       0        0",
        "brief  0.7778   0..1  3 of 3       0        0",
        "both   0.5556   0..1  3 of 3       0        0",
        "",
        "results: rmg export runs/qa",
    ]


@pytest.mark.usefixtures("no_statistics")
def test_run_shows_what_conditions_saved(desk):
    said = desk.rmg(
        "run", "qa.toml", "--quiet", "--set", "graders.brief.when=same < 1", "--set", "max_errors=1"
    )
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[2:7] == [
        "same   0.3333   0..1  3 of 3               0        0",
        "brief  0.6667   0..1  2 of 3               0        1",
        "both   0.3333   0..1  2 of 3  1 missing_part        0",
        "",
        "when saved 1 of 3 calls of brief",
    ]


def test_run_writes_a_line_for_a_cell_that_a_condition_held_back(desk):
    said = desk.rmg("run", "qa.toml", "--json", "--set", "graders.brief.when=same < 1")
    column = said.json["columns"]["brief"]
    assert (column["skipped"], column["gated"], column["saved_calls"]) == (1, 1, 1)
    [line] = [each for each in desk.lines() if each["status"] == "skip"]
    assert line == {
        "index": 0,
        "id": "a",
        "grader": "brief",
        "repeat": 0,
        "fingerprint": "",
        "status": "skip",
        "reason": "when same < 1: same is 1",
        "metadata": {"when": {"condition": "same < 1", "calls": 1}},
        "seconds": 0.0,
    }


def test_run_shows_the_first_error_of_each_kind(desk):
    rows = [{"id": "a", "response": "", "reference": "x"}, {"id": "b", "response": True}]
    desk.write("rows.jsonl", rows)
    said = desk.rmg("run", "qa.toml", "--quiet", "--set", "max_errors=1")
    assert said.code == 0
    shown = [line.split(maxsplit=1) for line in said.out.splitlines() if "the first:" in line]
    assert [name for name, _ in shown] == ["same:", "brief:", "brief:", "both:"]
    assert "1 missing_input  the first: sample 1 (id 'b'): " in said.out
    assert "1 grader_error   the first: sample 0: ZeroDivisionError: division by zero" in said.out
    assert said.out.count("\nmore on each error: rmg why runs/qa SAMPLE COLUMN\n") == 1


@pytest.mark.usefixtures("no_statistics")
def test_the_scale_is_that_of_the_plan_where_nothing_could_be_scored(desk):
    desk.write("rows.jsonl", [{"id": "a", "response": "", "reference": "x"}])
    said = desk.rmg("run", "qa.toml", "--quiet")
    [row] = [line.split() for line in said.out.splitlines() if line.startswith("brief ")]
    assert row[:3] == ["brief", "–", "0..1"]


def test_a_grader_that_ranks_has_no_scale(desk):
    desk.write(
        "graders.py",
        "from rmg_core import GraderRank\n"
        "def same(response):\n    return GraderRank((2, 1))\n"
        "brief = same\n",
    )
    said = desk.rmg("run", "qa.toml", "--quiet", "--json")
    assert said.json["columns"]["same"]["ranked"] == 3
    assert said.json["columns"]["same"]["scale"] is None


def test_too_many_errors_fail_the_run_and_say_whose(desk):
    desk.write("rows.jsonl", [{"id": n, "response": "x" * n, "reference": "x"} for n in range(4)])
    said = desk.rmg("run", "qa.toml", "--quiet", "--set", "max_errors=0.2")
    assert said.code == 1
    assert said.err == (
        "the run failed: grader 'brief' has errors in 1 of 4 samples (25.0%), more than "
        "max_errors = 0.2 allows; the summary has the first of each kind: mend the cause, "
        "or set max_errors higher\n"
    )
    assert len(desk.lines()) == 12


def test_control_characters_of_a_stranger_do_not_reach_the_terminal(desk):
    desk.write(
        "graders.py",
        "def brief(response: str):\n    raise ValueError('\\x1b]0;title\\x07\\u202e' + response)\n"
        "same = brief\n",
    )
    said = desk.rmg("run", "qa.toml", "--quiet")
    assert said.code == 1
    assert "ValueError: ]0;titleParis" in said.out
    assert {"\x1b", "\x07", "\u202e"}.isdisjoint(said.out + said.err)


def test_run_as_json_is_the_summary(desk):
    said = desk.rmg("run", "qa.toml", "--quiet", "--json")
    assert said.err == ""
    made = said.json
    assert made.pop("run_dir") == "runs/qa"
    assert (made["samples"], made["complete"]) == (3, True)
    assert made["columns"]["same"]["scored"] == 3
    assert made["columns"]["both"]["aggregator"] is True
    written = (desk.folder / "runs/qa/summary.json").read_text("utf-8")
    assert said.out.count(str(made["seconds"])) == 1
    assert f'"seconds": {made["seconds"]},' in written


def test_the_run_directory_is_for_its_owner_alone(desk):
    desk.rmg("run", "qa.toml")
    folder = desk.folder / "runs/qa"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {
        "config.toml": 0o600,
        "store.sqlite": 0o600,
        "summary.json": 0o600,
    }


def test_the_run_directory_has_the_config_and_how_it_was_run(desk):
    desk.rmg("run", "qa.toml", "--set", "max_errors=0.5\n[x]")
    desk.rmg("run", "qa.toml", "--set", "max_errors=0.5")
    copy = (desk.folder / "runs/qa/config.toml").read_text("utf-8")
    first, rest = copy.split("\n", 1)
    assert first == "# rmg run qa.toml --set max_errors=0.5"
    assert rest == (desk.folder / "qa.toml").read_text("utf-8")


def test_a_run_replaces_the_results_of_an_earlier_one(desk):
    desk.rmg("run", "qa.toml")
    desk.rmg("run", "qa.toml", "--limit", "1")
    assert {each["index"] for each in desk.lines()} == {0}


def test_a_question_that_was_wrong_leaves_an_earlier_run_as_it_is(desk):
    desk.rmg("run", "qa.toml")
    before = desk.lines()
    assert desk.rmg("run", "qa.toml", "--set", "colour=1").code == 2
    assert desk.lines() == before


def test_limit_grades_the_first_samples_only(desk):
    said = desk.rmg("run", "qa.toml", "--limit", "2", "--quiet")
    assert said.code == 0
    assert said.out.startswith("2 samples graded in ")
    assert {each["id"] for each in desk.lines()} == {"a", "b"}


def test_a_limit_beyond_the_dataset_is_all_of_it(desk):
    said = desk.rmg("run", "qa.toml", "--limit", "9", "--json", "--quiet")
    assert (said.code, said.json["samples"], said.json["complete"]) == (0, 3, True)


def test_run_dir_takes_the_place_of_the_config_s(desk):
    said = desk.rmg("run", "qa.toml", "--run-dir", "elsewhere/it")
    assert "results: rmg export elsewhere/it" in said.out
    assert len(desk.lines("elsewhere/it")) == 9


def test_skipped_rows_are_counted_and_said(desk):
    text = (desk.folder / "rows.jsonl").read_text("utf-8")
    desk.write("rows.jsonl", text + "{\n" + text.splitlines()[0] + "\n")
    assert desk.rmg("run", "qa.toml").code == 2
    said = desk.rmg("run", "qa.toml", "--on-bad-row", "skip", "--quiet")
    assert said.code == 0
    assert "; 1 row skipped; 1 duplicate left out\n" in said.out
    assert said.err.startswith("rows.jsonl:4:2: ")
    assert (desk.folder / "runs/qa/summary.json").read_text().count('"rows_skipped": 1') == 1


def test_run_tells_every_mistake_and_runs_nothing(desk):
    desk.write("rows.jsonl", "{\n")
    said = desk.rmg("run", "qa.toml", "--set", "graders.same.options.x=1")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("the config cannot be run: 2 problems\n  ")
    assert not (desk.folder / "runs").exists()


def test_a_run_directory_that_is_a_file_is_refused_before_anything_runs(desk):
    said = desk.rmg("run", "qa.toml", "--run-dir", "rows.jsonl")
    assert said.code == 2
    assert said.err == (
        "the run directory 'rows.jsonl' cannot be made: rows.jsonl is not a directory; "
        "choose another with --run-dir DIR\n"
    )


def test_a_run_directory_of_the_config_is_refused_where_it_stands(desk):
    said = desk.rmg("run", "qa.toml", "--set", 'run.dir="rows.jsonl/x"')
    assert said.code == 2
    assert said.err == (
        "--set run.dir=\"rows.jsonl/x\": the run directory 'rows.jsonl/x' cannot be made: "
        "rows.jsonl is not a directory; choose another with --run-dir DIR\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_run_directory_that_may_not_be_written_is_refused(desk):
    (desk.folder / "shut").mkdir(mode=0o500)
    said = desk.rmg("run", "qa.toml", "--run-dir", "shut/x")
    assert said.code == 2
    assert said.err == (
        "the run directory 'shut/x' cannot be made: shut may not be written; "
        "choose another with --run-dir DIR\n"
    )


def test_two_runs_in_one_directory_are_refused(desk):
    with directory.held(desk.folder / "runs/qa"):
        said = desk.rmg("run", "qa.toml", "--run-dir", "runs/qa")
    assert said.code == 2
    assert said.err == (
        "the run directory 'runs/qa' is in use by another run: process "
        f"{os.getpid()} on {socket.gethostname()}; choose another with --run-dir DIR\n"
    )
    assert not (desk.folder / "runs/qa/.holder.json").exists()
    assert desk.rmg("run", "qa.toml").code == 0


def test_a_link_in_the_place_of_the_results_is_not_followed(desk):
    victim = desk.write("victim.txt", "mine")
    desk.rmg("run", "qa.toml")
    (desk.folder / "runs/qa/store.sqlite").unlink()
    (desk.folder / "runs/qa/store.sqlite").symlink_to(victim)
    said = desk.rmg("run", "qa.toml", "--quiet")
    assert said.code == 2
    assert said.err.startswith("the store ")
    assert said.err.endswith(
        "runs/qa/store.sqlite' is a link; move it away, or choose another run directory\n"
    )
    assert victim.read_text() == "mine"


def test_what_graders_print_is_not_among_the_results(desk):
    desk.write(
        "graders.py", "def same(response):\n    print('noise')\n    return 1\nbrief = same\n"
    )
    said = desk.rmg("run", "qa.toml", "--json", "--quiet")
    assert said.json["columns"]["same"]["mean"] == 1
    assert said.err.count("noise") == 6


def test_progress_ends_with_a_line_for_all(desk):
    said = desk.rmg("run", "qa.toml")
    assert said.err.startswith("6 of 6 cells to run: nothing is stored yet\n6 of 6 cells, ")
    assert said.err.endswith(": same 3/3; brief 3/3\n")


OBSERVER = """
from attrs import frozen
from rmg_core import hookimpl

@frozen
class Log:
    def run_started(self, plan):
        print("started", *plan.columns)

    def outcomes(self, cells):
        pass

    def run_finished(self, summary):
        print("finished", summary.samples)

@hookimpl
def rmg_observers():
    return {"log": Log}
"""


def test_observers_hear_of_the_start_and_of_the_summary(desk, install_pack):
    install_pack("watch", OBSERVER)
    said = desk.rmg("run", "qa.toml", "--quiet", "--set", 'observers.o.use="watch/log"')
    assert said.code == 0
    assert said.err == "started same brief both\nfinished 3\n"


def test_a_failing_observer_is_told_and_stops_nothing(desk, install_pack):
    install_pack("watch", OBSERVER.replace("pass", "raise OSError('gone')"))
    said = desk.rmg("run", "qa.toml", "--quiet", "--set", 'observers.o.use="watch/log"')
    assert said.code == 0
    assert "observer 'o' is switched off: outcomes raised OSError: gone\n" in said.err
    assert len(desk.lines()) == 9


def test_a_sink_of_the_config_gets_the_cells_too(desk):
    sink = 'sinks.copy={use = "basic/jsonl", options = {path = "copy.jsonl"}}'
    assert desk.rmg("run", "qa.toml", "--set", sink).code == 0
    copy = (desk.folder / "runs/qa/copy.jsonl").read_text().splitlines()
    kept = sorted(desk.lines(), key=lambda line: json.dumps(line, sort_keys=True))
    assert sorted(map(json.loads, copy), key=lambda line: json.dumps(line, sort_keys=True)) == kept


def test_a_grader_that_cannot_be_opened_fails_the_run_in_one_line(desk):
    desk.write(
        "graders.py",
        """
from attrs import frozen

@frozen
class same:
    def grade(self, response):
        return 1.0

    async def aopen(self):
        raise OSError("no key")

brief = same
""",
    )
    said = desk.rmg("run", "qa.toml", "--quiet")
    assert (said.code, said.err) == (
        1,
        "grader 'same' cannot be opened: OSError: no key\n",
    )


def test_closed_streams_stop_nothing(desk):
    started = desk.start("run", "qa.toml")
    started.stdout.close()
    started.stderr.close()
    assert started.wait(30) == 0
    assert len(desk.lines()) == 9


def test_a_reader_that_goes_away_does_not_change_the_exit_code(desk):
    read, write = os.pipe()
    os.close(read)
    flags = ("--set", "max_errors=0")
    desk.write("rows.jsonl", [{"id": "a", "response": "", "reference": ""}])
    started = desk.start("run", "qa.toml", *flags, stdout=write, stderr=write)
    os.close(write)
    assert started.wait(30) == 1
    assert len(desk.lines()) == 3


def test_a_process_without_streams_runs_all_the_same(desk):
    ended = desk.sh('exec "$PYTHON" -m rmg_core.cli run qa.toml >&- 2>&-')
    assert ended == 0
    assert len(desk.lines()) == 9


def test_a_terminal_gets_a_table_and_live_progress(desk):
    ours, theirs = pty.openpty()
    started = desk.start("run", "qa.toml", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert started.wait(30) == 0
    text = shown.decode("utf-8")
    assert "\x1b[?25l" in text  # the cursor is hidden while the progress is live
    assert "6 of 6 cells" in text
    assert "─" in text
    assert "results: rmg export runs/qa" in text


def test_a_sample_from_standard_input_is_graded(desk):
    started = desk.start(
        "run", "qa.toml", "--quiet", "--json", "--set", "dataset.path=-",
        "--set", "dataset.format=jsonl", stdin=subprocess.PIPE,
    )  # fmt: skip
    out, err = started.communicate('{"id": 1, "response": "x", "reference": "x"}\n', 30)
    assert (started.returncode, err) == (0, "")
    assert '"samples": 1' in out
