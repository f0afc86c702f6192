import gzip
import io
import json
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rmg_core.basic import jsonlists, lines, readers, rmg_readers
from rmg_core.basic.jsonrows import NotARow, parse_row
from rmg_core.basic.readers import (
    CsvReader,
    JsonlReader,
    JsonReader,
    ParquetReader,
    TsvReader,
)
from rmg_core.datasets import BadRow, Dataset, Reader
from rmg_core.errors import DataError


def rows(reader, data):
    return list(reader.read(io.BytesIO(data)))


def fields(reader, data):
    return [row for _, row in rows(reader, data)]


@pytest.fixture
def said(tmp_path):
    """What `check` says of a file that holds the given bytes, with `data` for its path."""

    def check(reader, data, name="data"):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(DataError) as caught:
            Dataset(path, reader).check()
        return "\n".join(str(each).replace(str(path), "data") for each in caught.value.problems)

    return check


GOOD = b'{"a": 1}\n'


@pytest.mark.parametrize("place", rmg_readers().values())
def test_every_reader_is_a_reader_without_required_options(place):
    kind = getattr(readers, place.removeprefix("rmg_core.basic.readers:"))
    assert attrs.has(kind)
    assert isinstance(kind(), Reader)


# JSON Lines


def test_a_line_is_a_row():
    assert rows(JsonlReader(), GOOD + b'{"a": [2, {"b": null}]}\n') == [
        (1, {"a": 1}),
        (2, {"a": [2, {"b": None}]}),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}\r\n{"b": 2}\r\n',
        b'{"a": 1}\n{"b": 2}',
        b'\xef\xbb\xbf{"a": 1}\n{"b": 2}\n',
        b'\n{"a": 1}\n \t\r\n\n{"b": 2}\n\n',
    ],
    ids=["CRLF", "no final newline", "byte order mark", "blank lines"],
)
def test_lines_may_be_written_in_many_ways(data):
    assert fields(JsonlReader(), data) == [{"a": 1}, {"b": 2}]


def test_blank_lines_count_as_lines_but_not_as_rows():
    assert rows(JsonlReader(), b"\n\n" + GOOD) == [(3, {"a": 1})]


BAD_LINES = {
    "cut off": (
        b'{"a": 1',
        "data:2:8: ends too early; is it cut off? A line break in a text is written \\n",
    ),
    "not JSON": (
        b'{"a" 1}',
        "data:2:6: is not JSON: *; write one JSON object for each sample",
    ),
    "two objects": (
        b'{"a":1}{"b":2}',
        "data:2:8: is not JSON: *; write one JSON object for each sample",
    ),
    "single quotes": (
        b"{'a': 1}",
        "data:2:2: has single quotes; JSON has double quotes: write the row with `json.dumps`",
    ),
    "a list": (b"[1]", "data:2: is a list, not an object; write one object for each sample"),
    "a number": (b"1", "data:2: is a number, not an object; write one object for each sample"),
    "null": (b"null", "data:2: is null, not an object; write one object for each sample"),
    "a late mark": (
        b"\xef\xbb\xbf{}",
        "data:2:1: has a byte order mark; only the start of a file may have one",
    ),
    "invalid UTF-8": (
        b'{"a": "\xe9t\xe9"}',
        "data:2:8: is not UTF-8: byte 0xe9; convert the file to UTF-8",
    ),
    "NaN": (b'{"a": NaN}', "data:2:7: NaN is not JSON; write null, or leave the field out"),
    "infinity": (
        b'{"a": -Infinity}',
        "data:2:8: Infinity is not JSON; write null, or leave the field out",
    ),
    "1e999": (b'{"a": 1e999}', "data:2:7: the number is too large for a float; write it as a text"),
    "10,000 digits": (
        b'{"a": ' + b"9" * 10_000 + b"}",
        "data:2:7: the number is too large for a float; write it as a text",
    ),
    "100 digits": (
        b'{"a": ' + b"9" * 100 + b"}",
        (
            "data:2: the integer 99999999999999999999… of 100 digits needs more than 64 bits; "
            "write it as a text"
        ),
    ),
    "65 bits": (
        b'{"a": [18446744073709551616]}',
        "data:2: the integer 18446744073709551616 needs more than 64 bits; write it as a text",
    ),
    "-64 bits": (
        b'{"a": -9223372036854775809}',
        "data:2: the integer -9223372036854775809 needs more than 64 bits; write it as a text",
    ),
    "a key twice": (
        b'{"a": 1, "b": 2, "a": 3}',
        "data:2: has the key 'a' 2 times in one object; keep one of them",
    ),
    "a deep key twice": (
        b'{"a": [{"b": {"c": "x:y", "c": 1}}]}',
        "data:2: has the key 'c' 2 times in one object; keep one of them",
    ),
    "an escaped key twice": (
        b'{"a": 1, "\\u0061": 2}',
        "data:2: has the key 'a' 2 times in one object; keep one of them",
    ),
    "a key twice beside an escaped colon": (
        b'{"a": 1, "a": "\\u003a"}',
        "data:2: has the key 'a' 2 times in one object; keep one of them",
    ),
    "a lone surrogate": (
        b'{"a": "\\ud83d"}',
        "data:2:8: an escape is half a character; is the text cut inside one? Write it whole",
    ),
    "65 levels": (
        b'{"a":' * 65 + b"1" + b"}" * 65,
        "data:2: is more than 64 levels deep; make it flatter",
    ),
    "2,000 levels": (
        b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}",
        "data:2:1030: is more than 64 levels deep; make it flatter",
    ),
    "NUL": (b'{"a": "x\0"}', "data:2:9: holds a NUL byte; is the file damaged, or not text?"),
    "a tab in a text": (
        b'{"a": "x\ty"}',
        "data:2:9: has a control character in a text; write it as an escape, as in \\n",
    ),
}


@pytest.mark.parametrize("fault", BAD_LINES)
def test_a_bad_line_is_named_with_what_to_do(said, fault):
    line, expected = BAD_LINES[fault]
    assert fnmatchcase(said(JsonlReader(), GOOD + line + b"\n" + GOOD), expected)


@pytest.mark.parametrize("fault", BAD_LINES)
def test_the_rows_around_a_bad_line_are_read(fault):
    line, _ = BAD_LINES[fault]
    first, bad, last = rows(JsonlReader(), GOOD + line + b"\n" + GOOD)
    assert (first, last) == ((1, {"a": 1}), (3, {"a": 1}))
    assert isinstance(bad, BadRow)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 18446744073709551615, "b": -9223372036854775808}',
        b'{"a": 1e300, "b": 12345678901234567890123.5}',
        b'{"a": "x:y", "b": "{[:"}',
        b'{"a": "\\u003a:", ":": {":": 1}}',
        b'{"a": "\\ud83d\\ude00"}',
        b'{"a": "\\u0000"}',
        b'{"a":' * 64 + b"1" + b"}" * 64,
        b"{}",
    ],
)
def test_unusual_rows_are_good(line):
    assert fields(JsonlReader(), line) == [json.loads(line)]


def test_a_row_of_8_mib_is_good_and_a_longer_one_is_not():
    limit = lines.ROW_LIMIT
    longest = b'{"a":"' + b"x" * (limit - 8) + b'"}'
    good, bad, last = rows(JsonlReader(), longest + b"\n" + longest[:-2] + b'x"}\n' + GOOD)
    assert (good[0], len(good[1]["a"])) == (1, limit - 8)
    assert bad == BadRow(2, "is longer than 8 MiB", lines.SPLIT)
    assert last == (3, {"a": 1})


def test_a_line_that_does_not_fit_into_memory_is_passed_over(monkeypatch):
    monkeypatch.setattr(lines, "ROW_LIMIT", 10)
    monkeypatch.setattr(lines, "CHUNK", 7)
    kinds = [type(row) for row in rows(JsonlReader(), b"x" * 100 + b"\n" + GOOD + b"y" * 100)]
    assert kinds == [BadRow, tuple, BadRow]


TEXTS = [JsonlReader(), JsonReader(), CsvReader(), TsvReader()]


@pytest.mark.parametrize("reader", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_told(said, reader, encoding):
    text = said(reader, '[{"a": 1}]\n'.encode(encoding))
    assert text == "data:1: looks like UTF-16 or UTF-32; convert it to UTF-8"


@pytest.mark.parametrize("reader", TEXTS)
def test_gzip_data_under_another_name_are_told(said, reader):
    assert said(reader, gzip.compress(GOOD)) == "data:1: is gzip data; let its name end in `.gz`"


@pytest.mark.parametrize("reader", [*TEXTS, ParquetReader()])
def test_a_file_without_rows_is_refused(said, reader):
    text = said(reader, b"")
    assert text in {
        "data: has no rows; a dataset needs at least one sample",
        "data: is not a sound Parquet file: Parquet file size is 0 bytes; write it again",
    }


@pytest.mark.parametrize("reader", TEXTS)
def test_gz_is_read(tmp_path, reader):
    path = tmp_path / "data.gz"
    path.write_bytes(
        gzip.compress(b'[{"a": 1}]\n' if reader == JsonReader() else b'{"a":1}\n{"a":2}')
    )
    assert Dataset(path, reader).check().rows >= 1


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.text(':{}[]",\\ '),
    lambda parts: st.lists(parts) | st.dictionaries(st.text('a:"{\\'), parts),
    max_leaves=15,
)
OBJECTS = st.dictionaries(st.text('ab:"'), VALUES)


@settings(max_examples=50)
@given(st.lists(OBJECTS), st.booleans())
def test_what_json_writes_is_read(objects, ascii_only):
    data = "".join(json.dumps(each, ensure_ascii=ascii_only) + "\n" for each in objects).encode()
    assert fields(JsonlReader(), data) == objects


@settings(max_examples=50)
@given(OBJECTS.filter(bool), st.data(), st.sampled_from(["", "nested"]), st.booleans())
def test_a_repeated_key_is_always_found(row, data, where, ascii_only):
    key = data.draw(st.sampled_from(sorted(row)))
    pairs = [*row.items(), (key, data.draw(VALUES))]
    text = ", ".join(
        f"{json.dumps(k, ensure_ascii=ascii_only)}: {json.dumps(v, ensure_ascii=ascii_only)}"
        for k, v in pairs
    )
    text = f"{{{text}}}" if not where else f'{{"x": [{{{text}}}, ":"]}}'
    with pytest.raises(NotARow, match="times in one object"):
        parse_row(text.encode())


# JSON


def test_elements_of_a_list_are_rows_with_their_lines():
    data = b'\n[\n  {"a": 1},\n  {"a":\n   "]},{"}\n , {"b": [[], {}]}]\n'
    assert rows(JsonReader(), data) == [
        (3, {"a": 1}),
        (4, {"a": "]},{"}),
        (6, {"b": [[], {}]}),
    ]


BAD_LISTS = {
    "an object": (
        b'{"data": []}',
        (
            "data:1: is not a list of objects; "
            "write `[{…}, {…}]`; a file with one object a line is named `.jsonl`"
        ),
    ),
    "no JSON": (
        b"hello [1]",
        (
            "data:1: is not a list of objects; "
            "write `[{…}, {…}]`; a file with one object a line is named `.jsonl`"
        ),
    ),
    "empty": (b" [ \n ] ", "data: has no rows; a dataset needs at least one sample"),
    "blank": (b" \n ", "data: has no rows; a dataset needs at least one sample"),
    "a bad element": (
        b'[\n{"a": 1},\n{"a":\n NaN}]',
        "data:4:2: NaN is not JSON; write null, or leave the field out",
    ),
    "an element that is no object": (
        b'[{"a": 1}, 7]',
        "data:1: is a number, not an object; write one object for each sample",
    ),
    "a comma at the end": (
        b'[{"a": 1},\n]',
        "data:1: a comma has no object beside it; take the comma out",
    ),
    "two commas": (
        b'[{"a": 1},\n, {"a": 1}]',
        "data:1: a comma has no object beside it; take the comma out",
    ),
    "not closed": (
        b'[{"a": 1},\n{"a": [}',
        "data:2: the list is not closed; is the file cut off, or a quote or bracket left open?",
    ),
    "an open quote": (
        b'[{"a": 1},\n{"a": "}]',
        "data:2: the list is not closed; is the file cut off, or a quote or bracket left open?",
    ),
    "a brace too many": (b'[{"a": 1}}]', "data:1: has a `}` that closes nothing; take it out"),
    "text behind": (
        b'[{"a": 1}]\n[]',
        "data:1: has text after its list; a JSON dataset is one list of objects",
    ),
}


@pytest.mark.parametrize("fault", BAD_LISTS)
def test_a_bad_list_is_named_with_what_to_do(said, fault):
    data, expected = BAD_LISTS[fault]
    assert said(JsonReader(), data) == expected


def test_a_list_may_begin_with_a_byte_order_mark():
    assert fields(JsonReader(), b'\xef\xbb\xbf[{"a": 1}]') == [{"a": 1}]


def test_an_element_that_does_not_end_is_given_up(said, monkeypatch):
    monkeypatch.setattr(jsonlists, "ROW_LIMIT", 100)
    monkeypatch.setattr(jsonlists, "CHUNK", 64)
    assert said(JsonReader(), b'[{"a": 1},\n{"a": "' + b"x" * 1000) == (
        "data:2: the element that begins here is longer than 8 MiB; "
        "is a quote or bracket left open? Else write one object a line, as `.jsonl`"
    )


@settings(max_examples=50)
@given(
    st.lists(OBJECTS), st.integers(1, 9), st.sampled_from([None, 1]), st.sampled_from(["", "\n "])
)
def test_a_list_is_read_in_chunks_of_any_size(objects, chunk, indent, around):
    data = (around + json.dumps(objects, indent=indent) + around).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonlists, "CHUNK", chunk)
        read = rows(JsonReader(), data)
    assert [row for _, row in read] == objects
    assert [line for line, _ in read] == sorted(line for line, _ in read)


# CSV and TSV


def test_cells_are_texts_under_the_names_of_the_header():
    data = b'id,"the text"\r\n1,"a, ""b""\r\nc"\r\n02,\r\n'
    assert rows(CsvReader(), data) == [
        (2, {"id": "1", "the text": 'a, "b"\r\nc'}),
        (4, {"id": "02", "the text": ""}),
    ]


def test_a_table_may_begin_with_a_byte_order_mark_and_have_blank_lines():
    assert rows(CsvReader(), b"\xef\xbb\xbf\na,b\n\n1,2\n\n") == [(4, {"a": "1", "b": "2"})]


def test_the_delimiter_is_an_option():
    assert fields(CsvReader(delimiter=";"), b"a;b\n1;2,3") == [{"a": "1", "b": "2,3"}]


@pytest.mark.parametrize("delimiter", ["", ";;", "\n", '"'])
def test_a_delimiter_is_one_character(delimiter):
    with pytest.raises(ValueError, match="delimiter must be one character, and is"):
        CsvReader(delimiter=delimiter)


def test_tabs_part_cells():
    assert fields(TsvReader(), b"a\tb\n1\t2,3\n") == [{"a": "1", "b": "2,3"}]


BAD_TABLES = {
    "too few cells": (
        b"1\n",
        (
            "data:2: has 1 cells, and the header has 2; "
            "put a cell that holds ',' or a line break in double quotes"
        ),
    ),
    "too many cells": (
        b"1,2,3\n",
        (
            "data:2: has 3 cells, and the header has 2; "
            "put a cell that holds ',' or a line break in double quotes"
        ),
    ),
    "invalid UTF-8": (b"\xe9,2\n", "data:2: is not UTF-8: byte 0xe9; convert the file to UTF-8"),
    "NUL": (b"1,\0\n", "data:2: holds a NUL byte; is the file damaged, or not text?"),
    "text after a quote": (
        b'1,"2"3\n',
        (
            "data:2: is not quoted as CSV is: ',' expected after '\"'; "
            "put the whole cell in quotes, and double its quotes"
        ),
    ),
    "a carriage return": (
        b"1,2\r3,4\n",
        "data:2: has a carriage return inside a cell; end lines in LF or CRLF, or quote the cell",
    ),
}


@pytest.mark.parametrize("fault", BAD_TABLES)
def test_a_bad_row_of_a_table_is_named_with_what_to_do(said, fault):
    row, expected = BAD_TABLES[fault]
    assert said(CsvReader(), b"a,b\n" + row + b"3,4\n") == expected


def test_the_row_after_a_bad_one_has_its_own_line():
    assert rows(CsvReader(), b'a,b\n1,"2\n"x\n3,4\n')[1:] == [(4, {"a": "3", "b": "4"})]


def test_a_quote_left_open_is_told_with_the_line_where_it_opens(said):
    assert said(CsvReader(), b'a,b\n1,2\n3,"4\n5,6\n') == (
        "data:3: has a quote that is not closed; close it; a quote in quotes is doubled"
    )


def test_a_cell_may_be_longer_than_the_csv_module_allows_by_itself():
    [row] = fields(CsvReader(), b"a\n" + b"x" * 200_000)
    assert len(row["a"]) == 200_000


def test_a_line_of_a_table_that_is_too_long_is_a_bad_row():
    long = b"x" * (lines.ROW_LIMIT + 1)
    bad, good = rows(CsvReader(), b"a\n" + long + b"\n1\n")
    assert bad == BadRow(2, "is longer than 8 MiB", lines.SPLIT)
    assert good == (3, {"a": "1"})


def test_a_row_of_many_lines_that_does_not_end_is_given_up(said):
    long = b"x" * (lines.ROW_LIMIT // 2) + b"\n"
    assert said(CsvReader(), b'a\n"' + long * 3) == (
        "data:2: the row that begins here is longer than 8 MiB; is a quote left open?"
    )


BAD_HEADERS = {
    "a name twice": (b"a,b,a\n1,2,3\n", "data:1: 2 columns are named 'a'; rename all but one"),
    "no name": (
        b",b\n0,1\n",
        "data:1: column 1 has no name; name it; pandas leaves the index out with `index=False`",
    ),
    "invalid UTF-8": (
        b"\xe9\n1\n",
        "data:1: the header is not UTF-8: byte 0xe9; convert the file to UTF-8",
    ),
    "no rows": (b"a,b\n", "data: has no rows; a dataset needs at least one sample"),
    "old line ends": (
        b"a,b\r1,2\r",
        (
            "data:1: the header has a carriage return inside a cell; "
            "end lines in LF or CRLF, or quote the cell"
        ),
    ),
}


@pytest.mark.parametrize("fault", BAD_HEADERS)
def test_a_bad_header_ends_the_reading(said, fault):
    data, expected = BAD_HEADERS[fault]
    assert said(CsvReader(), data) == expected


# Parquet


def parquet(table, **options):
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


@pytest.fixture
def pa():
    return pytest.importorskip("pyarrow")


def test_parquet_rows_keep_their_types_and_are_numbered(pa):
    table = pa.table({"id": [1, 2], "text": ["é", None], "parts": [[{"a": 1.5}], []]})
    assert rows(ParquetReader(), parquet(table)) == [
        (1, {"id": 1, "text": "é", "parts": [{"a": 1.5}]}),
        (2, {"id": 2, "text": None, "parts": []}),
    ]


def test_parquet_is_read_over_the_bounds_of_batches_and_row_groups(pa):
    table = pa.table({"n": range(1000)})
    read = rows(ParquetReader(), parquet(table, row_group_size=300))
    assert read == [(n + 1, {"n": n}) for n in range(1000)]


def test_parquet_may_be_compressed_once_more(pa, tmp_path):
    path = tmp_path / "data.parquet.gz"
    path.write_bytes(gzip.compress(parquet(pa.table({"n": [1, 2]}))))
    assert [each.fields for each in Dataset(path, ParquetReader()).samples()] == [
        {"n": 1},
        {"n": 2},
    ]


def test_a_column_name_that_is_there_twice_is_refused(pa, said):
    table = pa.table([[1], [2]], names=["a", "a"])
    assert said(ParquetReader(), parquet(table)) == (
        "data: 2 columns are named 'a'; rename all but one"
    )


def test_a_value_that_is_no_text_spoils_its_row_only(pa):
    texts = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffc")],
    )
    first, bad, last = rows(ParquetReader(), parquet(pa.table({"a": texts})))
    assert (first, last) == ((1, {"a": "a"}), (3, {"a": "c"}))
    assert (bad.line, bad.message.partition(":")[0]) == (2, "has a value that Python cannot hold")


def test_a_parquet_row_that_is_too_long_is_a_bad_row(pa):
    table = pa.table({"a": ["x", "y" * (lines.ROW_LIMIT + 1)]})
    good, bad = rows(ParquetReader(), parquet(table))
    assert good == (1, {"a": "x"})
    assert bad == BadRow(2, "is longer than 8 MiB", lines.SPLIT)


def test_what_is_not_parquet_is_refused(pa, said):
    text = said(ParquetReader(), GOOD * 10)
    assert text.startswith("data: is not a sound Parquet file: ")
    assert text.endswith("; write it again")


def test_a_parquet_file_under_another_name_is_told(pa, said):
    assert said(JsonlReader(), parquet(pa.table({"a": [1]}))) == (
        "data:1: is a Parquet file; let its name end in `.parquet`"
    )


def test_without_pyarrow_the_extra_is_named(said, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert said(ParquetReader(), b"PAR1") == (
        "data: reading Parquet needs pyarrow: import of pyarrow.parquet halted; "
        'None in sys.modules; pip install "rmg-core[parquet]"'
    )


# Anything at all


def checked(path, reader, data):
    """Check `data`: it is read, or refused in words of ours."""
    path.write_bytes(data)
    try:
        Dataset(path, reader, id="a", on_bad_row="skip").check()
    except DataError as fault:
        assert "Reader raised" not in str(fault)  # noqa: PT017 - both ends are right
    else:
        for sample in Dataset(path, reader, id="a", on_bad_row="skip").samples():
            assert isinstance(sample.id, str | int)


NEAR_TEXT = st.lists(
    st.sampled_from(
        [
            b'{"a":',
            b"1",
            b"}",
            b"[",
            b"]",
            b",",
            b"\n",
            b'"',
            b"\\",
            b"a",
            b"\r",
            b"\xef\xbb\xbf",
            b"\xff",
            b"\0",
            b'"a":"b"',
            b"{",
            b"NaN",
            b"\\ud800",
            b"9" * 30,
            b'{"a":1}',
            b"\t",
        ]
    )
).map(b"".join)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("any")


@pytest.mark.parametrize("reader", [*TEXTS, ParquetReader()])
@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=200) | NEAR_TEXT)
@example(data=b'[{"a":1}]')
def test_any_bytes_are_read_or_refused(place, reader, data):
    checked(place / "data", reader, data)


@pytest.mark.parametrize("reader", [JsonlReader(), ParquetReader()])
@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=200), at=st.integers(0, 40), new=st.integers(0, 255))
def test_any_damage_to_gzip_data_is_read_or_refused(place, reader, data, at, new):
    damaged = bytearray(gzip.compress(data))
    damaged[at % len(damaged)] = new
    checked(place / "data.gz", reader, bytes(damaged))


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 10_000), new=st.integers(0, 255))
def test_any_damage_to_parquet_data_is_read_or_refused(place, at, new):
    pa = pytest.importorskip("pyarrow")
    damaged = bytearray(parquet(pa.table({"a": ["x", "y"], "b": [[1], None]})))
    damaged[at % len(damaged)] = new
    checked(place / "data", ParquetReader(), bytes(damaged))


def test_real_data_are_read_whole():
    data = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"
    if not data.is_dir():
        pytest.skip("the shared data are not here")
    report = Dataset(
        data / "vectors" / "gsm8k_model_solutions.jsonl", JsonlReader(), id="id"
    ).check()
    assert (report.rows, report.samples) == (1693, 1693)
