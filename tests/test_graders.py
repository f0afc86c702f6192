"""What is read off the signature of a function or of an attrs class."""

import functools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Optional

import anyio
import attrs
import pytest
from attrs import field, frozen, validators

from rmg_core import grader
from rmg_core.errors import DefinitionError
from rmg_core.graders import accepts, as_grader, spec_of, type_name, with_options
from rmg_core.outcomes import UNIT, Scale


def test_ordinary_parameters_are_inputs_and_keyword_only_ones_are_options():
    def grade(query: str, response: str | None, context: str = "", *, limit: int = 5) -> float:
        return 1.0

    spec = spec_of(grade)
    assert [(each.name, each.type_name, each.required) for each in spec.inputs] == [
        ("query", "str", True),
        ("response", "str | null", True),
        ("context", "str", False),
    ]
    assert spec.inputs[2].default == ""
    [option] = attrs.fields(spec.options)
    assert (option.name, option.type, option.default) == ("limit", int, 5)


def test_the_fields_of_a_class_are_options_and_its_grade_has_the_inputs():
    @frozen
    class Grade:
        """The catalogue entry.

        More.
        """

        limit: int = field(default=5, validator=validators.ge(1), metadata={"help": "words"})

        async def grade(self, response: str) -> float:
            return 1.0

    spec = spec_of(Grade)
    assert (spec.name, spec.summary, spec.doc) == (
        "Grade",
        "The catalogue entry.",
        "The catalogue entry.\n\nMore.",
    )
    assert [each.name for each in spec.inputs] == ["response"]
    assert spec.options is Grade
    assert spec.is_async


def test_annotations_give_options_their_validators_and_their_help():
    def grade(response: str, *, limit: Annotated[int, validators.ge(1), "at most"] = 5) -> float:
        return float(limit)

    [option] = attrs.fields(spec_of(grade).options)
    assert option.type is int
    assert option.metadata == {"help": "at most"}
    with pytest.raises(DefinitionError) as caught:
        with_options(spec_of(grade), {"limit": 0})
    assert str(caught.value) == (
        "'grade' is not a grader: its options are refused: 'limit' must be >= 1: 0"
    )


def test_options_are_set_and_the_inputs_are_called_in_their_order():
    def grade(query: str, response: str, *, limit: int) -> tuple[Any, ...]:
        return query, response, limit

    made = with_options(spec_of(grade), {"limit": 3})
    assert made.call("q", "r") == ("q", "r", 3)
    assert made.options.limit == 3


def test_a_grader_without_options_is_called_directly():
    def grade(response: str) -> float:
        return 1.0

    assert as_grader(grade).call is grade


def test_what_a_grader_declares_is_read():
    @grader(scale=(1, 5), version="2", needs=("numpy>=1",))
    def grade(response: str) -> float:
        return 1.0

    spec = spec_of(grade)
    assert spec.scale == Scale(1, 5)
    assert (spec.declared.version, spec.declared.needs) == ("2", ("numpy>=1",))
    assert grade("a") == 1.0


@pytest.mark.parametrize("order", [lambda c: grader(scale=(1, 5))(frozen(c)), None])
def test_a_class_is_declared_before_or_after_attrs(order: Any):
    class Grade:
        """Grade it."""

        limit: int = 1

        def grade(self, response: str) -> float:
            return 1.0

    order = order or (lambda c: frozen(grader(scale=(1, 5))(c)))
    assert spec_of(order(Grade)).scale == Scale(1, 5)


def test_nothing_declared_is_the_unit_scale():
    def grade(response: str) -> float:
        return 1.0

    assert spec_of(grade).scale is UNIT
    assert spec_of(grader(grade)).scale is UNIT


def test_a_docstring_that_attrs_made_is_no_catalogue_entry():
    @frozen
    class Grade:
        def grade(self, response: str) -> float:
            """Said at the method."""
            return 1.0

    assert spec_of(Grade).doc == "Said at the method."


def test_a_class_an_instance_and_a_grader_are_graders():
    @frozen
    class Grade:
        limit: int = 1

        def grade(self, response: str) -> float:
            return float(self.limit)

    assert as_grader(Grade).call("a") == 1.0
    assert as_grader(Grade(limit=2)).call("a") == 2.0
    made = as_grader(Grade)
    assert as_grader(made) is made


def test_an_instance_that_cannot_be_hashed_is_a_grader():
    @attrs.define
    class Grade:
        words: list[str]

        def grade(self, response: str) -> float:
            return float(response in self.words)

    assert as_grader(Grade(["a"])).call("a") == 1.0


def test_a_signature_is_read_through_annotations_that_are_text():
    def grade(response: "str", *, limit: "int" = 1) -> "float":
        return 1.0

    assert spec_of(grade).inputs[0].annotation is str
    assert attrs.fields(spec_of(grade).options).limit.type is int


def test_a_function_inside_a_decorator_keeps_its_signature():
    def twice(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            return 2 * function(*args, **options)

        return call

    @twice
    def grade(response: str, *, limit: int = 1) -> float:
        return float(limit)

    assert with_options(spec_of(grade), {"limit": 3}).call("a") == 6.0


@pytest.mark.parametrize("is_there", [True, False])
def test_hooks_are_called_where_there_are_any(is_there: bool):
    called = []

    @frozen
    class Plain:
        def grade(self, response: str) -> float:
            return 1.0

    @frozen
    class Held(Plain):
        async def aopen(self) -> None:
            called.append("open")

        async def aclose(self) -> None:
            called.append("close")

    async def bracket() -> None:
        made = as_grader(Held if is_there else Plain)
        await made.aopen()
        await made.aclose()

    anyio.run(bracket)
    assert called == (["open", "close"] if is_there else [])


def no_input() -> float:
    return 1.0


def only_options(*, limit: int) -> float:
    return 1.0


def many(*responses: str) -> float:
    return 1.0


def anything(response: str, **more: Any) -> float:
    return 1.0


def positional(response: str, /) -> float:
    return 1.0


def unknown_type(response: "Unknown") -> float:  # type: ignore[name-defined]  # noqa: F821
    return 1.0


def no_type(response: "not a type") -> float:  # type: ignore[valid-type]  # noqa: F722
    return 1.0


def no_attribute(response: "Scale.nothing") -> float:  # type: ignore[name-defined]
    return 1.0


def needs_option(response: str, *, limit: int) -> float:
    return 1.0


class NotAttrs:
    def grade(self, response: str) -> float:
        return 1.0


@frozen
class NoGrade:
    limit: int = 1


@frozen
class StaticGrade:
    @staticmethod
    def grade(response: str) -> float:
        return 1.0


@frozen
class OptionsInGrade:
    def grade(self, response: str, *, limit: int = 1, size: int = 1) -> float:
        return 1.0


@frozen
class UnknownField:
    limit: "Unknown"  # type: ignore[name-defined]  # noqa: F821

    def grade(self, response: str) -> float:
        return 1.0


@frozen
class NoInput:
    def grade(self) -> float:
        return 1.0


NAMELESS = "has no name that a sample or a config could fill"


@pytest.mark.parametrize(
    ("offered", "said"),
    [
        (no_input, "'no_input' is not a grader: it takes no input: write one ordinary parameter"),
        (
            only_options,
            "'only_options' is not a grader: it takes no input: write one ordinary parameter",
        ),
        (NoInput, "'NoInput' is not a grader: it takes no input: write one ordinary parameter"),
        (many, f"'many' is not a grader: parameter `*responses: str` {NAMELESS}"),
        (anything, f"'anything' is not a grader: parameter `**more: Any` {NAMELESS}"),
        (positional, f"'positional' is not a grader: parameter `response: str` {NAMELESS}"),
        (
            unknown_type,
            (
                "'unknown_type' is not a grader: its signature cannot be read: "
                "name 'Unknown' is not defined"
            ),
        ),
        (
            no_type,
            (
                "'no_type' is not a grader: its signature cannot be read: "
                "Forward reference must be an expression -- got 'not a type'"
            ),
        ),
        (
            no_attribute,
            (
                "'no_attribute' is not a grader: its signature cannot be read: "
                "type object 'Scale' has no attribute 'nothing'"
            ),
        ),
        (
            needs_option,
            (
                "'needs_option' is not a grader: its options are refused: "
                "needs_option.__init__() missing 1 required keyword-only argument: 'limit'"
            ),
        ),
        (NotAttrs, "'NotAttrs' is not a grader: decorate the class with `attrs.frozen`"),
        (NoGrade, "'NoGrade' is not a grader: the class has no method `grade(self, …)`"),
        (NoGrade(), "'NoGrade' is not a grader: the class has no method `grade(self, …)`"),
        (StaticGrade, "'StaticGrade' is not a grader: the class has no method `grade(self, …)`"),
        (
            OptionsInGrade,
            (
                "'OptionsInGrade' is not a grader: `grade` has keyword-only limit, size; "
                "options are fields"
            ),
        ),
        (
            UnknownField,
            (
                "'UnknownField' is not a grader: the types of its fields cannot be read: "
                "name 'Unknown' is not defined"
            ),
        ),
        (
            5,
            "'int' is not a grader: write a function, or an attrs class with a method `grade`",
        ),
        (
            ["a"],
            "'list' is not a grader: write a function, or an attrs class with a method `grade`",
        ),
        (
            NotAttrs(),
            "'NotAttrs' is not a grader: write a function, or an attrs class with a method `grade`",
        ),
    ],
)
def test_what_is_not_a_grader_is_told_what_to_do(offered: Any, said: str):
    with pytest.raises(DefinitionError) as caught:
        as_grader(offered)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        (str, ["", "a"], [1, None, b"a", ["a"]]),
        (bool, [True], [1, 0, "true", None]),
        (int, [1, 0], [True, 1.0, "1", None]),
        (float, [1, 1.5], [True, "1", None]),
        (None, [None], [0, ""]),
        (str | None, ["a", None], [1]),
        (Optional[int], [1, None], ["a", True]),  # noqa: UP045 - another spelling
        (str | list[str], ["a", ["a"], []], [1, [1], None]),
        (list, [[], [1], ()], ["a", {}, None]),
        (list[str], [["a"], ("a",), []], ["a", [1], ["a", None]]),
        (list[Any], [[1, "a"]], ["a"]),
        (list[dict[str, Any]], [[{}]], [["a"], {}]),
        (Sequence[str], [["a"]], ["a"]),
        (Sequence, [["a"]], ["a"]),
        (dict, [{}], [[], "a"]),
        (dict[str, int], [{"a": 1}], [[]]),
        (Mapping[str, Any], [{}], ["a"]),
        (Literal["a", 1], ["a", 1], ["b", 2, None]),
    ],
)
def test_a_value_is_accepted_by_its_type(annotation: Any, good: list[Any], bad: list[Any]):
    test = accepts(annotation)
    assert test is not None
    assert [value for value in good if not test(value)] == []
    assert [value for value in bad if test(value)] == []


@pytest.mark.parametrize("annotation", [Any, object, bytes, str | bytes, set[str], tuple[int, ...]])
def test_a_type_that_json_does_not_have_takes_any_value(annotation: Any):
    assert accepts(annotation) is None


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (str, "str"),
        (Any, "any"),
        (str | None, "str | null"),
        (list[str] | None, "list[str] | null"),
        (Mapping[str, Any], "Mapping[str, Any]"),
        (Literal["a", "b"], "Literal['a', 'b']"),
    ],
)
def test_a_type_is_written_as_a_user_would(annotation: Any, name: str):
    assert type_name(annotation) == name


def test_only_what_can_be_called_is_declared_a_grader():
    with pytest.raises(DefinitionError) as caught:
        grader(5)  # type: ignore[call-overload]
    assert str(caught.value) == (
        "'5' is not a grader: decorate a function, or an attrs class with a method `grade`"
    )


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        ((1,), "a scale is (low, high), such as (1, 5), or a Scale, and not (1,)"),
        ("1-5", "a scale is (low, high), such as (1, 5), or a Scale, and not '1-5'"),
        ((5, 1), "a scale needs low < high, not 5 and 1"),
    ],
)
def test_a_grader_declares_a_scale_that_is_one(scale: Any, said: str):
    def grade(response: str) -> float:
        return 1.0

    with pytest.raises(DefinitionError) as caught:
        grader(scale=scale)(grade)
    assert str(caught.value) == f"'grade' is not a grader: {said}"
