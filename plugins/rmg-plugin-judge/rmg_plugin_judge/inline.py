"""Judges whose rubric stands in the config: `use = "judge/custom"` and its kin."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias

from attrs import Attribute, evolve, field, frozen

from rmg_core import CannotGrade, Outcome, grader
from rmg_plugin_judge.checklists import criteria_of
from rmg_plugin_judge.layout import LANGUAGE, NodeTable
from rmg_plugin_judge.mistakes import PLACEHOLDER, node_faults
from rmg_plugin_judge.options import (
    ChecklistOptions,
    ListwiseOptions,
    PairwiseOptions,
    PointwiseOptions,
    ScoreOptions,
)
from rmg_plugin_judge.rubric import CHECKLIST_LEVELS, PAIR_LEVELS
from rmg_plugin_judge.trees import leaves, nodes_of
from rmg_plugin_judge.values import Level, Mode, Node, Prompt, Rubric, RubricInput

BESIDE: Final = tuple(
    RubricInput(name, is_required=False) for name in ("query", "context", "reference")
)
"""What a sample may bring beside the answer."""

INPUTS: Final[Mapping[Mode, tuple[RubricInput, ...]]] = {
    "pointwise": (RubricInput("response"), *BESIDE),
    "checklist": (RubricInput("response"), *BESIDE),
    "tree": (RubricInput("response"), *BESIDE),
    "pairwise": (RubricInput("response_a"), RubricInput("response_b"), *BESIDE),
    "listwise": (RubricInput("responses"), *BESIDE),
}

_BY_SAMPLE: Final = Rubric("", "", (), "checklist", Prompt(""), criteria_from="criteria")
"""What reads criteria as it does those of a sample."""

_TASK: Final = "Say of each criterion by itself whether the response meets it."

_CRITERIA: Final = {"help": "what is judged, in your own words"}
_TRANSLATIONS: Final = {"help": "the criteria in other languages, of which `language` chooses one"}

Material: TypeAlias = str | list[Any]


def _names_inputs(made: Any, attribute: "Attribute[str]", value: str) -> None:
    if not value.strip():
        raise ValueError(f"{attribute.name} must say what is judged, and is blank")
    known = [each.name for each in INPUTS[made.mode]]
    for word in PLACEHOLDER.findall(value):
        if word not in known:
            said = f"{attribute.name} names the input {{{word}}}, which is none: "
            raise ValueError(said + ", ".join(known))


def _are_translations(made: Any, attribute: "Attribute[Any]", value: Mapping[str, str]) -> None:
    for tag, text in value.items():
        if not LANGUAGE.fullmatch(tag):
            raise ValueError(f"{attribute.name} has {tag!r}, which is no language such as 'zh'")
        if not text.strip():
            raise ValueError(f"{attribute.name}.{tag} is empty")
        _names_inputs(made, attribute, text)


def _criteria_field() -> Any:
    return field(validator=_names_inputs, metadata=_CRITERIA)


def _translations_field() -> Any:
    return field(factory=dict, validator=_are_translations, metadata=_TRANSLATIONS)


def _as_nodes(given: Mapping[str, NodeTable] | tuple[Node, ...]) -> tuple[Node, ...]:
    return nodes_of(given) if isinstance(given, Mapping) else given


def _goes_up(_: object, attribute: "Attribute[Any]", value: tuple[int, int]) -> None:
    if not 0 < value[1] - value[0] <= 100:
        raise ValueError(
            f"{attribute.name} must go up, by at most 100, and not from {value[0]} to {value[1]}"
        )


def _rubric(options: Any, task: str, levels: Sequence[Level] = ()) -> Rubric:
    translations = getattr(options, "translations", {})
    return Rubric(
        name=type(options).__name__.lower(),
        about="What stands in the config.",
        inputs=INPUTS[options.mode],
        mode=options.mode,
        prompt=Prompt(task),
        levels=tuple(levels),
        translations={tag: Prompt(text) for tag, text in translations.items()},
    )


async def _judged(options: Any, given: Mapping[str, Any]) -> Outcome:
    from rmg_plugin_judge.judging import judge

    inputs = {name: value for name, value in given.items() if name != "self"}
    outcome: Outcome = await judge(options.asked, options, inputs)
    return outcome


@grader(tells_failures=True)
@frozen(kw_only=True)
class Custom(PointwiseOptions):
    """Judge a response by criteria that stand in the config.

    The judge chooses a whole number of `scale`. The score is its place between the lowest and the
    highest, of 0..1, since a grader has one scale whatever its options are.

    What is used often is better written as a rubric file, which has examples and tests.
    """

    mode: ClassVar[Mode] = "pointwise"

    criteria: str = _criteria_field()
    scale: tuple[int, int] = field(
        default=(0, 5),
        validator=_goes_up,
        metadata={"help": "the lowest and the highest level"},
    )
    levels: Mapping[str, str] = field(
        factory=dict, metadata={"help": "what each level means; write all of them or none"}
    )
    translations: Mapping[str, str] = _translations_field()

    @levels.validator
    def _describe_the_scale(self, _: "Attribute[Any]", value: Mapping[str, str]) -> None:
        low, high = self.scale
        known = [str(each) for each in range(low, high + 1)]
        if wrong := value and sorted(set(known) ^ set(value)):
            is_more = wrong[0] in value
            said = "is not on the scale" if is_more else "is not described"
            raise ValueError(f"levels must describe each of {low} to {high}: {wrong[0]!r} {said}")
        if blank := [label for label, text in value.items() if not text.strip()]:
            raise ValueError(f"levels must describe each of {low} to {high}: {blank[0]!r} is blank")

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        low, high = self.scale
        levels = [
            Level(
                str(each),
                self.levels.get(str(each)) or _meaning(each, low, high),
                (each - low) / (high - low),
            )
            for each in range(low, high + 1)
        ]
        return _rubric(self, self.criteria, levels)

    async def grade(
        self,
        response: str,
        query: Material | None = None,
        context: Material | None = None,
        reference: Material | None = None,
        answered_by: Material | None = None,
    ) -> Outcome:
        return await _judged(self, locals())


def _meaning(level: int, low: int, high: int) -> str:
    """Say of a level that is not described where it stands."""
    if level == low:
        return "The response does not meet the criteria at all."
    if level == high:
        return "The response meets the criteria fully."
    return f"The response meets the criteria to {level - low} parts of {high - low}."


@grader(scale=(None, 1), tells_failures=True)
@frozen(kw_only=True)
class CustomChecklist(ChecklistOptions):
    """Go through a checklist that stands in the config: Σ weight·met / Σ positive weights.

    A criterion of negative weight takes points away where it is met, so that the score may be
    below 0.
    """

    mode: ClassVar[Mode] = "checklist"

    criteria: Sequence[str | Mapping[str, Any]] = field(
        metadata={
            "help": "what must be so: texts, or tables with text, id and weight",
            "example": ["…"],
        }
    )
    task: str = field(
        default=_TASK,
        validator=_names_inputs,
        metadata={"help": "what the criteria are about, in your own words"},
    )

    @criteria.validator
    def _can_be_told_apart(self, _: "Attribute[Any]", value: Any) -> None:
        try:
            criteria_of(_BY_SAMPLE, value)
        except CannotGrade as fault:
            raise ValueError(fault.reason) from fault

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        criteria = criteria_of(_BY_SAMPLE, self.criteria)
        return evolve(_rubric(self, self.task, CHECKLIST_LEVELS), criteria=criteria)

    async def grade(
        self,
        response: str,
        query: Material | None = None,
        context: Material | None = None,
        reference: Material | None = None,
        answered_by: Material | None = None,
    ) -> Outcome:
        return await _judged(self, locals())


@grader(tells_failures=True)
@frozen(kw_only=True)
class CustomPreference(PairwiseOptions):
    """Compare two responses by criteria that stand in the config: 1 where the first is better."""

    mode: ClassVar[Mode] = "pairwise"

    criteria: str = _criteria_field()
    translations: Mapping[str, str] = _translations_field()

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        return _rubric(self, self.criteria, PAIR_LEVELS)

    async def grade(  # noqa: PLR0917 - what a sample brings
        self,
        response_a: str,
        response_b: str,
        query: Material | None = None,
        context: Material | None = None,
        reference: Material | None = None,
        answered_by: Material | None = None,
    ) -> Outcome:
        return await _judged(self, locals())


@grader(tells_failures=True)
@frozen(kw_only=True)
class CustomRanking(ListwiseOptions):
    """Rank several responses by criteria that stand in the config."""

    mode: ClassVar[Mode] = "listwise"

    criteria: str = _criteria_field()
    translations: Mapping[str, str] = _translations_field()

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        return _rubric(self, self.criteria)

    async def grade(
        self,
        responses: list[Any],
        query: Material | None = None,
        context: Material | None = None,
        reference: Material | None = None,
        answered_by: Material | None = None,
    ) -> Outcome:
        return await _judged(self, locals())


@grader(tells_failures=True)
@frozen(kw_only=True)
class DecisionTree(ScoreOptions):
    """Ask one question after the other, as the answers lead, to a score of 0..1.

    The questions stand in the config; the first one is asked first. Each answer leads to another
    question by its name, or to a score. A judge is asked one question at a time and does not see
    where its answers lead.
    """

    mode: ClassVar[Mode] = "tree"

    nodes: tuple[Node, ...] = field(
        converter=_as_nodes,
        metadata={
            "written": dict[str, NodeTable],
            "help": "the questions by name, each with `ask` and `answers`; their order counts",
            "example": {"first": {"ask": "…", "answers": {"yes": 1, "no": 0}}},
        },
    )
    task: str = field(
        default="Answer the question about the response.",
        validator=_names_inputs,
        metadata={"help": "what the questions are about, in your own words"},
    )

    @nodes.validator
    def _leads_to_scores(self, _: "Attribute[Any]", value: tuple[Node, ...]) -> None:
        if not value:
            raise ValueError('nodes must have a question: { ask = "…", answers = { … } }')
        for fault in node_faults(value, [each.name for each in INPUTS["tree"]]):
            hint = f"; {fault.hint}" if fault.hint else ""
            raise ValueError(f"nodes: {fault.message}{hint}")
        for level in leaves(value):
            if not 0 <= level.value <= 1:
                raise ValueError(f"nodes lead to the score {level.value:g}, and 0..1 is meant")

    @property
    def asked(self) -> Rubric:
        """The rubric that the options write."""
        return evolve(_rubric(self, self.task, leaves(self.nodes)), nodes=self.nodes)

    async def grade(
        self,
        response: str,
        query: Material | None = None,
        context: Material | None = None,
        reference: Material | None = None,
        answered_by: Material | None = None,
    ) -> Outcome:
        return await _judged(self, locals())
