"""`rmg verify`: what is damaged is named, and what to do is said."""

import pytest

from rmg_core.store import Store

from .stored import cells_of, columns_of, damage, keep, keep_calls

DAMAGED = "UPDATE outcomes SET score = 0.75 WHERE outcome = 1"


def test_a_sound_store_is_said_to_be_one(desk):
    keep(desk)
    said = desk.rmg("verify", "runs/qa")
    assert (said.code, said.err) == (0, "")
    assert said.out == "runs/qa/store.sqlite: 6 cells and 6 outcomes, all as they were written\n"


def test_calls_of_models_are_counted_and_the_damaged_ones_named(desk):
    file = keep(desk)
    keep_calls(file)
    said = desk.rmg("verify", "runs/qa")
    assert said.out == (
        "runs/qa/store.sqlite: 6 cells, 6 outcomes and 2 calls, all as they were written\n"
    )
    damage(file, "UPDATE calls SET usd = 0.0 WHERE call = 2")
    said = desk.rmg("verify", "runs/qa")
    assert (said.code, said.out) == (1, f"the call 2, key {'b' * 32}, is damaged\n")


def test_the_file_may_be_named_in_the_place_of_its_directory(desk):
    keep(desk)
    assert desk.rmg("verify", "runs/qa/store.sqlite").out == desk.rmg("verify", "runs/qa").out


def test_a_sound_store_as_json(desk):
    keep(desk)
    assert desk.rmg("verify", "runs/qa", "--json").json == {
        "store": "runs/qa/store.sqlite",
        "sound": True,
        "cells": 6,
        "outcomes": 6,
        "calls": 0,
        "findings": [],
    }


def test_each_grade_that_is_damaged_is_named_and_what_to_do_is_said(desk):
    file = keep(desk)
    damage(file, DAMAGED)
    damage(file, "UPDATE cells SET checksum = x'00' WHERE sample = 1 AND \"column\" = 3")
    first, *_ = cells_of(columns_of(desk))
    said = desk.rmg("verify", "runs/qa")
    assert said.code == 1
    assert said.out == (
        f"sample 0 ('a'), same, repeat 0, fingerprint {first.fingerprint}: its outcome is damaged\n"
        "sample 1 ('b'), both, repeat 0: whose outcome it is, is damaged\n"
    )
    assert said.err == (
        "runs/qa/store.sqlite: 2 findings: bring back a copy of the file, or run again with: "
        "rmg run qa.toml (what is damaged is not found then, and is graded anew); if that run "
        "cannot use the file, move it away first\n"
    )


def test_damage_as_json(desk):
    damage(keep(desk), DAMAGED)
    said = desk.rmg("verify", "runs/qa", "--json")
    assert said.code == 1
    assert said.json == {
        "store": "runs/qa/store.sqlite",
        "sound": False,
        "cells": 6,
        "outcomes": 6,
        "calls": 0,
        "findings": [
            {
                "said": "its outcome is damaged",
                "sample": 0,
                "id": "a",
                "column": "same",
                "repeat": 0,
                "fingerprint": cells_of(columns_of(desk))[0].fingerprint,
            }
        ],
    }


def test_what_is_damaged_is_graded_anew_by_the_next_run(desk):
    file = keep(desk)
    damage(file, DAMAGED)
    columns = columns_of(desk)
    cells = cells_of(columns)
    with Store.open(file) as store:
        found = store.find(each.fingerprint for each in cells if each.fingerprint)
        assert [each.fingerprint in found for each in cells[:2]] == [False, True]
        store.begin(columns)
        store.write(cells)
        store.finish()
    assert desk.rmg("verify", "runs/qa").code == 0


def test_a_byte_that_flipped_in_the_file_is_found(desk):
    file = keep(desk)
    content = bytearray(file.read_bytes())
    content[content.index(b"differs")] ^= 1
    file.write_bytes(content)
    said = desk.rmg("verify", "runs/qa")
    assert said.code == 1
    assert said.out.startswith("sample 1 ('b'), same, repeat 0, fingerprint ")


def test_a_file_that_is_no_store_any_more_is_damaged(desk):
    file = keep(desk)
    file.write_bytes(b"x" * 4096)
    said = desk.rmg("verify", "runs/qa")
    assert said.code == 1
    assert said.out == (
        "the store 'runs/qa/store.sqlite' is not an SQLite file; "
        "move it away, or choose another run directory\n"
    )
    assert said.err == (
        "runs/qa/store.sqlite: 1 finding: bring back a copy of the file, or move it away and "
        "run again with: rmg run qa.toml (then everything is graded anew)\n"
    )


def test_a_store_that_lost_its_tables_cannot_be_counted(desk):
    damage(keep(desk), "DROP TABLE cells")
    said = desk.rmg("verify", "runs/qa", "--json")
    assert (said.code, said.json["cells"], said.json["outcomes"]) == (1, None, None)
    [finding] = said.json["findings"]
    assert finding["said"].startswith("the store 'runs/qa/store.sqlite' is half-made or damaged")


def test_a_store_of_a_newer_rmg_is_not_called_damaged(desk):
    damage(keep(desk), "PRAGMA user_version = 99")
    said = desk.rmg("verify", "runs/qa")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "the store 'runs/qa/store.sqlite' was written by a newer rmg: its schema is 99, and this "
        "rmg reads up to 2; run `pip install --upgrade rmg-core`\n"
    )


GIVE = "give the directory of a run, such as runs/NAME"


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("runs/qq", "there is no run directory 'runs/qq'; in 'runs' there are: qa"),
        ("runs/quality-1", "there is no run directory 'runs/quality-1'; in 'runs' there are: qa"),
        ("nowhere", f"there is no run directory 'nowhere'; {GIVE}"),
        ("runs", f"the directory 'runs' holds no store.sqlite; {GIVE}"),
        (
            "runs/old",
            "the directory 'runs/old' holds no store.sqlite; run again with: rmg run old.toml",
        ),
    ],
)
def test_where_there_is_no_store_the_message_says_what_to_name(desk, run, message):
    keep(desk)
    (desk.folder / "runs/old").mkdir()
    desk.write("runs/old/config.toml", "# rmg run old.toml\n")
    said = desk.rmg("verify", run)
    assert (said.code, said.out, said.err) == (2, "", f"{message}\n")


def test_a_near_miss_of_a_run_directory_is_offered(desk):
    keep(desk, place="runs/quality")
    said = desk.rmg("verify", "runs/qualty")
    assert said.err == "there is no run directory 'runs/qualty'; did you mean 'quality'?\n"


def test_control_characters_of_a_damaged_id_do_not_reach_the_terminal(desk):
    damage(keep(desk), "REPLACE INTO samples VALUES (0, '\"\\u001b[2J\"')")
    said = desk.rmg("verify", "runs/qa")
    assert said.code == 1
    assert said.out.startswith(r"sample 0 ('\x1b[2J'), same, repeat 0, fingerprint ")


@pytest.mark.parametrize("verb", [("verify",), ("why", "a", "same"), ("gc",)])
def test_a_file_that_is_no_store_is_not_taken_for_one(desk, verb):
    name, *others = verb
    said = desk.rmg(name, "qa.toml", *others)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "'qa.toml' is not the store of a run; give the directory of a run, such as runs/NAME\n"
    )
