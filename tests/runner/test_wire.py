"""What crosses between processes."""

import math
import socket
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.runner.slate import NOBODY, Slate
from rmg_core.runner.wire import Inbox, NotPlainError, decode, encode, framed

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_encoded_is_decoded(value: Any):
    made = decode(encode(value))
    assert made == value
    assert repr(made) == repr(value)


def test_nan_and_a_lone_surrogate_arrive():
    made = decode(encode([math.nan, "\ud800"]))
    assert math.isnan(made[0])
    assert made[1] == "\ud800"


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize("value", [Colour.RED, object(), {1: 2}, b"", [{"a": {1}}]])
def test_what_json_would_change_is_refused(value: Any):
    with pytest.raises(NotPlainError):
        encode(value)


def test_a_value_that_contains_itself_is_refused():
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotPlainError, match="contains itself"):
        encode(value)


@given(st.lists(st.binary(), max_size=5))
def test_messages_arrive_whole_and_in_order(messages: list[bytes]):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"".join(map(framed, messages)))
        ours.shutdown(socket.SHUT_WR)
        inbox = Inbox(theirs)
        assert [inbox.receive() for _ in messages] == messages
        assert inbox.receive() is None


def test_both_sides_see_what_stands_on_a_slate():
    ours, descriptor = Slate.made()
    theirs = Slate.of(descriptor)
    assert ours.read() == (NOBODY, math.inf)
    theirs.write(3, 1.5)
    assert ours.read() == (3, 1.5)
