"""The instructions about the form of a response."""

import json
import re

from attrs import frozen

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import loose, text, whole
from rmg_plugin_instruct.findings import Finding, counted, graded

ANSWERS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")

# Each takes the rest of its line where no bracket closes: looking again from each bracket would
# take quadratic time.
_PLACEHOLDER = re.compile(r"\[.*?(\]|$)", re.MULTILINE)
# White space that stays on its line, for the same reason.
_STARRED = re.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_DASHED = re.compile(r"^[^\S\n]*-.*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*([^\n*]*)\*")
_DOUBLE_HIGHLIGHT = re.compile(r"\*\*([^\n*]*)\*\*")
_FENCES = ("```json", "```Json", "```JSON", "```")


@grader
@frozen(kw_only=True)
class NumberPlaceholders:
    """1 when the response has at least `num_placeholders` placeholders such as `[name]`, else 0.

    Definition: `detectable_content:number_placeholders` of IFEval (Zhou et al. 2023): brackets
    that open and close on one line.

    Example:
        >>> NumberPlaceholders(num_placeholders=2).grade("Dear [name], come to [place].").score
        1.0
    """

    num_placeholders: int = whole("at least so many")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = sum(bool(found[1]) for found in _PLACEHOLDER.finditer(response))
        return _at_least(count, "placeholder", self.num_placeholders)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NumberBulletLists:
    r"""1 when the response has exactly `num_bullets` bullet points, else 0.

    Definition: `detectable_format:number_bullet_lists` of IFEval (Zhou et al. 2023): lines that
    begin with `*`, but not with `**`, and lines that begin with `-`.

    Example:
        >>> NumberBulletLists(num_bullets=3).grade("* one\n* two\n- three").score
        1.0
    """

    num_bullets: int = whole("exactly so many")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = len(_STARRED.findall(response)) + len(_DASHED.findall(response))
        told = counted(count, "bullet point")
        if count != self.num_bullets:
            return Finding(followed=False, reason=f"{told}, not {self.num_bullets}")
        return Finding(followed=True, reason=told)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class ConstrainedResponse:
    """1 when the response has `My answer is yes.`, `… no.` or `… maybe.`, else 0.

    Definition: `detectable_format:constrained_response` of IFEval (Zhou et al. 2023), which lets
    other text stand around the answer.

    Example:
        >>> ConstrainedResponse().grade("My answer is maybe. It depends.").score
        1.0
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        for answer in ANSWERS:
            if answer in response:
                return Finding(followed=True, reason=f"has {answer!r}")
        return Finding(followed=False, reason="has none of the three answers")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NumberHighlightedSections:
    """1 when at least `num_highlights` passages stand in `*…*` or `**…**`, else 0.

    Definition: `detectable_format:number_highlighted_sections` of IFEval (Zhou et al. 2023): on
    one line each, and not blank.

    Example:
        >>> NumberHighlightedSections(num_highlights=2).grade("*One* and **two**.").score
        1.0
    """

    num_highlights: int = whole("at least so many")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        passages = _HIGHLIGHT.findall(response) + _DOUBLE_HIGHLIGHT.findall(response)
        count = sum(bool(passage.strip()) for passage in passages)
        return _at_least(count, "highlighted section", self.num_highlights)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class MultipleSections:
    r"""1 when the response has at least `num_sections` marks such as `Section 1`, else 0.

    Definition: `detectable_format:multiple_sections` of IFEval (Zhou et al. 2023): the splitter, in
    its own case, with a number after it. `section_spliter` is spelt as the data set has it, and is
    no pattern.

    Example:
        >>> parted = MultipleSections(section_spliter="PART", num_sections=2)
        >>> parted.grade("PART 1\nHere.\nPart 2\nThere.").reason
        '1 section, not at least 2'
    """

    section_spliter: str = text("white space around it does not count")
    num_sections: int = whole("at least so many")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        mark = rf"{re.escape(self.section_spliter.strip())}\s?\d+"
        return _at_least(len(re.findall(mark, response)), "section", self.num_sections)

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class JsonFormat:
    r"""1 when the response as a whole is JSON, in a fence of three backticks or not, else 0.

    Definition: `detectable_format:json_format` of IFEval (Zhou et al. 2023): what Python's `json`
    reads, `NaN` and a lone number too.

    Example:
        >>> JsonFormat().grade('```json\n{"a": 1}\n```').score
        1.0
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        value = response.strip()
        for fence in _FENCES:
            value = value.removeprefix(fence)
        try:
            # Whole numbers stay texts: Python reads none of more than 4300 digits.
            json.loads(value.removesuffix("```").strip(), parse_int=str)
        except json.JSONDecodeError as fault:
            return Finding(followed=False, reason=f"is no JSON: {fault.msg} (line {fault.lineno})")
        except RecursionError:
            return Finding(followed=False, reason="is nested too deeply to be read as JSON")
        return Finding(followed=True, reason="is JSON")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class Title:
    r"""1 when a line of the response has a title such as `<<poem of joy>>`, else 0.

    Definition: `detectable_format:title` of IFEval (Zhou et al. 2023): on one line, wherever that
    is, and not blank.

    Example:
        >>> Title().grade("<<Song of Joy>>\nLa la la.").reason
        "has the title 'Song of Joy'"
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        for line in response.split("\n"):
            title = _title(line)
            if title:
                return Finding(followed=True, reason=f"has the title {title!r}")
        return Finding(followed=False, reason="has no title in double angular brackets")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


def _title(line: str) -> str:
    """Return what stands between the first `<<` and the last `>>` of a line."""
    start, end = line.find("<<"), line.rfind(">>")
    if start < 0 or end < start:
        return ""
    return line[start:end].lstrip("<").rstrip(">").strip()


def _at_least(count: int, unit: str, wanted: int) -> Finding:
    followed = count >= wanted
    told = counted(count, unit)
    return Finding(followed, told if followed else f"{told}, not at least {wanted}")
