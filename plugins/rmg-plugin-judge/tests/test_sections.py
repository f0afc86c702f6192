"""What `rmg show` prints of a rubric."""

from attrs import evolve

from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.named import AccuracyGrader, HelpfulnessGrader
from rmg_plugin_judge.sections import sections_of


def test_a_rubric_is_told_in_sections():
    rubric = HelpfulnessGrader.rubric
    told = sections_of(rubric)
    assert list(told) == [
        "task",
        "what counts",
        "what does not count",
        "steps",
        "mode",
        "translations",
        "tests",
    ]
    assert told["task"] == (rubric.prompt.task,)
    assert told["what counts"] == rubric.prompt.consider
    assert told["what does not count"] == rubric.prompt.ignore
    assert told["steps"][0] == f"1. {rubric.prompt.steps[0]}"
    assert told["tests"] == ("1 example", "2 minimal pairs")


def test_criteria_of_the_sample_are_told_and_so_is_an_abstention():
    rubric = evolve(AccuracyGrader.rubric, criteria_from="rubric", may_abstain=True, pairs=())
    told = sections_of(rubric)
    assert told["criteria"] == ("those in the input 'rubric' of each sample",)
    assert told["mode"][-1] == "the judge may abstain"
    assert told["tests"] == ("1 example",)


def test_what_a_rubric_does_not_have_is_no_section():
    rubric = AccuracyGrader.rubric
    bare = evolve(rubric, translations={}, examples=(), pairs=())
    assert {"translations", "tests", "criteria"}.isdisjoint(sections_of(bare))


def test_the_class_of_a_rubric_tells_its_sections():
    made = grader_class(AccuracyGrader.rubric)
    assert made.sections() == sections_of(AccuracyGrader.rubric)
