"""What a grader says of itself: the decorator, and what it leaves behind."""

import typing
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypeVar, get_args

from attrs import field, frozen

from rmg_core.errors import DefinitionError
from rmg_core.outcomes import UNIT, Scale, as_scale

MARK = "__rmg_grader__"

RunsIn: TypeAlias = Literal["run", "process"]
"""Where a grader runs: with the run, in its loop or its threads, or in a process of its own."""

Definition = TypeVar("Definition", bound=Callable[..., Any])


@frozen
class Declared:
    """What a grader says of itself beside its signature.

    `runs_in` is "process" for one that wants a process of its own: it computes for long, needs a
    main thread, or may crash.
    `timeout` is in seconds a call, where a config says none. `tells_failures` is True of one whose
    scores say themselves which of its calls of models had no answer.
    `needs` are requirements as pip writes them (PEP 508); an extra of the grader's own pack,
    `"rmg-plugin-x[extra]"`, keeps the bounds in the one place where pip reads them.
    """

    scale: Scale = field(default=UNIT, converter=as_scale)
    version: str = ""
    needs: tuple[str, ...] = ()
    runs_in: RunsIn = "run"
    timeout: float | None = None
    tells_failures: bool = False

    def __attrs_post_init__(self) -> None:
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout is in seconds, above 0, and not {self.timeout!r}")
        if self.runs_in not in get_args(RunsIn):
            raise ValueError(f'runs_in is "run" or "process", and not {self.runs_in!r}')


@typing.overload
def grader(definition: Definition) -> Definition: ...


@typing.overload
def grader(
    *,
    scale: Scale | tuple[float | None, float | None] = ...,
    version: str = ...,
    needs: tuple[str, ...] = ...,
    runs_in: RunsIn = ...,
    timeout: float | None = ...,
    tells_failures: bool = ...,
) -> Callable[[Definition], Definition]: ...


def grader(
    definition: Definition | None = None,
    *,
    scale: Scale | tuple[float | None, float | None] = UNIT,
    version: str = "",
    needs: tuple[str, ...] = (),
    runs_in: RunsIn = "run",
    timeout: float | None = None,
    tells_failures: bool = False,
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
        runs_in: "process" to run in processes of its own, where it may crash and a time-out kills.
        timeout: seconds after which a cell is an error, unless a config says otherwise; for one
            that some inputs keep busy for ever.
        tells_failures: its scores say themselves which of its calls of models had no answer, so
            that a run does not warn of them.

    Raises:
        DefinitionError: what is decorated cannot be called, or one of these is not as said here.
    """

    def mark(target: Definition) -> Definition:
        if not callable(target):
            hint = "decorate a function, or an attrs class with a method `grade`"
            raise DefinitionError("grader", str(target), hint)
        try:
            declared = Declared(scale, version, needs, runs_in, timeout, tells_failures)
        except ValueError as fault:
            raise DefinitionError("grader", name_of(target), str(fault)) from fault
        setattr(target, MARK, declared)
        return target

    return mark if definition is None else mark(definition)


def declared_by(definition: object) -> Declared:
    declared = getattr(definition, MARK, None)
    return declared if isinstance(declared, Declared) else Declared()


def name_of(definition: object) -> str:
    return getattr(definition, "__name__", None) or type(definition).__name__
