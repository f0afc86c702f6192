"""The options of judge graders, of which each mode has those that mean something for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import attrs
from attrs import Attribute, field, frozen
from attrs.validators import and_, deep_iterable, ge, gt, le, optional

from rmg_core import Model
from rmg_plugin_judge.calibration import read_curve
from rmg_plugin_judge.contradictions import ANSWERED_BY, check_together
from rmg_plugin_judge.labelled import ExampleFile, read_examples
from rmg_plugin_judge.profiles import filled
from rmg_plugin_judge.tables import (
    Escalation,
    Sampling,
    Truncation,
    as_escalation,
    as_sampling,
    as_truncation,
)
from rmg_plugin_judge.units import Units, as_units
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
        converter=as_sampling,
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
        default=None,
        converter=as_escalation,
        metadata=_about("a stronger model judges again where opinions differ"),
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
        default=None,
        converter=as_truncation,
        metadata=_about("an input that may be cut; else what is too long is an error"),
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
        check_together(self)

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

    def calls(self) -> str:
        """Return what one sample costs, which `rmg plan` prints."""
        from rmg_plugin_judge.costs import calls_told

        return str(calls_told(self))

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
        converter=as_units,
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
        if self.inconsistent is not None and self.tournament is None:
            raise ValueError("inconsistent is for the pairs of a tournament, and there is none")
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
