import pytest

from rmg_core.graders import spec_of
from rmg_plugin_code.sql_parses import Dialect, sql_parses

KNOWN = Dialect.__args__  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT a FROM t WHERE b > 1 ORDER BY a",
        "WITH c AS (SELECT 1) SELECT * FROM c",
        "(SELECT 1) UNION SELECT 2",
        "INSERT INTO t VALUES (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "CREATE TABLE t (a INT)",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN b INT",
        "VALUES (1), (2)",
    ],
)
def test_statements_of_every_kind_parse(statement):
    assert sql_parses(statement).score == 1.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("", "the response has no SQL"),
        ("```python\nx\n```", "the response has no SQL"),
        ("-- nothing", "the response has no SQL"),
        ("hello world", "statement 1 is no statement, but what sqlglot names Alias"),
        ("SELECT 1; hello", "statement 2 is no statement, but what sqlglot names Column"),
        ("EXPLAIN SELECT 1", "statement 1 is passed on unread by sqlglot: EXPLAIN"),
        ("SELECT (1", "it does not parse: Expecting ) (line 1, column 9)"),
        ("SELECT 'abc", "it does not parse: Error tokenizing 'SELECT 'ab'"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "it is nested deeper than sqlglot can follow"),
    ],
)  # fmt: skip
def test_what_does_not_parse_is_wrong_with_a_reason(response, reason):
    outcome = sql_parses(response)
    assert (outcome.score, outcome.reason) == (0.0, reason)


def test_the_fence_of_a_response_is_read():
    assert sql_parses("This:\n```sql\nSELECT 1\n```\nworks.").reason == "1 statement: select"


def test_a_dialect_is_read_as_its_own():
    query = "SELECT TOP 3 [name] FROM city"
    assert sql_parses(query, dialect="tsql").score == 1.0
    assert sql_parses(query, dialect="mysql").score == 0.0


def test_several_statements_are_wrong_where_one_is_asked_for():
    assert sql_parses("SELECT 1; SELECT 2;").score == 1.0
    assert sql_parses("SELECT 1; SELECT 2;", single=True).reason == "2 statements: select, select"
    assert sql_parses("SELECT 1;", single=True).score == 1.0


@pytest.mark.parametrize("dialect", KNOWN)
def test_sqlglot_knows_each_dialect(dialect):
    assert sql_parses("SELECT a FROM t", dialect=dialect).score == 1.0


def test_a_dialect_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="'dialect' must be in"):
        spec_of(sql_parses).options(dialect="db2")
