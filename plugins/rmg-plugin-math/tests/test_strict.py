"""The strict profile: what a reward must accept, and every known way to earn one without."""

import random

import pytest

from rmg_plugin_math.equality import MathEqual

STRICT = MathEqual(profile="strict")

HONEST = [
    ("5", "5"),
    (r"\frac{1}{2}", "0.5"),
    ("0.5", "1/2"),
    (r"3\frac12", "7/2"),
    ("3 1/2", "7/2"),
    ("1{,}000", "1000"),
    (r"\$5", "5"),
    (r"50\%", "50"),
    (r"50\%", "1/2"),
    (r"5\text{ cm}", "5"),
    (r"-\frac{3}{4}", "-0.75"),
    (r"\sqrt{12}", r"2\sqrt{3}"),
    ("x^2+2x+1", "(x+1)^2"),
    ("(1,2)", "(1,2)"),
    ("[0,1)", "[0,1)"),
    (r"\{1,2\}", r"\{2,1\}"),
    ("1, 2", "2, 1"),
    (r"\pm 3", r"\pm 3"),
    ("x=5", "x=5"),
    ("5", "x=5"),
    (r"x \le 3", r"3 \ge x"),
    ("y = 2x+1", "y=2x+1"),
    (r"\text{even}", "even"),
    ("even", r"\text{even}"),
    ("204_5", "204_5"),
    (r"1.5\times 10^3", "1500"),
    ("10^{-3}", "0.001"),
    ("2^{10}", "1024"),
    ("6.02e23", r"6.02 \times 10^{23}"),
    (r"90^\circ", "90"),
    (r"\frac{\pi}{2}", "pi/2"),
    (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1\\2\end{pmatrix}"),
    (r"\infty", "infinity"),
    ("3+4i", "3+4i"),
    ("e^{2x}", "e^{2x}"),
    (r"\frac{n(n+1)}{2}", "n(n+1)/2"),
    (r"(-\infty, 3]", r"(-\infty, 3]"),
    (r"\sum_{i=1}^{n} i", r"\sum_{i=1}^{n} i"),
    ("R^2", "R^2"),
    ("\uff15", "5"),
    ("\uff08\uff11\uff0c\uff12\uff09", "(1,2)"),
    ("1,1,2", "2,1,1"),
    ("3, -3", r"\pm 3"),
    (r"1\text{ and }2", "$1$ and $2$"),
    (r"\{(1,1),(2,2)\}", r"\{(2,2),(1,1)\}"),
    (r"5\text{ cm}^2", "5"),
]

HACKS = [
    ("5, 6", "5"),
    (r"5 \text{ or } 6", "5"),
    (r"\{5,6\}", "5"),
    (r"\{5\}", "5"),
    (r"\pm 5", "5"),
    ("1,2,3", "1,2"),
    ("x=5", "5"),
    ("x=5=6", "5"),
    ("x=6=5", "5"),
    ("6=5", "5"),
    (r"5 \approx 6", "5"),
    (r"5 \approx 6", "6"),
    (r"5 \neq 6", "5"),
    (r"5 \in \{5,6\}", "5"),
    ("x<6", "5"),
    (r"x \ge 0", r"x \ge 5"),
    ("[0,10]", "5"),
    (r"\mathbb{R}", "[0,1]"),
    ("x", "5"),
    ("5x^0", "5"),
    ("5 + 0y", "5"),
    ("x+1", "y+1"),
    ("r^2", "R^2"),
    ("a", "A"),
    ("2+3", "5"),
    (r"\sqrt{25}", "5"),
    (r"\frac{5}{1}\frac{6}{6}", "5"),
    (r"\sum_{i=1}^{5} 1", "5"),
    (r"\int_0^5 1 dx", "5"),
    (r"\lim_{x\to 5} x", "5"),
    (r"\binom{5}{1}", "5"),
    (r"\max(5,6)", "5"),
    ("5 6", "11"),
    (r"5\phantom{6}", "11"),
    ("5;6", "5"),
    (r"5\\6", "5"),
    ("5_6", "5"),
    ("204_7", "204_5"),
    (r"\text{5 or 6}", "5"),
    (r"5\text{ (or 6)}", "5"),
    (r"5\text{ or anything}", "5"),
    ("A, B", "A"),
    ("AB", "A"),
    (r"\text{A or B}", "A"),
    (r"\text{even or odd}", "even"),
    ("evenodd", "even"),
    ("0", "0.0000001"),
    ("0.0000001", "0"),
    ("0.333", "1/3"),
    ("1/0", "5"),
    (r"\infty", "5"),
    ("$5$ $6$", "5"),
    ("5或6", "5"),
    ("5或6或7", "5"),
    ("5\uff0c6", "5"),
    ("5、6", "5"),
    ("5—6", "5"),
    ("5→6", "5"),
    ("5≈6", "5"),
    ("5\u200b6", "56"),
    ("5(6", "5"),
    ("5]6", "5"),
    ("5$6", "5"),
    ("5<!6", "5"),
    ("5<!--6", "5"),
    (r"1\le!5", "1"),
    (r"4\cup 5", "5"),
    (r"3\cup 4\cup 5", "5"),
    (r"4\cap 5", "5"),
    ("4\u222a5", "5"),
    ("3\u222a4\u222a5", "5"),
    ("1∈2∈3∈5", "5"),
    ("1,1,2", "1,2"),
    (r"1,2,\frac42", "1,2"),
    (r"\{2,1,1\}", r"\{1,2\}"),
    (r"5\$6", "56"),
    (r"5\text{}6", "56"),
    (r"5\mathrm{th}6", "56"),
    (r"5\displaystyle6", "56"),
    ("5{}6", "5"),
    (r"5\degree6", "5"),
    ("5 a 6", "5"),
    (r"5\text{或六}", "5"),
    (r"5\text{ maybe six}", "5"),
    (r"\begin{pmatrix}1&2或3\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"),
    (r"\begin{pmatrix}1&2\phantom{3}\end{pmatrix}", r"\begin{pmatrix}1&2\end{pmatrix}"),
]

BOUNDLESS = [
    "9^{9^{9^9}}",
    "9^9^9^9",
    "9**9**9**9",
    "(10^9)!",
    "10^{10^{10}}",
    r"\binom{1000000000}{500000000}",
    "{" * 140 + "5" + "}" * 140,
    "5+" * 140 + "5",
    "(x+1)^{5000}",
    "1e999999999",
    "\x00",
]


@pytest.mark.parametrize(("answer", "reference"), HONEST)
def test_a_right_answer_in_one_box_is_right(answer, reference):
    outcome = STRICT.grade(rf"Hence \boxed{{{answer}}}.", reference)
    assert (outcome.score, outcome.reason) == (1.0, outcome.reason)


@pytest.mark.parametrize(("answer", "reference"), HACKS)
def test_a_hack_earns_nothing_and_the_reason_is_given(answer, reference):
    outcome = STRICT.grade(rf"Hence \boxed{{{answer}}}.", reference)
    assert outcome.score == 0.0
    assert outcome.reason


def test_no_sign_between_two_digits_makes_one_of_them_the_answer():
    # A brace closes the box; surrogates are no characters.
    usual = [chr(place) for place in range(0x300) if chr(place) != "}"]
    seeded = random.Random(7)  # noqa: S311 - a sample, and no secret
    other = seeded.sample([*range(0x300, 0xD800), *range(0xE000, 0x10000)], 3000)
    signs = [*usual, *map(chr, other)]
    right = [sign for sign in signs if STRICT.grade(rf"\boxed{{5{sign}6}}", ["5", "6", "56"]).score]
    assert right == []


@pytest.mark.parametrize("answer", BOUNDLESS)
def test_what_would_take_for_ever_is_refused_before_it_is_computed(answer):
    assert STRICT.grade(rf"\boxed{{{answer}}}", "5").score == 0.0


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("It is 5.", "the response has no boxed answers, and must have one"),
        (r"\boxed{5} \boxed{6}", "the response has 2 boxed answers, and must have one"),
        (r"\boxed{5} and again \boxed{5}", "the response has 2 boxed answers, and must have one"),
        (r"\boxed{5", r"the \boxed of the response has no closing brace"),
        (r"\boxed 5", r"the \boxed of the response has no closing brace"),
        (r"\boxed{ }", "the answer is empty"),
        (r"\boxed{\boxed{5}\boxed{6}}", r"'\boxed{5}\boxed{6}' is not one boxed answer"),
        (r"\boxed{x = 5}", "x stands in the answer, and not in the reference"),
        (r"\boxed{5 = 5 = 6}", "the answer has 2 relation signs"),
        (r"\boxed{5, 6}", "the answer is a set, the reference a value"),
        (r"\boxed{2 + 3}", "'2 + 3' is a computation, and the reference a number"),
        (r"\boxed{9^{9^{9}}}", "a number of the answer would have more than 10000 digits"),
        (r"\boxed{5 6}", "two numbers stand side by side"),
        (r"\boxed{?}", "'?' stands in the answer, and not in the reference"),
        (r"\boxed{6}", "'6' is not '5'"),
        (r"\boxed{5}", "'5' is '5'"),
    ],
)
def test_the_reason_says_what_is_wrong(response, reason):
    assert STRICT.grade(response, "5").reason == reason


def test_the_bounds_are_options():
    longer = MathEqual(profile="strict", longest=4, largest=3)
    assert longer.grade(r"\boxed{12345}", "5").reason == (
        "the answer has 5 characters, and may have 4"
    )
    assert longer.grade(r"\boxed{a+bc}", "a+bc").reason == "the expression has more than 3 parts"


def test_a_marker_takes_the_place_of_the_box():
    marked = MathEqual(profile="strict", marker="Answer:")
    assert marked.grade(r"\boxed{6} Answer: 5", "5").score == 1.0
    assert marked.grade(r"Answer: $\boxed{5}$.", "5").score == 1.0
    assert marked.grade("5", "5").reason == (
        "the response has no answers after 'Answer:', and must have one"
    )
    assert marked.grade("Answer: 5\nAnswer: 6", "5").score == 0.0


def test_what_stands_before_the_mark_is_not_read():
    thinking = MathEqual(profile="strict", after="</think>")
    assert thinking.grade(r"\boxed{6}</think>\boxed{5}", "5").score == 1.0
    assert thinking.grade(r"\boxed{5}", "5").reason == "'</think>' is not in the response"


@pytest.mark.parametrize("option", [{"same_names": False}, {"sets_as_relations": True}])
def test_an_option_that_loosens_does_not_go_with_strict(option):
    [name] = option
    with pytest.raises(ValueError, match=f"{name} = .* does not go with profile 'strict'"):
        MathEqual(profile="strict", **option)
