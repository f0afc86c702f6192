"""Plain mathematics, such as `sqrt(2)/2` or `x**2 <= 1/2`, written as LaTeX."""

import re
import unicodedata

LONGEST = 1000

_NAMES = [
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "sin",
    "cos",
    "tan",
    "cot",
    "sec",
    "csc",
    "log",
    "ln",
    "exp",
    "sqrt",
    "pi",
    "alpha",
    "beta",
    "gamma",
    "delta",
    "theta",
    "lambda",
    "mu",
    "sigma",
    "phi",
    "omega",
]
_WORDS = {"infinity": "infty", "inf": "infty", "oo": "infty", **{each: each for each in _NAMES}}
_NAME = re.compile(
    rf"(?<![A-Za-z\\])({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![A-Za-z])"
)
_SIGNS = {
    "×": r"\times ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "÷": "/",
    "−": "-",  # noqa: RUF001 - the minus sign
    "–": "-",  # noqa: RUF001 - the en dash, which stands for minus in real texts
    "√": r"\sqrt ",
    "π": r"\pi ",
    "θ": r"\theta ",
    "∞": r"\infty ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "≠": r"\ne ",
    "∪": r"\cup ",  # noqa: RUF001 - the same
    "∩": r"\cap ",
    "∈": r"\in ",
    "∅": r"\emptyset ",
    "°": r"^{\circ}",
    "％": r"\%",  # noqa: RUF001 - the full-width sign
    "²": "^{2}",
    "³": "^{3}",
}
_SIGN = re.compile("|".join(map(re.escape, _SIGNS)))
_VULGAR = re.compile("[¼-¾⅐-⅞]")
_DELIMITER = re.compile(r"(?<!\\)\$|\\[(\[]|\\boxed|\\fbox")
_COMMAND = re.compile(
    r"\\{1,2}(?:text|mathrm|textbf|mathbf|operatorname|begin|end)\s*\{[^{}]*\}"
    r"|\\{1,2}[A-Za-z]+|\\."
)
# As JSON that was escaped twice has it. In a matrix it ends a row.
_ESCAPED_TWICE = re.compile(r"\\\\(?=[A-Za-z])")
_NO_MATHS = re.compile(r"[A-Za-z]{4}|[^\W\d_A-Za-z]|[?@#\"`~:]|\d\s+\d|\n\s*\n")
_LETTERS = re.compile(r"(?<!\S)[A-Za-z]{2,3}(?!\S)")
_SHORT_WORD = re.compile(
    r"(?<![A-Za-z])(?:an|and|are|as|at|be|by|do|for|if|in|is|it|no|not|odd|of|on|or|so|the|to|we|yes)"
    r"(?![A-Za-z])",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?<![\d/.,])(\d+) (\d+)/(\d+)(?![\d/.])")
_REWRITTEN = (
    (re.compile(r"\*\*"), "^"),
    (re.compile(r"\*"), r"\\cdot "),
    (re.compile(r"<="), r"\\le "),
    (re.compile(r">="), r"\\ge "),
    (re.compile(r"!="), r"\\ne "),
    (re.compile(r"(?<![A-Za-z\d])(\d+(?:\.\d+)?)[eE]([+-]?\d+)(?![\w.])"), r"\1 \\times 10^{\2}"),
    (_MIXED, r"\1\\frac{\2}{\3}"),
    (
        re.compile(r"\^([+-]?\d+|-[A-Za-z])"),
        r"^{\1}",
    ),  # plain x^10 is not LaTeX's, which is x^1 times 0
    (re.compile(r"(?<!\\)%"), r"\\%"),
)


def is_delimited(text: str) -> bool:
    r"""Say whether `text` says where its mathematics is: `$…$`, `\(…\)`, `\[…\]`, a box.

    >>> is_delimited(r"\$10"), is_delimited("so $10$")
    (False, True)
    """
    return bool(_DELIMITER.search(text))


def is_formula(text: str) -> bool:
    r"""Say whether the whole of `text` is mathematics, with no word beside it.

    >>> [is_formula(each) for each in ("sqrt(2)/2", r"\frac12", "3 1/2", "4 of 5", "4 5")]
    [True, True, True, False, False]
    """
    if len(text) > LONGEST or not text.strip():
        return False
    for known in (_VULGAR, _SIGN, _COMMAND, _NAME, _MIXED):
        text = known.sub("+", text)
    if _NO_MATHS.search(text) or _SHORT_WORD.search(text):
        return False
    # Letters side by side are a product, as in xy, or a unit, as in 5 cm; two such are words.
    return len(_LETTERS.findall(text)) < 2


def narrowed(text: str) -> str:
    r"""Write full-width signs, and digits in another type, as the usual ones.

    Only these: compatibility makes 52 of 5², and 31/2 of 3½.

    >>> narrowed("\uff15\uff08\uff16\uff09")
    '5(6)'
    """
    return "".join(unicodedata.normalize("NFKC", each) if _is_wide(each) else each for each in text)


def _is_wide(sign: str) -> bool:
    kind, _, _ = unicodedata.decomposition(sign).partition(" ")
    return kind == "<wide>" or (kind == "<font>" and sign.isdecimal())


def latex_of(text: str) -> str:
    r"""Write plain mathematics as LaTeX; what is LaTeX already stays.

    >>> latex_of("2*sqrt(x+1)/3 <= x^(1/2)")
    '2\\cdot \\sqrt{x+1}/3 \\le  x^{1/2}'
    """
    text = _VULGAR.sub(_fraction, text.strip())
    if r"\begin" not in text:
        text = _ESCAPED_TWICE.sub(r"\\", text)
    text = _SIGN.sub(lambda found: _SIGNS[found[0]], text)
    for pattern, new in _REWRITTEN:
        text = pattern.sub(new, text)
    text = _TOWER.sub(_nested, text)
    text = _NAME.sub(lambda found: rf"\{_WORDS[found[1]]} ", text)
    return _braced(text)


def _nested(found: re.Match[str]) -> str:
    r"""Write a power of a power as plain mathematics means it: 2^3^2 is 2^9."""
    powers = ["".join(each) for each in _POWER.findall(found[0])]
    return "".join(f"^{{{power}" for power in powers) + "}" * len(powers)


def _fraction(found: re.Match[str]) -> str:
    over, under = unicodedata.normalize("NFKC", found[0]).split("⁄")  # noqa: RUF001 - fraction slash
    return rf"\frac{{{over}}}{{{under}}}"


_POWER = re.compile(r"\^(?:\{([^{}]*)\}|([A-Za-z]))")
_TOWER = re.compile(rf"(?:{_POWER.pattern}){{2,}}")
_OPENS = re.compile(r"(\\sqrt|\^)\s*\(")
_BRACKET = re.compile(r"[()]")


def _braced(text: str) -> str:
    r"""Put the argument of a root or an exponent into braces instead of brackets."""
    place = 0
    while found := _OPENS.search(text, place):
        depth, end = 1, None
        for bracket in _BRACKET.finditer(text, found.end()):
            depth += 1 if bracket[0] == "(" else -1
            if not depth:
                end = bracket.start()
                break
        if end is None:
            return text
        inner = text[found.end() : end]
        text = f"{text[: found.start()]}{found[1]}{{{inner}}}{text[end + 1 :]}"
        place = found.start() + len(found[1])
    return text
