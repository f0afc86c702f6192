"""The grader of style: what ruff finds in Python."""

import functools
import json
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from attrs import Attribute, validators

from rmg_core import CannotGrade, GraderScore, GraderSkip, Scale, grader
from rmg_plugin_code.python_source import sources_in

RATE = Scale(0, None, higher_is_better=False)
TARGET = "py313"  # the Python that the code is read as, whichever runs this
UNREADABLE = ("invalid-syntax", None)  # how ruff names what is no finding about style
_SELECTOR = re.compile(r"[A-Z]+[0-9]*")


def _are_rules(_: object, attribute: "Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    for each in value:
        if not _SELECTOR.fullmatch(each):
            raise ValueError(
                f"{attribute.name} must be rules or families of ruff, such as E501 or N, "
                f"not {each!r}"
            )
    if value:
        _refuse_unknown(attribute.name, value)


def _is_not_empty(_: object, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    if not value:
        raise ValueError(f"{attribute.name} must name at least one rule or family of ruff")


@grader(scale=RATE, needs=("rmg-plugin-code[style]",))
def style(
    response: str,
    *,
    select: Annotated[
        tuple[str, ...], _is_not_empty, _are_rules, "rules or families of ruff that count"
    ] = ("E", "F", "W", "N"),
    ignore: Annotated[tuple[str, ...], _are_rules, "rules or families of these that do not"] = (),
    line_length: Annotated[
        int, validators.ge(1), validators.le(320), "the most characters of a line"
    ] = 88,
) -> GraderScore | GraderSkip:
    """What ruff finds in the Python of the response, per thousand lines of code; 0 is best.

    Lines of code are those that are neither blank nor only a comment. Each block of Python is
    checked for itself; a response without fences is Python as a whole. `noqa` comments are not
    obeyed, and no configuration file is read. A response without Python, or with Python that does
    not parse, has no style: a skip; `syntax` scores that.

    Definition: `ruff check` with these rules; `E`, `W` pycodestyle, `F` Pyflakes, `N` pep8-naming.
    Another version of ruff may find something else; the metadata say which it was.

    Raises:
        CannotGrade: ruff broke off (`crash`), took more than a minute (`timeout`), or the response
            has more than a million characters (`bad_input`).

    Example:
        >>> style("import os").reason
        '1 finding in 1 line of code: F401'
    """
    sources = [each.text for each in sources_in(response)]
    lines = sum(map(_lines_of_code, sources))
    if not lines:
        return GraderSkip("the response has no Python")
    rules: Counter[str] = Counter()
    for text in sources:
        findings = _findings(text, select, ignore, line_length)
        for each in findings:
            if each["code"] in UNREADABLE:
                line, said = each["location"]["row"], repr(each["message"])[1:-1]
                return GraderSkip(f"the Python does not parse: {said} (line {line})")
        rules.update(each["code"] for each in findings)
    return GraderScore(
        1000 * rules.total() / lines,
        _reason(rules, lines),
        {"findings": dict(sorted(rules.items())), "lines": lines, "ruff": _version()},
        RATE,
    )


def _reason(rules: Counter[str], lines: int) -> str:
    found = rules.total()
    named = ", ".join(
        f"{rule} ×{count}" if count > 1 else rule for rule, count in rules.most_common(10)
    )
    return (
        f"{found} {'finding' if found == 1 else 'findings'} in {lines} "
        f"{'line' if lines == 1 else 'lines'} of code" + (f": {named}" if named else "")
    )


def _lines_of_code(text: str) -> int:
    stripped = (line.strip() for line in text.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in stripped)


def _findings(
    text: str, select: Sequence[str], ignore: Sequence[str], line_length: int
) -> list[dict[str, Any]]:
    ended = text if text.endswith("\n") else f"{text}\n"  # a response is no file that lacks an end
    ignored = [f"--ignore={','.join(ignore)}"] if ignore else []
    ran = _ruff(ended, f"--select={','.join(select)}", *ignored, f"--line-length={line_length}")
    if ran.returncode < 0:
        raise CannotGrade(
            f"ruff was ended by signal {-ran.returncode}, as it is by code nested too deeply",
            "crash",
        )
    if ran.returncode not in (0, 1):
        raise CannotGrade(f"ruff failed: {_told(ran)}")
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    return found


def _ruff(text: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    import ruff

    try:
        return subprocess.run(  # noqa: S603 - the installed ruff, and options that are checked
            [
                ruff.find_ruff_bin(),
                "check",
                *("--isolated", "--no-cache", "--ignore-noqa", "--output-format=json"),
                *(f"--target-version={TARGET}", "--stdin-filename=response.py"),
                *arguments,
                "-",
            ],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise CannotGrade("ruff took longer than 60 s", "timeout") from fault


@functools.lru_cache(maxsize=32)
def _refuse_unknown(name: str, rules: tuple[str, ...]) -> None:
    try:
        ran = _ruff("", f"--select={','.join(rules)}")
    except ModuleNotFoundError:
        return  # What is not installed is said elsewhere.
    if ran.returncode:
        raise ValueError(f"{name}: {_told(ran).removesuffix(' in `select` from the CLI')}")


def _told(ran: "subprocess.CompletedProcess[bytes]") -> str:
    """Return the last line of what ruff says of its failure, which is the cause."""
    lines = ran.stderr.decode("utf-8", "replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return said[-1].removeprefix("Cause: ") if said else f"exit code {ran.returncode}"


@functools.lru_cache
def _version() -> str:
    from importlib.metadata import version

    return version("ruff")
