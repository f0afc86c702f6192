"""Mappers: paths, constants, alternatives, and what they say when a field is missing."""

import json
from pathlib import Path as FilePath
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import CannotGrade, DefinitionError, MissingInput
from rmg_core.graders import Input
from rmg_core.graders.inputs import accepts
from rmg_core.mappers import (
    Alternatives,
    Constant,
    FieldMapper,
    Missing,
    as_map_function,
    by_own_name,
    parse_path,
    parse_source,
)
from rmg_core.plan.values import prepare_with

VECTORS = FilePath(__file__).resolve().parents[1] / ".." / "shared" / "data" / "vectors"

SAMPLE = {
    "question": "Why?",
    "output": {"answer": "Because.", "model": None},
    "weird.key": {"a b": 1},
    "messages": [{"content": "hi", "tool": "x"}, {"content": "bye"}],
    "0": "zero",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("question", "Why?"),
        ("output.answer", "Because."),
        ("output.model", None),
        ('"weird.key"."a b"', 1),
        ('"weird.key".a b', 1),
        ("messages.0.content", "hi"),
        ("messages.-1.content", "bye"),
        ("messages.*.content", ["hi", "bye"]),
        ("messages.*.tool?", ["x", None]),
        ("messages.*", [{"content": "hi", "tool": "x"}, {"content": "bye"}]),
        ("0", "zero"),
        ("output.score?", None),
        ("output.score?.value", None),
    ],
)
def test_path_leads_to_the_value(path: str, found: Any):
    assert parse_path(path).find(SAMPLE) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("quesion", "no field 'quesion'; did you mean 'question'?"),
        ("output.anser", "in 'output': no field 'anser'; did you mean 'answer'?"),
        ("messages.2.content", "in 'messages': no element 2 in a list of 2"),
        ("messages.-3", "in 'messages': no element -3 in a list of 2"),
        ("messages.*.tool", "in 'messages.1': no field 'tool'; fields: content"),
        (
            "messages.content",
            "in 'messages': no field 'content' in a list (use an index, or `*` for every element)",
        ),
        ("question.text", "in 'question': no field 'text' in a text"),
        ("output.model.name", "in 'output.model': no field 'name' in null"),
        ("question.*", "in 'question': `*` needs a list, not a text"),
    ],
)
def test_missing_field_says_where_and_what_is_there(path: str, said: str):
    assert parse_path(path).find(SAMPLE) == Missing(said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "'' is not a path: a key is missing at its end"),
        ("a.", "'a.' is not a path: a key is missing at its end"),
        ("a..b", "'a..b' is not a path: it cannot go on with '.b'"),
        ('"a', "'\"a' is not a path: it cannot go on with '\"a'"),
        ("a*", "'a*' is not a path: it cannot go on with 'a*'"),
        (
            "turns[0].text",
            (
                "'turns[0].text' is not a path: keys and indices are joined by dots: "
                "write 'turns.0.text'"
            ),
        ),
        (
            'ticket["turns"][-1].text',
            (
                "'ticket[\"turns\"][-1].text' is not a path: keys and indices are joined by dots: "
                "write 'ticket.turns.-1.text'"
            ),
        ),
        ("$.a", "'$.a' is not a path: keys and indices are joined by dots: write 'a'"),
        (
            "$['a.b'][*].c",
            (
                "\"$['a.b'][*].c\" is not a path: keys and indices are joined by dots: "
                "write '\"a.b\".*.c'"
            ),
        ),
        (
            "texts.Answer [en]",
            (
                "'texts.Answer [en]' is not a path: a key with brackets stands in quotes: "
                "write 'texts.\"Answer [en]\"'"
            ),
        ),
        (3, "3 is neither a path, nor a list of paths, nor { value = … }"),
        ([], "[] is neither a path, nor a list of paths, nor { value = … }"),
    ],
)
def test_what_is_not_a_path_is_refused(written: Any, said: str):
    with pytest.raises(ValueError) as caught:
        parse_source(written)
    assert str(caught.value) == said


def test_a_quoted_key_may_have_brackets():
    assert parse_path('"a[0]"."$"').find({"a[0]": {"$": 1}}) == 1


@pytest.mark.parametrize(("header", "shown"), [("id;q", ";"), ("id\tq", "\\t"), ("id|q", "|")])
def test_a_header_that_is_not_split_says_the_delimiter(header: str, shown: str):
    assert parse_path("q").find({header: "1"}) == Missing(
        f"no field 'q'; the header is not split: "
        f'set options = {{ delimiter = "{shown}" }} in [dataset]'
    )


def test_first_alternative_that_exists_counts():
    assert parse_source(["answer", "output.answer"]).find(SAMPLE) == "Because."


def test_alternatives_that_all_miss_are_all_named():
    source = parse_source(["anser", "reply"])
    assert isinstance(source, Alternatives)
    assert source.find({"answer": 1}) == Missing(
        "no field 'anser'; did you mean 'answer'?; no field 'reply'; fields: answer"
    )


def test_constant_needs_no_field():
    assert parse_source({"value": [1, 2]}).find({}) == [1, 2]
    assert parse_source({"value": None}) == Constant(None)


def test_mapper_names_the_input_that_has_no_field():
    mapper = FieldMapper({"query": parse_source("question"), "response": parse_source("reply")})
    with pytest.raises(MissingInput) as caught:
        mapper.map(SAMPLE)
    assert str(caught.value) == (
        "input 'response': no field 'reply'; fields: 0, messages, output, question, weird.key"
    )
    assert caught.value.kind == "missing_input"


def test_without_a_mapper_an_optional_input_may_be_absent():
    mapper = by_own_name(["question"], ["context"])
    assert mapper.map(SAMPLE) == {"question": "Why?"}
    assert mapper.map({"question": "?", "context": "c"}) == {"question": "?", "context": "c"}


def test_own_name_is_not_read_as_a_path():
    assert by_own_name(["a.b"], []).map({"a.b": 1, "a": {"b": 2}}) == {"a.b": 1}


def test_function_and_object_with_map_are_mappers():
    def plain(sample: dict[str, Any]) -> dict[str, Any]:
        return {"x": sample["a"]}

    @frozen
    class Pick:
        key: str = "a"

        def map(self, sample: dict[str, Any]) -> dict[str, Any]:
            return {"x": sample[self.key]}

    for offered in (plain, Pick, Pick("a")):
        assert as_map_function(offered, "m")({"a": 1}) == {"x": 1}


def test_what_cannot_map_is_refused():
    with pytest.raises(DefinitionError) as caught:
        as_map_function(3, "./maps.py:three")
    assert str(caught.value) == (
        "'./maps.py:three' is not a mapper: write a function `(sample) -> mapping`, "
        "or an attrs class with `map`"
    )


keys = st.text(min_size=1).filter(lambda key: "\0" not in key)


@given(st.lists(keys, min_size=1, max_size=4), st.integers())
def test_every_key_can_be_quoted(path: list[str], value: int):
    sample: Any = value
    for key in reversed(path):
        sample = {key: sample}
    quoted = ".".join('"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in path)
    assert parse_path(quoted).find(sample) == value


@given(st.text())
def test_any_text_is_a_path_or_a_value_error(text: str):
    try:
        path = parse_path(text)
    except ValueError:
        return
    path.find(SAMPLE)


values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.floats(allow_nan=False) | st.text("ab"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab0"), inner),
    max_leaves=6,
)
paths = st.lists(st.sampled_from(["a", "b", "0"]), min_size=1, max_size=3).map(".".join)


@given(
    st.lists(paths, min_size=1, max_size=3),
    st.lists(st.dictionaries(st.sampled_from("ab0"), values), min_size=1, max_size=6),
    st.lists(st.sampled_from([str, int, float, bool, Any, str | None, list[str]]), min_size=3),
)
def test_keys_are_followed_quickly_to_what_the_long_way_finds(
    paths: list[str], samples: list[dict[str, Any]], types: list[Any]
):
    names = [f"x{number}" for number in range(len(paths))]
    mapper = FieldMapper(dict(zip(names, map(parse_path, paths), strict=True)))
    inputs = tuple(
        Input(name, kind, True, None, accepts(kind))
        for name, kind in zip(names, types, strict=False)
    )
    quick, long = prepare_with(mapper, inputs), prepare_with(mapper.map, inputs)
    for sample in samples:
        found = []
        for prepare in (quick, long):
            try:
                found.append(repr(prepare(sample)))
            except CannotGrade as fault:
                found.append(f"{fault.kind}: {fault}")
        assert found[0] == found[1]


WHERE_WE_DIFFER = {
    "an empty path": "the whole sample is never an input by accident; name a field",
    "a list without an index": "`*` must be written, so that a list is meant where one is made",
    "a missing field": "it is an error that says what is there, never null",
}


def _ours(operation: str, given_: dict[str, Any]) -> Any:
    """Do what a recorded operation does, or say in which way we differ."""
    if operation == "mapping.get_value_by_path":
        path = given_["path"]
        if not path:
            return "an empty path"
        found = parse_path(path).find(given_["data"])
        if not isinstance(found, Missing):
            return found
        return "a list without an index" if "in a list" in found.said else "a missing field"
    table = given_.get("mapping", given_.get("mapper"))
    mapper = FieldMapper({name: parse_source(path) for name, path in table.items()})
    try:
        return dict(mapper.map(given_["data"]))
    except MissingInput as fault:
        return "a list without an index" if "in a list" in str(fault) else "a missing field"


def test_recorded_mappings_are_equal_or_differ_for_a_reason():
    file = VECTORS / "openjudge.jsonl"
    if not file.exists():
        pytest.skip("../shared/data is not there")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["op"].startswith("mapping.")]
    counts = {"equal": 0, **dict.fromkeys(WHERE_WE_DIFFER, 0)}
    for row in rows:
        ours = _ours(row["op"], row["input"])
        counts["equal" if ours == row["expected"] else ours] += 1
    assert len(rows) == sum(counts.values()) == 55
    assert counts == {
        "equal": 33,
        "an empty path": 9,
        "a list without an index": 8,
        "a missing field": 5,
    }


def test_a_star_gives_what_others_gather_from_a_list_in_silence():
    people = {"people": [{"name": "Ada"}, {"name": "Alan"}]}
    assert isinstance(parse_path("people.name").find(people), Missing)
    assert parse_path("people.*.name").find(people) == ["Ada", "Alan"]
