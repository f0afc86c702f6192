"""An identity tells graders apart by all that makes their grades, or says that it cannot."""

import dataclasses
import functools
import importlib
import os
import re
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from rmg_core import GradingRunner, grader
from rmg_core.graders import as_grader
from rmg_core.plan import Identity, plan_of_config
from rmg_core.plan.canonical import NoForm, canonical
from rmg_core.plan.identity import identity_of
from rmg_core.registry import Origin, Resolved

# Values


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Shade(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Right(Flag):
    READ = 1
    WRITE = 2


@frozen
class Judge:
    model: str
    seen: int = field(init=False, default=0)


@frozen
class Critic:
    model: str
    seen: int = field(init=False, default=0)


@dataclasses.dataclass
class Point:
    x: Any
    y: dataclasses.InitVar[Any] = None
    z: Any = dataclasses.field(init=False)

    def __post_init__(self, y: Any) -> None:
        self.z = y


Pair = namedtuple("Pair", ["x"])  # noqa: PYI024 - as people write them


def lower(text: str) -> str:
    return text.lower()


DIFFERENT = [
    None,
    "None",
    "null",
    "",
    0,
    0.0,
    -0.0,
    False,
    "0",
    float("nan"),
    "nan",
    float("inf"),
    0j,
    complex(0, -0.0),
    2**64,
    2**64 + 1,
    10**5000,
    b"a",
    "b'a'",
    bytearray(b"a"),
    "\ud83d\ude00",
    "\U0001f600",
    "\ud83d",
    [],
    (),
    set(),
    frozenset(),
    {},
    [1],
    (1,),
    {1},
    [[1]],
    ["a", "b"],
    ["a,b"],
    ["a','b"],
    {"1": "a"},
    {1: "a"},
    {1.0: "a"},
    {"1": {"a": None}},
    date(2024, 1, 2),
    "2024-01-02",
    datetime(2024, 1, 2),  # noqa: DTZ001 - one without a zone
    datetime(2024, 1, 2, tzinfo=UTC),
    datetime(2024, 1, 2, tzinfo=timezone(timedelta(0), "GMT")),
    datetime(2024, 1, 2, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
    time(1),
    timedelta(1),
    Decimal("1.0"),
    Decimal("1.00"),
    Fraction(1),
    UUID(int=1),
    str(UUID(int=1)),
    Path("a"),
    PurePosixPath("a"),
    PureWindowsPath("a"),
    "a",
    re.compile("a"),
    re.compile("a", re.IGNORECASE),
    re.compile(b"a"),
    re.compile("x" * 300),
    re.compile("x" * 301),
    range(3),
    range(4),
    Colour.RED,
    Colour.BLUE,
    Shade.RED,
    "red",
    Level.LOW,
    1,
    Right.READ,
    Right.READ | Right.WRITE,
    Judge("a"),
    Judge("b"),
    Critic("a"),
    Judge(("a", Judge("a"))),
    Point(1),
    Point(1, 2),
    Point("1"),
    Pair(1),
    lower,
    str.lower,
    str.upper,
    len,
    "x".join,
    "y".join,
    re,
    dataclasses.replace,
    os.path.join,
    Judge,
    int,
    functools.partial(lower),
    functools.partial(lower, "a"),
    functools.partial(lower, text="a"),
]


def test_different_values_have_different_texts():
    texts = [canonical(each) for each in DIFFERENT]
    assert [one for one in texts if texts.count(one) > 1] == []


@pytest.mark.parametrize(
    "wrap", [lambda x: [x], lambda x: {"a": x}, Judge], ids=["list", "dict", "attrs"]
)
def test_so_they_have_within_others(wrap: Callable[[Any], Any]):
    assert len({canonical(wrap(each)) for each in DIFFERENT}) == len(DIFFERENT)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(values, values)
def test_equal_texts_mean_equal_values(one: Any, other: Any):
    assert (canonical(one) == canonical(other)) is (in_order(one) == in_order(other))


def in_order(value: Any) -> str:
    if isinstance(value, dict):
        return repr(sorted((repr(key), in_order(part)) for key, part in value.items()))
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}{[in_order(part) for part in value]}"
    return repr(value)


def test_the_order_of_keys_and_of_sets_does_not_count():
    assert canonical({"a": 1, "b": 2}) == canonical({"b": 2, "a": 1})
    assert canonical({"a", "b", "c"}) == canonical({"c", "b", "a"})


class Opaque:
    pass


class Text(str):
    __slots__ = ()


endless: list[Any] = []
for _ in range(10_000):
    endless = [endless]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Opaque(), "it holds an object of type {}.Opaque, whose content is not known"),
        (Text("a"), "it holds an object of type {}.Text, whose content is not known"),
        (endless, "it is nested without end"),
        (
            type("Local", (), {}),
            "it needs the class 'Local', which cannot be imported by its name",
        ),
    ],
    ids=["object", "subclass", "depth", "class"],
)
def test_what_cannot_be_told_apart_is_named(value: Any, said: str):
    with pytest.raises(NoForm) as raised:
        canonical([value])
    assert str(raised.value) == said.format(__name__)


def test_what_holds_itself_has_a_text():
    one: list[Any] = [1]
    one.append(one)
    assert canonical(one) == canonical(one[1])


# Options


@grader
def shortened(response: str, *, clean: Any = None) -> float:
    """1 when nothing is left."""
    return float(not (clean(response) if clean else response))


def of_options(**options: Any) -> Identity:
    entry = {"grader": shortened, "options": options}
    return GradingRunner({"g": entry}).plan.graders[0].identity


def test_every_option_counts():
    fitting = [each for each in DIFFERENT if each is not None and canonical(each) not in NO_OPTION]
    assert len({of_options(clean=each).digest for each in fitting}) == len(fitting)


NO_OPTION = {"nan", "inf"}  # these are refused


def test_an_option_that_nobody_can_compare_leaves_no_digest():
    identity = of_options(clean=Opaque())
    assert not identity.is_stable
    assert identity.digest == b""
    assert identity.unknown == (
        f"its option 'clean' cannot be compared: it holds an object of type {__name__}.Opaque, "
        "whose content is not known"
    )


@grader
def by_default(response: str, *, clean: Any = Opaque()) -> float:  # noqa: B008 - that is the case
    """1."""
    return 1.0


def test_a_default_is_what_the_code_says_it_is():
    assert identity_of(as_grader(by_default), None).is_stable


# Code


def identity(definition: Any) -> Identity:
    return identity_of(as_grader(definition), None)


def limited(limit: Any, kind: type = str) -> Any:
    def within(response: kind) -> float:  # type: ignore[valid-type]
        return float(response != limit)

    return within


def defaulted(limit: Any) -> Any:
    def within(response: str, limit: Any = limit) -> float:
        return float(response != limit)

    return within


@frozen
class Limit:
    limit: int

    def within(self, response: str) -> float:
        return float(len(response) <= self.limit)


def marked(mark: str) -> Any:
    def within(response: str) -> float:
        return float(within.mark in response)

    within.mark = mark
    return within


def countdown(stop: int) -> Any:
    def count(response: str) -> float:
        return 1.0 if len(response) <= stop else count(response[1:])

    return count


ONE_LINE = ((lambda response: len(response) < 3), (lambda response: len(response) <= 3))

APART = {
    "closures": (limited(1), limited(2)),
    "closures over types": (limited(1), limited(True)),
    "closures over closures": (limited(limited(1)), limited(limited(2))),
    "closures over lists": (limited([1]), limited((1,))),
    "closures over partials": (
        limited(functools.partial(lower, "a")),
        limited(functools.partial(lower, "b")),
    ),
    "annotations": (limited(1, str), limited(1, int)),
    "lambdas of one line": ONE_LINE,
    "defaults": (defaulted(1), defaulted(2)),
    "attributes": (marked("a"), marked("b")),
    "bound instances": (Limit(1).within, Limit(2).within),
    "recursive closures": (countdown(1), countdown(2)),
}


@pytest.mark.parametrize("pair", APART.values(), ids=APART)
def test_code_that_grades_otherwise_is_another(pair: tuple[Any, Any]):
    one, other = map(identity, pair)
    assert one.is_stable
    assert other.is_stable
    assert one.digest != other.digest


def test_what_is_made_anew_is_the_same():
    assert identity(limited(1)) == identity(limited(1))
    assert identity(countdown(3)) == identity(countdown(3))
    assert identity(Limit(3).within) == identity(Limit(3).within)


def test_a_closure_over_what_nobody_can_compare_leaves_no_digest():
    found = identity(limited(Opaque()))
    assert (found.is_stable, found.digest) == (False, b"")


# Files

FILE = """
from rmg_core import grader

LIMIT = 3

def is_short(text):
    return len(text) <= LIMIT

def brief(response: str) -> float:
    return float(is_short(response))

def made(limit):
    def within(response: str) -> float:
        return float(len(response) <= limit and response not in {"a", "b", "c", "d"})
    return within

three, four, again = made(3), made(4), brief
"""


def in_config(folder: Path, name: str, source: str = FILE) -> Identity:
    folder.mkdir(exist_ok=True)
    (folder / "g.py").write_text(source)
    (folder / "rmg.toml").write_text(f'[graders.x]\nuse = "./g.py:{name}"\n')
    return plan_of_config(folder / "rmg.toml").graders[0].identity


def test_a_grader_of_a_file_has_the_name_that_the_config_has_for_it(tmp_path: Path):
    names = ["brief", "again", "three", "four"]
    found = [in_config(tmp_path, name) for name in names]
    assert [each.name for each in found] == names
    assert len({each.digest for each in found}) == 4


EDITS = [("LIMIT = 3", "LIMIT = 4"), ("<= LIMIT", "< LIMIT"), ("made(3)", "made(2)")]


@pytest.mark.parametrize("edit", EDITS, ids=str)
@pytest.mark.parametrize("name", ["brief", "three"])
def test_a_file_counts_whole_where_a_config_names_it(tmp_path: Path, name: str, edit: Any):
    before = in_config(tmp_path / "before", name)
    assert in_config(tmp_path / "after", name, FILE.replace(*edit)).digest != before.digest


def test_what_a_file_imports_and_a_config_names_counts_by_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    found = []
    for limit in (3, 4):
        folder = tmp_path / str(limit)
        folder.mkdir()
        (folder / "imported_by_it.py").write_text(FILE.replace("LIMIT = 3", f"LIMIT = {limit}"))
        monkeypatch.syspath_prepend(folder)
        found.append(in_config(folder, "brief", "from imported_by_it import brief"))
        del sys.modules["imported_by_it"]
    assert found[0].digest != found[1].digest


@pytest.mark.parametrize(
    ("folder", "is_edited"), [("src", True), ("lib/site-packages", False)], ids=["src", "installed"]
)
def test_of_a_pack_that_is_installed_to_be_edited_the_file_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, is_edited: bool
):
    found = []
    pack = Origin(pack="x", distribution="rmg-plugin-x", version="1.0")
    (tmp_path / folder).mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / folder)
    for source in (FILE, f"{FILE}# longer, so that it is compiled anew"):
        (tmp_path / folder / "pack_under_work.py").write_text(source)
        module = importlib.import_module("pack_under_work")
        resolved = Resolved("grader", "x/brief", module.brief, pack)
        found.append(identity_of(as_grader(module.brief), resolved).digest)
        del sys.modules["pack_under_work"]
    assert (found[0] != found[1]) is is_edited


def test_a_module_that_is_not_loaded_again_stays_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "loaded_once.py").write_text(FILE)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("loaded_once")
    before = identity(module.brief)
    (tmp_path / "loaded_once.py").write_text(f"{FILE}# longer, so that it is compiled anew")
    assert identity(module.brief) == before
    importlib.reload(module)
    assert identity(module.brief) != before
    del sys.modules["loaded_once"]


PRINTED = """
from rmg_core.graders import as_grader
from rmg_core.plan.identity import identity_of
def told(*graders):
    for each in graders:
        identity = identity_of(as_grader(each), None)
        print(identity.digest.hex() or identity.unknown)
"""


def told(folder: Path, code: str, seed: str = "0", source: str = FILE) -> list[str]:
    """Return what another process says of graders."""
    folder.mkdir(exist_ok=True)
    (folder / "mine.py").write_text(source)
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, "-c", PRINTED + code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed},
    )
    return ended.stdout.splitlines()


@pytest.mark.parametrize("edit", EDITS[:2], ids=str)
def test_a_file_counts_whole_where_python_imports_it(tmp_path: Path, edit: Any):
    code = "import mine\ntold(mine.brief, mine.made(3))"
    before = told(tmp_path / "before", code)
    after = told(tmp_path / "after", code, source=FILE.replace(*edit))
    assert not {*before} & {*after}


def test_another_process_finds_the_same_in_another_place(tmp_path: Path):
    code = "import mine\ntold(mine.brief, mine.made(3))"
    assert told(tmp_path / "one", code) == told(tmp_path / "two", code, seed="1")


TYPED = """
import math, mine
from mine import is_short
LIMIT = 3
def uses_modules(response: str) -> float:
    return math.floor(mine.LIMIT) + is_short(response) + len(response)
def uses_values(response: str) -> float:
    return len(response) <= LIMIT
def uses_functions(response: str) -> float:
    return max(uses_values(each) for each in response)
told(uses_modules, uses_values, uses_functions)
"""


def test_typed_code_is_known_as_long_as_it_needs_nothing_else_that_was_typed(tmp_path: Path):
    digest, *others = told(tmp_path, TYPED)
    assert len(digest) == 32
    assert others == [
        "it uses 'LIMIT', which is in no file",
        "it uses 'uses_values', which is in no file",
    ]


def test_typed_code_is_another_when_it_is_typed_otherwise(tmp_path: Path):
    before, after = (told(tmp_path, TYPED.replace("floor", each))[0] for each in ("floor", "ceil"))
    assert before != after


def test_typed_code_is_another_when_a_file_that_it_imports_is(tmp_path: Path):
    other = FILE.replace("LIMIT = 3", "LIMIT = 4")
    before, after = (told(tmp_path, TYPED, source=each)[0] for each in (FILE, other))
    assert before != after
