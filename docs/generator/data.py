"""The messages about a dataset, made by datasets that have the mistakes."""

import gzip
import tempfile
from pathlib import Path

from generator.markdown import code, table
from rmg_core.basic.readers import CsvReader, JsonlReader
from rmg_core.datasets import Dataset
from rmg_core.errors import DataError, Problem

ROW = b'{"id": 1, "answer": "Rome"}\n'

MISTAKES: tuple[tuple[str, str, bytes], ...] = (
    ("an empty file", "a.jsonl", b""),
    ("a line cut off", "a.jsonl", b'{"id": 1, "answer": "Ro\n'),
    ("{'id': 1}", "a.jsonl", b"{'id': 1}\n"),
    ("[1, 2]", "a.jsonl", b"[1, 2]\n"),
    ('{"id": 1, "score": NaN}', "a.jsonl", b'{"id": 1, "score": NaN}\n'),
    ('{"id": 1, "id": 2}', "a.jsonl", b'{"id": 1, "id": 2}\n'),
    ('{"id": 1, "n": 1e999}', "a.jsonl", b'{"id": 1, "n": 1e999}\n'),
    ("a line that is not UTF-8", "a.jsonl", b'{"id": "caf\xe9"}\n'),
    ("a row without the id field", "a.jsonl", b'{"answer": "Rome"}\n'),
    ("an id that is a list", "a.jsonl", b'{"id": [1]}\n'),
    ("one id with two contents", "a.jsonl", ROW + ROW.replace(b"Rome", b"Oslo")),
    ("a CSV row with too many cells", "a.csv", b"id,answer\n1,Rome,Oslo\n"),
    ("a CSV header with a name twice", "a.csv", b"id,id\n1,2\n"),
    ("a .gz file cut off", "a.jsonl.gz", gzip.compress(ROW * 200, mtime=0)[:40]),
)


def messages() -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for written, name, content in MISTAKES:
            problem = _problem_of(Path(folder) / name, content)
            rows.append((code(written), code(problem.message), code(problem.hint)))
    return table(("in the dataset", "message", "remedy"), rows)


def _problem_of(file: Path, content: bytes) -> Problem:
    """Return the one problem that a dataset has.

    Raises:
        LookupError: it has none, or several.
    """
    file.write_bytes(content)
    reader = CsvReader() if file.suffix == ".csv" else JsonlReader()
    try:
        Dataset(str(file), reader, "id").check()
    except DataError as fault:
        if len(fault.problems) == 1:
            return fault.problems[0]
        raise LookupError(f"{file.name} has several problems:\n{fault}") from fault
    raise LookupError(f"{file.name} is in order")


PARTS = {"data.messages": messages}
