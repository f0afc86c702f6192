"""The grader of programs that must pass tests, which run in the sandbox."""

import platform
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

import anyio
from attrs import Attribute, evolve, field, frozen, validators

from rmg_core import CannotGrade, GraderScore, grader
from rmg_plugin_code import python_source
from rmg_plugin_code.answers import Comparison, NoAnswer, answer_in, same_lines
from rmg_plugin_code.asserts import asserts, file_in
from rmg_plugin_code.candidate import Take, absence, program_in
from rmg_plugin_code.cases import CallCase, Case, StreamCase, cases_in, cases_of
from rmg_plugin_code.pytest_files import PytestFile
from rmg_plugin_code.sandbox import Level, Limits, Program, Ran, SandboxError, probe, run_program
from rmg_plugin_code.words import how_it_ended, shortened

Tests: TypeAlias = str | Sequence[Any] | Mapping[str, Any]

WALL: Final = 3.0
"""So many times its seconds of processor a test may take by the clock …"""
START: Final = 3.0
"""… and so many seconds more, since a start may have to wait for a processor."""
OUTPUT: Final = Limits().output
"""Bytes that a program may write beside twice what is expected of it."""


def _is_python(_: object, attribute: "Attribute[str]", value: str) -> None:
    if value != "python":
        raise ValueError(
            f"{attribute.name} must be 'python', and not {value!r}: programs of other languages "
            "cannot be run yet"
        )


def _parses(_: object, attribute: "Attribute[str]", value: str) -> None:
    try:
        python_source.source(value).tree()
    except python_source.Unparsable as fault:
        raise ValueError(f"{attribute.name} must be Python: {fault}") from fault


@grader
@frozen(kw_only=True)
class RunsTests:
    """1 when the program passes all of its tests in the sandbox, else 0 (or the share it passes).

    `tests` is a list of cases, also as JSON, or the text of a file for pytest. A case calls a
    function, `{"args": [1, 2], "expected": 3}`, where `function` names it (`add`, or `Solution.add`
    for a method); or it feeds a program, `{"stdin": "1 2", "stdout": "3"}`. The program is what
    stands in the fences of the response that say Python, or where none does in those that say
    nothing, of which `take` chooses, or all of a response without fences.

    Each case is run by a process of its own that reads no file, opens no socket, starts no process,
    has Python's own library (with `packages` what is installed too), and does not know what is
    expected. Its answer is compared outside: a value of JSON must be of
    the same type and equal, so that 1 is neither `true` nor 1.0 (it is 1.0 without `strict_types`),
    and a tuple is a list. A program may write 256 KB and twice as much as is expected. The lines
    that a program prints are compared without the white space at their ends, and it must end with
    exit code 0.

    The lists of LiveCodeBench (`{"input", "output"}`) and APPS (`{"inputs": […], "outputs": […]}`)
    are cases too. Asserts, one a text, and a text with a function `check(candidate)`, as of MBPP
    and HumanEval, are run as a file for pytest is.

    A file for pytest imports the program as a module, and runs in one process with it: a program
    that is made to cheat can forge its result, which the metadata say as `forgeable`.

    The metadata say the level of the sandbox. Where there is none the grader refuses to run, unless
    `allow_unsandboxed`.

    Definition: functional correctness as of HumanEval (Chen et al. 2021, arXiv 2107.03374), where a
    sample is correct if it passes the unit tests of its task; cases of input and output as of APPS
    (Hendrycks et al. 2021, arXiv 2105.09938).

    Raises:
        CannotGrade: the tests cannot be read (`bad_input`), or the sandbox cannot be
            put up, which says nothing about the program (`crash`).

    Example:
        >>> import anyio
        >>> cases = [{"args": [1, 2], "expected": 3}, {"args": [2, 2], "expected": 5}]
        >>> graded = anyio.run(RunsTests().grade, "def add(a, b): return a + b", cases, "add")
        >>> graded.score, graded.reason
        (0.0, 'test 2 of 2: add(2, 2) gave 4, and 5 is expected')
    """

    score: Literal["all", "share"] = field(
        default="all",
        validator=validators.in_(("all", "share")),
        metadata={"help": "all: 1 when every test passes; share: the share of tests that pass"},
    )
    take: Take = field(
        default="last",
        validator=validators.in_(get_args(Take)),
        metadata={"help": "which block of code is the program; all: one after the other"},
    )
    prelude: str = field(
        default="",
        validator=_parses,
        metadata={"help": "Python that is put before the program, such as the imports it may use"},
    )
    language: str = field(
        default="python",
        validator=_is_python,
        metadata={"help": "the language of the program: `python`"},
    )
    tolerance: float = field(
        default=0.0,
        validator=[validators.ge(0), validators.lt(1)],
        metadata={"help": "how far a float may be off, absolutely or relatively"},
    )
    strict_types: bool = field(
        default=True,
        metadata={"help": "5 is not 5.0; false: numbers are compared by value, as `==` does"},
    )
    exact_output: bool = field(
        default=False, metadata={"help": "every character that is printed counts"}
    )
    module: str = field(
        default="solution",
        validator=validators.matches_re(r"[A-Za-z_]\w*"),
        metadata={"help": "the name by which a file for pytest imports the program"},
    )
    seconds: float = field(
        default=10.0,
        validator=[validators.gt(0), validators.le(3600)],
        metadata={
            "help": "seconds of processor that a test may take; by the clock it may take three "
            "times as many, and three more"
        },
    )
    memory_mb: int = field(
        default=512,
        validator=[validators.ge(128), validators.le(1 << 20)],
        metadata={"help": "megabytes of memory that a test may take"},
    )
    packages: bool = field(
        default=False,
        metadata={"help": "the program may import what is installed beside rmg, such as numpy"},
    )
    allow_unsandboxed: bool = field(
        default=False,
        metadata={"help": "run with limits on resources only where there is no sandbox"},
    )

    async def aopen(self) -> None:
        await self._level()

    async def grade(
        self,
        response: str,
        tests: str | list[Mapping[str, Any] | str] | Mapping[str, Any],
        function: str | None = None,
    ) -> GraderScore:
        python_source.refuse_long(response)
        asked = _asked(tests, function, self.module)
        level = await self._level()
        source = program_in(response, self.take, self.prelude)
        if source is None:
            return _labelled(GraderScore(0.0, absence(response)), level)
        limits = Limits(
            self.seconds,
            self.seconds * WALL + START,
            self.memory_mb << 20,
            output=OUTPUT + 2 * _most_expected(asked),
        )
        try:
            if isinstance(asked, PytestFile):
                graded = await self._run_file(asked, source, level, limits)
            else:
                graded = await self._run_cases(asked, source, level, limits)
        except SandboxError as refused:
            probe.forget()
            raise CannotGrade(f"sandbox {level.label}: {refused}", "crash") from refused
        return _labelled(graded, level)

    async def _level(self) -> Level:
        found = await anyio.to_thread.run_sync(probe.reached)
        if found.level.has_filters or self.allow_unsandboxed:
            return found.level
        why = "; ".join(f"{level}: {reason}" for level, reason in found.why_not.items())
        raise CannotGrade(
            "there is no sandbox on this machine, and code of a model is not run without one "
            f"({why}); install bubblewrap on Linux, or set allow_unsandboxed = true to run it with "
            "your rights and limits on resources only",
            "crash",
        )

    @property
    def _paths(self) -> tuple[Path, ...]:
        """Where packages are installed, as the program may import them."""
        if not self.packages:
            return ()
        found = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
        return tuple(sorted(found))

    async def _run_cases(
        self, cases: tuple[Case, ...], source: str, level: Level, limits: Limits
    ) -> GraderScore:
        faults = {}
        for number, case in enumerate(cases, 1):
            fault = await self._fault(case, source, level, limits)
            if fault:
                faults[number] = fault
                if self.score == "all":
                    break
        tried = number if self.score == "all" else len(cases)
        counts = {"tests": len(cases), "tried": tried, "passed": tried - len(faults)}
        if not faults:
            noun = "test" if len(cases) == 1 else "tests"
            return GraderScore(1.0, f"passes {len(cases)} {noun}", counts)
        said = [f"test {each} of {len(cases)}: {fault}" for each, fault in faults.items()]
        share = counts["passed"] / len(cases) if self.score == "share" else 0.0
        return GraderScore(share, "; ".join(said[:5]), counts)

    async def _fault(self, case: Case, source: str, level: Level, limits: Limits) -> str:
        """Say what is wrong with what a program does in a case, or nothing."""
        if isinstance(case, StreamCase):
            ran = await run_program(
                level, Program(source, stdin=case.stdin, paths=self._paths), limits
            )
            return self._fault_of_stream(case, ran, limits)
        ran = await run_program(level, Program(source, case.arguments, paths=self._paths), limits)
        return self._fault_of_call(case, ran, limits)

    def _fault_of_stream(self, case: StreamCase, ran: Ran, limits: Limits) -> str:
        if ran.ended != "exit" or ran.code != 0:
            return f"the program {how_it_ended(ran, limits)}"
        printed = ran.stdout.decode("utf-8", "replace")
        is_same = printed == case.stdout if self.exact_output else same_lines(printed, case.stdout)
        if is_same:
            return ""
        return f"the program printed {shortened(printed)}, and {shortened(case.stdout)} is expected"

    def _fault_of_call(self, case: CallCase, ran: Ran, limits: Limits) -> str:
        told = shortened(case.told, quote=False)
        if ran.ended != "exit" or ran.code != 0:
            return f"{told} {how_it_ended(ran, limits)}"
        try:
            answer = answer_in(ran.answer)
        except NoAnswer as fault:
            return f"{told} cannot be counted: {shortened(str(fault), quote=False)}"
        if Comparison(self.tolerance, self.strict_types).holds(answer, case.expected):
            return ""
        return f"{told} gave {shortened(answer)}, and {shortened(case.expected)} is expected"

    async def _run_file(
        self, file: PytestFile, source: str, level: Level, limits: Limits
    ) -> GraderScore:
        ran = await run_program(level, file.program(source, self.module, self._paths), limits)
        if ran.ended != "exit" or ran.code != 0:
            return GraderScore(0.0, f"the tests {how_it_ended(ran, limits)}", {"forgeable": True})
        try:
            report = file.report(answer_in(ran.answer))
        except NoAnswer as fault:
            return GraderScore(0.0, f"the tests cannot be counted: {fault}", {"forgeable": True})
        passed = sum(each.has_passed for each in report)
        counts = {"tests": len(report), "tried": len(report), "passed": passed, "forgeable": True}
        if passed == len(report):
            noun = "test" if passed == 1 else "tests"
            return GraderScore(1.0, f"passes {passed} {noun}", counts)
        said = [each.told for each in report if not each.has_passed]
        share = passed / len(report) if self.score == "share" else 0.0
        return GraderScore(share, "; ".join(said[:5]), counts)


def _asked(tests: Tests, function: str | None, module: str) -> PytestFile | tuple[Case, ...]:
    if isinstance(tests, str):
        written = cases_in(tests)
        if written is None:
            return file_in(tests, function, module)
        tests = written
    if isinstance(tests, Sequence) and tests and all(isinstance(each, str) for each in tests):
        return asserts(tests, module)
    return cases_of(tests, function)


def _most_expected(asked: PytestFile | tuple[Case, ...]) -> int:
    """Return the bytes of the longest answer that is expected."""
    return 0 if isinstance(asked, PytestFile) else max(each.size for each in asked)


def _labelled(graded: GraderScore, level: Level) -> GraderScore:
    """Say in an outcome what fenced the program in, and that nothing did where nothing did."""
    conditions = {"sandbox": level.label, "kernel": platform.release()}
    metadata = {"conditions": conditions, **graded.metadata}
    if level.has_filters:
        return evolve(graded, metadata=metadata)
    reason = f"{graded.reason} (not sandboxed)"
    return evolve(graded, reason=reason, metadata={**metadata, "unsandboxed": True})
