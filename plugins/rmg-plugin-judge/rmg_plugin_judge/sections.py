"""What `rmg show` prints of a rubric, beside its levels, inputs and options."""

from collections.abc import Mapping, Sequence

from rmg_plugin_judge.values import Rubric


def sections_of(rubric: Rubric) -> Mapping[str, Sequence[str]]:
    """Return the lines of each section under its title; what is empty is left out.

    Levels and criteria are not among them: the docstring of the grader has these.
    """
    prompt, modes = rubric.prompt, [str(rubric.mode)]
    if rubric.may_abstain:
        modes.append("the judge may abstain")
    criteria = [f"those in the input {rubric.criteria_from!r} of each sample"]
    made: dict[str, Sequence[str]] = {
        "task": prompt.task.splitlines(),
        "criteria": criteria if rubric.criteria_from else (),
        "what counts": prompt.consider,
        "what does not count": prompt.ignore,
        "steps": [f"{number}. {step}" for number, step in enumerate(prompt.steps, 1)],
        "mode": modes,
        "translations": sorted(rubric.translations),
        "tests": _counted(rubric),
    }
    return {title: tuple(lines) for title, lines in made.items() if lines}


def _counted(rubric: Rubric) -> list[str]:
    examples, pairs = len(rubric.examples), len(rubric.pairs)
    said = [f"{examples} example" + "s" * (examples != 1)] if examples else []
    return [*said, f"{pairs} minimal pair" + "s" * (pairs != 1)] if pairs else said
