"""The grader of how like a change is to the one that was wanted."""

import difflib
import itertools
import warnings
from collections import Counter
from collections.abc import Mapping
from statistics import fmean
from typing import Annotated, Literal, TypeAlias, get_args

from attrs import frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_code.blocks import fenced

Compare: TypeAlias = Literal["auto", "text", "files"]
MOST_PAIRS = 200_000_000  # of equal characters, of which difflib looks at ten million a second


@frozen
class FileChange:
    """What a patch does to a file: its hunks as they stand, and how many they are."""

    text: str
    hunks: int


class NoPatch(ValueError):
    """A text is no unified diff, for the reason that it gives."""


@grader(needs=("rmg-plugin-code[patch]",), runs_in="process")
def patch_similarity(
    response: str,
    reference: str,
    *,
    compare: Annotated[
        Compare,
        validators.in_(get_args(Compare)),
        "text: as a whole; files: file by file; auto: files when the reference is a unified diff",
    ] = "auto",
) -> GraderScore:
    """How like the patch of the response is to that of the reference, by matching runs.

    `text` compares the two texts as they are, whatever they are. `files` takes both for unified
    diffs, compares the hunks of each file, and takes the mean over all files that either changes; a
    file that only one of them changes counts 0. Where the response has fences that are tagged
    `diff` or `patch`, these are its patch. A response that is no unified diff has 0.

    Definition: the similarity is `difflib.SequenceMatcher(…, autojunk=False).ratio()` of the
    characters, 2 · matching / all (Ratcliff and Metzener 1988); the mean over files is the reward
    of SWE-RL (Wei et al. 2025).

    Raises:
        CannotGrade: the reference is empty, or no unified diff though `files` are to be compared,
            or the texts are so long and uniform that they cannot be compared (`bad_input`).

    Example:
        >>> patch_similarity("return a + b", "return a - b").reason
        '22 of 24 characters match'
    """
    if not reference.strip():
        raise CannotGrade("reference is empty: no response could be like it", "bad_input")
    if compare == "text" or (compare == "auto" and not _is_a_patch(reference)):
        return _of_texts(response, reference)
    try:
        wanted = _files(reference)
    except NoPatch as fault:
        raise CannotGrade(f"reference is no unified diff: {fault}", "bad_input") from fault
    try:
        changed = _files(_patch_in(response))
    except NoPatch as fault:
        return GraderScore(0.0, f"the response is no unified diff: {fault}")
    return _of_files(changed, wanted)


def _of_texts(response: str, reference: str) -> GraderScore:
    score = _ratio(response, reference)
    whole = len(response) + len(reference)
    return GraderScore(score, f"{round(score * whole)} of {whole} characters match")


def _of_files(changed: Mapping[str, FileChange], wanted: Mapping[str, FileChange]) -> GraderScore:
    both = {*changed} & {*wanted}
    likeness = {
        path: _ratio(changed[path].text, wanted[path].text) if path in both else 0.0
        for path in sorted({*changed, *wanted})
    }
    missing = sorted({*wanted} - {*changed})
    needless = sorted({*changed} - {*wanted})
    told = [
        *(
            f"{path} {likeness[path]:.4g}"
            for path in likeness
            if path in changed and path in wanted
        ),
        *(f"{path} is not changed" for path in missing),
        *(f"{path} should not be changed" for path in needless),
    ]
    return GraderScore(
        fmean(likeness.values()),
        "; ".join(told[:10]),
        {
            "files": likeness,
            "missing": missing,
            "needless": needless,
            "hunks": [sum(each.hunks for each in side.values()) for side in (changed, wanted)],
        },
    )


class _Bounded(difflib.SequenceMatcher[str]):
    """A matcher that gives up: texts made for it take the cube of their length."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(None, left, right, autojunk=False)
        # Each search looks at every pair of equal characters in its part of the left text.
        counts = Counter(right)
        self._until = list(itertools.accumulate((counts[sign] for sign in left), initial=0))
        self._lengths = len(left), len(right)
        self._pairs_left = MOST_PAIRS

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> difflib.Match:
        left, right = self._lengths
        self._pairs_left -= self._until[left if ahi is None else ahi] - self._until[alo]
        if self._pairs_left < 0:
            raise CannotGrade(
                f"texts of {left} and {right} characters are too long, or too uniform, to compare",
                "bad_input",
            )
        return super().find_longest_match(alo, ahi, blo, bhi)


def _ratio(left: str, right: str) -> float:
    return 1.0 if left == right else _Bounded(left, right).ratio()


def _is_a_patch(text: str) -> bool:
    try:
        return bool(_files(text))
    except NoPatch:
        return False


def _patch_in(response: str) -> str:
    tagged = [block.text for block in fenced(response) if block.tag in ("diff", "patch", "udiff")]
    return "".join(tagged) if tagged else response


def _files(text: str) -> Mapping[str, FileChange]:
    """Read a unified diff: path to change.

    Raises:
        NoPatch: it is none.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    ended = text if text.endswith("\n") else f"{text}\n"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patch = PatchSet(ended)
    except UnidiffParseError as fault:
        raise NoPatch(str(fault).strip()) from fault
    if not patch:
        raise NoPatch("it has no header of a file, such as '--- a/x.py' and '+++ b/x.py'")
    changes: dict[str, FileChange] = {}
    for each in patch:
        before = changes.get(each.path, FileChange("", 0))
        hunks = "".join(map(str, each))
        changes[each.path] = FileChange(before.text + hunks, before.hunks + len(each))
    return changes
