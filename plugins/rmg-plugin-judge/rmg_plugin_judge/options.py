"""The options of judge graders, of which each mode has those that mean something for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import and_, deep_iterable, ge, gt, le, optional

from rmg_core import Model
from rmg_plugin_judge.calibration import read_curve
from rmg_plugin_judge.judges import name_of
from rmg_plugin_judge.labelled import ExampleFile, check_labels, read_examples
from rmg_plugin_judge.profiles import TWICE, filled
from rmg_plugin_judge.tables import Escalation, Sampling, Truncation
from rmg_plugin_judge.units import Units
from rmg_plugin_judge.values import Rubric

ProfileName: TypeAlias = Literal["fast", "balanced", "careful", "panel"]
Reduce: TypeAlias = Literal["mean", "median", "mode", "min", "max", "trimmed"]
PanelReduce: TypeAlias = Literal["mean", "majority", "min", "median", "weighted"]
Inconsistent: TypeAlias = Literal["tie", "error", "rejudge"]


@frozen
class _AtLeastOne:
    """Asks for so many opinions, or for a table of them."""

    keywords: ClassVar[Mapping[str, Any]] = {"minimum": 1}

    def __call__(self, _: object, attribute: "Attribute[Any]", value: Any) -> None:
        if isinstance(value, int) and value < 1:
            raise ValueError(f"{attribute.name} must be at least 1, not {value}")


ANSWERED_BY: Final = "answered_by"
"""The input of every judge that names the model which answered, or those that did; never shown."""

JUDGED: Final = ("response", "response_a", "response_b", "responses")
"""The inputs that are answers wherever a rubric has them."""


def _about(text: str) -> dict[str, str]:
    return {"help": text}


@frozen(kw_only=True)
class JudgeOptions:
    """What every judge has: who is asked, how often, and how the question is put.

    A default of None is filled in by `profile`, or else as `balanced` has it; afterwards `profile`
    is None, and what is stored is the explicit options.
    """

    rubric: ClassVar[Rubric | None] = None

    model: Model | None = field(default=None, metadata=_about("the judge; or else write panel"))
    panel: tuple[Model, ...] = field(
        default=(), metadata=_about("several judges, whose votes are put together")
    )
    profile: ProfileName | None = field(
        default=None,
        metadata=_about("fills in what is not written: fast, balanced, careful or panel"),
    )
    samples: int | Sampling | None = field(
        default=None,
        validator=_AtLeastOne(),
        metadata=_about("opinions of each judge, 1 unless the profile says otherwise"),
    )
    temperature: float | None = field(
        default=None,
        validator=optional(and_(ge(0), le(2))),
        metadata=_about("how much the opinions of a judge vary; else the model's own"),
    )
    min_votes: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata=_about("votes that are enough; else more than half of those of each judge"),
    )
    protocol: Literal["auto", "text", "schema", "tool", "json"] = field(
        default="auto", metadata=_about("how a verdict is written; 'auto' finds out what works")
    )
    reason: Literal["before", "none", "auto"] = field(
        default="before",
        metadata=_about("reasons before the verdict; 'auto' asks none of a model that thinks"),
    )
    solve_first: bool = field(
        default=False, metadata=_about("the judge solves the task before it reads the answer")
    )
    repairs: int = field(
        default=1,
        validator=and_(ge(0), le(1)),
        metadata=_about("how often a reply without a verdict is asked for again"),
    )
    empty: Literal["lowest", "error"] = field(
        default="error", metadata=_about("what an empty answer gets, without a call")
    )
    escalate: Escalation | None = field(
        default=None, metadata=_about("a stronger model judges again where opinions differ")
    )
    language: str = field(default="", metadata=_about("a translation of the rubric, such as 'zh'"))
    examples: Path | None = field(
        default=None,
        converter=read_examples,
        metadata=_about("a file of labelled examples, for shots"),
    )
    shots: int = field(
        default=0, validator=ge(0), metadata=_about("how many labelled examples are shown")
    )
    truncate: Truncation | None = field(
        default=None, metadata=_about("an input that may be cut; else what is too long is an error")
    )
    conflict: Literal["warn", "error", "allow"] = field(
        default="warn", metadata=_about("where a judge is of the family of who answered")
    )
    families: Mapping[str, str] = field(
        factory=dict, metadata=_about("the family of each model, by the start of its name")
    )
    candidate: str = field(
        default=ANSWERED_BY,
        metadata=_about("the input that names the model which answered, and no judge sees"),
    )
    seed: int = field(default=0, metadata=_about("what random orders and choices follow from"))

    def __attrs_post_init__(self) -> None:
        for name, value in filled(self).items():
            object.__setattr__(self, name, value)
        _check_judges(self)
        _check_opinions(self)
        _check_names(self)

    @property
    def asked(self) -> Rubric | None:
        """The rubric that the options are for, where there is one."""
        return self.rubric

    @property
    def labelled(self) -> ExampleFile | None:
        """The content of the file of examples."""
        made: Any = self.examples
        return made if isinstance(made, ExampleFile) else None

    @property
    def judges(self) -> tuple[Model, ...]:
        """Who is asked: the panel, or the one model."""
        return self.panel or ((self.model,) if self.model is not None else ())

    @property
    def fewest_samples(self) -> int:
        """How many opinions of each judge are asked for at first."""
        return self.samples.min if isinstance(self.samples, Sampling) else self.samples or 1

    @property
    def most_samples(self) -> int:
        """How many opinions of each judge are asked for at most."""
        return self.samples.max if isinstance(self.samples, Sampling) else self.samples or 1

    def expanded(self) -> Mapping[str, Any]:
        """Return every option by its name, with what the profile stands for."""
        return {
            each.name: getattr(self, each.name)
            for each in attrs.fields(type(self))
            if each.name != "profile"
        }


@frozen(kw_only=True)
class ScoreOptions(JudgeOptions):
    """Those of a judge that gives a score to one answer."""

    units: Units | None = field(
        default=None,
        metadata=_about("turns of a conversation or steps of an answer, judged one by one"),
    )
    calibrate: Path | None = field(
        default=None,
        converter=read_curve,
        metadata=_about(
            "a file with a curve from scores to the share of people who find the answer good"
        ),
    )
    reduce: Reduce = field(
        default="mean", metadata=_about("how the opinions of a judge become one score")
    )
    panel_reduce: PanelReduce = field(
        default="mean", metadata=_about("how the scores of the judges become one")
    )
    panel_weights: tuple[float, ...] = field(
        default=(),
        validator=deep_iterable(gt(0)),
        metadata=_about("a weight for each of the panel, for panel_reduce = 'weighted'"),
    )
    degenerate: Literal["judge", "lowest", "error"] = field(
        default="judge",
        metadata=_about("an answer of punctuation, of an opening or copied from the question"),
    )


@frozen(kw_only=True)
class PointwiseOptions(ScoreOptions):
    """Those of a judge that chooses a level."""

    scoring: Literal["label", "logprobs"] = field(
        default="label",
        metadata=_about(
            "the level that is named, or the mean over the probabilities of all: of samples, 5 or "
            "as many as you say, where the model tells none"
        ),
    )

    def __attrs_post_init__(self) -> None:
        JudgeOptions.__attrs_post_init__(self)
        if self.scoring == "logprobs" and self.protocol not in ("auto", "text"):
            raise ValueError(
                f"protocol must be 'auto' or 'text' for scoring = 'logprobs', not {self.protocol!r}"
            )


@frozen(kw_only=True)
class ChecklistOptions(ScoreOptions):
    """Those of a judge that goes through criteria."""

    batch: int = field(
        default=0, validator=ge(0), metadata=_about("criteria in one call; 0 is all of them")
    )
    checklist_model: Model | None = field(
        default=None, metadata=_about("writes the criteria of each sample, once")
    )

    def __attrs_post_init__(self) -> None:
        JudgeOptions.__attrs_post_init__(self)
        rubric = self.asked
        if self.checklist_model is not None and rubric is not None and rubric.criteria:
            raise ValueError("checklist_model writes criteria, and the rubric has its own")


@frozen(kw_only=True)
class PairwiseOptions(JudgeOptions):
    """Those of a judge that compares two answers."""

    orders: Literal["swap", "random", "one"] | None = field(
        default=None,
        metadata=_about("both orders of the pair, a random one, or the sample's"),
    )
    ties: Literal["allow", "forbid"] = field(
        default="allow",
        metadata=_about("whether a verdict for a tie counts; if not, it is as one that is missing"),
    )
    tie_value: float = field(
        default=0.5, validator=and_(ge(0), le(1)), metadata=_about("the score of a tie")
    )
    inconsistent: Inconsistent | None = field(
        default=None, metadata=_about("what it is when both orders say otherwise")
    )
    panel_reduce: Literal["mean", "majority", "weighted"] = field(
        default="mean", metadata=_about("how the scores of the judges become one")
    )
    panel_weights: tuple[float, ...] = field(
        default=(),
        validator=deep_iterable(gt(0)),
        metadata=_about("a weight for each of the panel, for panel_reduce = 'weighted'"),
    )


@frozen(kw_only=True)
class ListwiseOptions(JudgeOptions):
    """Those of a judge that ranks several answers: in one call, or in a tournament of pairs."""

    orders: Literal["swap", "rotate", "random", "one"] | None = field(
        default=None,
        metadata=_about(
            "of the list, or of each pair: forth and back, rotated (of three or fewer, every "
            "order), random, as it is"
        ),
    )
    ties: Literal["allow", "forbid"] = field(
        default="allow",
        metadata=_about("whether a verdict with ties counts; if not, it is as one that is missing"),
    )
    inconsistent: Inconsistent | None = field(
        default=None, metadata=_about("what a pair is when its two orders say otherwise")
    )
    tournament: Literal["all", "swiss", "knockout"] | None = field(
        default=None, metadata=_about("pairs instead of one call: all, Swiss or knockout")
    )
    rounds: int | None = field(
        default=None,
        validator=optional(ge(1)),
        metadata=_about("of a Swiss tournament; else as many as single out a winner, and one"),
    )

    def __attrs_post_init__(self) -> None:
        JudgeOptions.__attrs_post_init__(self)
        if self.rounds is not None and self.tournament != "swiss":
            raise ValueError("rounds are those of tournament = 'swiss'")
        if self.tournament is not None and self.shots:
            raise ValueError("shots are rankings, and no examples for a tournament of pairs")
        if self.tournament is not None and self.orders == "rotate":
            raise ValueError("orders must be 'swap', 'random' or 'one' for a tournament of pairs")


OPTIONS: Mapping[str, type[JudgeOptions]] = {
    "pointwise": PointwiseOptions,
    "checklist": ChecklistOptions,
    "pairwise": PairwiseOptions,
    "listwise": ListwiseOptions,
    "tree": ScoreOptions,
}
"""The options of each mode."""


def _check_judges(options: JudgeOptions) -> None:
    for each in options.judges:
        if isinstance(each, str):
            raise TypeError(f"a judge is a model, such as connect(…), and not the text {each!r}")
    if options.model is None and not options.panel:
        raise ValueError('there is no judge: write model = "NAME", or panel = ["NAME", "NAME"]')
    if options.model is not None and options.panel:
        raise ValueError("panel and model are both written; take one of them out")
    if len(options.panel) == 1:
        raise ValueError("panel has one judge; write model instead")
    if any(each in options.panel[:at] for at, each in enumerate(options.panel)):
        raise ValueError("panel has the same judge twice, whose votes would be the same")
    names = [name_of(each) for each in options.panel]
    if twice := [name for at, name in enumerate(names) if name in names[:at]]:
        raise ValueError(f"panel has two judges with the name {twice[0]!r}: give each its own")
    weights = getattr(options, "panel_weights", ())
    is_weighted = getattr(options, "panel_reduce", "") == "weighted"
    if is_weighted and len(weights) != len(options.panel):
        raise ValueError(
            "panel_weights must have a weight for each of the panel: "
            f"{len(options.panel)} of them, not {len(weights)}"
        )
    if weights and not is_weighted:
        raise ValueError("panel_weights are for panel_reduce = 'weighted'")


def _check_opinions(options: JudgeOptions) -> None:
    if options.most_samples > 1 and options.temperature == 0:
        raise ValueError("temperature must be above 0 where there are several samples")
    if isinstance(options.samples, Sampling) and not _can_stop(options):
        raise ValueError(
            "samples = { min, max } stops where the rest could change nothing: that is for pairs, "
            "and for levels with reduce = 'mode'; else write a number"
        )
    orders = 2 if getattr(options, "orders", None) in TWICE else 1
    most = len(options.judges) * options.most_samples
    if options.min_votes is not None and options.min_votes > most * orders:
        raise ValueError(f"min_votes must be at most {most * orders}, the number of votes")
    if options.escalate is not None and most * orders < 2:
        raise ValueError("escalate needs several votes, which can differ: set samples or panel")


def _can_stop(options: JudgeOptions) -> bool:
    if isinstance(options, PointwiseOptions):
        return options.reduce == "mode" and options.scoring == "label"
    return isinstance(options, PairwiseOptions) or (
        isinstance(options, ListwiseOptions) and options.tournament is not None
    )


def _check_names(options: JudgeOptions) -> None:
    if options.examples and not options.shots:
        raise ValueError("shots must be at least 1 for examples to be shown")
    rubric = options.asked
    if rubric is None:
        return
    _check_shots(options, rubric)
    if options.language and options.language not in rubric.translations:
        known = ", ".join(sorted(rubric.translations)) or "none"
        raise ValueError(f"language {options.language!r} is no translation; there are: {known}")
    names = [each.name for each in rubric.inputs]
    cut = "" if options.truncate is None else options.truncate.field
    units = getattr(options, "units", None)
    steps = "" if units is None else units.steps
    candidate = "" if options.candidate == ANSWERED_BY else options.candidate
    for option, name in (("candidate", candidate), ("truncate", cut), ("steps", steps)):
        if name and name not in names:
            raise ValueError(f"{option} names {name!r}, which is no input: {', '.join(names)}")
    if candidate in JUDGED:
        raise ValueError(f"candidate names {candidate!r}, which is what is judged")


def _check_shots(options: JudgeOptions, rubric: Rubric) -> None:
    if options.shots and rubric.mode == "tree":
        raise ValueError("shots are for one verdict, and a tree asks for one after the other")
    if options.shots and not options.examples and options.shots > len(rubric.examples):
        has = len(rubric.examples)
        raise ValueError(f"shots must be at most {has}, the examples of the rubric; see examples")
    if options.labelled is not None:
        check_labels(options.labelled.examples(), rubric)
