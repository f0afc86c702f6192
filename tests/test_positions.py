"""Positions: where keys and values stand, against documents whose writer knows it."""

import json
import re
import tomllib
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.config.positions import MAX_DEPTH, KeyPath, Positions, place, read_key, too_deep

KEYS = st.one_of(
    st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5),
    st.sampled_from(["a.b", 'say "hi"', "it's", "#", "[x]", "a = 1", "{", "tab\there", "\\"]),
)
LEAVES = st.one_of(
    st.integers(-9, 99),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(),
    st.text(st.sampled_from("ab\"'#[]{}=,.\\\n é"), max_size=9),
    st.sampled_from(['"""', "'''", "x = 1 # no", '\n[graders.x]\nuse = "', '""', "''"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=5)


class Writer:
    """Writes a document as TOML in one of the many ways, and keeps where it wrote what."""

    def __init__(self, document: dict[str, Any], chance: Random) -> None:
        self.text = ""
        self.chance = chance
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.body((), document)

    def one_in(self, number: int) -> bool:
        return self.chance.randrange(number) == 0

    def put(self, *choices: str) -> None:
        self.text += self.chance.choice(choices)

    def body(self, path: KeyPath, table: dict[str, Any], *, only_headers: bool = False) -> None:
        below = {}
        for key, value in table.items():
            is_tables = (
                isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
            )
            if only_headers or ((isinstance(value, dict) or is_tables) and not self.one_in(3)):
                below[key] = value
                continue
            for keys, part in self.dotted([key], value):
                self.put("", "", "  ", "\t")
                self.pair(path, keys, part)
                self.put("\n", "\n", " # x = [\n", "\n\n", "\r\n")
        for key, value in below.items():
            here = (*path, key)
            if isinstance(value, list):
                for index, part in enumerate(value):
                    self.header(here, index)
                    self.body((*here, index), part)
                continue
            is_implied = (
                value and all(isinstance(v, dict) for v in value.values()) and self.one_in(2)
            )
            if not is_implied:
                self.header(here)
            self.body(here, value, only_headers=bool(is_implied))

    def dotted(self, keys: list[str], value: Any) -> list[tuple[list[str], Any]]:
        if not isinstance(value, dict) or not value or self.one_in(2):
            return [(keys, value)]
        return [pair for key, part in value.items() for pair in self.dotted([*keys, key], part)]

    def header(self, path: KeyPath, index: int | None = None) -> None:
        self.put("[" if index is None else "[[")
        self.put("", "", " ")
        done: KeyPath = ()
        for step in path:
            done = (*done, step)
            if isinstance(step, str):
                if len(done) > 1:
                    self.put(".", ".", " . ")
                at = self.key(step)
                self.places.setdefault(done, (at, at))
        if index is None:
            self.places[path] = at, at
        else:
            self.places[(*path, index)] = at, at
        self.put("", "", " ")
        self.put("]" if index is None else "]]")
        self.put("\n", " # [y]\n", "\r\n\n")

    def pair(self, path: KeyPath, keys: list[str], value: Any) -> None:
        for number, key in enumerate(keys):
            if number:
                self.put(".", ".", " . ")
            at = self.key(key)
            path = (*path, key)
            if number < len(keys) - 1:
                self.places.setdefault(path, (at, at))
        self.put("=", " = ", "\t=  ")
        self.places[path] = at, len(self.text)
        self.value(path, value)

    def key(self, key: str) -> int:
        at = len(self.text)
        ways = [json.dumps(key, ensure_ascii=False)]
        if re.fullmatch("[A-Za-z0-9_-]+", key):
            ways += [key] * 4
        if not re.search("['\\x00-\\x1f]", key):
            ways.append(f"'{key}'")
        self.put(*ways)
        return at

    def value(self, path: KeyPath, value: Any) -> None:
        match value:
            case bool():
                self.put(str(value).lower())
            case int() | float():
                self.put(repr(value))
            case datetime():
                self.put(value.isoformat(sep=self.chance.choice(" T")))
            case str():
                self.string(value)
            case list():
                self.array(path, value)
            case dict():
                self.inline_table(path, value)

    def string(self, value: str) -> None:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        ways = [json.dumps(value, ensure_ascii=False), f'"""\n{escaped}"""']
        if '"""' not in value and "\\" not in value:
            ways.append(f'"""\n{value}"""')
        if "'''" not in value:
            ways.append(f"'''\n{value}'''")
        if not re.search("['\n]", value):
            ways.append(f"'{value}'")
        self.put(*ways)

    def gap(self) -> None:
        self.put("", "", " ", "\n", "  \t", '\n # ] \'d\' """\n')

    def array(self, path: KeyPath, values: list[Any]) -> None:
        self.put("[")
        self.gap()
        for index, value in enumerate(values):
            self.places[(*path, index)] = len(self.text), len(self.text)
            self.value((*path, index), value)
            self.gap()
            if index < len(values) - 1 or self.one_in(3):
                self.put(",")
                self.gap()
        self.put("]")

    def inline_table(self, path: KeyPath, table: dict[str, Any]) -> None:
        self.put("{", "{ ")
        pairs = [pair for key, value in table.items() for pair in self.dotted([key], value)]
        for number, (keys, value) in enumerate(pairs):
            if number:
                self.put(",", " , ")
            self.pair(path, keys, value)
        self.put("}", " }")


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_every_key_and_value_is_found_where_it_was_written(document: Any, chance: Random) -> None:
    writer = Writer(document, chance)
    assert tomllib.loads(writer.text) == document, "the writer of this test is wrong"
    positions = Positions(writer.text)
    for path, (key, value) in writer.places.items():
        assert positions.knows(path), path
        assert positions.key(path) == place(writer.text, key), path
        assert positions.value(path) == place(writer.text, value), path


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_nothing_is_found_that_the_document_does_not_hold(document: Any, chance: Random) -> None:
    positions = Positions(Writer(document, chance).text)

    def paths(value: Any, path: KeyPath) -> set[KeyPath]:
        parts = list(value.items()) if isinstance(value, dict) else []
        parts += enumerate(value) if isinstance(value, list) else []
        return {path}.union(*(paths(part, (*path, step)) for step, part in parts))

    assert set(positions._offsets) == paths(document, ()) - {()}


TEXT = """\
# a config
[graders.polite]
use = "text/x"
mapper = { query = "question", 'a b'.c = [1, { z = 2 }] }

[[steps]]
name = "one"
[[steps]]
name = "two"
"""


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("graders",), (2, 2), (2, 2)),
        (("graders", "polite"), (2, 10), (2, 10)),
        (("graders", "polite", "use"), (3, 1), (3, 7)),
        (("graders", "polite", "mapper", "query"), (4, 12), (4, 20)),
        (("graders", "polite", "mapper", "a b", "c", 1, "z"), (4, 48), (4, 52)),
        (("steps", 1, "name"), (9, 1), (9, 8)),
    ],
)
def test_lines_and_columns_count_from_one(
    path: KeyPath, key: tuple[int, int], value: tuple[int, int]
) -> None:
    assert (Positions(TEXT).key(path), Positions(TEXT).value(path)) == (key, value)


def test_what_is_not_there_has_the_place_of_its_nearest_ancestor() -> None:
    assert Positions(TEXT).key(("graders", "polite", "options", "n")) == (2, 10)
    assert Positions(TEXT).value(("graders", "polite", "mapper", "response")) == (4, 10)


def test_a_table_stands_at_its_own_header_rather_than_at_one_that_implies_it() -> None:
    text = "[a.b]\nx = 1\n[a]\ny = 1\n"
    assert Positions(text).key(("a",)) == (3, 2)
    assert Positions(text).key(("a", "b")) == (1, 4)


def test_the_document_itself_has_no_place() -> None:
    assert Positions(TEXT).key(()) is None
    assert Positions(TEXT).key(("aggregators", "x")) is None


def test_columns_count_characters_not_bytes() -> None:
    assert Positions('"é" = 1\n"ü" = { "ö" = 1 }').value(("ü", "ö")) == (2, 15)


def test_windows_line_ends_count_once() -> None:
    assert Positions('a = """\r\nx\r\n"""\r\nb = 2\r\n').value(("b",)) == (4, 5)


def test_newlines_in_inline_tables_are_read_where_a_later_toml_allows_them() -> None:
    assert Positions("a = {\n  b = 1, # one\n  c = 2,\n}\n").value(("a", "c")) == (3, 7)


def test_a_key_may_have_parts_of_every_kind() -> None:
    parts, end = read_key("""a . "b.\\u0063" .'d' = 1""", 0)
    assert [key for key, _ in parts] == ["a", "b.c", "d"]
    assert end == 19


def test_no_key_is_an_error() -> None:
    with pytest.raises(ValueError, match="a key is missing"):
        read_key("a.= 3", 0)


@pytest.mark.parametrize("opening", ["[", "{a="])
def test_brackets_may_nest_to_the_limit_and_no_deeper(opening: str) -> None:
    assert too_deep("x = " + opening * MAX_DEPTH) is None
    assert too_deep("x = " + opening * (MAX_DEPTH + 1)) == 4 + len(opening) * MAX_DEPTH


@pytest.mark.parametrize("key", ["a", '"a.["', "'['", "long-key"])
def test_dotted_keys_may_be_long_to_the_limit_and_no_longer(key: str) -> None:
    assert too_deep("y = 1\n" + " . ".join([key] * MAX_DEPTH) + " = 1") is None
    assert too_deep("y = 1\n" + " . ".join([key] * (MAX_DEPTH + 1)) + " = 1") == 6


def test_brackets_and_dots_in_strings_and_comments_do_not_nest() -> None:
    many = "[" * 100 + "a." * 100
    assert too_deep(f"# {many}\nx = '{many}'\ny = \"{many}\"\nz = '''\n{many}\n'''\n") is None
