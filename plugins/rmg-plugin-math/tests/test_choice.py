import pytest

from rmg_core import CannotGrade
from rmg_core.graders import spec_of
from rmg_plugin_math.choice import multiple_choice

CAPITALS = ["Paris", "Rome", "Oslo", "Bern"]


@pytest.mark.parametrize(
    "response",
    [
        "B",
        "B.",
        "(B)",
        "**B**",
        "B) Rome",
        "B: Rome",
        "B。不是 A",
        "Answer: B",
        "ANSWER: (B)",
        "**Answer:** B",
        "Answer: $B$",
        r"Answer: \boxed{B}",
        r"so \boxed{\text{(B)}}, and not A",
        "A is tempting, but the answer is **B**, not C.",
        "The correct option is B because A is wrong.",
        "Option A is wrong. The answer is B. This rules out option C.",
        "Answer: A\nNo: the final answer is B",
        "I choose (B).\nYes.",
        "It must be (B)",
        "I think B.",
        "答案是B",
        "La réponse est B",
        "Die Antwort: B",
        "C or D? Answer: B",
    ],
)
def test_a_choice_is_read_however_it_is_said(response):
    assert multiple_choice(response, "B").score == 1.0


@pytest.mark.parametrize("profile", ["standard", "strict"])
@pytest.mark.parametrize("response", ["b", " (b) ", "b.", "**b**", r"\boxed{b}", "Answer: b"])
def test_a_small_letter_that_stands_alone_is_a_choice(response, profile):
    assert multiple_choice(response, "B", profile=profile).score == 1.0


@pytest.mark.parametrize("response", ["\uff22", "\uff42", "\uff08\uff22\uff09", "答案：\uff22"])
@pytest.mark.parametrize("reference", ["B", "\uff22"])
def test_a_full_width_letter_is_the_letter(response, reference):
    assert multiple_choice(response, reference).score == 1.0


@pytest.mark.parametrize(
    ("response", "reference"),
    [
        ("", "A"),
        ("A cat sat on the mat", "A"),
        ("I think that it is a trick", "A"),
        ("None of the above", "B"),
        ("The answer is not A", "A"),
        ("Neither A nor B", "B"),
        ("A or B", "A"),
        ("(A) or (B)", "A"),
        ("The answer is A, B, or C", "A"),
        ("Answer: A and B", "A"),
        ("A, B, C, D", "A"),
        ("A B C D", "D"),
        ("ABCD", "A"),
        ("A/B/C/D", "A"),
        ("The answer is a dog", "A"),
        ("a dog", "A"),
        ("a", "B"),
        ("bc", "B"),
        ("e", "A"),
        ("it is b", "B"),
    ],
)
def test_what_chooses_nothing_or_more_than_one_is_wrong(response, reference):
    assert multiple_choice(response, reference).score == 0.0


def test_several_letters_must_all_be_chosen():
    assert multiple_choice("Answer: A, C", "C, A").score == 1.0
    assert multiple_choice("Answer: A and C", "AC").score == 1.0
    assert multiple_choice("Answer: A", "A, C").reason == "chooses A, and not A, C"


def test_any_reference_of_a_list_counts():
    assert multiple_choice("B", ["A", "B"]).score == 1.0
    assert multiple_choice("C", ["A", "B"]).reason == "chooses C, and not A or B"


@pytest.mark.parametrize("response", ["Rome", "rome.", "Answer: Rome", "The answer is Rome.", "B"])
@pytest.mark.parametrize("reference", ["B", "Rome"])
def test_a_choice_may_be_given_by_its_text(response, reference):
    assert multiple_choice(response, reference, CAPITALS).score == 1.0


def test_choices_say_how_many_letters_there_are():
    assert multiple_choice("E", "E", [*CAPITALS, "Bonn"]).score == 1.0
    with pytest.raises(CannotGrade, match="'D' is no letter of AB and no choice"):
        multiple_choice("A", "D", ["yes", "no"])


def test_a_text_that_stands_twice_chooses_nothing():
    assert multiple_choice("Rome", "A", ["Rome", "Rome"]).score == 0.0


def test_a_reference_may_have_its_text_beside_it():
    assert multiple_choice("D", "(D) Alina").score == 1.0


@pytest.mark.parametrize("reference", ["E", "", "b", "Rome", []])
def test_a_reference_that_is_not_offered_is_an_error(reference):
    with pytest.raises(CannotGrade) as caught:
        multiple_choice("A", reference)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize("choices", [[], ["x"] * 27])
def test_choices_must_have_letters(choices):
    with pytest.raises(CannotGrade, match="may be 1 to 26"):
        multiple_choice("A", "A", choices)


@pytest.mark.parametrize(
    ("response", "score"),
    [
        ("B", 1.0),
        ("(B)", 1.0),
        (r"\boxed{B}", 1.0),
        ("So:\nAnswer: B", 1.0),
        (r"Answer: $\boxed{\text{B}}$", 1.0),
        ("The answer is B", 0.0),
        ("Answer: B or C", 0.0),
        ("Answer: A\nAnswer: B", 0.0),
        (r"\boxed{B} \boxed{C}", 0.0),
        ("\\boxed{C}\nAnswer: B", 0.0),
        ("BC", 0.0),
    ],
)
def test_strict_accepts_one_letter_in_one_place(response, score):
    assert multiple_choice(response, "B", profile="strict").score == score


def test_what_stands_before_the_mark_is_not_read():
    assert multiple_choice("Answer: A</think>B", "B", after="</think>").score == 1.0
    assert multiple_choice("B", "B", after="</think>").score == 0.0


def test_a_long_response_ends_at_once():
    assert multiple_choice("answer " * 50_000 + "is B", "B").score == 1.0


@pytest.mark.parametrize("letters", ["", "A", "abc", "A, B", "AAB"])
def test_letters_must_be_different_capital_letters(letters):
    with pytest.raises(ValueError, match="letters must be 2 to 26 different capital letters"):
        spec_of(multiple_choice).options(letters=letters)
