"""The rubrics of the pack keep the rules of rubric files, and do not repeat one another."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "rmg_plugin_judge" / "rubrics"
FILES = sorted(FOLDER.glob("*.toml"))
QUALITIES = [
    "accuracy",
    "checklist",
    "clarity",
    "coherence",
    "completeness",
    "conciseness",
    "correctness",
    "creativity",
    "depth",
    "factuality",
    "groundedness",
    "hallucination",
    "harmfulness",
    "helpfulness",
    "instruction_following",
    "over_refusal",
    "preference",
    "ranking",
    "refusal",
    "relevance",
    "search_correctness",
    "summary_consistency",
    "summary_coverage",
    "summary_fluency",
    "tone",
    "translation",
]
SCENARIOS = [
    "brainstorming",
    "chat",
    "classification",
    "closed_qa",
    "code",
    "focus",
    "generation",
    "maths",
    "open_qa",
    "precise_if",
    "reasoning",
    "rewriting",
    "role_play",
    "summarisation",
    "translation_quality",
]
IN_CHINESE = {"accuracy", "correctness", "helpfulness", "preference", "relevance"}
TOP_KEYS = {
    "version",
    "about",
    "inputs",
    "mode",
    "scale",
    "levels",
    "criteria",
    "criteria_from",
    "claims",
    "may_abstain",
    "prompt",
    "examples",
    "tests",
}
PROMPT_KEYS = {"task", "consider", "ignore", "steps"}
ANSWERS = {"response_a", "response_b", "responses"}
RANKING = re.compile(r"[A-Z]( [>=] [A-Z])*")
INJECTED = re.compile(
    r"\b(give 5|choose '|graders?:|judge[:,]|say (yes|no|supported)|prefer this)", re.IGNORECASE
)

each_rubric = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def rubric(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))


def needed(made: dict[str, Any]) -> set[str]:
    return {name for name in made["inputs"] if not name.endswith("?")}


def declared(made: dict[str, Any]) -> set[str]:
    return {name.removesuffix("?") for name in made["inputs"]}


def level_texts(made: dict[str, Any]) -> Iterator[str]:
    for level in made.get("levels", {}).values():
        yield level if isinstance(level, str) else level["text"]
    for criterion in made.get("criteria", ()):
        yield criterion["text"]


def words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def labels(made: dict[str, Any]) -> set[str]:
    offered = {"pairwise": {"A", "B", "tie"}, "checklist": {"yes", "no"}}
    own = set(made.get("levels", ())) or offered[made["mode"]]
    return own | ({"abstain"} if made.get("may_abstain") else set())


def criteria(made: dict[str, Any], given: dict[str, Any]) -> set[str]:
    own = given.get(made.get("criteria_from", ""), made.get("criteria", ()))
    return {
        f"c{number}" if isinstance(each, str) else each["id"] for number, each in enumerate(own, 1)
    }


def test_the_rubrics_are_those_of_the_catalogue():
    assert [file.stem for file in FILES] == sorted(QUALITIES + SCENARIOS)


@each_rubric
def test_a_name_is_in_lower_case(file: Path):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", file.stem)


@each_rubric
def test_a_rubric_has_at_most_30_lines_of_at_most_160_characters(file: Path):
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 160


@each_rubric
def test_a_rubric_has_no_dash_but_the_hyphen(file: Path):
    assert not re.search("[\u2012-\u2015]", file.read_text("utf-8"))


@each_rubric
def test_a_rubric_has_the_keys_of_rubrics_only(file: Path):
    made = rubric(file)
    assert set(made) <= TOP_KEYS
    assert {"version", "about", "inputs", "mode", "prompt", "examples", "tests"} <= set(made)
    assert set(made["prompt"]) - {"zh"} == PROMPT_KEYS


@each_rubric
def test_about_is_one_sentence(file: Path):
    about = rubric(file)["about"]
    assert len(about) <= 100
    assert re.fullmatch(r"[A-Z][^.!?\n]*\.", about)


@each_rubric
def test_each_integer_of_a_scale_has_a_level_and_each_label_a_value(file: Path):
    made = rubric(file)
    levels = made.get("levels", {})
    if "scale" in made:
        low, high = made["scale"]
        assert list(levels) == [str(number) for number in range(low, high + 1)]
    elif made["mode"] == "pointwise" or levels:
        assert {0, 1} <= {level["value"] for level in levels.values()}
        assert all(0 <= level["value"] <= 1 for level in levels.values())
    else:
        assert made["mode"] != "pointwise"


@each_rubric
def test_a_level_is_described_by_a_sentence(file: Path):
    for text in level_texts(rubric(file)):
        assert text[0].isupper()
        assert text.endswith(".")
        assert len(words(text)) >= 5


@each_rubric
def test_only_a_checklist_has_criteria_with_ids_and_weights(file: Path):
    made = rubric(file)
    own = made.get("criteria", [])
    assert (made["mode"] == "checklist") == bool(own or made.get("criteria_from"))
    assert made.get("criteria_from", made["inputs"][0]) in declared(made)
    assert len({each["id"] for each in own}) == len(own)
    assert all(each["weight"] for each in own)


@each_rubric
def test_a_prompt_says_what_counts_what_does_not_and_how_to_look(file: Path):
    prompt = rubric(file)["prompt"]
    assert prompt["task"].endswith(".")
    assert len(prompt["consider"]) >= 2
    assert len(prompt["ignore"]) >= 2
    assert len(prompt["steps"]) >= 3


@pytest.mark.parametrize("name", sorted(IN_CHINESE))
def test_a_translation_says_as_much_as_its_original(name: str):
    prompt = rubric(FOLDER / f"{name}.toml")["prompt"]
    translated = prompt["zh"]
    assert set(translated) == PROMPT_KEYS
    assert re.search(r"[\u4e00-\u9fff]", translated["task"])
    for key in ("consider", "ignore", "steps"):
        assert len(translated[key]) == len(prompt[key])
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in translated[key])


@each_rubric
def test_an_example_has_its_inputs_and_says_why(file: Path):
    made = rubric(file)
    assert made["examples"]
    for example in made["examples"]:
        assert needed(made) <= set(example) - {"verdict", "why"} <= declared(made)
        assert example["why"].endswith(".")


@each_rubric
def test_the_verdict_of_an_example_is_one_that_may_be_given(file: Path):
    made = rubric(file)
    for example in made["examples"]:
        verdict = example["verdict"]
        match made["mode"]:
            case "listwise":
                places = [chr(ord("A") + place) for place in range(len(example["responses"]))]
                assert RANKING.fullmatch(verdict)
                assert sorted(re.findall("[A-Z]", verdict)) == places
            case "checklist":
                assert set(verdict) == criteria(made, example)
                assert set(verdict.values()) <= labels(made)
            case _:
                assert str(verdict) in labels(made)
                assert isinstance(verdict, int if "scale" in made else str)


@each_rubric
def test_a_pair_has_the_inputs_on_both_sides_and_differs_in_the_response_alone(file: Path):
    made = rubric(file)
    inputs, may = needed(made), declared(made)
    if may & ANSWERS:
        inputs, may = inputs - ANSWERS | {"response"}, may - ANSWERS | {"response"}
    pairs = made["tests"]["pairs"]
    assert len(pairs) >= 2
    for pair in pairs:
        assert set(pair) - {"tie"} == {"better", "worse", "why"}
        assert inputs <= set(pair["better"]) <= may
        differing = {name for name in may if pair["better"].get(name) != pair["worse"].get(name)}
        assert differing == {"response"}
        assert set(pair["worse"]) == set(pair["better"])
        assert pair["why"].endswith(".")


@each_rubric
def test_a_pair_of_each_rubric_is_padded_or_pleads_with_the_judge(file: Path):
    """A tie holds a padded copy; other pleas and courtesies stand on the worse side."""
    polite = (
        r"(?i)please|glad|happy|thank|sorry|pleasure|kind|dear|sure!|truly|respect|joy|\bas \w+ "
    )
    sides = [
        (pair["worse"]["response"], pair.get("tie")) for pair in rubric(file)["tests"]["pairs"]
    ]
    assert any(tie or INJECTED.search(worse) or re.search(polite, worse) for worse, tie in sides)


def test_most_rubrics_have_a_pair_in_which_a_response_orders_the_judge():
    ordering = [
        file.stem
        for file in FILES
        if any(
            INJECTED.search(pair["worse"]["response"]) for pair in rubric(file)["tests"]["pairs"]
        )
    ]
    assert len(ordering) * 2 > len(FILES), ordering


@each_rubric
def test_no_response_that_orders_the_judge_is_the_better_one(file: Path):
    for pair in rubric(file)["tests"]["pairs"]:
        assert not INJECTED.search(pair["better"]["response"])


def test_no_two_rubrics_share_a_sentence_of_their_levels():
    told = defaultdict(set)
    for file in FILES:
        for text in level_texts(rubric(file)):
            for sentence in re.split(r"[.;:!?]", text):
                if len(words(sentence)) >= 5:
                    told[words(sentence)].add(file.stem)
    assert {sentence: names for sentence, names in told.items() if len(names) > 1} == {}


def test_no_two_rubrics_have_one_task():
    tasks = [words(rubric(file)["prompt"]["task"]) for file in FILES]
    assert len(set(tasks)) == len(tasks)
