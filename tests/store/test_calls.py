"""Calls of models are kept once under their keys, and found by those and by who made them."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve

from rmg_core.errors import StoreDamaged, StoreError, StoreRefused
from rmg_core.models import Call, Embeddings, Reply, ToolCall, Usage
from rmg_core.store import Asked, CallTotals, Store, verify

from .making import COLUMNS, MODEL, address, asked, call, calls_of, cell, sample


@pytest.fixture
def store(path: Path):
    with Store.open(path) as opened:
        opened.begin(COLUMNS)
        yield opened


def change(path: Path, *statements: str) -> list[tuple]:
    """Do something to the file behind the back of the checksums; returns what the last gives."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            rows = connection.execute(statement).fetchall()
    return rows


REPLIES = [
    Reply("Paris", usage=Usage(812, 7)),
    Reply("", "tool_calls", tool_calls=(ToolCall("c1", "grade", '{"score": 1}'),), model="m-1"),
    Reply("é\0\n\U0001f600", "length", reasoning="so", refusal="no"),
    Reply("\ud800"),
    Embeddings(((0.1, -2.5e-300), (1.0, 0.0)), Usage(3), "e-1"),
]


@pytest.mark.parametrize("made", REPLIES, ids=lambda each: type(each).__name__)
def test_a_reply_comes_out_as_it_went_in(path: Path, store: Store, made: Reply | Embeddings):
    kept = evolve(call("x"), reply=made.to_json())
    store.keep([kept])
    found = store.reply(kept.key)
    assert found == kept
    assert type(made).from_json(found.reply) == made
    assert verify(path) == []


@pytest.mark.parametrize(
    "facts",
    [
        {"input_tokens": None, "output_tokens": None, "usd": None},
        {"input_tokens": 0, "output_tokens": 0, "usd": 0.0},
        {"usd": 0.1 + 0.2, "queued": 1e-300, "served": 0},
        {"usd": -0.0, "queued": -0.0},
    ],
)
def test_what_a_call_took_comes_back_to_the_bit(store: Store, facts: dict):
    kept = evolve(call("x"), **facts)
    store.keep([kept])
    assert store.reply(kept.key) == kept


def test_what_is_not_kept_is_not_found(store: Store):
    assert store.reply(address("nothing")) is None
    assert store.calls_of(address("nothing")) == []
    assert not store.has_calls
    assert store.last_call_number() == 0


def test_a_call_that_is_there_stays(store: Store):
    store.keep([call("x", "first"), call("x", "second")])
    store.keep([call("x", "third"), call("y")])
    assert store.reply(call("x").key) == call("x", "first")
    assert store.reply(call("y").key) == call("y")


def test_calls_that_are_kept_later_have_larger_numbers(store: Store):
    store.keep([call("x"), call("y")])
    last = store.last_call_number()
    store.keep([call("x"), call("z")])
    numbers = [store.reply(call(name).key).number for name in "xyz"]
    assert sorted(numbers) == numbers
    assert [number > last for number in numbers] == [False, False, True]


def test_a_fresh_call_takes_the_place_of_one_of_an_earlier_run(store: Store):
    store.keep([call("x", "old")], asked(0, call("x")))
    last = store.last_call_number()
    store.begin(COLUMNS)
    store.keep([call("x", "new"), call("x", "newer")], fresh=True)
    found = store.reply(call("x").key)
    assert (found, found.number > last) == (call("x", "new"), True)
    assert store.calls_of(cell(0).fingerprint) == [call("x", "new")]


def test_a_fresh_call_does_not_take_the_place_of_one_of_this_run(store: Store):
    store.keep([call("x", "first")])
    store.keep([call("x", "second")], fresh=True)
    assert store.reply(call("x").key) == call("x", "first")


def test_models_are_written_once(path: Path, store: Store):
    store.keep([call(n) for n in range(5)])
    store.keep([call(n, model='"other"') for n in range(3, 9)])
    assert change(path, "SELECT model, identity FROM models") == [(1, MODEL), (2, '"other"')]
    assert store.reply(call(8).key).model == '"other"'


# Who made them


def test_the_calls_of_a_cell_come_in_their_order(store: Store):
    one, two, three = (call(n) for n in range(3))
    store.keep([one, two, three], asked(0, two, one, two) + asked(1, three))
    assert store.calls_of(cell(0).fingerprint) == [two, one, two]
    assert store.calls_of(cell(1).fingerprint) == [three]


def test_a_cell_is_linked_to_a_call_that_is_there(store: Store):
    store.keep([call("x")])
    store.keep([], asked(0, call("x")))
    store.keep([call("y")], [Asked(cell(0).fingerprint, 1, call("y").key)])
    assert store.calls_of(cell(0).fingerprint) == [call("x"), call("y")]


def test_a_link_to_a_call_that_is_not_there_is_refused(store: Store):
    with pytest.raises(StoreError, match=r"NOT NULL constraint failed: asked\.call"):
        store.write([cell(0)], calls=[call("x")], asked=asked(0, call("y")))
    assert not store.has_calls
    assert list(store.cells()) == []


def test_cells_and_calls_are_written_together(path: Path, store: Store):
    with closing(sqlite3.connect(path)) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        store.write(sample(0), calls=calls_of(0), asked=asked(0, *calls_of(0)))
        after = other.execute("PRAGMA data_version").fetchone()
    assert list(store.cells()) == sample(0)
    assert store.calls_of(cell(0).fingerprint) == calls_of(0)
    assert before != after


def test_a_cell_that_is_graded_again_has_the_calls_of_that_time_alone(store: Store):
    first, second = [call(n) for n in range(3)], [call(n) for n in (5, 0)]
    store.write([cell(0)], calls=first, asked=asked(0, *first))
    store.write([cell(0)], calls=second, asked=asked(0, *second), fresh=True)
    assert store.calls_of(cell(0).fingerprint) == second


def test_calls_that_were_kept_before_their_cell_stay_with_it(store: Store):
    store.keep([call("x")], asked(0, call("x")))
    store.write([cell(0)])
    assert store.calls_of(cell(0).fingerprint) == [call("x")]


def test_a_reader_finds_calls_while_another_writes(path: Path, store: Store):
    with Store.read(path) as reader:
        store.keep([call("x")])
        assert reader.reply(call("x").key) == call("x")
        store.keep([call("y")])
        assert reader.reply(call("y").key) == call("y")


def test_threads_may_look_while_another_keeps(store: Store):
    begun, wrong = threading.Event(), []

    def look():
        begun.wait()
        for index in range(200):
            found = store.reply(call(index).key)
            if found not in (None, call(index)):
                wrong.append(found)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for each in threads:
        each.start()
    begun.set()
    for batch in range(20):
        store.keep([call(10 * batch + n) for n in range(10)])
    for each in threads:
        each.join()
    assert wrong == []


# Sums


def test_calls_are_summed_by_model(store: Store):
    other = [evolve(call(n, model='"o"', usd=None), output_tokens=None) for n in (5, 6)]
    store.keep([call(0), call(1), call(2, usd=None), *other])
    assert store.has_calls is True
    assert store.call_totals() == {
        MODEL: CallTotals(3, 21, 6, 1.0, unpriced=1),
        '"o"': CallTotals(2, 14, 0, None, unpriced=2),
    }


# What is forgotten


def test_the_end_of_a_run_deletes_no_calls(store: Store):
    store.write([cell(0)], calls=[call("x"), call("y")], asked=asked(0, call("x")))
    store.begin(COLUMNS)
    store.finish()
    assert store.calls_of(cell(0).fingerprint) == [call("x")]
    assert store.reply(call("y").key) == call("y")


def test_calls_that_no_outcome_was_made_of_are_counted_and_deleted(path: Path, store: Store):
    for index in range(6):
        made = calls_of(index)
        store.write([cell(index)], calls=made, asked=asked(index, *made))
    lost = call("z", model='"other"')
    store.keep([lost], [Asked("gone", 0, lost.key)])
    store.begin(COLUMNS)
    store.write([cell(1)])
    store.finish()
    assert (store.unused(), store.unused_calls()) == (5, 7)
    assert store.forget() == (5, 7)
    assert (store.unused_calls(), store.forget()) == (0, (0, 0))
    assert store.calls_of(cell(1).fingerprint) == calls_of(1)
    assert change(path, "SELECT count(*) FROM asked") == [(2,)]
    assert change(path, "SELECT identity FROM models") == [(MODEL,)]


# What cannot be


@pytest.mark.parametrize(
    "facts",
    [
        {"key": ""},
        {"model": "{"},
        {"input_tokens": -1},
        {"usd": float("inf")},
        {"usd": float("nan"), "queued": -1.0},
        {"served": -1.0},
        {"queued": float("nan")},
        {"attempts": 0},
    ],
    ids=str,
)
def test_a_call_that_is_none_is_refused(store: Store, facts: dict):
    with pytest.raises(StoreError, match="cannot be written: "):
        store.keep([call("y"), evolve(call("x"), **facts)])
    assert not store.has_calls


@pytest.mark.parametrize("link", [Asked("", 0, call("x").key), Asked("f", -1, call("x").key)])
def test_a_link_that_is_none_is_refused(store: Store, link: Asked):
    with pytest.raises(StoreError, match="cannot be written: CHECK constraint failed"):
        store.keep([call("x")], [link])
    assert not store.has_calls


def test_a_store_that_was_opened_to_be_read_keeps_nothing(path: Path, store: Store):
    with Store.read(path) as again, pytest.raises(StoreRefused, match="opened to be read alone"):
        again.keep([call("x")])


def test_a_run_that_began_earlier_keeps_no_more(path: Path, store: Store):
    with Store.open(path) as later:
        later.begin(COLUMNS)
        with pytest.raises(StoreRefused, match="is written by another run, which began later"):
            store.keep([call("x")])


# Damage

DAMAGE = [
    'calls SET reply = \'{"text":"no"}\'',
    "calls SET key = 'x'",
    "calls SET input_tokens = 8",
    "calls SET output_tokens = NULL",
    "calls SET usd = 0.25",
    "calls SET usd = NULL",
    "calls SET queued = 0.5",
    "calls SET served = 'soon'",
    "calls SET attempts = 1",
    "calls SET call = 9",
    "calls SET model = 9",
    "calls SET checksum = x'00'",
    "calls SET reply = CAST(x'22ff22' AS TEXT)",
    "models SET identity = '\"another\"'",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_call_is_not_found_and_is_named(path: Path, store: Store, damage: str):
    store.keep([call("x")])
    change(path, "PRAGMA ignore_check_constraints = ON", f"UPDATE {damage}")
    assert store.reply(call("x").key) is None
    assert any(" call " in str(each) for each in verify(path))


def test_a_damaged_call_makes_way_for_the_next(path: Path, store: Store):
    store.keep([call("x")], asked(0, call("x")))
    change(path, "UPDATE calls SET usd = 0.25")
    assert [str(each) for each in verify(path)] == [f"the call 1, key {call('x').key}, is damaged"]
    store.keep([call("x", "again")])
    assert store.reply(call("x").key) == call("x", "again")
    assert store.calls_of(cell(0).fingerprint) == [call("x", "again")]
    assert verify(path) == []


@pytest.mark.parametrize(
    ("damage", "number", "address"),
    [
        ("call = 2", 0, cell(0).fingerprint),
        ("call = 9", 0, cell(0).fingerprint),
        ("number = 3", 3, cell(0).fingerprint),
        ("checksum = x'00'", 0, cell(0).fingerprint),
    ],
)
def test_a_damaged_link_to_a_call_is_named(
    path: Path, store: Store, damage: str, number: int, address: str
):
    store.write([cell(0)], calls=[call("x"), call("y")], asked=asked(0, call("x")))
    change(path, f"UPDATE asked SET {damage}")  # noqa: S608 - from above
    said = f"which call was number {number} of fingerprint {address} is damaged"
    assert said in {str(each) for each in verify(path)}
    with pytest.raises(StoreDamaged):
        store.unused_calls()
    store.write([cell(0)], calls=[call("x")], asked=asked(0, call("x")), fresh=True)
    assert store.calls_of(cell(0).fingerprint) == [call("x")]
    assert verify(path) == []


@pytest.mark.parametrize(
    ("damage", "address"),
    [("'f'", "f"), ("x'66'", "b'f'"), ("CAST(x'ff' AS TEXT)", "?")],
)
def test_a_link_of_no_outcome_is_named_and_forgotten(
    path: Path, store: Store, damage: str, address: str
):
    store.write([cell(0)], calls=[call("x")], asked=asked(0, call("x")))
    change(path, f"UPDATE asked SET fingerprint = {damage}")  # noqa: S608 - from above
    said = f"which call was number 0 of fingerprint {address} is damaged"
    assert [str(each) for each in verify(path)] == [said]
    assert store.unused_calls() == 1
    assert store.forget() == (0, 1)
    assert verify(path) == []


def test_one_damaged_link_of_many_is_named(path: Path, store: Store):
    store.keep([call("x"), call("y")], [Asked("f", n, call("x").key) for n in range(3000)])
    change(path, "UPDATE asked SET call = 2 WHERE number = 2222")
    said = "which call was number 2222 of fingerprint f is damaged"
    assert [str(each) for each in verify(path)] == [said]


def test_damaged_calls_are_not_shown_as_those_of_a_cell(path: Path, store: Store):
    store.keep([call("x"), call("y")], asked(0, call("x"), call("y")))
    change(path, "UPDATE calls SET usd = 0.25 WHERE call = 2")
    with pytest.raises(StoreDamaged) as damaged:
        store.calls_of(cell(0).fingerprint)
    assert str(damaged.value) == (
        f"the store '{path}' is damaged at call 1 of fingerprint {cell(0).fingerprint}; "
        "`rmg verify` names every grade that is damaged"
    )


# What others read


def test_replies_are_read_with_plain_sql(path: Path, store: Store):
    embedded = Call(address("e"), '"e"', {"vectors": [[0.5]]}, 3, None, None, 0.0, 0.5)
    store.keep([call("x", "Paris"), embedded], asked(0, call("x"), embedded))
    address_of_cell = cell(0).fingerprint
    assert change(path, "SELECT * FROM replies") == [
        (address_of_cell, 0, MODEL, "Paris", "stop", 7, 2, 0.5, 2, 0.125, 0.25),
        (address_of_cell, 1, '"e"', None, None, 3, None, None, 1, 0.0, 0.5),
    ]


def test_a_call_is_found_without_a_scan(store: Store):
    store.keep([call("x")], asked(0, call("x")))
    queries: list[str] = []
    reading = store._reader.connection
    reading.set_trace_callback(queries.append)
    store.reply(call("x").key)
    store.calls_of(cell(0).fingerprint)
    looked = [each for each in queries if each.startswith("SELECT")]
    plans = [row[3] for each in looked for row in reading.execute(f"EXPLAIN QUERY PLAN {each}")]
    assert len(looked) == 3
    assert [each for each in plans if each.startswith("SCAN")] == []
