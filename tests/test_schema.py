"""The JSON Schema of configs: it holds for what the loader takes, and for little else."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from math import inf
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import pytest
from attrs import field, frozen, validators
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rmg_core.aggregators import Impute, OnMissing
from rmg_core.config import (
    OptionsError,
    config_schema,
    options_schema,
    parse_config,
    structure_options,
)
from rmg_core.errors import ConfigError
from rmg_core.graders import spec_of


class Colour(Enum):
    RED = "red"
    TWO = 2


@frozen
class Node:
    name: str
    below: "list[Node]" = field(factory=list)


def similar(
    response: str,
    reference: str,
    *,
    metric: Annotated[Literal["cosine", "jaccard"], "how to compare"] = "cosine",
    top: Annotated[int, validators.ge(1), validators.le(9), "how many count"] = 1,
    words: str | list[str],
) -> float:
    """How alike the two are."""
    return 0.0


def same(response: str) -> float:
    """1 for everything."""
    return 1.0


@frozen
class Flatten:
    depth: int = field(default=1, validator=validators.gt(0))


@frozen
class Mean:
    graders: tuple[str, ...] | None = field(
        default=None, validator=validators.optional(validators.min_len(1))
    )
    on_missing: OnMissing = "error"


@frozen
class Jsonl:
    encoding: str = field(default="utf-8", validator=validators.in_(("utf-8", "latin-1")))


@frozen
class Csv:
    separator: str


SCHEMA = config_schema(
    graders={"text/similar": spec_of(similar).options, "text/same": spec_of(same).options},
    mappers={"text/flatten": Flatten},
    aggregators={"basic/mean": Mean, "other/mean": Flatten},
    readers={"jsonl": Jsonl},
    sinks={"table/csv": Csv},
)


def schema_of(kind: Any, **more: Any) -> dict[str, Any]:
    cls = attrs.make_class("Options", {"x": field(type=kind, **more)})
    made = options_schema(cls)["properties"]["x"]
    Draft202012Validator.check_schema(made)
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (bool, {"type": "boolean"}),
        (int, {"type": "integer"}),
        (float | None, {"type": "number"}),
        (str, {"type": "string"}),
        (Path, {"type": "string"}),
        (date, {"type": "string", "format": "date"}),
        (datetime, {"type": "string", "format": "date-time"}),
        (Any, {}),
        (None, {}),
        (Annotated[int, "help"], {"type": "integer"}),
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
        (
            tuple[float, str],
            {
                "type": "array",
                "prefixItems": [{"type": "number"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (dict[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (Mapping[str, Any], {"type": "object", "additionalProperties": {}}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour, {"enum": ["red", 2]}),
        (
            str | list[str],
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        ),
        (
            Literal["error"] | Impute,
            {
                "anyOf": [
                    {"enum": ["error"]},
                    {
                        "type": "object",
                        "properties": {"impute": {"type": "number"}},
                        "additionalProperties": False,
                        "required": ["impute"],
                    },
                ]
            },
        ),
    ],
)
def test_a_type_becomes_a_schema(kind: Any, schema: dict[str, Any]) -> None:
    assert schema_of(kind) == schema


@pytest.mark.parametrize(
    ("kind", "validator", "schema"),
    [
        (int, validators.ge(1), {"type": "integer", "minimum": 1}),
        (float, validators.gt(0), {"type": "number", "exclusiveMinimum": 0}),
        (float, validators.le(1), {"type": "number", "maximum": 1}),
        (float, validators.lt(1), {"type": "number", "exclusiveMaximum": 1}),
        (
            float | None,
            validators.optional([validators.ge(0), validators.le(1)]),
            {"type": "number", "minimum": 0, "maximum": 1},
        ),
        (float, [validators.gt(0), validators.lt(inf)], {"type": "number", "exclusiveMinimum": 0}),
        (str, validators.in_(("a", "b")), {"type": "string", "enum": ["a", "b"]}),
        (str, validators.min_len(1), {"type": "string", "minLength": 1}),
        (str, validators.max_len(9), {"type": "string", "maxLength": 9}),
        (
            dict[str, int],
            validators.deep_mapping(validators.min_len(1), validators.ge(0)),
            {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        ),
        (
            list[float],
            validators.deep_iterable(validators.ge(0), validators.min_len(1)),
            {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
        ),
    ],
)
def test_validators_become_bounds(kind: Any, validator: Any, schema: dict[str, Any]) -> None:
    assert schema_of(kind, validator=validator) == schema


def test_help_and_default_are_shown() -> None:
    assert schema_of(int, default=3, metadata={"help": "how many"}) == {
        "type": "integer",
        "description": "how many",
        "default": 3,
    }
    assert "default" not in schema_of(str, default=None)


def test_options_without_a_default_are_required_and_no_others_are_allowed() -> None:
    assert options_schema(spec_of(similar).options) == {
        "type": "object",
        "properties": {
            "metric": {
                "enum": ["cosine", "jaccard"],
                "description": "how to compare",
                "default": "cosine",
            },
            "top": {
                "type": "integer",
                "minimum": 1,
                "maximum": 9,
                "description": "how many count",
                "default": 1,
            },
            "words": {
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
            },
        },
        "additionalProperties": False,
        "required": ["words"],
    }


def test_a_class_inside_itself_is_any_table_there() -> None:
    assert options_schema(Node)["properties"]["below"]["items"] == {"type": "object"}


def test_the_schema_of_a_config_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator.check_schema(config_schema(graders={}))
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_the_schema_of_a_config_describes_every_key() -> None:
    grader = SCHEMA["properties"]["graders"]["additionalProperties"]["properties"]
    for name, schema in {**SCHEMA["properties"], **grader}.items():
        assert schema["description"], name


GRADER = '[graders.a]\nuse = "text/same"\n'

GOOD = [
    GRADER,
    '[graders.a]\nuse = "same"',
    '[graders.a]\nuse = "./mine.py:grader"\noptions = { anything = [1] }',
    '[graders.a]\nuse = "similar"\noptions = { words = ["a"], top = 9, metric = "jaccard" }',
    GRADER + 'mapper = { response = "a.b", other = ["a", "b"], third = { value = [1] } }',
    GRADER + 'mapper = "flatten"',
    GRADER + 'mapper = { use = "text/flatten", options = { depth = 2 } }',
    GRADER + 'mapper = { use = "unknown/mapper", options = { x = 1 } }',
    GRADER + 'mapper = { use = ["field"] }',
    GRADER + "timeout = 1\nmax_concurrency = 1\nrepeats = 3\nwhen = 'b >= 0.5'",
    GRADER + '[aggregators.m]\nuse = "basic/mean"\noptions = { on_missing = { impute = 0 } }',
    GRADER + '[aggregators.m]\nuse = "mean"\noptions = { of = "an unknown pack" }',
    GRADER + '[aggregators.m]\nuse = "basic/mean"\nrepeats_of = "a"\ngroup_by = "id"',
    GRADER + '[dataset]\npath = "a.jsonl.gz"\noptions = { encoding = "latin-1" }',
    GRADER + '[dataset]\npath = "a.csv"\noptions = { encoding = "other" }',
    GRADER + '[dataset]\npath = "a.jsonl"\nformat = "csv"\noptions = { encoding = "other" }',
    GRADER + '[dataset]\npath = "-"\nid = "id"\non_bad_row = "skip"',
    GRADER + '[sinks.t]\nuse = "csv"\noptions = { separator = ";" }\n[observers.o]\nuse = "x/y"',
    GRADER + "[gates.a]\nmin = 0.5\nslice = { language = 'de', hard = true, turn = 1 }",
    'requires = ["a>=1"]\npacks = ["text"]\nchoose = { text = "a" }\nmax_concurrency = 1\n'
    "max_errors = 1\n" + GRADER + '[run]\ndir = "runs/x"',
]

BAD = [
    "",
    "[graders]",
    '[graders.a]\nuse = ""',
    "[graders.a]",
    "[graders.a]\nuse = 3",
    "[graders.'a b']\nuse = 'text/same'",
    "[graders.'a.']\nuse = 'text/same'",
    GRADER + "maper = 1",
    GRADER + "timeout = 0",
    GRADER + "timeout = '1'",
    GRADER + "repeats = 0",
    GRADER + "repeats = true",
    GRADER + "max_concurrency = 'auto'",
    GRADER + "when = ''",
    GRADER + "when = true",
    GRADER + "options = 3",
    GRADER + "mapper = 3",
    GRADER + "mapper = ''",
    GRADER + "mapper = { a = 3 }",
    GRADER + "mapper = { a = { path = 'x' } }",
    GRADER + "mapper = { use = 'x', option = {} }",
    GRADER + "[aggregators.m]\nuse = 'mean'\nrepeat_of = 'a'",
    GRADER + "[aggregators.m]\nuse = 'mean'\ngroup_by = ''",
    GRADER + "[dataset]\npath = 3",
    GRADER + "[dataset]\npth = 'a'",
    GRADER + "[dataset]\non_bad_row = 'drop'",
    GRADER + "[dataset]\nid = ''",
    GRADER + "[models.m]\nuse = 'x'\nrpm = 0",
    GRADER + "[models.m]\nuse = 'x'\nmax_concurrency = 'many'",
    GRADER + "[budget]\nusd = -1",
    GRADER + "[gates.a]\nmin = '1'",
    GRADER + "[gates.a]\nmin_coverage = 2",
    GRADER + "[gates.a]\nslice = {}",
    GRADER + "[gates.'a b']\nmin = 1",
    GRADER + "[run]\ndir = 3",
    "max_concurrency = 0\n" + GRADER,
    "max_errors = 2\n" + GRADER,
    "packs = 'text'\n" + GRADER,
    "requires = [1]\n" + GRADER,
    "choose = { a = 1 }\n" + GRADER,
    "grader = 1\n" + GRADER,
]

BAD_OPTIONS = [
    '[graders.a]\nuse = "text/similar"',
    '[graders.a]\nuse = "similar"\noptions = {}',
    '[graders.a]\nuse = "similar"\noptions = { words = "a", wrods = "b" }',
    '[graders.a]\nuse = "similar"\noptions = { words = "a", top = 0 }',
    '[graders.a]\nuse = "similar"\noptions = { words = "a", top = 10 }',
    '[graders.a]\nuse = "similar"\noptions = { words = "a", metric = "dot" }',
    GRADER + 'mapper = { use = "flatten", options = { depth = 0 } }',
    GRADER + '[aggregators.m]\nuse = "basic/mean"\noptions = { on_missing = "never" }',
    GRADER + '[aggregators.m]\nuse = "basic/mean"\noptions = { graders = [] }',
    GRADER + '[dataset]\npath = "a.jsonl"\noptions = { encoding = "other" }',
    GRADER + '[dataset]\nformat = "jsonl"\noptions = { encoding = "other" }',
    GRADER + '[sinks.t]\nuse = "table/csv"',
]


def is_valid(text: str) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(tomllib.loads(text))


@pytest.mark.parametrize("text", GOOD)
def test_a_config_that_the_loader_takes_is_valid(text: str) -> None:
    assert parse_config(text)
    assert list(Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize("text", BAD)
def test_a_config_that_the_loader_refuses_is_not_valid(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_config(text)
    assert not is_valid(text)


@pytest.mark.parametrize("text", BAD_OPTIONS)
def test_options_depend_on_the_name_in_use(text: str) -> None:
    assert parse_config(text)
    assert not is_valid(text)


def test_a_key_that_is_not_known_is_refused_where_it_stands() -> None:
    text = '[graders.a]\nuse = "text/similar"\noptions = { words = "a", wrods = "b" }'
    [fault] = Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(text))
    assert [*fault.absolute_path] == ["graders", "a", "options", "wrods"]
    assert fault.validator_value == {"title": "no such key; keys: metric, top, words"}


def test_a_name_that_a_known_pack_does_not_have_is_not_valid() -> None:
    assert not is_valid('[graders.a]\nuse = "text/smae"')
    assert is_valid('[graders.a]\nuse = "other/smae"')


def test_what_an_option_is_about_is_said_by_its_name_alone_too() -> None:
    grader = SCHEMA["properties"]["graders"]["additionalProperties"]["properties"]
    assert grader["options"]["properties"]["top"] == {"description": "text/similar: how many count"}


def test_names_whose_options_are_alike_share_a_condition() -> None:
    made = config_schema(graders={"a/x": Flatten, "a/y": Flatten, "a/z": Csv})
    table = made["properties"]["graders"]["additionalProperties"]
    assert [each["if"]["properties"]["use"]["enum"] for each in table["allOf"]] == [
        ["a/x", "x", "a/y", "y"],
        ["a/z", "z"],
    ]


def test_what_each_name_is_stands_beside_it() -> None:
    about = {"graders": {"a/x": "Counts.", "a/broken": ""}}
    made = config_schema(graders={"a/x": Flatten}, about=about)
    use = made["properties"]["graders"]["additionalProperties"]["properties"]["use"]
    assert use["anyOf"][0] == {
        "enum": ["a/x", "x", "a/broken", "broken"],
        "x-taplo": {"docs": {"enumValues": ["Counts.", "Counts.", None, None]}},
    }


def test_a_short_name_that_two_packs_have_stands_for_neither() -> None:
    config = GRADER + '[aggregators.m]\nuse = "{}"\noptions = {{ depth = 0 }}'
    assert is_valid(config.format("mean"))
    assert not is_valid(config.format("other/mean"))


VALUES = st.recursive(
    st.booleans() | st.integers(-2, 12) | st.floats(-2, 2) | st.sampled_from(["a", "error", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["impute", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KINDS: list[Any] = [
    bool,
    int,
    float,
    str,
    list[str],
    tuple[str, int],
    dict[str, float],
    str | list[str],
    Literal["a", "error"],
    float | None,
    OnMissing,
    list[Impute],
    Any,
]


@given(st.sampled_from(KINDS), VALUES)
def test_the_schema_of_a_type_agrees_with_the_structuring_of_it(kind: Any, value: Any) -> None:
    cls = attrs.make_class("Options", {"x": field(type=kind)})
    try:
        structure_options(cls, {"x": value}, owner="x")
        is_taken = True
    except OptionsError:
        is_taken = False
    is_integer_by_json = kind is int and isinstance(value, float) and value.is_integer()
    validator = Draft202012Validator(options_schema(cls))
    assert validator.is_valid({"x": value}) is (is_taken or is_integer_by_json)
