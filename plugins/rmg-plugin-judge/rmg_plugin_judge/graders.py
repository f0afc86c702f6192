"""Rubrics made into graders: classes whose options are fields and whose inputs are parameters."""

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final

import attrs

from rmg_core import GradeTrial, OrderTrial, Outcome, grader
from rmg_plugin_judge.contradictions import ANSWERED_BY
from rmg_plugin_judge.options import OPTIONS
from rmg_plugin_judge.values import Node, Rubric, RubricInput
from rmg_plugin_judge.versions import digest_of, version_of

if TYPE_CHECKING:
    from rmg_core.testing import Golden

_TEXTS: Final = frozenset({"response", "response_a", "response_b"})
"""The inputs that are texts alone; others may be lists too: of messages, of passages, of steps."""


class Made:
    """The classes that were made of rubrics, each under a digest of its rubric."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Any]] = {}

    def __getattr__(self, name: str) -> type[Any]:
        if name not in self._classes:
            raise AttributeError(f"no grader was made of the rubric {name!r}")
        return self._classes[name]

    def keep(self, name: str, made: type[Any]) -> None:
        self._classes[name] = made

    def get(self, name: str) -> type[Any] | None:
        return self._classes.get(name)


MADE: Final = Made()
"""Where the classes are found by their names, as those of a module are."""


def grader_class(rubric: Rubric) -> type[Any]:
    """Make the grader of a rubric: a frozen attrs class with the options of its mode.

    `grade` has the inputs of the rubric as its parameters, and `rubric` is the rubric. The version
    is that of the rubric with a digest of all that is asked, so that another text is another
    grader. Equal rubrics have one class.
    """
    key = f"{rubric.name.replace('.', '_')}-{digest_of(attrs.asdict(rubric))}"
    made = MADE.get(key)
    if made is None:
        # It adds no field, and so needs no class that attrs builds: that would take 2 ms.
        made = type(
            rubric.name,
            (OPTIONS[rubric.mode],),
            {
                "__slots__": (),
                "rubric": rubric,
                "grade": _grade_of(rubric),
                "sections": classmethod(_sections),
                "trials": _trials,
                "golden": classmethod(_golden),
                "__doc__": _doc(rubric),
            },
        )
        made.__module__, made.__qualname__ = __name__, f"MADE.{key}"
        told = grader(scale=scale_of(rubric), version=version_of(rubric), tells_failures=True)
        told(made)
        MADE.keep(key, made)
    return made


def scale_of(rubric: Rubric) -> tuple[float | None, float]:
    """Return the lowest and the highest score; None is an open end.

    A checklist's is the share of the positive weights that is earned; what negative ones take away
    may lead below 0. Nobody knows how far, where each sample brings its own criteria.
    """
    if rubric.mode in ("pairwise", "listwise"):
        return 0.0, 1.0
    values = [level.value for level in rubric.levels]
    if rubric.mode in ("pointwise", "tree"):
        return min(values), max(values)
    if rubric.claims:
        return 0.0, 1.0
    if rubric.criteria_from:
        return None, 1.0
    gains = sum(each.weight for each in rubric.criteria if each.weight > 0)
    losses = sum(each.weight for each in rubric.criteria if each.weight < 0)
    return (losses / gains if gains else 0.0), 1.0


async def _grade(self: Any) -> Outcome:
    return await _judged(locals())


def _grade_of(rubric: Rubric) -> Any:
    """Return a method with the rubric's inputs as its parameters.

    They are parameters of its code, so that they can be given by place and by name; the body takes
    them as `locals()`.
    """
    inputs = sorted(all_inputs(rubric.inputs), key=lambda each: not each.is_required)
    names = ("self", *(each.name for each in inputs))
    code = _grade.__code__.replace(
        co_argcount=len(names), co_nlocals=len(names), co_varnames=names, co_name="grade"
    )
    made = FunctionType(code, globals(), "grade")
    made.__defaults__ = (None,) * sum(not each.is_required for each in inputs)
    made.__annotations__ = {each.name: _kind(each, rubric) for each in inputs}
    made.__annotations__["return"] = Outcome
    return made


def all_inputs(inputs: Sequence[RubricInput]) -> Sequence[RubricInput]:
    """Return what a sample may bring: what is shown, and who answered."""
    if any(each.name == ANSWERED_BY for each in inputs):
        return inputs
    return (*inputs, RubricInput(ANSWERED_BY, is_required=False))


def _kind(given: RubricInput, rubric: Rubric) -> Any:
    kind: Any = str if given.name in _TEXTS else str | list
    if given.name in ("responses", rubric.criteria_from):
        kind = list
    return kind if given.is_required else kind | None


async def _judged(given: Mapping[str, Any]) -> Outcome:
    from rmg_plugin_judge.judging import judge

    options = given["self"]
    inputs = {key: value for key, value in given.items() if key != "self"}
    outcome: Outcome = await judge(options.rubric, options, inputs)
    return outcome


def _sections(cls: Any) -> Mapping[str, Sequence[str]]:
    """Return what `rmg show` prints of the rubric."""
    from rmg_plugin_judge.sections import sections_of

    return sections_of(cls.rubric)


def _trials(self: Any) -> Sequence[GradeTrial | OrderTrial]:
    """Return the examples and minimal pairs of the rubric."""
    from rmg_plugin_judge.pairs import trials_of

    return trials_of(self.rubric, self)


def _golden(cls: Any) -> "Sequence[Golden]":
    """Return samples for the contract of packs, with a judge that knows their grades."""
    from rmg_plugin_judge.rehearsal import golden_of

    return golden_of(cls.rubric)


def _doc(rubric: Rubric) -> str:
    parts = [rubric.about]
    if rubric.mode in ("pointwise", "checklist"):
        parts.append("\n".join(f"{level.label}: {level.text}" for level in rubric.levels))
    if rubric.criteria:
        rows = [f"{each.id} ({each.weight:g}): {each.text}" for each in rubric.criteria]
        parts.append("\n".join(rows))
    if rubric.claims:
        parts.append(f"A claim: {rubric.claims}")
    parts += [_node(each) for each in rubric.nodes]
    return "\n\n".join(parts)


def _node(node: Node) -> str:
    ways = [
        f"{label} → {then if isinstance(then, str) else format(then, 'g')}"
        for label, then in node.answers
    ]
    return f"{node.id}: {node.ask}\n{'; '.join(ways)}"
