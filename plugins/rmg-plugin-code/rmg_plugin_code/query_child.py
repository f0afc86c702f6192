"""The process in which SQLite runs queries: run as a script, it can be killed at a deadline.

It reads one request from stdin, and writes lines to stdout: `reference` and `response` before it
runs them on a database, at last the verdict, all JSON. It imports nothing but the stdlib, so that
it starts quickly, and what is asked of it is on no disk.
"""

import contextlib
import json
import re
import sqlite3
import sys
from collections import Counter
from typing import Any

MEGABYTE = 1 << 20
HEAP = 256 * MEGABYTE
ADDRESSES = 2048 * MEGABYTE  # of the whole process, should SQLite's own limit not do
LONGEST_VALUE = MEGABYTE
MOST_ROWS = 100_000
STEPS_A_CALL = 1000
CPU_SECONDS = 10  # a single step on long values can take seconds
REFERENCE_STEPS = 10  # times those of the response

READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
WRITING = READING | {
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_CREATE_INDEX,
    sqlite3.SQLITE_CREATE_VIEW,
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_VIEW,
    sqlite3.SQLITE_ALTER_TABLE,
    sqlite3.SQLITE_REINDEX,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
}
SETUP_REFUSES = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_CREATE_VTABLE}
DUMPED_PRAGMAS = {"foreign_keys", "encoding", "user_version", "application_id"}
REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer"}
# What a database of its own could do to others of this process, or take of the machine.
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: MEGABYTE,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
SCHEMA_TABLES = {"sqlite_master", "sqlite_temp_master", "sqlite_schema"}
FAULTS = (sqlite3.Error, sqlite3.Warning, OverflowError, MemoryError, ValueError)

Rows = list[tuple[Any, ...]]


class Failed(Exception):
    """SQL did not run to its end, for the reason that it gives."""


class Verdict(Exception):
    """What there is to say, which ends the work."""

    def __init__(self, said: str, reason: str, rows: int = 0) -> None:
        self.reply: dict[str, Any] = {"said": said, "reason": reason, "rows": rows}


class Database:
    """A database in memory, filled as the request says."""

    def __init__(self, setup: dict[str, Any], request: dict[str, Any]) -> None:
        self._request = request
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.text_factory = lambda data: data.decode("utf-8", "replace")
        self._connection.execute("PRAGMA temp_store = MEMORY")
        self._connection.execute(f"PRAGMA hard_heap_limit = {HEAP}")
        refused: list[str] = []
        self._connection.set_authorizer(_allowing_setup(refused))
        try:
            for script in setup["scripts"]:
                self._connection.executescript(script)
            self._connection.set_authorizer(None)
            for table, rows in setup["rows"].items():
                _fill(self._connection, table, rows)
        except FAULTS as fault:
            reason = f"it may not {refused[0]}" if refused else str(fault)
            raise Verdict("bad_setup", reason) from fault

    def run(self, sql: str, steps: int, most_rows: int) -> Any:
        """Return what a query gives, or what the tables hold after a script.

        Raises:
            Failed: it did not run, or not within its limits.
        """
        connection, writes = self._connection, self._request["writes"]
        for limit, value in LIMITS.items():
            connection.setlimit(limit, value)
        budget = _Budget(steps)
        connection.set_progress_handler(budget.spend, STEPS_A_CALL)
        refused: list[str] = []
        _bound_printf(connection, refused)
        connection.set_authorizer(_allowing(WRITING if writes else READING, refused))
        try:
            if writes:
                connection.executescript(sql)
                connection.set_authorizer(None)
                return _tables(connection, most_rows)
            cursor = connection.execute(sql)
            rows = cursor.fetchmany(most_rows + 1)
            return [each[0] for each in cursor.description or ()], rows
        except FAULTS as fault:
            if budget.is_spent:
                raise Failed(f"it did not end within {steps} steps of SQLite") from fault
            if isinstance(fault, MemoryError):
                raise Failed("it took more memory than it may") from fault
            if refused:
                raise Failed(f"it may not {refused[0]}") from fault
            raise Failed(str(fault)) from fault


def _bound_printf(connection: sqlite3.Connection, refused: list[str]) -> None:
    """Refuse widths that are longer than any value: SQLite pads first, and looks then."""
    plain = sqlite3.connect(":memory:", isolation_level=None)
    plain.text_factory = connection.text_factory
    plain.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)

    def bounded(*values: Any) -> Any:
        text = values[0] if values else None
        if isinstance(text, str):
            widths: list[float] = [int(each[:20]) for each in re.findall("[0-9]+", text)]
            if "*" in text:
                widths += [abs(each) for each in values if isinstance(each, int | float)]
            if max(widths, default=0) > LONGEST_VALUE:
                refused.append(f"print what is wider than {LONGEST_VALUE} characters")
                raise OverflowError
        marks = ", ".join("?" * len(values))
        return plain.execute(f"SELECT printf({marks})", values).fetchone()[0]

    for name in ("printf", "format"):
        connection.create_function(name, -1, bounded, deterministic=True)


class _Budget:
    def __init__(self, steps: int) -> None:
        self._left = steps
        self.is_spent = False

    def spend(self) -> bool:
        self._left -= STEPS_A_CALL
        self.is_spent = self._left < 0
        return self.is_spent


_NAMES = {
    getattr(sqlite3, name): name.removeprefix("SQLITE_").replace("_", " ")
    for name in dir(sqlite3)
    if name.startswith(("SQLITE_CREATE_", "SQLITE_DROP_"))
    or name
    in {
        *("SQLITE_ATTACH", "SQLITE_DETACH", "SQLITE_PRAGMA", "SQLITE_INSERT", "SQLITE_UPDATE"),
        *("SQLITE_DELETE", "SQLITE_TRANSACTION", "SQLITE_SAVEPOINT", "SQLITE_ALTER_TABLE"),
        *("SQLITE_ANALYZE", "SQLITE_REINDEX"),
    }
}

_ROWS = {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}


def _allowing(actions: set[int], refused: list[str]) -> Any:
    def allows(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        name = (second or "").lower()
        if action in _ROWS and first in SCHEMA_TABLES:
            # SQLite asks this beside what it is for, and lets nobody write there directly.
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and name in REFUSED_FUNCTIONS:
            refused.append(f"call {name}")
            return sqlite3.SQLITE_DENY
        if action not in actions:
            refused.append(f"use {_NAMES.get(action, f'what SQLite numbers {action}')}")
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    return allows


def _allowing_setup(refused: list[str]) -> Any:
    def allows(action: int, first: str | None, *_: str | None) -> int:
        pragma = action == sqlite3.SQLITE_PRAGMA and (first or "").lower()
        if action not in SETUP_REFUSES and (not pragma or pragma in DUMPED_PRAGMAS):
            return sqlite3.SQLITE_OK
        refused.append(f"use {_NAMES[action]}" + (f" {first}" if pragma else ""))
        return sqlite3.SQLITE_DENY

    return allows


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _fill(connection: sqlite3.Connection, table: str, rows: list[Any]) -> None:
    """Put rows into a table, which is made where the schema has none of this name."""
    known = [each[1] for each in connection.execute(_COLUMNS, (table,))]
    named = list(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    columns = named or known
    if not known:
        if not columns:
            raise ValueError(f"table {table!r} has no columns: give its rows as tables of them")
        declared = ", ".join(map(_quoted, columns))
        connection.execute(f"CREATE TABLE {_quoted(table)} ({declared})")
    for row in rows:
        values = row if isinstance(row, list) else [row[key] for key in row]
        keys = (known or columns) if isinstance(row, list) else list(row)
        marks = ", ".join("?" * len(values))
        into = ", ".join(map(_quoted, keys))
        connection.execute(
            f"INSERT INTO {_quoted(table)} ({into}) VALUES ({marks})",  # noqa: S608 - quoted
            values,
        )


_COLUMNS = "SELECT * FROM pragma_table_info(?)"


def _tables(connection: sqlite3.Connection, most_rows: int) -> Any:
    listed = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
        "ESCAPE '~'"
    )
    names = sorted(each[0] for each in listed.fetchall())
    rows: Rows = []
    for name in names:
        found = connection.execute(f"SELECT * FROM {_quoted(name)}")  # noqa: S608 - quoted
        columns = tuple(each[0].lower() for each in found.description)
        rows.append((name.lower(), "has the columns", *columns))
        rows += [(name.lower(), *each) for each in found.fetchmany(most_rows + 1)]
    return [], rows


def _key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(map(_comparable, row))


def _comparable(value: Any) -> Any:
    """Return what stands for a value where values are compared: 3 and 3.0 are one, 3 and '3' two.

    Of numbers twelve digits count, since the order of a sum may change those after them.
    """
    match value:
        case int():
            return "number", str(value)
        case float():
            whole = value.is_integer() and abs(value) < 1e15
            return "number", str(int(value)) if whole else f"{value:.12g}"
        case bytes():
            return "bytes", value.hex()
        case _:
            return "text" if isinstance(value, str) else "null", value


def _compare(wanted: tuple[Any, Rows], got: tuple[Any, Rows], request: dict[str, Any]) -> int:
    """Raise the verdict where the two differ, else return how many rows they have."""
    columns, right = wanted
    names, rows = got
    if len(names) != len(columns):
        raise Verdict("different", f"{_count(names, 'column')} instead of {len(columns)}")
    if request["names"]:
        lowered = [[each.lower() for each in side] for side in (names, columns)]
        if lowered[0] != lowered[1]:
            said = f"the columns are {', '.join(names)} instead of {', '.join(columns)}"
            raise Verdict("different", said[:300])
    left, expected = list(map(_key, rows)), list(map(_key, right))
    missing, needless = Counter(expected), Counter(left)
    missing, needless = missing - needless, needless - missing
    if missing or needless:
        raise Verdict("different", _difference(missing, needless), len(right))
    if request["ordered"] and left != expected:
        raise Verdict("different", "the rows are right, and in another order", len(right))
    return len(right)


def _difference(missing: Counter[Any], needless: Counter[Any]) -> str:
    told = []
    for rows, word in ((missing, "missing"), (needless, "too many")):
        if rows:
            values = ", ".join(map(_shown, next(iter(rows))))
            shown = values if len(values) <= 80 else f"{values[:80]}…"
            told.append(f"{_count(rows.total(), 'row')} {word}, such as ({shown})")
    return "; ".join(told)


def _shown(value: tuple[str, Any]) -> str:
    match value:
        case "null", _:
            return "NULL"
        case "text", text:
            return f"'{text}'"
        case _, number:
            return str(number)


def _count(things: Any, noun: str) -> str:
    number = things if isinstance(things, int) else len(things)
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def judge(request: dict[str, Any]) -> dict[str, Any]:
    """Run both on each database, and compare."""
    steps, total = request["steps"], 0
    for number, setup in enumerate(request["databases"], 1):
        place = f" (database {number})" if len(request["databases"]) > 1 else ""
        try:
            _begin("reference")
            reference = Database(setup, request)
            right = _reference(reference, request)
            _begin("response")
            try:
                got = Database(setup, request).run(request["response"], steps, len(right[1]))
            except Failed as fault:
                raise Verdict("failed", str(fault)) from fault
            total += _compare(right, got, request)
        except Verdict as verdict:
            verdict.reply["reason"] += place
            return verdict.reply
    return {"said": "equal", "reason": "", "rows": total}


def _reference(database: Database, request: dict[str, Any]) -> Any:
    try:
        right = database.run(request["reference"], REFERENCE_STEPS * request["steps"], MOST_ROWS)
    except Failed as fault:
        raise Verdict("bad_reference", str(fault)) from fault
    if len(right[1]) > MOST_ROWS:
        raise Verdict("bad_reference", f"it gives more than {MOST_ROWS} rows")
    return right


def _begin(what: str) -> None:
    """Say what is run, and give it seconds of its own."""
    _say(what)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        end = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


def _say(message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _say(judge(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
