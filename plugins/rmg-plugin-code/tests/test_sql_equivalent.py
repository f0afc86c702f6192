import itertools

import pytest

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_code.sql_equivalent import sql_equivalent
from rmg_plugin_code.sql_text import is_ordered

T = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (2, 'y');"
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT {} FROM c"


def graded(response, reference="SELECT a FROM t", schema=T, rows=None, **options):
    outcome = sql_equivalent(response, reference, schema, rows, **options)
    return outcome.score, outcome.reason


# What is compared


def test_rows_are_compared_as_multisets():
    assert graded("SELECT a FROM t ORDER BY a DESC") == (1.0, "the same 3 rows")
    assert graded("SELECT DISTINCT a FROM t") == (0.0, "1 row missing, such as (2)")


def test_what_is_too_many_is_told():
    assert graded("SELECT a + 5 FROM t", "SELECT a FROM t LIMIT 1") == (
        0.0,
        "1 row missing, such as (1); 2 rows too many, such as (6)",
    )


def test_the_order_counts_where_the_reference_has_one():
    reference = "SELECT a, b FROM t ORDER BY a"
    assert graded("SELECT a, b FROM t ORDER BY b", reference)[0] == 1.0
    assert graded("SELECT a, b FROM t ORDER BY b DESC", reference) == (
        0.0,
        "the rows are right, and in another order",
    )


def test_whether_the_order_counts_is_an_option():
    ordered, reverse = "SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"
    assert graded(reverse, ordered, order="any")[0] == 1.0
    assert graded(reverse, "SELECT a FROM t", order="same")[0] == 0.0


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("SELECT a FROM t order\n by a", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) x", False),
        ("SELECT 'ORDER BY' FROM t -- ORDER BY a\n /* ORDER BY a */", False),
        ('SELECT "ORDER BY (" FROM t ORDER BY 1', True),
        ("SELECT rank() OVER (ORDER BY a) FROM t", False),
        ("SELECT 'it''s (' FROM t ORDER BY a", True),
    ],
)
def test_an_order_of_its_own_stands_outside_of_parentheses_texts_and_comments(query, ordered):
    assert is_ordered(query) is ordered


@pytest.mark.parametrize(
    ("left", "right", "score"),
    [
        ("3", "3.0", 1.0),
        ("'3'", "3", 0.0),
        ("0.1 + 0.2", "0.3", 1.0),
        ("1.00000001", "1", 0.0),
        ("NULL", "NULL", 1.0),
        ("NULL", "''", 0.0),
        ("x'41'", "'A'", 0.0),
        ("9e999", "9e999", 1.0),
        ("9007199254740993", "9007199254740992", 0.0),
    ],
)
def test_values_are_equal_as_sql_has_it(left, right, score):
    assert graded(f"SELECT {left}", f"SELECT {right}")[0] == score


def test_columns_count_by_their_place():
    assert graded("SELECT b, a FROM t", "SELECT a, b FROM t")[0] == 0.0
    assert graded("SELECT a, b FROM t") == (0.0, "2 columns instead of 1")


def test_the_names_of_columns_count_where_it_is_said():
    assert graded("SELECT a AS n FROM t")[0] == 1.0
    assert graded("SELECT a AS n FROM t", names=True) == (0.0, "the columns are n instead of a")
    assert graded("SELECT a AS A FROM t", names=True)[0] == 1.0


def test_no_rows_of_both_are_told():
    assert graded("SELECT a FROM t WHERE 0", "SELECT 1 LIMIT 0") == (1.0, "both give no rows")


def test_the_fence_of_a_response_is_read():
    assert graded("So:\n```sql\nSELECT a FROM t;\n```\n")[0] == 1.0


# Where the data come from


def test_rows_fill_a_table_of_the_schema():
    schema = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT 'z')"
    rows = {"t": [{"a": 1}, (2, "q")]}
    assert graded("SELECT b FROM t", "SELECT 'z' UNION SELECT 'q'", schema, rows)[0] == 1.0


def test_rows_make_the_table_that_the_schema_lacks():
    rows = {'odd "name"': [{"a b": 1, "c": None}, {"a b": 2.5, "c": "x"}]}
    query = 'SELECT "a b", c FROM "odd ""name"""'
    assert graded(query, query, None, rows) == (1.0, "the same 2 rows")


def test_setup_comes_before_the_schema():
    outcome = graded("SELECT 7", schema="INSERT INTO t VALUES (7)", setup="CREATE TABLE t (a)")
    assert outcome == (1.0, "the same 1 row")


def test_the_two_must_agree_on_every_database():
    rows = [{"t": [{"a": 2}]}, {"t": [{"a": 1}]}]
    assert graded("SELECT 2", schema=None, rows=rows[:1])[0] == 1.0
    assert graded("SELECT 2", schema=None, rows=rows) == (
        0.0,
        "1 row missing, such as (1); 1 row too many, such as (2) (database 2)",
    )


def test_a_dump_of_sqlite_is_a_schema():
    dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a);\nCOMMIT;\n"
    assert graded("SELECT a FROM t", schema=dump) == (1.0, "both give no rows")


@pytest.mark.parametrize(
    ("schema", "rows", "message"),
    [
        ("CREATE TABLE", None, "the database cannot be made: incomplete input"),
        ("ATTACH 'x' AS y", None, "the database cannot be made: it may not use ATTACH"),
        ("PRAGMA hard_heap_limit=0", None, "it may not use PRAGMA hard_heap_limit"),
        (T, {"t": "ab"}, "rows of table 't' must be a list"),
        (T, {"t": ["ab"]}, "must be a list of values or a table of columns, and is of type str"),
        (T, {"t": [[[]]]}, "a row of table 't' holds a list: values are texts, numbers or null"),
        (T, {"t": [[1, 2, 3]]}, "the database cannot be made: 3 values for 2 columns"),
        (T, {"t": [[2**70, ""]]}, "the database cannot be made: Python int too large"),
        (None, {"new": [[1]]}, "table 'new' has no columns"),
        ([T, T], [{}, {}, {}], "there are 2 schemas and 3 tables of rows"),
        ([], None, "schema and rows must not be empty lists"),
    ],
)
def test_data_of_which_no_database_can_be_made_are_an_error(schema, rows, message):
    with pytest.raises(CannotGrade) as caught:
        graded("SELECT 1", schema=schema, rows=rows)
    assert message in str(caught.value)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("SELECT z FROM t", "the reference fails: no such column: z"),
        ("", "reference has no SQL"),
        ("DELETE FROM t", "the reference fails: it may not use DELETE"),
    ],
)
def test_a_reference_that_fails_is_an_error(reference, message):
    with pytest.raises(CannotGrade, match=message):
        graded("SELECT 1", reference)


# Scripts that write


def test_what_the_tables_hold_afterwards_is_compared():
    reference = "DELETE FROM t WHERE b = 'y'"
    assert graded("DELETE FROM t WHERE a = 2", reference, writes=True)[0] == 1.0
    assert graded("DELETE FROM t WHERE a = 1", reference, writes=True) == (
        0.0,
        "1 row missing, such as ('t', 1, 'x'); 2 rows too many, such as ('t', 2, 'y')",
    )


def test_a_script_may_have_several_statements():
    made = "BEGIN; CREATE TABLE u (c); INSERT INTO u SELECT a FROM t; COMMIT"
    assert graded(made, "CREATE TABLE u AS SELECT a AS c FROM t", writes=True)[0] == 1.0
    assert graded("SELECT 1", "CREATE TABLE u (c)", writes=True)[0] == 0.0


@pytest.mark.parametrize(
    "script",
    [
        "ATTACH ':memory:' AS q",
        "PRAGMA writable_schema = 1",
        "VACUUM INTO '{path}'",
        "CREATE VIRTUAL TABLE v USING fts5(a)",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "DELETE FROM sqlite_master",
        "SELECT load_extension('{path}')",
    ],
)
def test_a_script_may_change_tables_and_nothing_else(script, tmp_path):
    path = tmp_path / "made"
    outcome = graded(script.format(path=path), "DELETE FROM t", writes=True)
    assert outcome[0] == 0.0
    assert outcome[1].startswith("the query fails: ")
    assert not path.exists()


# What a query may not do


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("DELETE FROM t", "it may not use DELETE"),
        ("INSERT INTO t VALUES (1, 'x')", "it may not use INSERT"),
        ("UPDATE t SET a = 1", "it may not use UPDATE"),
        ("DROP TABLE t", "it may not use DROP TABLE"),
        ("CREATE TABLE u (a)", "it may not use CREATE TABLE"),
        ("ATTACH 'made.db' AS y", "it may not use ATTACH"),
        ("PRAGMA journal_mode", "it may not use PRAGMA"),
        ("SELECT name FROM pragma_table_info('t')", "it may not use PRAGMA"),
        ("SELECT load_extension('x')", "it may not call load_extension"),
        ("BEGIN", "it may not use TRANSACTION"),
        ("VACUUM INTO 'made.db'", "it may not use ATTACH"),
        ("SELECT 1; DROP TABLE t", "You can only execute one statement at a time."),
        ("SELEC a", 'near "SELEC": syntax error'),
        ("SELECT 1\0", "the query contains a null character"),
        ("SELECT '\ud800'", "surrogates not allowed"),
    ],
)
def test_a_query_that_does_more_than_read_is_wrong(response, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    score, told = graded(response)
    assert score == 0.0
    assert told.startswith("the query fails: ")
    assert reason in told
    assert list(tmp_path.iterdir()) == []


def test_an_endless_query_runs_out_of_steps():
    assert graded(ENDLESS.format("count(*)"), steps=1_000_000) == (
        0.0,
        "the query fails: it did not end within 1000000 steps of SQLite",
    )


def test_an_endless_query_that_gives_rows_ends_with_one_too_many():
    assert graded(ENDLESS.format("x"))[0] == 0.0


@pytest.mark.parametrize("column", ["zeroblob(900000)", "hex(randomblob(400000))"])
def test_a_query_that_sorts_too_much_runs_out_of_memory(column):
    assert graded(f"{ENDLESS.format(f'{column} AS y, x')} ORDER BY x") == (
        0.0,
        "the query fails: it took more memory than it may",
    )


def test_a_value_that_is_too_long_is_refused():
    assert graded("SELECT hex(zeroblob(1000000000))")[1] == (
        "the query fails: string or blob too big"
    )


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT {'(' * 50_000}1{')' * 50_000}",
        f"SELECT 1{' UNION SELECT 1' * 5000}",
        f"SELECT '{'a' * 1000}' LIKE '{'%a' * 2000}'",
        f"SELECT {'-1' * 5000}",
        f"SELECT '{'a' * 2_000_000}'",
    ],
)
def test_a_query_beyond_the_limits_of_the_parser_is_wrong(query):
    assert graded(query)[0] == 0.0


@pytest.mark.parametrize("operator", ["LIKE '%a", "GLOB '*a"])
def test_a_pattern_that_is_tried_in_many_ways_ends(operator):
    pattern = operator + operator[-2:] * 400 + "b'"
    assert graded(f"SELECT 1 WHERE '{'a' * 500_000}' {pattern}", "SELECT 1")[0] == 0.0


def test_a_reference_that_does_not_end_is_an_error():
    with pytest.raises(CannotGrade, match="the reference fails: it did not end within 10000 steps"):
        graded("SELECT 1", ENDLESS.format("count(*)"), steps=1000)


def test_a_deadline_that_passes_is_an_error_that_says_whose():
    with pytest.raises(CannotGrade, match=r"the response took longer than 0\.5 s") as caught:
        graded(ENDLESS.format("count(*)"), steps=1_000_000_000, deadline=0.5)
    assert caught.value.kind == "timeout"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"order": "random"}, "'order' must be in"),
        ({"steps": 10}, "'steps' must be >= 1000"),
        ({"deadline": 0}, "'deadline' must be > 0"),
    ],
)
def test_options_out_of_their_bounds_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        spec_of(sql_equivalent).options(**options)


def test_databases_are_not_shared():
    # Each side has a database of its own: what the reference deletes, the response still sees.
    sides = itertools.repeat("DELETE FROM t WHERE a = (SELECT max(a) FROM t)", 2)
    assert graded(*sides, writes=True)[0] == 1.0


@pytest.mark.parametrize(
    "printed",
    [
        "printf('%.*c', 1000000000, 'x')",
        "format('%1000000000d', 1)",
        "printf('%*d', -1000000000, 1)",
        "printf('%.1000000000c', 'x')",
        "printf('%' || '.*c', 1e9, 'x')",
    ],
)
def test_a_width_that_would_take_seconds_is_refused(printed):
    outcome = sql_equivalent(f"SELECT length({printed})", "SELECT 1")
    assert outcome.score == 0.0
    assert (
        outcome.reason == "the query fails: it may not print what is wider than 1048576 characters"
    )


@pytest.mark.parametrize(
    ("printed", "wanted"),
    [
        ("printf('%.2f|%5d|%-3s|%%', 2.5, 7, 'e')", "2.50|    7|e  |%"),
        ("printf('%,d', 1000000000)", "1,000,000,000"),
        ("format('%*d', 4, 1)", "   1"),
        ("printf('%s', NULL)", ""),
        ("printf('%.1c', 'x')", "x"),
    ],
)
def test_what_is_printed_is_as_ever(printed, wanted):
    assert sql_equivalent(f"SELECT {printed}", f"SELECT '{wanted}'").score == 1.0
