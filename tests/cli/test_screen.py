"""What reaches a terminal: no control sequence of a stranger, and no failure of its own."""

import errno
import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.cli import screen

DANGEROUS = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))} - {"\n", "\t"}
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.text())
def test_clean_text_has_no_controls_and_loses_nothing_else(text):
    cleaned = screen.clean(text)
    assert (DANGEROUS | BIDI).isdisjoint(cleaned)
    lost = [char for char in text if char not in cleaned]
    assert all(unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} for char in lost)


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_line_of_at_most_its_length(text, most):
    said = screen.one_line(text, most)
    assert len(said) <= most
    assert len(said.splitlines()) <= 1


@given(st.text())
def test_json_keeps_controls_as_escapes(text):
    written = screen.escaped(json.dumps(text, ensure_ascii=False))
    assert json.loads(written) == text
    assert (DANGEROUS | BIDI).isdisjoint(written)


def test_columns_are_aligned_and_cells_cleaned():
    rows = [("name", "x"), ("a\x1b[1mb", "two\nlines"), ("long name", "")]
    assert screen.in_columns(rows, "  ") == "  name       x\n  a[1mb      two lines\n  long name"


@pytest.mark.parametrize(("count", "written"), [(0, "0 rows"), (1, "1 row"), (1693, "1,693 rows")])
def test_counts_are_written_with_their_noun(count, written):
    assert screen.counted(count, "row") == written


class Gone:
    """A stream whose other end is closed."""

    def write(self, _):
        raise BrokenPipeError

    def flush(self):
        raise BrokenPipeError

    def fileno(self):
        raise ValueError("no file")


@pytest.mark.parametrize("stream", [Gone(), None])
def test_a_stream_that_is_gone_ends_the_output_and_nothing_else(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stderr", stream)
    screen.show("result")
    screen.tell("problem")
    screen.show_json({"a": 1})
    assert screen.Stdout().write(b"bytes") == 5


def test_a_closed_stream_is_no_terminal(tmp_path):
    with (tmp_path / "x").open("w") as stream:
        pass
    assert not screen.is_terminal(stream)
    assert not screen.is_terminal(None)


class Full(Gone):
    """A stream on a disk that is full."""

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "write",
    [lambda: screen.show("x"), lambda: screen.show_json(1), lambda: screen.Stdout().write(b"x")],
)
def test_a_result_that_stdout_cannot_take_is_an_error_that_names_it(monkeypatch, write):
    stream = Full()
    stream.buffer = stream
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(OSError, match="No space left on device: 'standard output'"):
        write()


def test_what_stderr_cannot_take_is_not_said(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Full())
    screen.tell("problem")
