"""The grader of SQL that must parse."""

import logging
import re
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import GraderScore, grader
from rmg_plugin_code.python_source import refuse_long
from rmg_plugin_code.sql_text import sql_in

Dialect: TypeAlias = Literal[
    "any",
    "athena",
    "bigquery",
    "clickhouse",
    "databricks",
    "doris",
    "drill",
    "druid",
    "duckdb",
    "hive",
    "materialize",
    "mysql",
    "oracle",
    "postgres",
    "presto",
    "redshift",
    "risingwave",
    "snowflake",
    "spark",
    "sqlite",
    "starrocks",
    "tableau",
    "teradata",
    "trino",
    "tsql",
]

_CLASS = re.compile(r"<class '(?:\w+\.)*(\w+)'>")


@grader(needs=("rmg-plugin-code[sql]",), runs_in="process")
def sql_parses(
    response: str,
    *,
    dialect: Annotated[
        Dialect, validators.in_(get_args(Dialect)), "whose SQL; any: a mixture of most"
    ] = "any",
    single: Annotated[bool, "there must be one statement, and no more"] = False,
) -> GraderScore:
    """1 when the SQL of the response parses, else 0.

    The SQL is what stands in fences tagged `sql` and the like or without a tag; without fences it
    is the response as a whole. Words that sqlglot reads as an expression and not as a statement,
    and statements that it passes on unread, do not parse. Names of tables and columns are not
    looked up: `sql_equivalent` runs a query.

    Definition: `sqlglot.parse`, which allows more than a database does.

    Raises:
        CannotGrade: the response has more than a million characters (`bad_input`).

    Example:
        >>> sql_parses("SELECT name FROM city WHERE").reason
        "it does not parse: Required keyword: 'this' missing for Where (line 1, column 27)"
        >>> sql_parses("SELECT name FROM city").reason
        '1 statement: select'
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    refuse_long(response)
    text = sql_in(response)
    # sqlglot logs what it passes on unread; here that is told by the score.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        found = [each for each in sqlglot.parse(text, read=_read(dialect)) if each is not None]
    except SqlglotError as fault:
        return GraderScore(0.0, f"it does not parse: {_told(fault)}")
    except RecursionError:
        return GraderScore(0.0, "it is nested deeper than sqlglot can follow")
    return _score(found, single=single)


def _read(dialect: Dialect) -> str:
    return "" if dialect == "any" else dialect


def _score(found: list[Any], *, single: bool) -> GraderScore:
    from sqlglot import expressions

    statements = (
        *(expressions.Query, expressions.DDL, expressions.DML, expressions.Values),
        *(expressions.Alter, expressions.Drop, expressions.Merge, expressions.TruncateTable),
        *(expressions.Describe, expressions.Use, expressions.Set, expressions.Pragma),
        *(expressions.Transaction, expressions.Commit, expressions.Rollback, expressions.Grant),
    )
    if not found:
        return GraderScore(0.0, "the response has no SQL")
    for number, each in enumerate(found, 1):
        if not isinstance(each, statements):
            return GraderScore(0.0, f"statement {number} is {_unread(each)}")
    kinds = ", ".join(each.key for each in found[:10])
    counted = f"{len(found)} {'statement' if len(found) == 1 else 'statements'}: {kinds}"
    return GraderScore(float(not single or len(found) == 1), counted)


def _unread(statement: Any) -> str:
    from sqlglot import expressions

    if isinstance(statement, expressions.Command):
        word = str(statement.this)
        return f"passed on unread by sqlglot: {word if len(word) <= 40 else f'{word[:40]}…'}"
    return f"no statement, but what sqlglot names {type(statement).__name__}"


def _told(fault: Any) -> str:
    """Return what is wrong and where, without the colours that sqlglot adds for a terminal."""
    errors = getattr(fault, "errors", ())
    if not errors:
        return str(fault).partition("\n")[0]
    first = errors[0]
    said = _CLASS.sub(r"\1", first["description"])
    return f"{said.rstrip('.')} (line {first['line']}, column {first['col']})"
