import pytest

from rmg_plugin_math.plain import is_formula, latex_of


@pytest.mark.parametrize(
    ("plain", "latex"),
    [
        ("x**2", "x^{2}"),
        ("x^10", "x^{10}"),
        ("x^-1", "x^{-1}"),
        ("x^(n+1)", "x^{n+1}"),
        ("2^3^2", "2^{3^{2}}"),
        ("9^{9^{9}}", "9^{9^{9}}"),
        ("sqrt((x+1)*2)", r"\sqrt{(x+1)\cdot 2}"),
        ("3 1/2", r"3\frac{1}{2}"),
        ("2½", r"2\frac{1}{2}"),
        ("1.5e-3", r"1.5 \times 10^{-3}"),
        ("50%", r"50\%"),
        (r"50\%", r"50\%"),
        ("−5 ≤ x", r"-5 \le  x"),
        (r"\\frac{1}{2}", r"\frac{1}{2}"),
        (r"\sqrt{2}", r"\sqrt{2}"),
        (r"\begin{pmatrix}1\\2\end{pmatrix}", r"\begin{pmatrix}1\\2\end{pmatrix}"),
        ("sqrt(2", r"\sqrt (2"),
    ],
)
def test_plain_mathematics_becomes_latex(plain, latex):
    assert latex_of(plain) == latex


@pytest.mark.parametrize(
    "text", ["5", "xy", "5 cm", "sin(x)", r"\text{even}", "1,000", "x <= 2", "f(x)"]
)
def test_a_text_that_is_mathematics_as_a_whole_is_a_formula(text):
    assert is_formula(text)


@pytest.mark.parametrize(
    "text", ["", " ", "4 of 5", "4 5", "the answer", "Ben has 5", "5?", "x" * 1001, "答案 5"]
)
def test_a_text_with_words_is_no_formula(text):
    assert not is_formula(text)
