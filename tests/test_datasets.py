import copy
import gzip
import io
import os
import pickle
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

import rmg_core.datasets.files as files
from rmg_core.datasets import BadRow, Dataset, Reader, Row, format_of, freeze, samples_of
from rmg_core.datasets.dataset import LISTED
from rmg_core.errors import DataError, Problem


@frozen
class Words:
    """A reader for tests: a line is `id text`; one that begins with `!` is bad."""

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        for line, raw in enumerate(stream, 1):
            key, _, text = raw.decode().strip().partition(" ")
            if key == "!":
                yield BadRow(line, f"is bad: {text}", "mend it", 3)
            else:
                yield line, {"id": key, "text": text} if key != "?" else {"text": text}


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def found(dataset: Dataset) -> list[tuple[int, Any, str]]:
    return [(each.index, each.id, each.fields["text"]) for each in dataset.samples()]


def message(dataset: Dataset) -> str:
    with pytest.raises(DataError) as caught:
        dataset.check()
    return str(caught.value)


def test_samples_come_in_order_with_index_and_id(tmp_path):
    dataset = Dataset(written(tmp_path / "a.words", "a one\nb two\n"), Words(), id="id")
    assert found(dataset) == [(0, "a", "one"), (1, "b", "two")]


def test_samples_without_an_id_field_have_none(tmp_path):
    dataset = Dataset(written(tmp_path / "a.words", "a one\na one\n"), Words())
    assert found(dataset) == [(0, None, "one"), (1, None, "one")]


def test_samples_can_be_streamed_again(tmp_path):
    dataset = Dataset(written(tmp_path / "a.words", "a one\nb two\n"), Words(), id="id")
    assert found(dataset) == found(dataset)


def test_check_counts_rows(tmp_path):
    report = Dataset(written(tmp_path / "a.words", "a one\nb two\n"), Words(), id="id").check()
    assert (report.rows, report.samples, report.warnings) == (2, 2, ())


def test_every_bad_row_is_named_with_its_place(tmp_path):
    path = written(tmp_path / "a.words", "! red\na one\n! blue\n? no id\n")
    assert message(Dataset(path, Words(), id="id")) == (
        "the dataset cannot be graded: 3 problems\n"
        f"  {path}:1:3: is bad: red; mend it\n"
        f"  {path}:3:3: is bad: blue; mend it\n"
        f"  {path}:4: no field 'id' for the id; fields: text"
    )


def test_twenty_problems_are_shown_and_the_rest_counted(tmp_path):
    text = message(Dataset(written(tmp_path / "a.words", "! x\n" * 25), Words()))
    assert text.startswith("the dataset cannot be graded: 25 problems\n")
    assert text.endswith("… and 5 more")


def test_problems_beyond_the_limit_are_counted_only(tmp_path):
    dataset = Dataset(written(tmp_path / "a.words", "! x\n" * (LISTED + 7)), Words())
    with pytest.raises(DataError) as caught:
        dataset.check()
    assert len(caught.value.problems) == LISTED + 1
    assert str(caught.value.problems[-1]) == "and 7 more"


def test_skipped_rows_are_counted_and_keep_the_index_of_the_others(tmp_path):
    path = written(tmp_path / "a.words", "a one\n! red\n? none\nb two\n")
    dataset = Dataset(path, Words(), id="id", on_bad_row="skip")
    report = dataset.check()
    assert (report.rows, report.samples, report.skipped) == (4, 2, 2)
    assert [str(each) for each in report.warnings] == [
        f"{path}:2:3: is bad: red; mend it",
        f"{path}:3: no field 'id' for the id; fields: text",
    ]
    assert found(dataset) == [(0, "a", "one"), (3, "b", "two")]


def test_a_dataset_of_skipped_rows_only_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "! red\n! blue\n")
    text = message(Dataset(path, Words(), on_bad_row="skip"))
    assert text.endswith(
        f"{path}: none of its 2 rows can be read; a dataset needs at least one sample"
    )
    assert f"{path}:1:3: is bad: red" in text


def test_the_copy_of_a_sample_is_left_out_with_a_warning(tmp_path):
    path = written(tmp_path / "a.words", "a one\nb two\na one\nc three\na one\n")
    dataset = Dataset(path, Words(), id="id")
    report = dataset.check()
    assert (report.rows, report.samples, report.duplicates) == (5, 3, 2)
    assert str(report.warnings[0]) == (
        f"{path}:3: the id 'a' stands already at line 1, with the same content; "
        "this copy is left out"
    )
    assert found(dataset) == [(0, "a", "one"), (1, "b", "two"), (3, "c", "three")]


@pytest.mark.parametrize("on_bad_row", ["fail", "skip"])
def test_one_id_with_two_contents_is_an_error(tmp_path, on_bad_row):
    path = written(tmp_path / "a.words", "a one\nb two\na other\n")
    assert message(Dataset(path, Words(), id="id", on_bad_row=on_bad_row)) == (
        f"{path}:3: the id 'a' stands already at line 1, with other content; "
        "give each sample an id of its own"
    )


@frozen
class Given:
    """A reader for tests: yields what it was given, as long as the file has lines."""

    rows: tuple[dict[str, Any], ...]

    def read(self, stream: BinaryIO) -> Iterator[Row | BadRow]:
        for number, (row, _) in enumerate(zip(self.rows, stream, strict=True), 1):
            yield number, row


def given_rows(path: Path, *rows: dict[str, Any], id_field: str = "id") -> Dataset:
    return Dataset(written(path / "a.given", "\n" * len(rows)), Given(rows), id=id_field)


def test_content_is_the_same_whatever_the_order_of_fields(tmp_path):
    dataset = given_rows(tmp_path, {"id": 1, "a": 2}, {"a": 2, "id": 1})
    assert dataset.check().duplicates == 1


def test_values_that_json_cannot_hold_are_compared(tmp_path):
    same = given_rows(tmp_path, {"id": 1, "n": 10**30}, {"id": 1, "n": 10**30})
    assert same.check().duplicates == 1
    other = given_rows(tmp_path, {"id": 1, "n": 10**30}, {"id": 1, "n": 10**30 + 1})
    assert "with other content" in message(other)


def test_a_text_and_an_integer_are_two_ids(tmp_path):
    dataset = given_rows(tmp_path, {"id": 1}, {"id": "1"})
    assert [each.id for each in dataset.samples()] == [1, "1"]


def test_an_id_may_lie_deeper(tmp_path):
    dataset = given_rows(tmp_path, {"meta": {"id": 7}}, id_field="meta.id")
    assert [each.id for each in dataset.samples()] == [7]


def test_an_id_may_be_a_field_with_a_dot_in_its_name(tmp_path):
    dataset = given_rows(tmp_path, {"meta.id": 7}, id_field="meta.id")
    assert [each.id for each in dataset.samples()] == [7]


@pytest.mark.parametrize(
    ("value", "said"), [(None, "null"), (True, "of type bool"), (1.5, "of type float")]
)
def test_an_id_is_a_text_or_an_integer(tmp_path, value, said):
    text = message(given_rows(tmp_path, {"id": value}))
    assert text.endswith(f"the id 'id' is {said}; an id is a text or an integer")


def test_a_missing_id_offers_the_near_miss(tmp_path):
    text = message(given_rows(tmp_path, {"idd": 1}))
    assert text.endswith("no field 'id' for the id; did you mean 'idd'?")


@given(st.lists(st.integers(0, 5)))
def test_repeats_are_those_that_counting_finds(keys):
    from rmg_core.datasets.dataset import _IdHashes

    hashes = _IdHashes()
    for key in keys:
        hashes.add(key)
    assert hashes.repeated() == {hash(key) for key in keys if keys.count(key) > 1}


def test_samples_are_checked_even_when_nobody_called_check(tmp_path):
    with pytest.raises(DataError):
        next(Dataset(written(tmp_path / "a.words", "a one\n! red\n"), Words()).samples())


def test_a_file_that_changed_after_the_check_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "a one\n")
    dataset = Dataset(path, Words())
    dataset.check()
    written(tmp_path / "a.words", "a one\nb two\n")
    with pytest.raises(DataError) as caught:
        list(dataset.samples())
    assert str(caught.value) == (
        f"{path}: has changed since it was checked; let what writes it finish, and run again"
    )


def test_a_file_that_changes_while_samples_are_read_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "a one\nb two\n")
    samples = Dataset(path, Words()).samples()
    next(samples)
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataError, match="has changed"):
        list(samples)


def test_a_file_that_vanished_after_the_check_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "a one\n")
    dataset = Dataset(path, Words())
    dataset.check()
    Path(path).unlink()
    with pytest.raises(DataError, match="there is no such file"):
        list(dataset.samples())


def test_a_missing_file_offers_its_neighbour(tmp_path):
    written(tmp_path / "answers.words", "")
    path = str(tmp_path / "answer.words")
    text = message(Dataset(path, Words()))
    assert text == f"{path}: there is no such file; did you mean 'answers.words'?"


def test_a_file_in_a_missing_directory_names_the_directory(tmp_path):
    path = tmp_path / "no" / "a.words"
    text = message(Dataset(path, Words()))
    assert text == f"{path}: there is no such file; nor is there a directory {str(path.parent)!r}"


def test_a_directory_is_refused(tmp_path):
    assert message(Dataset(tmp_path, Words())) == f"{tmp_path}: is a directory; name a file in it"


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "a one\n")
    Path(path).chmod(0)
    assert "may not be read" in message(Dataset(path, Words()))


def test_a_path_that_no_file_can_have_is_refused():
    assert "cannot be read" in message(Dataset("a\0b", Words()))


def test_an_empty_file_is_refused(tmp_path):
    path = written(tmp_path / "a.words", "")
    text = message(Dataset(path, Words()))
    assert text == f"{path}: has no rows; a dataset needs at least one sample"


def test_a_reader_that_raises_is_named(tmp_path):
    @frozen
    class Broken:
        def read(self, stream):
            yield 1, {"a": 1}
            raise ValueError("oh no")

    path = written(tmp_path / "a.words", "x\n")
    assert message(Dataset(path, Broken())) == (
        f"{path}:1: Broken raised ValueError: oh no; report it to those who publish the reader"
    )


def test_what_a_reader_finds_fatal_stands_beside_the_bad_rows(tmp_path):
    @frozen
    class Stops:
        def read(self, stream):
            yield BadRow(1, "is bad")
            raise DataError([Problem("cannot go on", "mend it")])

    path = written(tmp_path / "a.words", "x\n")
    with pytest.raises(DataError) as caught:
        Dataset(path, Stops()).check()
    assert [str(each) for each in caught.value.problems] == [
        f"{path}:1: is bad",
        f"{path}:1: cannot go on; mend it",
    ]


def test_a_reader_is_told_by_its_method():
    assert isinstance(Words(), Reader)
    assert not isinstance(object(), Reader)


def test_on_bad_row_is_fail_or_skip():
    with pytest.raises(ValueError, match="on_bad_row"):
        Dataset("a", Words(), on_bad_row="ignore")


def stdin_of(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")


def test_standard_input_is_read_by_check_and_by_samples(monkeypatch):
    monkeypatch.setattr(sys, "stdin", stdin_of(b"a one\nb two\n"))
    dataset = Dataset("-", Words(), id="id")
    assert dataset.check().rows == 2
    assert found(dataset) == [(0, "a", "one"), (1, "b", "two")]


def test_compressed_standard_input_is_decompressed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", stdin_of(gzip.compress(b"a one\n")))
    assert found(Dataset("-", Words(), id="id")) == [(0, "a", "one")]


def test_problems_of_standard_input_name_it(monkeypatch):
    monkeypatch.setattr(sys, "stdin", stdin_of(b"! red\n"))
    assert message(Dataset("-", Words())) == "standard input:1:3: is bad: red; mend it"


def test_absent_standard_input_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert message(Dataset("-", Words())) == (
        "standard input: there is no standard input here; name a file as the dataset"
    )


def test_the_copy_of_standard_input_goes_with_the_dataset(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", stdin_of(b"a one\n"))
    dataset = Dataset("-", Words())
    dataset.check()
    assert len(list(tmp_path.iterdir())) == 1
    del dataset
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_read_like_standard_input(tmp_path):
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: Path(path).write_bytes(b"a one\n"))
    writer.start()
    dataset = Dataset(path, Words(), id="id")
    assert dataset.check().rows == 1
    writer.join()
    assert found(dataset) == [(0, "a", "one")]


def test_a_gz_file_is_decompressed(tmp_path):
    path = tmp_path / "a.words.GZ"
    path.write_bytes(gzip.compress(b"a one\n") + gzip.compress(b"b two\n"))
    assert found(Dataset(path, Words(), id="id")) == [(0, "a", "one"), (1, "b", "two")]


def test_a_truncated_gz_file_names_the_last_line_it_gave(tmp_path):
    path = tmp_path / "a.words.gz"
    rows = b"".join(b"%d %s\n" % (n, os.urandom(8).hex().encode()) for n in range(20_000))
    path.write_bytes(gzip.compress(rows)[:-100])
    text = message(Dataset(path, Words()))
    assert text.endswith("the gzip data end too early; fetch the file again")
    assert int(text.removeprefix(f"{path}:").partition(":")[0]) > 1_000


@pytest.mark.parametrize("at", [0, 20, -6])
def test_a_corrupt_gz_file_is_refused(tmp_path, at):
    data = bytearray(gzip.compress(b"a one\nb two and more of it\n"))
    data[at] ^= 0xFF
    path = tmp_path / "a.words.gz"
    path.write_bytes(data)
    assert "not sound gzip data" in message(Dataset(path, Words()))


def test_a_gz_bomb_is_refused(tmp_path):
    path = tmp_path / "a.words.gz"
    path.write_bytes(gzip.compress(b"a one\n" * 4_000_000))
    assert message(Dataset(path, Words())).endswith(
        "the gzip data inflate to more than 8 MiB, which is 200 times their size or 4 GiB; "
        "if you trust the file, decompress it yourself"
    )


def test_inflated_data_have_an_absolute_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "INFLATED_LIMIT", 1000)
    path = tmp_path / "a.words.gz"
    path.write_bytes(gzip.compress(b"a one\n" * 1_000))
    assert "the gzip data inflate" in message(Dataset(path, Words()))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.jsonl", "jsonl"),
        ("dir.x/A.JSONL.GZ", "jsonl"),
        ("a.b.csv", "csv"),
        ("-", "jsonl"),
        ("answers", ""),
        (".hidden", ""),
        ("a.gz", ""),
    ],
)
def test_the_format_is_the_suffix_without_gz(path, name):
    assert format_of(path) == name


def nested() -> dict[str, Any]:
    return {"a": [1, {"b": [2, 3]}], "c": {"d": {"e": 1}}, "t": ([1], 2), "s": "x"}


def test_flat_fields_are_returned_untouched():
    fields = {"a": 1, "b": "two", "c": None, "d": True, "e": 0.5}
    assert freeze(fields) is fields


def test_frozen_fields_equal_what_they_were():
    frozen_fields = freeze(nested())
    assert frozen_fields == nested()
    assert isinstance(frozen_fields["a"], list)
    assert isinstance(frozen_fields["c"], dict)


def test_freezing_leaves_the_original_alone():
    fields = nested()
    freeze(fields)
    fields["a"].append(1)
    fields["c"]["d"]["e"] = 2


LIST_CHANGES = [
    lambda x: x.append(1),
    lambda x: x.extend([1]),
    lambda x: x.insert(0, 1),
    lambda x: x.pop(),
    lambda x: x.remove(1),
    lambda x: x.clear(),
    lambda x: x.sort(),
    lambda x: x.reverse(),
    lambda x: x.__setitem__(0, 1),
    lambda x: x.__delitem__(0),
    lambda x: x.__iadd__([1]),
    lambda x: x.__imul__(2),
]
DICT_CHANGES = [
    lambda x: x.__setitem__("e", 1),
    lambda x: x.__delitem__("d"),
    lambda x: x.__ior__({}),
    lambda x: x.clear(),
    lambda x: x.pop("d"),
    lambda x: x.popitem(),
    lambda x: x.setdefault("z", 1),
    lambda x: x.update(a=1),
]


@pytest.mark.parametrize("change", LIST_CHANGES)
@pytest.mark.parametrize("place", [lambda f: f["a"], lambda f: f["a"][1]["b"], lambda f: f["t"][0]])
def test_no_list_of_a_sample_can_be_changed(place, change):
    with pytest.raises(TypeError, match="this list belongs to a sample"):
        change(place(freeze(nested())))


@pytest.mark.parametrize("change", DICT_CHANGES)
@pytest.mark.parametrize("place", [lambda f: f["c"], lambda f: f["c"]["d"], lambda f: f["a"][1]])
def test_no_dict_of_a_sample_can_be_changed(place, change):
    with pytest.raises(TypeError, match=r"change a copy of it: `copy\.deepcopy\(value\)`"):
        change(place(freeze(nested())))


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda value: value.copy(),
        lambda value: pickle.loads(pickle.dumps(value)),  # noqa: S301 - our own bytes
    ],
)
def test_copies_are_ordinary(copied):
    fields = freeze(nested())
    assert type(copied(fields["a"])) is list
    assert type(copied(fields["c"])) is dict
    assert copied(fields["c"]) == nested()["c"]


def test_deep_copies_are_ordinary_all_the_way_down():
    assert type(copy.deepcopy(freeze(nested())["a"])[1]["b"]) is list
    pickled = pickle.dumps(freeze(nested()))
    assert type(pickle.loads(pickled)["c"]["d"]) is dict  # noqa: S301 - our own bytes


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text(st.characters(codec="utf-8")),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(st.characters(codec="utf-8")), parts),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON))
def test_frozen_fields_are_written_as_what_they_were(fields):
    assert orjson.dumps(freeze(fields)) == orjson.dumps(fields)
    assert freeze(freeze(fields)) == fields


def test_python_rows_become_samples():
    rows = [{"id": "a", "n": 1}, {"id": "b", "n": 2}]
    assert [(s.index, s.id, s.fields) for s in samples_of(rows, id="id")] == [
        (0, "a", rows[0]),
        (1, "b", rows[1]),
    ]


def test_python_rows_are_taken_one_at_a_time():
    rows = iter([{"n": 1}, {"n": 2}])
    next(samples_of(rows))
    assert next(rows) == {"n": 2}


def test_any_mapping_is_a_row():
    from types import MappingProxyType

    [sample] = samples_of([MappingProxyType({"n": [1]})])
    assert sample.fields == {"n": [1]}


def holding_itself() -> dict[str, Any]:
    row: dict[str, Any] = {}
    row["self"] = row
    return row


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["a"], "row 1 (counted from 0) is a list; a sample is a dict of its fields"),
        (None, "row 1 (counted from 0) is a NoneType; a sample is a dict of its fields"),
        ({1: 2}, "row 1 (counted from 0) has the field 1; the name of a field is a text"),
        (
            holding_itself(),
            "row 1 (counted from 0) is nested too deeply, or holds itself; make it flat",
        ),
        ({"n": 1}, "row 1 (counted from 0): no field 'id' for the id; fields: n"),
    ],
)
def test_a_row_that_cannot_be_a_sample_is_named(row, said):
    samples = samples_of([{"id": 1}, row], id="id" if row == {"n": 1} else None)
    next(samples)
    with pytest.raises(DataError) as caught:
        next(samples)
    assert str(caught.value) == said


def test_what_the_rows_raise_is_not_taken_for_a_fault_of_a_row():
    def rows():
        yield {"n": 1}
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        list(samples_of(rows()))


def test_a_frame_says_how_to_give_its_rows():
    pd = pytest.importorskip("pandas")
    with pytest.raises(DataError) as caught:
        list(samples_of(pd.DataFrame({"a": [1]})))
    assert str(caught.value) == (
        'a DataFrame gives its columns, not its rows; give its rows: frame.to_dict("records")'
    )


def test_an_id_in_a_header_that_is_not_split_says_the_delimiter():
    with pytest.raises(DataError) as caught:
        list(samples_of([{"id;q": "1;a"}], "id"))
    assert str(caught.value) == (
        "row 0 (counted from 0): no field 'id' for the id; the header is not split: "
        'set options = { delimiter = ";" } in [dataset]'
    )
