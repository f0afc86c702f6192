"""The graders of all the instructions of a prompt, as IFEval scores them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeAlias, get_args

from attrs import validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_instruct.findings import Finding, counted, read
from rmg_plugin_instruct.kinds import instruction_of

Level: TypeAlias = Literal["prompt", "instruction"]
LevelOption: TypeAlias = Annotated[
    Level,
    validators.in_(get_args(Level)),
    "`prompt`: 1 when all are followed; `instruction`: the share that is",
]

NEEDS = ("rmg-plugin-instruct[all]",)


@grader(needs=NEEDS)
def ifeval_strict(
    response: str,
    instruction_id_list: list[str],
    kwargs: list[dict[str, Any] | None],
    *,
    level: LevelOption = "prompt",
) -> GraderScore:
    """1 when the response follows every instruction of its prompt as it is, else 0.

    The inputs are columns of IFEval: ids such as `punctuation:no_comma`, and for each the table of
    its arguments, in which those that are null do not count.

    Definition: prompt-level strict accuracy of IFEval (Zhou et al. 2023). With
    `level = "instruction"` the share of the instructions that are followed; the mean of that over
    prompts weighs prompts alike, where the instruction-level accuracy weighs instructions alike.

    Raises:
        CannotGrade: there is no instruction, or an id or argument is not known, missing or of
            another type (`bad_input`).

    Example:
        >>> asked = ["punctuation:no_comma", "length_constraints:number_words"]
        >>> arguments = [{}, {"num_words": 2, "relation": "at least"}]
        >>> ifeval_strict("Well, no.", asked, arguments).reason
        '1 of 2 followed; punctuation:no_comma: 1 comma'
    """
    return _score(response, instruction_id_list, kwargs, level=level, loose=False)


@grader(needs=NEEDS)
def ifeval_loose(
    response: str,
    instruction_id_list: list[str],
    kwargs: list[dict[str, Any] | None],
    *,
    level: LevelOption = "prompt",
) -> GraderScore:
    r"""1 when any version of the response follows each instruction of its prompt, else 0.

    A version is the response as it is or without its first line, its last line or both, each with
    and without asterisks; different instructions may be followed by different versions. The inputs
    are those of `ifeval_strict`.

    Definition: prompt-level loose accuracy of IFEval (Zhou et al. 2023). With
    `level = "instruction"` the share of the instructions that are followed.

    Raises:
        CannotGrade: as for `ifeval_strict`.

    Example:
        >>> ifeval_loose("Sure, here it is:\nA day in May.", ["punctuation:no_comma"], [{}]).reason
        '1 of 1 followed'
    """
    return _score(response, instruction_id_list, kwargs, level=level, loose=True)


def _score(
    response: str,
    names: Sequence[str],
    arguments: Sequence[Mapping[str, Any] | None],
    *,
    level: Level,
    loose: bool,
) -> GraderScore:
    _check_lengths(names, arguments)
    # Each is made before any is asked, so that a wrong one is told whatever the response.
    asked = [
        instruction_of(name, given or {}) for name, given in zip(names, arguments, strict=True)
    ]
    found = [read(each.finding, response, loose=loose) for each in asked]
    followed = sum(each.followed for each in found)
    score = followed / len(found) if level == "instruction" else float(followed == len(found))
    verdicts = [
        {"instruction": name, "followed": each.followed, "reason": each.reason}
        for name, each in zip(names, found, strict=True)
    ]
    return GraderScore(
        score,
        _told(names, found, followed),
        metadata={"followed": followed, "instructions": len(found), "verdicts": verdicts},
    )


def _check_lengths(names: Sequence[str], arguments: Sequence[Mapping[str, Any] | None]) -> None:
    if not names:
        raise CannotGrade("instruction_id_list names no instruction", "bad_input")
    if len(names) != len(arguments):
        raise CannotGrade(
            f"instruction_id_list has {counted(len(names), 'id')}, and kwargs "
            f"{counted(len(arguments), 'table')}: it needs one for each",
            "bad_input",
        )


def _told(names: Sequence[str], found: Sequence[Finding], followed: int) -> str:
    missed = [
        f"{name}: {each.reason}"
        for name, each in zip(names, found, strict=True)
        if not each.followed
    ]
    return "; ".join([f"{followed} of {len(found)} followed", *missed])
