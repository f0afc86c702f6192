import pytest

from rmg_core import CannotGrade
from rmg_plugin_math.equality import MathEqual


def score(response, reference, **options):
    return MathEqual(**options).grade(response, reference).score


@pytest.mark.parametrize(
    ("response", "reference"),
    [
        (r"So $x = \frac{1}{2}$", "1/2"),
        ("2*sqrt(2)", r"\sqrt{8}"),
        ("x**2 - 1", "(x-1)(x+1)"),
        ("√2/2", r"\frac{1}{\sqrt{2}}"),
        ("½", "0.5"),
        ("3 1/2", "3.5"),
        ("1e3", "1,000"),
        ("1,000.50", "1000.5"),
        ("sin(x)**2 + cos(x)**2", "1"),
        ("x <= 2", r"2 \geq x"),
        ("2^3^2", "512"),
        (r"\\frac{1}{2}", "1/2"),
        ("yx", "xy"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1\\2\end{pmatrix}"),
        ("The answer is 7 apples.", "7"),
        ("The answer is $5$ not $6$", "5"),
        ("It is $5$ and not $6$", "6"),
        ("3/4 cup", "0.75"),
        ("0.75", "3/4 cup"),
        ("1 3/4 cups", "1.75"),
        ("2 alpha", r"2\alpha"),
        ("2 xy", "xy+xy"),
        ("50 percent", "50%"),
        (r"\boxed{Evelyn}", r"\text{Evelyn}"),
        ("pi/2", r"\frac{\pi}{2}"),
        (r"\boxed{1} and \boxed{2}", "2, 1"),
    ],
)
def test_equal_mathematics_is_right_however_it_is_written(response, reference):
    assert score(response, reference) == 1.0


@pytest.mark.parametrize(
    ("response", "reference"),
    [
        ("5", "6"),
        ("x^2", "x^2/2"),
        ("x+1", "y+1"),
        ("[0,9)", "(0,9)"),
        ("1, 2, 3", "1, 2"),
        ("0.33", "1/3"),
        ("infinity", "0"),
        ("1/0", "0"),
        ("even", "odd"),
        ("", "0"),
    ],
)
def test_other_mathematics_is_wrong(response, reference):
    assert score(response, reference) == 0.0


def test_a_response_without_mathematics_is_wrong_and_says_so():
    outcome = MathEqual().grade("I would rather not say.", "5")
    assert (outcome.score, outcome.reason) == (0.0, "no mathematics can be read in the response")


@pytest.mark.parametrize("reference", ["", "???", "see the solution", "$", r"\frac{1", "5 @ 6"])
def test_a_reference_that_cannot_be_read_is_an_error(reference):
    with pytest.raises(CannotGrade, match="cannot be read as mathematics") as caught:
        MathEqual().grade("5", reference)
    assert caught.value.kind == "bad_input"


@pytest.mark.parametrize("reference", [r"\vec a", r"$\vec a$", r"\vec  a + b"])
def test_a_command_without_braces_is_told_with_them(reference):
    with pytest.raises(CannotGrade, match=r"write braces, as in \$\\vec\{a\}\$"):
        MathEqual().grade("5", reference)


def test_one_unreadable_reference_of_several_is_an_error_though_another_fits():
    with pytest.raises(CannotGrade):
        MathEqual().grade("5", ["5", "???"])


def test_any_reference_of_a_list_counts():
    outcome = MathEqual().grade("6", ("5", "6"))
    assert (outcome.score, outcome.reason) == (1.0, "reference 2 of 2: '6' is '6'")


def test_an_empty_list_of_references_is_an_error():
    with pytest.raises(CannotGrade, match="an empty list"):
        MathEqual().grade("5", [])


@pytest.mark.parametrize("reference", [5, 5.0, 1e-7, -2.5])
def test_a_reference_may_be_a_number(reference):
    assert score(str(reference), reference) == 1.0


@pytest.mark.parametrize("reference", [float("nan"), float("inf")])
def test_a_reference_must_be_finite(reference):
    with pytest.raises(CannotGrade, match="not a finite number"):
        MathEqual().grade("5", reference)


def test_a_reference_of_another_type_is_an_error():
    with pytest.raises(CannotGrade, match="must be a number, a text or a list of texts") as caught:
        MathEqual().grade("5", None)
    assert caught.value.kind == "bad_input"


def test_decimals_says_how_far_numbers_are_rounded():
    assert score("0.33", "1/3", decimals=2) == 1.0
    assert score("0.33", "1/3", decimals=3) == 0.0


def test_names_may_differ_where_it_is_said():
    assert score("x+1", "y+1", same_names=False) == 1.0


def test_a_relation_may_answer_a_set_where_it_is_said():
    assert score("$1 < x < 2$", "$(1,2)$") == 0.0
    assert score("$1 < x < 2$", "$(1,2)$", sets_as_relations=True) == 1.0


def test_the_last_marker_tells_where_the_answer_is():
    assert score("Answer: 4\nAnswer: 5, not 6", "5, 6", marker="Answer:") == 0.0
    assert score("Answer: 4\nAnswer: 5\nThat is 6 less.", "5", marker="Answer:") == 1.0


def test_a_response_without_the_mark_is_wrong():
    outcome = MathEqual(after="</think>").grade("5", "5")
    assert (outcome.score, outcome.reason) == (0.0, "'</think>' is not in the response")


@pytest.mark.parametrize(
    "options",
    [{"profile": "hard"}, {"decimals": -1}, {"decimals": 16}, {"longest": 0}, {"largest": 0}],
)
def test_an_option_out_of_bounds_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        MathEqual(**options)


def test_no_alarm_is_set(monkeypatch):
    import signal

    def refuse(*_):
        raise AssertionError("an alarm was set")

    monkeypatch.setattr(signal, "alarm", refuse)
    monkeypatch.setattr(signal, "signal", refuse)
    assert score("$1/2$", "0.5") == 1.0


def test_nothing_is_printed(capfd):
    MathEqual().grade("$1/2$", "0.5")
    assert capfd.readouterr() == ("", "")
