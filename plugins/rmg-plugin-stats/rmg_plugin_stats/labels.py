"""Labels of raters as codes, and the rules for ties and for labels that are missing."""

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from attrs import field, frozen
from numpy.typing import ArrayLike, NDArray

from rmg_plugin_stats.clusters import Clusters, checked_weights, each_alone
from rmg_plugin_stats.wording import joined

Label = Hashable
Column = Sequence[Label | None]
Codes = NDArray[np.intp]

MISSING = -1
UNREADABLE = "(missing)"
"""The label of a verdict that is missing, where the rule makes that wrong."""

TIES = {
    "label": "a tie is a label like any other",
    "half": "a tie against a decision counts half",
    "drop": "pairs with a tie on either side are left out",
    "wrong": "pairs whose truth is a tie are left out, other ties are wrong",
}


@frozen
class Rules:
    """What is counted where a verdict is a tie, or is missing: None, unreadable, an error.

    `tie` names the label that is a tie. `ties`: "label", a label like any other; "half", half an
    agreement where only one side has it; "drop", the pair is left out; "wrong", the pair is left
    out where the truth is a tie, and wrong where only the judge says so. `missing` is of the judge:
    "drop", the pair is left out; "wrong", a disagreement; "tie", the verdict is taken for a tie.
    A pair without a truth is always left out.
    """

    ties: Literal["label", "half", "drop", "wrong"] = "label"
    missing: Literal["drop", "wrong", "tie"] = "drop"
    tie: Label | None = None

    def __attrs_post_init__(self) -> None:
        if self.tie is None and (self.ties != "label" or self.missing == "tie"):
            raise ValueError("say which label is the tie: Rules(tie=…)")


@frozen(eq=False)
class Coded:
    """Labels of samples by raters: `codes` is samples × raters, -1 where there is no label."""

    labels: tuple[Label, ...]
    codes: Codes = field(repr=False)


@frozen(eq=False)
class Pairs:
    """What a judge and the truth said of the same samples, with the rules already applied.

    `judge` and `truth` are codes of `labels`, and none is missing. `credit` is labels × labels
    (row: judge): how much of an agreement each pair is. `scored` is the number of labels that are
    meant, which come first: the last label is `UNREADABLE` where the rule made missing wrong.
    `weights`, if any, are how many samples of the whole each pair stands for.
    """

    labels: tuple[Label, ...]
    judge: Codes = field(repr=False)
    truth: Codes = field(repr=False)
    clusters: Clusters
    credit: NDArray[np.float64] = field(repr=False)
    scored: int
    rule: str
    weights: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def rule_by_label(self) -> str:
        """The rule of a figure that looks at labels one by one, where no tie can count half."""
        return self.rule.replace(TIES["half"], TIES["label"])

    def weighed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values of the pairs times what each pair stands for."""
        return values if self.weights is None else values * self.weights

    def weights_of(self, kept: NDArray[np.bool_]) -> NDArray[np.float64] | None:
        """Return the weights of the pairs that are kept."""
        return None if self.weights is None else self.weights[kept]

    def __len__(self) -> int:
        return len(self.judge)


def code(columns: Sequence[Column], labels: Sequence[Label] | None = None) -> Coded:
    """Return the labels of raters as codes; `columns` has the labels of one rater each.

    None and nan are missing. Without `labels` they are those that occur, numbers by size and other
    things by their text; the order matters to weighted kappa and to ordinal alpha.

    Raises:
        ValueError: a label is not of `labels`, or the columns differ in length.
    """
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"columns of {', '.join(str(len(each)) for each in columns)} labels")
    found = {each for column in columns for each in column if not _is_missing(each)}
    known = tuple(sorted(found, key=_order) if labels is None else labels)
    if strange := sorted(found - set(known), key=_order):
        told = ", ".join(repr(each) for each in known)
        raise ValueError(f"{strange[0]!r} is no label; the labels are {told}")
    places: dict[Label | None, int] = {label: place for place, label in enumerate(known)}
    rows = [[places.get(each, MISSING) for each in column] for column in columns]
    return Coded(known, np.array(rows, dtype=np.intp).reshape(len(columns), -1).T)


def pair_up(
    judge: Column,
    truth: Column,
    *,
    labels: Sequence[Label] | None = None,
    rules: Rules | None = None,
    clusters: Clusters | None = None,
    weights: ArrayLike | None = None,
) -> Pairs:
    """Return the pairs of a judge's labels and the true ones, by the rules.

    `weights` are above 0: how many samples of the whole each one stands for, where those with a
    truth were not drawn alike.

    Raises:
        ValueError: as `code` says; or the tie of the rules is no label, or a weight not above 0.
    """
    rules = rules or Rules()
    coded = code([judge, truth], _with_tie(judge, truth, labels, rules))
    said, true = coded.codes.T
    groups = clusters or each_alone(len(said))
    if len(groups.codes) != len(said):
        raise ValueError(f"{len(said)} samples and {len(groups.codes)} cluster ids")
    told = [TIES[rules.ties]] if rules.tie is not None else []
    tie = coded.labels.index(rules.tie) if rules.tie is not None else None
    kept = true != MISSING
    missing = kept & (said == MISSING)
    all_labels = coded.labels
    if rules.missing == "tie" and tie is not None:
        said = np.where(missing, tie, said)
    elif rules.missing == "wrong" and missing.any():
        said = np.where(missing, len(all_labels), said)
        all_labels = (*all_labels, UNREADABLE)
    kept &= said != MISSING
    if tie is not None:
        kept &= ~_dropped(rules, said == tie, true == tie)
    told += _told_missing(rules, int(missing.sum()), int((true == MISSING).sum()))
    weighted = None if weights is None else checked_weights(weights, len(said))[kept]
    told += [] if weighted is None else ["weighted"]
    return Pairs(
        all_labels,
        said[kept],
        true[kept],
        groups.only(kept),
        _credit(len(all_labels), len(coded.labels), tie if rules.ties == "half" else None),
        len(coded.labels),
        joined(*told),
        weighted,
    )


def _with_tie(
    judge: Column, truth: Column, labels: Sequence[Label] | None, rules: Rules
) -> Sequence[Label] | None:
    """Return the labels with the tie among them, though nobody may have said it."""
    if rules.tie is None:
        return labels
    if labels is None:
        known = code([judge, truth]).labels
        return known if rules.tie in known else sorted((*known, rules.tie), key=_order)
    if rules.tie not in labels:
        raise ValueError(f"the tie {rules.tie!r} is none of the labels")
    return labels


def _dropped(
    rules: Rules, judge_ties: NDArray[np.bool_], truth_ties: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    if rules.ties == "drop":
        return judge_ties | truth_ties
    return truth_ties if rules.ties == "wrong" else np.zeros_like(truth_ties)


def _told_missing(rules: Rules, missing: int, untrue: int) -> list[str]:
    ends = {"drop": "left out", "wrong": "counted as wrong", "tie": f"counted as {rules.tie!r}"}
    told = [f"{missing} missing {ends[rules.missing]}"]  # also 0: the reader sees the rule
    return [*told, f"{untrue} without truth left out"] if untrue else told


def _credit(count: int, meant: int, tie: int | None) -> NDArray[np.float64]:
    credit = np.eye(count)
    if tie is not None:
        credit[tie, :meant] = credit[:meant, tie] = 0.5
        credit[tie, tie] = 1.0
    return credit


def _is_missing(label: Label | None) -> bool:
    return label is None or label != label  # noqa: PLR0124 - only nan differs from itself


def _order(label: Label) -> tuple[bool, float, str]:
    if isinstance(label, int | float | np.number):
        return False, float(label), ""
    return True, 0.0, str(label)
