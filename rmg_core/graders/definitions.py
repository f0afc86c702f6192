"""What a grader is, read off the signature of a function or an attrs class."""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import Annotated, Any, get_args, get_origin

import attrs
from attrs import field, frozen

from rmg_core.errors import DefinitionError
from rmg_core.graders.declaring import Declared, declared_by, name_of
from rmg_core.graders.inputs import Input, accepts
from rmg_core.outcomes import NOTHING, Scale


@frozen
class GraderSpec:
    """A grader as it is written: its inputs, the class of its options, its scale.

    `bind` takes an instance of `options` and returns what grades, called with the inputs in order.
    """

    name: str
    doc: str
    inputs: tuple[Input, ...]
    make_options: Callable[[], type[attrs.AttrsInstance]] = field(repr=False)
    declared: Declared
    is_async: bool
    bind: Callable[[Any], Callable[..., Any]] = field(repr=False)
    definition: object = field(repr=False)

    @property
    def options(self) -> type[attrs.AttrsInstance]:
        """The class of its options; that of a function is made when it is asked for first."""
        return self.make_options()

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

    @property
    def needs_loop(self) -> bool:
        """It runs in an event loop, or is opened and closed in one."""
        is_opened = any(hasattr(self.options, hook) for hook in ("aopen", "aclose"))
        return self.spec.is_async or is_opened

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


def spec_of(definition: Any) -> GraderSpec:
    """Read a function or an attrs class as a grader.

    Raises:
        DefinitionError: it is neither, or its signature is not that of a grader.
    """
    if not (inspect.isclass(definition) or inspect.isroutine(definition)):
        hint = "write a function, or an attrs class with a method `grade`"
        raise DefinitionError("grader", name_of(definition), hint)
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
        make_options=lambda: definition,
        declared=declared_by(definition),
        is_async=inspect.iscoroutinefunction(grade),
        bind=lambda made: typing.cast(Callable[..., Any], made.grade),
        definition=definition,
    )


def _spec_of_function(function: Callable[..., Any]) -> GraderSpec:
    name = name_of(function)
    inputs, options = _read_signature(function, name, skip_self=False)

    @functools.cache
    def made() -> type[Any]:
        return option_class(name, options)

    def bind(chosen: Any) -> Callable[..., Any]:
        values = {key: getattr(chosen, key) for key in options}
        return functools.partial(function, **values) if values else function

    return GraderSpec(
        name=name,
        doc=_doc_of(function),
        inputs=inputs,
        make_options=made,
        declared=declared_by(function),
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
