"""Strict options: what plain values an attrs class of options takes, and how it refuses others."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NewType, Protocol

import attrs
import pytest
from attrs import field, frozen, validators
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.aggregators import Impute, OnMissing
from rmg_core.config import OptionsError, structure_options
from rmg_core.errors import DefinitionError
from rmg_core.graders import spec_of
from rmg_core.hints import near_miss


class Colour(Enum):
    RED = "red"
    TWO = 2


class Shade(StrEnum):
    DARK = "dark"


class Level(IntEnum):
    LOW = 1


Count = NewType("Count", int)


class Model(Protocol):
    def ask(self) -> str: ...


@frozen
class Inner:
    a: int
    b: list[str] = field(factory=list)


def option(kind: Any) -> type:
    return attrs.make_class("Options", {"x": field(type=kind)}, frozen=True)


def structure(kind: Any, value: Any) -> Any:
    return structure_options(option(kind), {"x": value}, owner="grader 'p/g'").x


def faults(cls: type, table: Mapping[str, Any]) -> list[tuple[tuple[Any, ...], str, str]]:
    with pytest.raises(OptionsError) as refused:
        structure_options(cls, table, owner="grader 'p/g'")
    return [(fault.path, fault.message, fault.hint) for fault in refused.value.faults]


def fault(kind: Any, value: Any) -> str:
    [(_, message, hint)] = faults(option(kind), {"x": value})
    said = message.removeprefix("option 'x' of grader 'p/g' ")
    return f"{said}; {hint}" if hint else said


ACCEPTED = [
    (bool, True, True),
    (int, 3, 3),
    (float, 0.5, 0.5),
    (str, "", ""),
    (Path, "a/b", Path("a/b")),
    (Count, 3, 3),
    (Annotated[int, "help"], 3, 3),
    (Any, {"a": [1, None, "b"]}, {"a": [1, None, "b"]}),
    (object, "x", "x"),
    (list[str], ["a"], ["a"]),
    (Sequence[str], ["a"], ["a"]),
    (list, [1, "a"], [1, "a"]),
    (tuple[str, ...], ["a", "b"], ("a", "b")),
    (tuple[int, str], [1, "b"], (1, "b")),
    (set[int], [1, 1], {1}),
    (frozenset[str], ["a"], frozenset({"a"})),
    (dict[str, float], {"a": 0.5}, {"a": 0.5}),
    (Mapping[str, list[int]], {"a": [1]}, {"a": [1]}),
    (Literal["a", 1], 1, 1),
    (Colour, "red", Colour.RED),
    (Colour, 2, Colour.TWO),
    (Shade, "dark", Shade.DARK),
    (Level, 1, Level.LOW),
    (str | list[str], "a", "a"),
    (str | list[str], ["a"], ["a"]),
    (Annotated[str | list[str], "help"], ["a"], ["a"]),
    (float | None, 0.5, 0.5),
    (float | None, None, None),
    (list[str] | None, ["a"], ["a"]),
    (OnMissing, "abstain", "abstain"),
    (OnMissing, {"impute": 0.5}, Impute(0.5)),
    (Inner, {"a": 1}, Inner(1)),
    (Inner, Inner(1), Inner(1)),
    (list[Inner], [{"a": 1}, {"a": 2, "b": ["x"]}], [Inner(1), Inner(2, ["x"])]),
    (re.Pattern, re.compile("a"), re.compile("a")),
]


@pytest.mark.parametrize(("kind", "value", "made"), ACCEPTED)
def test_a_value_of_the_type_is_taken(kind: Any, value: Any, made: Any) -> None:
    got = structure(kind, value)
    assert got == made
    assert type(got) is type(made)


def test_an_integer_may_stand_for_a_float_and_becomes_one() -> None:
    assert type(structure(float, 1)) is float
    assert type(structure(float | None, 1)) is float


def test_an_integer_stays_one_where_it_may_be_both() -> None:
    assert type(structure(float | int, 1)) is int


def test_what_only_python_can_give_is_passed_through() -> None:
    class Fake:
        def ask(self) -> str:
            return ""

    fake = Fake()
    assert structure(Model, fake) is fake
    assert structure(Callable[[str], str], len) is len


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (bool, 1, "must be true or false, not 1"),
        (bool, "false", "must be true or false, not the text 'false'"),
        (int, "3", "must be an integer, not the text '3'"),
        (int, True, "must be an integer, not true"),
        (int, 3.0, "must be an integer, not 3.0"),
        (Count, "3", "must be an integer, not the text '3'"),
        (Annotated[int, "help"], True, "must be an integer, not true"),
        (float, "0.5", "must be a number, not the text '0.5'"),
        (float, False, "must be a number, not false"),
        (float, float("nan"), "must be a finite number, not nan"),
        (float | None, float("-inf"), "must be a finite number, not -inf"),
        (Any, float("inf"), "must be a finite number, not inf"),
        (float, 10**400, f"must be a number, not 1{'0' * 38}…"),
        (str, 3, "must be a text, not 3"),
        (str, None, "must be a text, not null"),
        (str, ["a"], "must be a text, not a list"),
        (str, "a" * 100, None),
        (Path, 3, "must be a path, not 3"),
        (int, "a" * 100, f"must be an integer, not the text '{'a' * 39}…'"),
        (list[str], "abc", "must be a list of texts, not the text 'abc'"),
        (list[str], {"a": "b"}, "must be a list of texts, not a table"),
        (tuple[str, ...], "abc", "must be a list of texts, not the text 'abc'"),
        (set[int], 3, "must be a list of integers, not 3"),
        (list, "abc", "must be a list, not the text 'abc'"),
        (
            tuple[float, str],
            [1.0],
            "must be a list of 2: a number, a text, not a list",
        ),
        (dict[str, float], ["a"], "must be a table of numbers, not a list"),
        (
            dict[str, str | int],
            3,
            "must be a table, each a text or an integer, not 3",
        ),
        (
            Literal["cosine", "dot"],
            "cosin",
            "must be 'cosine' or 'dot', not the text 'cosin'; did you mean 'cosine'?",
        ),
        (Literal[1, 2], True, "must be 1 or 2, not true"),
        (Colour, "rad", "must be 'red' or 2, not the text 'rad'; did you mean 'red'?"),
        (Shade, "light", "must be 'dark', not the text 'light'"),
        (Level, 2, "must be 1, not 2"),
        (str | list[str], 3, "must be a text or a list of texts, not 3"),
        (float | None, "x", "must be a number, not the text 'x'"),
        (list[str] | None, "x", "must be a list of texts, not the text 'x'"),
        (
            OnMissing,
            "abstian",
            (
                "must be 'error', 'renormalise', 'abstain' or a table {impute = …}, not the text "
                "'abstian'; did you mean 'abstain'?"
            ),
        ),
        (Inner, 3, "must be a table {a = …}, not 3"),
        (
            re.Pattern,
            "a",
            "must be a Pattern, not the text 'a'; a config cannot write such a value",
        ),
        (
            Model,
            "a",
            "must be a Model, not the text 'a'; a config cannot write such a value",
        ),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Any, value: Any, said: str | None) -> None:
    if said is None:
        assert structure(kind, value) == value
    else:
        assert fault(kind, value) == said


@pytest.mark.parametrize(
    ("kind", "value", "path", "message"),
    [
        (list[str], ["a", 1], ("x", 1), "option 'x.1' of grader 'p/g' must be a text, not 1"),
        (
            str | list[str],
            ["a", 1],
            ("x", 1),
            "option 'x.1' of grader 'p/g' must be a text, not 1",
        ),
        (
            dict[str, float],
            {"a.b": "1"},
            ("x", "a.b"),
            "option 'x.a.b' of grader 'p/g' must be a number, not the text '1'",
        ),
        (
            Any,
            {"a": [1, float("nan")]},
            ("x", "a", 1),
            "option 'x.a.1' of grader 'p/g' must be a finite number, not nan",
        ),
        (
            list[Inner],
            [{"a": 1, "c": 1}],
            ("x", 0, "c"),
            "option 'x.0' of grader 'p/g' has no key 'c'",
        ),
        (OnMissing, {}, ("x",), "option 'x' of grader 'p/g' needs key 'impute'"),
        (
            OnMissing,
            {"impute": "0"},
            ("x", "impute"),
            "option 'x.impute' of grader 'p/g' must be a number, not the text '0'",
        ),
    ],
)
def test_a_fault_inside_a_value_has_its_own_path(
    kind: Any, value: Any, path: tuple[Any, ...], message: str
) -> None:
    assert [found[:2] for found in faults(option(kind), {"x": value})] == [(path, message)]


def test_unknown_option_lists_the_valid_ones() -> None:
    cls = attrs.make_class("Options", {name: field(default=0) for name in ("samples", "seed")})
    assert faults(cls, {"sampels": 3, "zzz": 1}) == [
        (
            ("sampels",),
            "grader 'p/g' has no option 'sampels'",
            "did you mean 'samples'? options: samples, seed",
        ),
        (("zzz",), "grader 'p/g' has no option 'zzz'", "options: samples, seed"),
    ]


def test_unknown_option_of_what_has_none_says_so() -> None:
    assert faults(attrs.make_class("Options", {}), {"a": 1}) == [
        (("a",), "grader 'p/g' has no option 'a'", "it takes none")
    ]


def test_missing_option_is_said_with_its_help() -> None:
    @frozen
    class Options:
        model: str = field(metadata={"help": "the judge to ask"})
        other: int

    assert faults(Options, {}) == [
        ((), "grader 'p/g' needs option 'model'", "model: the judge to ask"),
        ((), "grader 'p/g' needs option 'other'", ""),
    ]


def test_all_faults_of_a_table_come_at_once() -> None:
    @frozen
    class Options:
        needed: str
        samples: int = field(default=1, validator=validators.ge(1))
        share: float = field(default=0.0, validator=[validators.ge(0), validators.lt(1)])
        name: str = field(default="", validator=validators.max_len(3))

    found = faults(Options, {"samples": 0, "share": True, "name": "four", "nmae": "x"})
    assert [path for path, _, _ in found] == [("nmae",), (), ("share",), ("samples",), ("name",)]


@pytest.mark.parametrize(
    ("validator", "kind", "value", "said"),
    [
        (validators.ge(1), int, 0, "must be at least 1, not 0"),
        (validators.gt(0), float, 0, "must be above 0, not 0"),
        (validators.le(1), float, 1.5, "must be at most 1, not 1.5"),
        (validators.lt(1), float, 1.0, "must be below 1, not 1"),
        (validators.and_(validators.ge(0), validators.le(9)), int, 10, "must be at most 9, not 10"),
        (validators.optional([validators.ge(1)]), int | None, 0, "must be at least 1, not 0"),
        (
            validators.in_(["mean", "max"]),
            str,
            "maen",
            "must be 'mean' or 'max', not the text 'maen'; did you mean 'mean'?",
        ),
        (validators.min_len(1), str, "", "must not be empty"),
        (
            validators.min_len(2),
            list[str],
            ["a"],
            "must have a length of at least 2, not 1",
        ),
        (
            validators.max_len(2),
            str,
            "abc",
            "must have a length of at most 2, not 3",
        ),
        (validators.matches_re("a+"), str, "b", "must match regex 'a+' ('b' doesn't)"),
    ],
)
def test_a_validator_speaks_in_one_sentence(
    validator: Any, kind: Any, value: Any, said: str
) -> None:
    cls = attrs.make_class("Options", {"x": field(type=kind, validator=validator)})
    [(path, message, hint)] = faults(cls, {"x": value})
    assert path == ("x",)
    assert f"{message}; {hint}".rstrip("; ") == f"option 'x' of grader 'p/g' {said}"


def test_validators_of_parts_name_the_part() -> None:
    @frozen
    class Options:
        names: list[str] = field(
            validator=validators.deep_iterable(validators.min_len(1), validators.min_len(1))
        )
        weights: dict[str, float] = field(
            validator=validators.deep_mapping(validators.max_len(1), validators.ge(0))
        )

    found = faults(Options, {"names": ["a", ""], "weights": {"a": -1, "bc": 1}})
    assert [fault[:2] for fault in found] == [
        (("names", 1), "option 'names.1' of grader 'p/g' must not be empty"),
        (("weights", "a"), "option 'weights.a' of grader 'p/g' must be at least 0, not -1"),
        (
            ("weights", "bc"),
            "option 'weights.bc' of grader 'p/g' must have a length of at most 1, not 2",
        ),
    ]


def test_an_option_of_its_own_words_is_named_once() -> None:
    def even(_: Any, attribute: "attrs.Attribute[Any]", value: int) -> None:
        if value % 2:
            raise ValueError(f"{attribute.name} must be even, not {value}.")

    def odd(_: Any, attribute: "attrs.Attribute[Any]", value: int) -> None:
        if value % 2 == 0:
            raise ValueError(f"an even number is not wanted: {value}")

    cls = attrs.make_class("Options", {"x": field(validator=even), "y": field(validator=odd)})
    assert faults(cls, {"x": 1, "y": 2}) == [
        (("x",), "option 'x' of grader 'p/g' must be even, not 1", ""),
        (("y",), "grader 'p/g': an even number is not wanted: 2", ""),
    ]


def test_a_check_of_the_whole_class_is_located_by_the_option_that_it_names() -> None:
    @frozen
    class Options:
        low: float
        weights: dict[str, float] = field(factory=dict)

        def __attrs_post_init__(self) -> None:
            if self.low < 0:
                raise ValueError("low = -1 lies below 0")
            if "a.b" in self.weights:
                raise ValueError("weights.a.b names no grader")
            raise ValueError

    assert faults(Options, {"low": -1}) == [(("low",), "grader 'p/g': low = -1 lies below 0", "")]
    assert faults(Options, {"low": 1, "weights": {"a.b": 1.0}}) == [
        (("weights", "a.b"), "option 'weights.a.b' of grader 'p/g' names no grader", "")
    ]
    assert faults(Options, {"low": 1}) == [((), "grader 'p/g': it is refused (ValueError)", "")]


def test_a_check_against_an_option_that_is_at_fault_itself_is_left_out() -> None:
    def above_low(options: Any, _: "attrs.Attribute[Any]", value: float) -> None:
        if value <= options.low:
            raise ValueError("high must be above low")

    @frozen
    class Options:
        low: float
        high: float = field(validator=above_low)

    assert [path for path, _, _ in faults(Options, {"low": "0", "high": 1})] == [("low",)]
    assert [path for path, _, _ in faults(Options, {"low": 2, "high": 1})] == [("high",)]


def test_a_converter_that_fails_is_a_fault_of_its_option() -> None:
    @frozen
    class Options:
        pattern: re.Pattern[str] = field(converter=re.compile, metadata={"written": str})
        n: int = field(default=1, validator=validators.ge(1))

    assert structure_options(Options, {"pattern": "a+"}, owner="x").pattern == re.compile("a+")
    assert faults(Options, {"pattern": "(", "n": 0}) == [
        (("pattern",), "grader 'p/g': missing ), unterminated subpattern at position 0", ""),
        (("n",), "option 'n' of grader 'p/g' must be at least 1, not 0", ""),
    ]
    assert faults(Options, {"pattern": 3})[0][1] == (
        "option 'pattern' of grader 'p/g' must be a text, not 3"
    )


def test_aliases_are_the_names_of_options() -> None:
    @frozen
    class Options:
        _secret: int = 1
        kind: str = field(default="", alias="type")

    made = structure_options(Options, {"secret": 2, "type": "a"}, owner="x")
    assert (made._secret, made.kind) == (2, "a")
    assert faults(Options, {"kind": "a"})[0][2] == "options: secret, type"


def test_fields_that_are_no_parameters_are_no_options() -> None:
    @frozen
    class Options:
        a: int = 1
        cache: dict[str, int] = field(init=False, factory=dict)
        place: str = field(default="", metadata={"option": False})

    assert faults(Options, {"cache": {}, "place": ""}) == [
        (("cache",), "grader 'p/g' has no option 'cache'", "options: a"),
        (("place",), "grader 'p/g' has no option 'place'", "options: a"),
    ]


def test_options_of_a_function_are_structured_alike() -> None:
    def similar(
        text: str,
        *,
        metric: Literal["cosine", "dot"] = "cosine",
        top: Annotated[int, validators.ge(1), "how many"] = 1,
        words: str | list[str],
        untyped=None,
    ) -> float:
        return 0.0

    cls: Any = spec_of(similar).options
    made = structure_options(cls, {"words": ["a"], "top": 2, "untyped": {"a": 1}}, owner="x")
    assert (made.metric, made.top, made.words, made.untyped) == ("cosine", 2, ["a"], {"a": 1})
    assert [path for path, _, _ in faults(cls, {"top": 0, "metric": 1})] == [
        ("metric",),
        (),
        ("top",),
    ]


def test_annotations_written_as_text_are_read() -> None:
    @frozen
    class Options:
        x: "list[str]"

    assert faults(Options, {"x": "abc"})[0][1] == (
        "option 'x' of grader 'p/g' must be a list of texts, not the text 'abc'"
    )


def test_annotations_that_lead_nowhere_are_a_fault_of_the_class() -> None:
    @frozen
    class Options:
        x: "Nowhere"  # noqa: F821

    with pytest.raises(DefinitionError) as refused:
        structure_options(Options, {"x": 1}, owner="x")
    assert str(refused.value) == (
        "'Options' is not a class of options: its annotations cannot be read: "
        "name 'Nowhere' is not defined"
    )


def test_the_error_says_every_fault_on_a_line() -> None:
    with pytest.raises(OptionsError) as refused:
        structure_options(Inner, {"c": 1}, owner="sink 'x'")
    assert str(refused.value) == (
        "sink 'x' has no option 'c'; options: a, b\nsink 'x' needs option 'a'"
    )


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=6,
)


@given(st.sampled_from([kind for kind, _, _ in ACCEPTED]), PLAIN)
def test_any_value_is_either_taken_or_refused_with_its_faults(kind: Any, value: Any) -> None:
    found = None
    try:
        structure(kind, value)
    except OptionsError as refused:
        found = refused.faults
    assert found is None or (found and all(fault.path[0] == "x" for fault in found))


def _needs_another(instance: Any, _: Any, value: Any) -> None:
    if instance.minimum is None and value is None:
        raise ValueError("set minimum or maximum: without a bound every response passes")


@frozen
class Bounds:
    minimum: int | None = field(default=None, validator=validators.optional(validators.ge(0)))
    maximum: int | None = field(default=None, validator=_needs_another)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"minimun": 3}, ["grader 'p/g' has no option 'minimun'"]),
        (
            {"minimum": "3"},
            ["option 'minimum' of grader 'p/g' must be an integer, not the text '3'"],
        ),
        (
            {"minimum": -1, "maxmum": 3},
            [
                "grader 'p/g' has no option 'maxmum'",
                "option 'minimum' of grader 'p/g' must be at least 0, not -1",
            ],
        ),
        ({}, ["grader 'p/g': set minimum or maximum: without a bound every response passes"]),
    ],
)
def test_one_mistake_brings_no_refusal_of_several_options(table: dict[str, Any], said: list[str]):
    assert [message for _, message, _ in faults(Bounds, table)] == said


def test_a_near_miss_is_near():
    assert [near_miss(word, ["error", "red"]) for word in ("zero", "rad", "eror")] == [
        None,
        "red",
        "error",
    ]


@pytest.mark.parametrize(
    ("written", "path"), [("x.json", "conf/x.json"), ("/x.json", "/x.json"), ("../y", "conf/../y")]
)
def test_a_path_starts_from_the_folder_of_the_config(written, path):
    @frozen
    class Options:
        file: Path
        others: tuple[Path, ...] = ()

    table = {"file": written, "others": [written]}
    made = structure_options(Options, table, owner="grader 'p/g'", base=Path("conf"))
    assert (made.file, made.others) == (Path(path), (Path(path),))
    assert structure_options(Options, table, owner="grader 'p/g'").file == Path(written)
