"""A fingerprint changes with all that can change a grade, and with nothing else."""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs
import pytest
from attrs import evolve, field, frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from rmg_core import Cell, GradingRunner, WeightedSumAggregator, grader
from rmg_core.datasets import freeze
from rmg_core.graders import as_grader
from rmg_core.plan import Identity, NamedPart, Plan, plan_of_config
from rmg_core.plan.identity import identity_of
from rmg_core.registry import Origin, Resolved
from rmg_core.runner.addresses import fingerprinter

texts = st.text(max_size=8) | st.text(st.characters(categories=["Cs"]), max_size=2)
numbers = st.integers() | st.integers(2**63, 2**70) | st.floats() | st.sampled_from([0, 0.0, -0.0])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.sampled_from(["null", "1", "NaN", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
inputs = st.lists(values, min_size=1, max_size=3).map(tuple)


def canonical(value: Any) -> Any:
    """Return what two values share if they are the same to a grader: 1 is neither 1.0 nor True."""
    if isinstance(value, Mapping):
        return "dict", sorted((key, canonical(part)) for key, part in value.items())
    if isinstance(value, list | tuple):
        return "list", [canonical(part) for part in value]
    return type(value).__name__, repr(value)


def shuffled(value: Any, dice: random.Random) -> Any:
    """Return the same value with the keys of every mapping in another order."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(part, dice)) for key, part in value.items()]
        dice.shuffle(pairs)
        return dict(pairs)
    if isinstance(value, list | tuple):
        return type(value)(shuffled(part, dice) for part in value)
    return value


address = fingerprinter(bytes(16), repeats=4)


@given(inputs, inputs)
def test_other_inputs_have_another_fingerprint(one: tuple[Any, ...], other: tuple[Any, ...]):
    is_same = canonical(one) == canonical(other)
    assert (address(one, 0) == address(other, 0)) is is_same


@given(inputs, st.data())
def test_one_changed_part_of_an_input_changes_it(one: tuple[Any, ...], data: st.DataObject):
    place = data.draw(st.integers(0, len(one) - 1))
    part = data.draw(values)
    assume(canonical(part) != canonical(one[place]))
    assert address(one, 0) != address((*one[:place], part, *one[place + 1 :]), 0)


@given(inputs)
def test_inputs_of_json_have_one(one: tuple[Any, ...]):
    assert len(address(one, 0)) == 32


@given(inputs, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_it(one: tuple[Any, ...], dice: random.Random):
    assert address(shuffled(one, dice), 0) == address(one, 0)


@given(inputs)
def test_each_repeat_has_its_own(one: tuple[Any, ...]):
    assert len({address(one, repeat) for repeat in range(4)}) == 4


@given(inputs, st.binary(min_size=16, max_size=16))
def test_each_grader_has_its_own(one: tuple[Any, ...], digest: bytes):
    assume(digest != bytes(16))
    assert fingerprinter(digest, 1)(one, 0) != address(one, 0)


@given(inputs)
def test_more_repeats_leave_those_before_as_they_are(one: tuple[Any, ...]):
    assert fingerprinter(bytes(16), 1)(one, 0) == address(one, 0)


@given(inputs)
def test_what_a_sample_holds_has_that_of_its_json(one: tuple[Any, ...]):
    frozen_ones = tuple(freeze({str(n): part for n, part in enumerate(one)}).values())
    assert address(frozen_ones, 0) == address(one, 0)


@given(st.dictionaries(texts, values, max_size=3))
def test_a_mapping_that_cannot_be_changed_has_that_of_a_dict(one: dict[str, Any]):
    assert address((MappingProxyType(one),), 0) == address((one,), 0)


@pytest.mark.parametrize("value", [10**5000, -(10**5000), 2**64, "\ud800", None], ids=lambda _: "")
def test_values_of_json_that_are_odd_have_one(value: Any):
    assert len(address((value,), 0)) == 32
    assert address((value,), 0) != address(([value],), 0)


def test_half_surrogates_are_not_the_character_that_they_would_make():
    odd = 2**70
    assert address(("\ud83d\ude00", odd), 0) != address(("\U0001f600", odd), 0)


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Name(str):
    __slots__ = ()


@dataclass
class Point:
    x: int = 1


NOT_JSON = [
    b"raw",
    {1, 2},
    object(),
    {1: "a"},
    {Name("a"): 1},
    date(2024, 1, 2),
    datetime(2024, 1, 2, tzinfo=UTC),
    UUID(int=1),
    Decimal("1.0"),
    Colour.RED,
    Level.LOW,
    Name("red"),
    Point(),
    Path("x"),
    1j,
]


@pytest.mark.parametrize("value", NOT_JSON, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("place", [lambda value: value, lambda value: {"a": [None, value]}])
def test_inputs_that_are_no_values_of_json_have_none(value: Any, place: Any):
    assert address(("text", place(value)), 0) == ""


def test_inputs_without_an_end_have_none():
    endless: list[Any] = []
    endless.append(endless)
    assert address((endless,), 0) == ""


def test_a_grader_that_nobody_can_tell_from_another_gives_none():
    assert fingerprinter(b"", 2)(("text",), 1) == ""


# Graders

PARTS = [each.name for each in attrs.fields(Identity) if each.init and each.name != "unknown"]
identities = st.builds(Identity, *[texts] * len(PARTS))


@given(identities, identities)
def test_another_identity_has_another_digest(one: Identity, other: Identity):
    is_same = all(getattr(one, part) == getattr(other, part) for part in PARTS)
    assert (one.digest == other.digest) is is_same


@given(identities, st.sampled_from(PARTS))
def test_each_part_of_an_identity_changes_the_digest(one: Identity, part: str):
    assert evolve(one, **{part: getattr(one, part) + "x"}).digest != one.digest


@grader
def brief(response: str, *, limit: int = 5, words: tuple[str, ...] = ()) -> float:
    """1 when it is brief."""
    return float(len(response.split()) <= limit and response not in words)


PACK = Origin(pack="x", distribution="rmg-plugin-x", version="1.0")


def digest(offered: Any = brief, origin: Origin = PACK, name: str = "x/brief") -> bytes:
    made = as_grader(offered)
    return identity_of(made, Resolved("grader", name, offered, origin)).digest


def test_the_grader_of_another_pack_is_another():
    others = [
        digest(),
        digest(name="x/short"),
        digest(origin=evolve(PACK, distribution="acme-x")),
        digest(origin=evolve(PACK, version="1.1")),
        digest(grader(version="2")(lambda response: 1.0)),
        digest(grader(scale=(0, 2))(lambda response: 1.0)),
    ]
    assert len(set(others)) == len(others)


def options_of(**options: Any) -> bytes:
    entry = {"grader": brief, "options": options}
    return GradingRunner({"g": entry}).plan.graders[0].identity.digest


@given(st.integers(), st.integers(), st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_an_option_changes_it(one: int, other: int, words: list[str], others: list[str]):
    is_same = (one, words) == (other, others)
    assert (options_of(limit=one, words=words) == options_of(limit=other, words=others)) is is_same


def test_an_option_that_is_written_out_is_no_other_than_its_default():
    assert options_of(limit=5) == options_of()


def test_the_order_of_options_does_not_change_it():
    assert options_of(limit=3, words=["a"]) == options_of(words=["a"], limit=3)


@frozen
class Matching:
    """An attrs class whose fields are its options, but for what it works out."""

    limit: int = 5
    _seen: int = field(init=False, default=0)

    def grade(self, response: str) -> float:
        return float(len(response) <= self.limit)


def test_of_a_class_it_is_the_options_that_count():
    plans = [GradingRunner({"g": made}).plan for made in (Matching(), Matching(5), Matching(6))]
    one, same, other = [plan.graders[0].identity.digest for plan in plans]
    assert one == same != other


# Runs

ROWS = [{"question": f"q{n}", "answer": " ".join("abcdefg"[: n + 1])} for n in range(6)]


@frozen
class Kept:
    """A sink that keeps cells in memory."""

    cells: list[Cell] = field(factory=list)

    def open(self, plan: Plan) -> None:
        pass

    def write(self, cells: Sequence[Cell]) -> None:
        self.cells.extend(cells)

    def close(self) -> None:
        pass


def found(plan: Plan, rows: Iterable[Mapping[str, Any]] = ROWS) -> dict[tuple[Any, ...], str]:
    """Return the fingerprints that the first grader's cells have in a run, by their question."""
    kept = Kept()
    rows = list(rows)
    GradingRunner.from_plan(evolve(plan, sinks=(NamedPart("kept", kept),))).run(rows)
    return {
        (rows[each.index]["question"], each.repeat): each.fingerprint
        for each in kept.cells
        if each.grader == plan.graders[0].name
    }


def plan(name: str = "brief", options: Mapping[str, Any] | None = None, **entry: Any) -> Plan:
    mapper = entry.pop("mapper", {"response": "answer"})
    overall = WeightedSumAggregator(name="overall", weights={name: entry.pop("weight", 1.0)})
    limit = entry.pop("run_limit", 32)
    written = {"grader": brief, "mapper": mapper, "options": options or {}, **entry}
    return GradingRunner({name: written}, aggregators=overall, max_concurrency=limit).plan


def test_each_sample_has_its_own():
    prints = found(plan())
    assert len(set(prints.values())) == len(ROWS)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "short"},
        {"timeout": 60},
        {"max_concurrency": 1},
        {"run_limit": 1},
        {"weight": 0.5},
    ],
    ids=str,
)
def test_what_cannot_change_a_grade_does_not_change_it(change: dict[str, Any]):
    assert found(plan(**change)) == found(plan())


def test_a_condition_does_not_change_it():
    entry = {"grader": brief, "mapper": {"response": "answer"}, "when": "other >= 0.5"}
    other = {"grader": brief, "mapper": {"response": "question"}}
    gated = GradingRunner({"brief": entry, "other": other}).plan
    assert found(gated) == found(plan())


def test_the_order_of_the_dataset_does_not_change_it():
    assert found(plan(), ROWS[::-1]) == found(plan())


def test_rows_that_are_added_or_taken_away_change_no_other():
    more = [ROWS[0], {"question": "new", "answer": "n e w"}, *ROWS[3:]]
    prints = found(plan(), more)
    assert prints.pop(("new", 0)) not in found(plan()).values()
    assert prints.items() <= found(plan()).items()


def test_a_field_that_the_grader_does_not_take_does_not_change_it():
    rows = [{**row, "note": n} for n, row in enumerate(ROWS)]
    assert found(plan(), rows) == found(plan())


def test_another_mapper_that_gives_the_same_inputs_does_not_change_it():
    def answer(sample: Mapping[str, Any]) -> dict[str, Any]:
        return {"response": sample["answer"]}

    assert found(plan(mapper=answer)) == found(plan())


def test_another_mapper_that_gives_other_inputs_changes_it():
    before = set(found(plan()).values())
    assert not before & set(found(plan(mapper={"response": "question"})).values())


def test_more_repeats_leave_those_that_were_there():
    prints = found(plan(repeats=3))
    assert found(plan()).items() <= prints.items()
    assert len(set(prints.values())) == 3 * len(ROWS)


def test_an_option_changes_all_of_them():
    assert not set(found(plan()).values()) & set(found(plan(options={"limit": 3})).values())


# Files

SOURCE = '''
def brief(response: str, *, limit: int = 5) -> float:
    """1 when it is brief."""
    return float(len(response.split()) <= limit)
'''
CONFIG = """
[dataset]
path = "rows.jsonl"
[graders.brief]
use = "./graders.py:brief"
mapper = { response = "answer" }
"""


def of_files(place: Path, source: str = SOURCE, config: str = CONFIG) -> dict[tuple[Any, ...], str]:
    place.mkdir()
    (place / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (place / "graders.py").write_text(source)
    (place / "rmg.toml").write_text(config)
    return found(plan_of_config(place / "rmg.toml"))


def test_the_place_of_a_file_of_graders_does_not_change_it(tmp_path: Path):
    assert of_files(tmp_path / "here") == of_files(tmp_path / "there")


@pytest.mark.parametrize("edit", [("<=", "<"), ("brief.", "short."), ("= 5", "= 6")])
def test_an_edit_of_a_file_of_graders_changes_it(tmp_path: Path, edit: tuple[str, str]):
    before = of_files(tmp_path / "before")
    after = of_files(tmp_path / "after", SOURCE.replace(*edit))
    assert not set(before.values()) & set(after.values())


@pytest.mark.parametrize(
    "config",
    [
        CONFIG.replace("graders.brief", "graders.short"),
        f"max_concurrency = 3\nmax_errors = 0.5\n{CONFIG}timeout = 9\nmax_concurrency = 2\n",
        f"{CONFIG}isolate = true\n",
        f"# a remark\n{CONFIG}[aggregators.all]\nuse = 'mean'\n",
    ],
)
def test_what_is_beside_the_grader_in_a_config_does_not_change_it(tmp_path: Path, config: str):
    assert of_files(tmp_path / "one") == of_files(tmp_path / "other", config=config)
