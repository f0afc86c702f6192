"""The instructions about what a response says first, last, twice or not at all."""

import re

from attrs import frozen

from rmg_core import GraderScore, grader
from rmg_plugin_instruct.arguments import loose, text
from rmg_plugin_instruct.findings import Finding, counted, graded

_POSTSCRIPTS = {
    "P.S.": re.compile(r"p\.\s?s\."),
    "P.P.S": re.compile(r"p\.\s?p\.\s?s"),
}


@grader
@frozen(kw_only=True)
class TwoResponses:
    r"""1 when the response is two different ones with `******` between them, else 0.

    Definition: `combination:two_responses` of IFEval (Zhou et al. 2023). A divider may stand
    before the first and after the second.

    Example:
        >>> TwoResponses().grade("Yes.\n******\nNo.").score
        1.0
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        parts = [part.strip() for part in response.split("******")]
        if not all(parts[1:-1]):
            return Finding(followed=False, reason="has an empty response between others")
        given = [part for part in parts if part]
        if len(given) != 2:
            return Finding(followed=False, reason=f"{counted(len(given), 'response')}, not 2")
        if given[0] == given[1]:
            return Finding(followed=False, reason="the two responses are the same")
        return Finding(followed=True, reason="two different responses")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class RepeatPrompt:
    """1 when the response begins with the words of `prompt_to_repeat`, in whatever case, else 0.

    Definition: `combination:repeat_prompt` of IFEval (Zhou et al. 2023).

    Example:
        >>> repeated = RepeatPrompt(prompt_to_repeat="Name a river.")
        >>> repeated.grade("Name a river. The Rhine.").score
        1.0
    """

    prompt_to_repeat: str = text("white space around it does not count")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        followed = response.strip().lower().startswith(self.prompt_to_repeat.strip().lower())
        return Finding(followed, f"{'begins' if followed else 'does not begin'} with the prompt")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class EndChecker:
    """1 when the response ends with `end_phrase`, in whatever case, else 0.

    Double quotes at the end of the response do not count.

    Definition: `startend:end_checker` of IFEval (Zhou et al. 2023).

    Example:
        >>> EndChecker(end_phrase="Any more questions?").grade("It is 7. Any more questions?").score
        1.0
    """

    end_phrase: str = text("white space around it does not count")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        end = response.strip().strip('"').lower()
        followed = end.endswith(self.end_phrase.strip().lower())
        return Finding(
            followed,
            "ends with the phrase" if followed else f"ends with {end[-40:]!r}, not with the phrase",
        )

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class Postscript:
    r"""1 when the response has a postscript that begins with `postscript_marker`, else 0.

    Definition: `detectable_content:postscript` of IFEval (Zhou et al. 2023): in whatever case, and
    wherever it stands. In `P.S.` and `P.P.S` a space may follow each full stop; another marker is
    looked for as it is written.

    Example:
        >>> Postscript(postscript_marker="P.S.").grade("Bye.\np. s. Write soon.").score
        1.0
    """

    postscript_marker: str = text("`P.S.`, `P.P.S` or another")
    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        marker = self.postscript_marker.strip()
        pattern = _POSTSCRIPTS.get(marker) or re.compile(re.escape(marker.lower()))
        followed = bool(pattern.search(response.lower()))
        return Finding(followed, f"{'has a' if followed else 'has no'} postscript {marker!r}")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class Quotation:
    """1 when the response as a whole stands in double quotes, else 0.

    Definition: `startend:quotation` of IFEval (Zhou et al. 2023): `"` first and last.

    Example:
        >>> Quotation().grade('"All of it."').score
        1.0
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        bare = response.strip()
        followed = len(bare) > 1 and bare.startswith('"') and bare.endswith('"')
        return Finding(followed, f"{'is' if followed else 'is not'} in double quotes")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)


@grader
@frozen(kw_only=True)
class NoComma:
    """1 when the response has no comma, else 0.

    Definition: `punctuation:no_comma` of IFEval (Zhou et al. 2023): the character `,` alone, not
    the commas of other scripts.

    Example:
        >>> NoComma().grade("Well, no.").reason
        '1 comma'
    """

    loose: bool = loose()

    def finding(self, response: str) -> Finding:
        count = response.count(",")
        return Finding(not count, counted(count, "comma") if count else "no comma")

    def grade(self, response: str) -> GraderScore:
        return graded(self.finding, response, loose=self.loose)
