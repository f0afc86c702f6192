"""The grader of queries that must give what another gives."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_code import query_child
from rmg_plugin_code.sql_text import is_ordered, sql_in

Order: TypeAlias = Literal["auto", "any", "same"]
Rows: TypeAlias = Mapping[str, Sequence[Any]]


@grader
def sql_equivalent(
    response: str,
    reference: str,
    schema: str | list[str] | None = None,
    rows: Mapping[str, Any] | list[Mapping[str, Any]] | None = None,
    *,
    setup: Annotated[str, "SQL that makes the database, before `schema` and `rows`"] = "",
    order: Annotated[
        Order,
        validators.in_(get_args(Order)),
        "of rows; auto: the same when the reference has an ORDER BY of its own",
    ] = "auto",
    names: Annotated[bool, "columns must have the same names, too"] = False,
    writes: Annotated[
        bool, "both are scripts that write; what the tables hold afterwards is compared"
    ] = False,
    steps: Annotated[
        int,
        validators.ge(1000),
        validators.le(1_000_000_000),
        "of SQLite that the response may take; the reference may take ten times as many",
    ] = 20_000_000,
    deadline: Annotated[
        float, validators.gt(0), validators.le(600), "seconds for both, on all databases"
    ] = 30.0,
) -> GraderScore:
    """1 when the query of the response gives what the reference gives, else 0.

    `schema` is SQL that makes tables and fills them; `rows` are a table of rows for each name of a
    table, each a list of values or a table of columns. A list of either is several databases, and
    the two must agree on each: an empty or small one lets wrong queries pass.

    Rows are compared as multisets, or in their order; columns by their place. Numbers are equal
    when twelve digits are; 1 is 1.0, and is not '1'. Rows that tie in the ORDER BY of the
    reference must come in its order, unless `order` is `any`.

    Both run in SQLite, in memory, in a process of their own. The response may read, and with
    `writes` change the tables; it can attach nothing, set no pragma and load no extension. A query
    that fails, does what it may not, or takes too many steps, too much memory or more than ten
    seconds of the processor is a wrong one: 0.

    Definition: execution accuracy of Spider (Yu et al. 2018), over several databases as in Zhong et
    al. 2020.

    Raises:
        CannotGrade: the schema, the rows or the reference fail, or do not fit together
            (`bad_input`), or the deadline passed (`timeout`).

    Example:
        >>> table = "CREATE TABLE city AS SELECT 'Rome' AS name, 3 AS people UNION SELECT 'Bari', 1"
        >>> query = "SELECT name FROM city WHERE people > 2"
        >>> sql_equivalent("SELECT name FROM city WHERE people = 3", query, table).reason
        'the same 1 row'
        >>> sql_equivalent("SELECT name FROM city", query, table).reason
        "1 row too many, such as ('Bari')"
    """
    databases = [
        {"scripts": [script for script in (setup, script) if script], "rows": table}
        for script, table in _databases(schema, rows)
    ]
    right, sql = sql_in(reference), sql_in(response)
    if not right:
        raise CannotGrade("reference has no SQL", "bad_input")
    if not sql:
        return GraderScore(0.0, "the response has no SQL")
    request = {
        "databases": databases,
        "response": sql,
        "reference": right,
        "ordered": not writes and (order == "same" or (order == "auto" and is_ordered(right))),
        "names": names,
        "writes": writes,
        "steps": steps,
    }
    return _score(_ask(request, deadline))


def _databases(
    schema: str | Sequence[str] | None, rows: Rows | Sequence[Rows] | None
) -> list[tuple[str, dict[str, list[Any]]]]:
    """Return the script and the rows of each database.

    Raises:
        CannotGrade: there are not as many of the one as of the other, or none (`bad_input`).
    """
    scripts = [schema or ""] if schema is None or isinstance(schema, str) else list(schema)
    tables = [rows or {}] if rows is None or isinstance(rows, Mapping) else list(rows)
    if not scripts or not tables:
        raise CannotGrade("schema and rows must not be empty lists", "bad_input")
    if len(scripts) == 1:
        scripts *= len(tables)
    if len(tables) == 1:
        tables *= len(scripts)
    if len(scripts) != len(tables):
        raise CannotGrade(
            f"there are {len(scripts)} schemas and {len(tables)} tables of rows: "
            "give as many of both, or one of either",
            "bad_input",
        )
    return [(script, _plain(table)) for script, table in zip(scripts, tables, strict=True)]


def _plain(tables: Rows) -> dict[str, list[Any]]:
    """Return rows as JSON has them.

    Raises:
        CannotGrade: they are no rows (`bad_input`).
    """
    plain: dict[str, list[Any]] = {}
    for name, rows in tables.items():
        if isinstance(rows, str | Mapping) or not isinstance(rows, Sequence):
            raise CannotGrade(f"rows of table {name!r} must be a list", "bad_input")
        plain[name] = [_row(name, row) for row in rows]
    return plain


def _row(name: str, row: Any) -> list[Any] | dict[str, Any]:
    values = list(row.values()) if isinstance(row, Mapping) else row
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise CannotGrade(
            f"a row of table {name!r} must be a list of values or a table of columns, "
            f"and is of type {type(row).__name__}",
            "bad_input",
        )
    for value in values:
        if not isinstance(value, str | int | float | None):
            raise CannotGrade(
                f"a row of table {name!r} holds a {type(value).__name__}: "
                "values are texts, numbers or null",
                "bad_input",
            )
    return dict(row) if isinstance(row, Mapping) else list(row)


def _ask(request: Mapping[str, Any], deadline: float) -> Mapping[str, Any]:
    try:
        # -I and -S: no site-packages, no user's start-up code, and never the user's main script.
        ran = subprocess.run(  # noqa: S603 - this Python, and a script of this pack
            [sys.executable, "-I", "-S", str(Path(query_child.__file__))],
            input=json.dumps(request).encode("ascii"),
            capture_output=True,
            timeout=deadline,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        who = _last(fault.stdout or b"")
        raise CannotGrade(f"the {who} took longer than {deadline:g} s", "timeout") from fault
    last = _last(ran.stdout)
    if isinstance(last, dict):
        return last
    if ran.returncode == -getattr(signal, "SIGXCPU", 0) and last == "response":
        reason = f"it took more than {query_child.CPU_SECONDS} seconds of the processor"
        return {"said": "failed", "reason": reason, "rows": 0}
    said = ran.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    raise CannotGrade(
        f"the process that runs the {last} ended with exit code {ran.returncode}: {said}", "crash"
    )


def _last(written: bytes) -> Any:
    """Return the last whole line of what the process wrote."""
    lines = written.split(b"\n")[:-1]
    return json.loads(lines[-1]) if lines else "reference"


def _score(reply: Mapping[str, Any]) -> GraderScore:
    said, reason, rows = reply["said"], reply["reason"], reply["rows"]
    match said:
        case "bad_setup":
            raise CannotGrade(f"the database cannot be made: {reason}", "bad_input")
        case "bad_reference":
            raise CannotGrade(f"the reference fails: {reason}", "bad_input")
        case "equal":
            told = (
                f"the same {rows} {'row' if rows == 1 else 'rows'}" if rows else "both give no rows"
            )
            return GraderScore(1.0, told, {"rows": rows})
        case "failed":
            return GraderScore(0.0, f"the query fails: {reason}")
        case _:
            return GraderScore(0.0, reason, {"rows": rows})
