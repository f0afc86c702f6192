"""What a grader is, read off the signature of a function or an attrs class."""

import functools
import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import attrs
from attrs import field, frozen

from rmg_core.errors import DefinitionError
from rmg_core.outcomes import NOTHING, UNIT, Scale, as_scale

MARK = "__rmg_grader__"

Definition = TypeVar("Definition", bound=Callable[..., Any])
Predicate = Callable[[Any], bool]


@frozen
class Declared:
    """What a grader says of itself beside its signature.

    `needs` are requirements as pip writes them (PEP 508); an extra of the grader's own pack,
    `"rmg-plugin-x[extra]"`, keeps the bounds in the one place where pip reads them.
    """

    scale: Scale = field(default=UNIT, converter=as_scale)
    version: str = ""
    needs: tuple[str, ...] = ()


@frozen
class Input:
    """One value that a grader takes from a sample.

    `default` stands for one that is not there, if it is not `required`. `accepts` tells whether
    a value has the annotated type; it is None where any value will do.
    """

    name: str
    annotation: Any
    required: bool
    default: Any = field(repr=False)
    accepts: Predicate | None = field(eq=False, repr=False)

    @property
    def type_name(self) -> str:
        return type_name(self.annotation)


@frozen
class GraderSpec:
    """A grader as it is written: its inputs, the class of its options, its scale.

    `bind` takes an instance of `options` and returns what grades, called with the inputs in order.
    """

    name: str
    doc: str
    inputs: tuple[Input, ...]
    options: type[attrs.AttrsInstance]
    declared: Declared
    is_async: bool
    bind: Callable[[Any], Callable[..., Any]] = field(repr=False)
    definition: object = field(repr=False)

    @property
    def summary(self) -> str:
        return self.doc.partition("\n")[0]

    @property
    def scale(self) -> Scale:
        return self.declared.scale


@frozen
class Grader:
    """A grader with its options set: ready to grade.

    `call` takes the inputs in their order.
    """

    spec: GraderSpec
    options: Any
    call: Callable[..., Any] = field(repr=False)

    async def aopen(self) -> None:
        """Open what the grader holds, before the first cell of a run."""
        await _call_hook(self.options, "aopen")

    async def aclose(self) -> None:
        """Close it, after the last cell of a run."""
        await _call_hook(self.options, "aclose")


async def _call_hook(holder: object, name: str) -> None:
    hook: Callable[[], Awaitable[None]] | None = getattr(holder, name, None)
    if hook is not None:
        await hook()


@typing.overload
def grader(definition: Definition) -> Definition: ...


@typing.overload
def grader(
    *,
    scale: Scale | tuple[float | None, float | None] = ...,
    version: str = ...,
    needs: tuple[str, ...] = ...,
) -> Callable[[Definition], Definition]: ...


def grader(
    definition: Definition | None = None,
    *,
    scale: Scale | tuple[float | None, float | None] = UNIT,
    version: str = "",
    needs: tuple[str, ...] = (),
) -> Any:
    """Declare a function or an attrs class to be a grader.

    Ordinary parameters are inputs, keyword-only parameters are options (of a class: its fields),
    the first line of the docstring is the catalogue entry. What is decorated is returned as it is,
    so that it can still be called.

    Args:
        definition: the function, or the class with its `grade` method.
        scale: `(low, high)` or a `Scale`; None is an open end. A score outside is an error.
        version: change it to say that the same inputs now get other grades.
        needs: what must be installed for it to grade, such as `("rmg-plugin-x[extra]",)`.

    Raises:
        DefinitionError: what is decorated cannot be called, or the scale is none.
    """

    def mark(target: Definition) -> Definition:
        if not callable(target):
            hint = "decorate a function, or an attrs class with a method `grade`"
            raise DefinitionError("grader", str(target), hint)
        try:
            declared = Declared(scale, version, needs)
        except ValueError as fault:
            raise DefinitionError("grader", _name_of(target), str(fault)) from fault
        setattr(target, MARK, declared)
        return target

    return mark if definition is None else mark(definition)


def spec_of(definition: Any) -> GraderSpec:
    """Read a function or an attrs class as a grader.

    Raises:
        DefinitionError: it is neither, or its signature is not that of a grader.
    """
    if not (inspect.isclass(definition) or inspect.isroutine(definition)):
        hint = "write a function, or an attrs class with a method `grade`"
        raise DefinitionError("grader", _name_of(definition), hint)
    return _spec_read_once(typing.cast(Hashable, definition))


@functools.lru_cache(maxsize=1024)
def _spec_read_once(definition: Any) -> GraderSpec:
    if inspect.isclass(definition):
        return _spec_of_class(definition)
    return _spec_of_function(definition)


def as_grader(offered: Any) -> Grader:
    """Accept a function, an attrs class whose options all have defaults, or an instance of one.

    Raises:
        DefinitionError: `offered` is not a grader, or needs options.
    """
    if isinstance(offered, Grader):
        return offered
    if attrs.has(type(offered)) and not inspect.isclass(offered):
        spec = spec_of(type(offered))
        return Grader(spec, offered, spec.bind(offered))
    return with_options(spec_of(offered))


def with_options(spec: GraderSpec, options: Mapping[str, Any] = NOTHING) -> Grader:
    """Set the options of a grader in Python, where their types are the caller's care.

    Raises:
        DefinitionError: an option is missing, unknown, or refused by its validator.
    """
    try:
        made = spec.options(**options)
    except (TypeError, ValueError) as fault:
        raise DefinitionError("grader", spec.name, f"its options are refused: {fault}") from fault
    return Grader(spec, made, spec.bind(made))


def _spec_of_class(definition: type) -> GraderSpec:
    name = definition.__name__
    if not attrs.has(definition):
        raise DefinitionError("grader", name, "decorate the class with `attrs.frozen`")
    grade = inspect.getattr_static(definition, "grade", None)
    if not inspect.isfunction(grade):
        raise DefinitionError("grader", name, "the class has no method `grade(self, …)`")
    inputs, options = _read_signature(grade, name, skip_self=True)
    try:
        attrs.resolve_types(definition, include_extras=True)
    except _UNREADABLE as fault:
        said = f"the types of its fields cannot be read: {fault}"
        raise DefinitionError("grader", name, said) from fault
    if options:
        raise DefinitionError(
            "grader", name, f"`grade` has keyword-only {', '.join(options)}; options are fields"
        )
    return GraderSpec(
        name=name,
        doc=_doc_of(definition, grade),
        inputs=inputs,
        options=definition,
        declared=_declared(definition),
        is_async=inspect.iscoroutinefunction(grade),
        bind=lambda made: typing.cast(Callable[..., Any], made.grade),
        definition=definition,
    )


def _spec_of_function(function: Callable[..., Any]) -> GraderSpec:
    name = _name_of(function)
    inputs, options = _read_signature(function, name, skip_self=False)
    made = option_class(name, options)

    def bind(chosen: Any) -> Callable[..., Any]:
        values = {key: getattr(chosen, key) for key in options}
        return functools.partial(function, **values) if values else function

    return GraderSpec(
        name=name,
        doc=_doc_of(function),
        inputs=inputs,
        options=made,
        declared=_declared(function),
        is_async=inspect.iscoroutinefunction(function),
        bind=bind,
        definition=function,
    )


def option_class(name: str, parameters: Mapping[str, inspect.Parameter]) -> type[Any]:
    """Make the attrs class whose fields are keyword-only parameters.

    `Annotated[int, validator, "help"]` gives a field its attrs validators and its help text.
    """
    fields = {}
    for key, parameter in parameters.items():
        annotation, validators, text = _unpack(parameter.annotation)
        fields[key] = field(
            default=attrs.NOTHING if parameter.default is parameter.empty else parameter.default,
            type=annotation,
            validator=validators or None,
            metadata={"help": text} if text else {},
        )
    return attrs.make_class(name, fields, frozen=True, kw_only=True)


def _unpack(annotation: Any) -> tuple[Any, list[Callable[..., Any]], str]:
    if annotation is inspect.Parameter.empty:
        return Any, [], ""
    if get_origin(annotation) is not Annotated:
        return annotation, [], ""
    kind, *extras = get_args(annotation)
    texts = [extra for extra in extras if isinstance(extra, str)]
    return kind, [extra for extra in extras if callable(extra)], " ".join(texts)


# What looking at a signature, and at the names in its annotations, raises.
_UNREADABLE = (ValueError, TypeError, NameError, AttributeError, SyntaxError)


def _read_signature(
    function: Callable[..., Any], name: str, *, skip_self: bool
) -> tuple[tuple[Input, ...], dict[str, inspect.Parameter]]:
    try:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
    except _UNREADABLE as fault:
        raise DefinitionError("grader", name, f"its signature cannot be read: {fault}") from fault
    inputs: list[Input] = []
    options: dict[str, inspect.Parameter] = {}
    for position, parameter in enumerate(signature.parameters.values()):
        if skip_self and position == 0:
            continue
        typed = parameter.replace(annotation=hints.get(parameter.name, parameter.empty))
        if parameter.kind is parameter.KEYWORD_ONLY:
            options[parameter.name] = typed
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            annotation, _, _ = _unpack(typed.annotation)
            inputs.append(
                Input(
                    name=parameter.name,
                    annotation=annotation,
                    required=parameter.default is parameter.empty,
                    default=parameter.default,
                    accepts=accepts(annotation),
                )
            )
        else:
            raise DefinitionError(
                "grader",
                name,
                f"parameter `{parameter}` has no name that a sample or a config could fill",
            )
    if not inputs:
        raise DefinitionError("grader", name, "it takes no input: write one ordinary parameter")
    return tuple(inputs), options


def accepts(annotation: Any) -> Predicate | None:  # noqa: PLR0911 - one for each kind of type
    """Return a test for values of the annotated type, or None where any value will do.

    A bool is not a number, an int is a float, and text is not a list.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if origin in (typing.Union, types.UnionType):
        tests = [accepts(part) for part in arguments]
        if any(test is None for test in tests):
            return None
        known = typing.cast(list[Predicate], tests)
        return lambda value: any(test(value) for test in known)
    if origin is Literal:
        return lambda value: value in arguments
    if origin in _LISTS or annotation in _LISTS:
        element = accepts(arguments[0]) if arguments else None
        if element is None:
            return lambda value: isinstance(value, list | tuple)
        return lambda value: isinstance(value, list | tuple) and all(map(element, value))
    if origin in _MAPPINGS or annotation in _MAPPINGS:
        return lambda value: isinstance(value, Mapping)
    return None


_LISTS = (list, Sequence)
_MAPPINGS = (dict, Mapping)
_PLAIN: Mapping[Any, Predicate] = types.MappingProxyType(
    {
        str: lambda value: isinstance(value, str),
        bool: lambda value: isinstance(value, bool),
        int: lambda value: isinstance(value, int) and not isinstance(value, bool),
        float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
        None: lambda value: value is None,
        type(None): lambda value: value is None,
    }
)


def type_name(annotation: Any) -> str:
    """Write a type as a user would: `str | list[str]`."""
    if annotation in (Any, inspect.Parameter.empty):
        return "any"
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return " | ".join(type_name(part) for part in get_args(annotation))
    if annotation in (None, type(None)):
        return "null"
    if inspect.isclass(annotation) and not get_args(annotation):
        return annotation.__name__
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")


def _declared(definition: object) -> Declared:
    declared = getattr(definition, MARK, None)
    return declared if isinstance(declared, Declared) else Declared()


def _name_of(definition: object) -> str:
    return getattr(definition, "__name__", None) or type(definition).__name__


def _doc_of(*definitions: object) -> str:
    for definition in definitions:
        doc = (
            definition.__dict__.get("__doc__")
            if inspect.isclass(definition)
            else definition.__doc__
        )
        if doc and not (
            inspect.isclass(definition) and doc.startswith("Method generated by attrs")
        ):
            return inspect.cleandoc(doc)
    return ""
