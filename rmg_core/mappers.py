r"""What turns a sample into a grader's inputs: dotted paths, constants, and callables.

A path is keys and list indices joined by dots:

    output.answer           the key `answer` of the object `output`
    messages.-1.content     the last element of a list (an index may also be a key of an object)
    "weird.key".text        a quoted key may hold dots, brackets, and `\"` or `\\` for `"` or `\`
    steps.*.tool            one value for every element of a list, in order
    steps.*.note?           `?` puts a null where this key or index is missing
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import attrs
from attrs import field, frozen

from rmg_core.errors import DefinitionError, MissingInput
from rmg_core.hints import absent_field


@runtime_checkable
class Mapper(Protocol):
    """An object that maps; a plain function `(sample) -> mapping` does as well."""

    def map(self, sample: Mapping[str, Any], /) -> Mapping[str, Any]: ...


MapFunction: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_SEGMENT: Final = re.compile(r'(?:"((?:[^"\\]|\\["\\])*)"|([^."?*[\]]+)|(\*))(\?)?(?:\.|$)')
_INDEX: Final = re.compile(r"-?\d+")
_BRACKETS: Final = re.compile(r"""\[(?:(-?\d+|\*)|'([^']+)'|"([^"]+)")\]""")


@frozen
class Step:
    """One key or index of a path, or `*` for every element of a list."""

    key: str
    index: int | None
    every: bool = False
    optional: bool = False

    def __str__(self) -> str:
        return ("*" if self.every else self.key) + ("?" if self.optional else "")


@frozen
class Missing:
    """Where a path ends: what was looked for, and where."""

    said: str


@frozen
class Path:
    """A parsed path; `text` is as the user wrote it."""

    text: str
    steps: tuple[Step, ...] = field(repr=False)

    def find(self, value: Any) -> Any:
        """Return what the path leads to, or a `Missing` that says why it leads nowhere."""
        return _follow(value, self.steps, ())


@frozen
class Constant:
    """The same value for every sample."""

    value: Any

    def find(self, _: Any) -> Any:
        return self.value


@frozen
class Alternatives:
    """The first of several paths that leads somewhere."""

    paths: tuple[Path, ...]

    def find(self, value: Any) -> Any:
        said = []
        for path in self.paths:
            found = path.find(value)
            if not isinstance(found, Missing):
                return found
            said.append(found.said)
        return Missing("; ".join(said))

    @property
    def text(self) -> str:
        return " or ".join(path.text for path in self.paths)


Source: TypeAlias = Path | Constant | Alternatives


def parse_path(text: str) -> Path:
    """Read a path.

    Raises:
        ValueError: `text` is not a path; the message says where it stops being one.
    """
    steps: list[Step] = []
    at = 0
    if text.startswith("$."):
        raise ValueError(f"{text!r} is not a path: {_spelling(text)}")
    while at < len(text) or not steps:
        found = _SEGMENT.match(text, at)
        if found is None:
            rest = text[at:]
            if "[" in rest and rest[0] != '"':
                raise ValueError(f"{text!r} is not a path: {_spelling(text)}")
            raise ValueError(
                f"{text!r} is not a path: "
                + (f"it cannot go on with {rest!r}" if rest else "a key is missing at its end")
            )
        quoted, plain, star, optional = found.groups()
        key = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain or ""
        is_index = plain is not None and _INDEX.fullmatch(plain)
        steps.append(
            Step(key, int(key) if is_index else None, every=bool(star), optional=bool(optional))
        )
        at = found.end()
    if text.endswith("."):
        raise ValueError(f"{text!r} is not a path: a key is missing at its end")
    return Path(text, tuple(steps))


def dotted(text: str) -> str | None:
    """Return the path that `a[0]["b"]` or `$.a` stands for elsewhere, if it stands for one."""
    spelt = _BRACKETS.sub(
        lambda found: "." + (found[1] or _as_key(found[2] or found[3])), re.sub(r"^\$\.?", "", text)
    ).removeprefix(".")
    try:
        return parse_path(spelt).text if spelt != text else None
    except ValueError:
        return None


def _spelling(text: str) -> str:
    if spelt := dotted(text):
        return f"keys and indices are joined by dots: write {spelt!r}"
    quoted = ".".join(_as_key(key) for key in text.split("."))
    return f"a key with brackets stands in quotes: write {quoted!r}"


def _as_key(key: str) -> str:
    """Write a key as a path has it: in quotes where it must be."""
    if re.fullmatch(r'[^."?*[\]]+', key):
        return key
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse_source(written: Any) -> Source:
    """Read what a mapper table says of one input.

    A path, a list of paths of which the first that exists counts, or `{value = …}`.

    Raises:
        ValueError: it is none of these.
    """
    match written:
        case str():
            return parse_path(written)
        case [_, *_] if all(isinstance(part, str) for part in written):
            return Alternatives(tuple(parse_path(part) for part in written))
        case {"value": value, **rest} if not rest:
            return Constant(value)
        case Path() | Constant() | Alternatives():
            return written
        case _:
            raise ValueError(
                f"{written!r} is neither a path, nor a list of paths, nor {{ value = … }}"
            )


def _follow(value: Any, steps: tuple[Step, ...], done: tuple[Step, ...]) -> Any:
    for position, step in enumerate(steps):
        if step.every:
            return _every(value, steps[position + 1 :], (*done, *steps[:position]), step)
        found = _take(value, step)
        if isinstance(found, Missing):
            if step.optional:
                return None
            return Missing(_where((*done, *steps[:position])) + found.said)
        value = found
    return value


def _every(value: Any, rest: tuple[Step, ...], done: tuple[Step, ...], step: Step) -> Any:
    if not isinstance(value, list | tuple):
        if step.optional:
            return None
        return Missing(f"{_where(done)}`*` needs a list, not {_said(value)}")
    found = []
    for number, element in enumerate(value):
        part = _follow(element, rest, (*done, Step(str(number), number)))
        if isinstance(part, Missing):
            return part
        found.append(part)
    return found


def _take(value: Any, step: Step) -> Any:
    if isinstance(value, (dict, Mapping)):  # asking an ABC takes four times as long
        if step.key in value:
            return value[step.key]
        return Missing(f"no field {step.key!r}; {absent_field(step.key, map(str, value))}")
    if step.index is not None and isinstance(value, list | tuple):
        if -len(value) <= step.index < len(value):
            return value[step.index]
        return Missing(f"no element {step.index} in a list of {len(value)}")
    return Missing(f"no field {step.key!r} in {_said(value)}")


def _where(done: Sequence[Step]) -> str:
    return f"in {'.'.join(map(str, done))!r}: " if done else ""


def _said(value: Any) -> str:  # noqa: PLR0911 - one line a type
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "a text"
        case list() | tuple():
            return "a list (use an index, or `*` for every element)"
        case Mapping():
            return "an object"
        case int() | float():
            return "a number"
        case _:
            return f"a {type(value).__name__}"


@frozen
class FieldMapper:
    """Takes each input from where its source leads in the sample.

    `own_name` holds inputs that take the field of their own name when there is one, and are left
    out when there is none: the optional inputs of a grader without a mapper.
    """

    sources: Mapping[str, Source]
    own_name: tuple[str, ...] = ()

    def map(self, sample: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the inputs of a sample.

        Raises:
            MissingInput: the sample lacks what a source leads to.
        """
        inputs = {}
        for name, source in self.sources.items():
            found = source.find(sample)
            if isinstance(found, Missing):
                raise MissingInput(f"input {name!r}: {found.said}")
            inputs[name] = found
        for name in self.own_name:
            if name in sample:
                inputs[name] = sample[name]
        return inputs

    def quick(self, names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]] | None:
        """Return what takes the named inputs where each is a key, or keys of nested dicts.

        It takes a third of the time of `map`, and raises KeyError or TypeError where `map` has to
        look closer. None where an input is anything else.
        """
        takers = []
        for name in names:
            source = self.sources.get(name)
            if not isinstance(source, Path) or any(s.every or s.optional for s in source.steps):
                return None
            takers.append([step.key for step in source.steps])
        if any(len(keys) > 1 for keys in takers):
            each = [_nested(*keys) for keys in takers]
            return lambda fields: tuple([take(fields) for take in each])
        (first,), *others = takers
        if not others:
            return lambda fields: (fields[first],)
        taken: Callable[[Mapping[str, Any]], tuple[Any, ...]]
        taken = itemgetter(first, *(key for [key] in others))
        return taken


def _nested(first: str, *others: str) -> Callable[[Mapping[str, Any]], Any]:
    if not others:
        return itemgetter(first)

    def take(fields: Mapping[str, Any]) -> Any:
        value = fields[first]
        for key in others:
            if not isinstance(value, dict):
                raise TypeError
            value = value[key]
        return value

    return take


def by_own_name(required: Sequence[str], optional: Sequence[str]) -> FieldMapper:
    """Return the mapper of a grader that has none: every input takes the field of its name."""
    return FieldMapper(
        {name: Path(name, (Step(name, None),)) for name in required}, own_name=tuple(optional)
    )


def as_map_function(offered: Any, name: str) -> MapFunction:
    """Accept a function, or an attrs object with a method `map`.

    Raises:
        DefinitionError: it is neither.
    """
    made = offered() if inspect.isclass(offered) and attrs.has(offered) else offered
    if isinstance(made, Mapper):
        return made.map
    if callable(made) and not inspect.isclass(made):
        function: MapFunction = made
        return function
    raise DefinitionError(
        "mapper", name, "write a function `(sample) -> mapping`, or an attrs class with `map`"
    )
