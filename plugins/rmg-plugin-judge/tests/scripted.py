"""Judges that say what a test tells them, and rubrics to judge by."""

import re
from collections.abc import Callable
from typing import Any

from attrs import define, evolve, field

from rmg_core import GradingRunner
from rmg_core.models import Reply, Request
from rmg_core.testing import ScriptedModel
from rmg_plugin_judge.graders import grader_class
from rmg_plugin_judge.values import Criterion, Example, Level, Prompt, Rubric, RubricInput

Item = str | Reply | BaseException | Callable[[Request, str], Any]


def nonce_in(text: str) -> str:
    """Return the nonce that the first fence of a prompt has."""
    return re.search(r"=== BEGIN .* ([0-9a-f]{8}) ===", text)[1]


@define(eq=False)
class Judge(ScriptedModel):
    """Gives its replies in turn, and the last for ever; `<nonce>` in them is that of the prompt."""

    script: Any = field(converter=lambda given: given if isinstance(given, list) else [given])

    async def chat(self, request: Request, /) -> Reply:
        self.requests.append(request)
        user = request.messages[1].content
        text = user if isinstance(user, str) else user[0].text
        nonce = nonce_in(text)
        item: Any = self.script[min(len(self.requests), len(self.script)) - 1]
        if callable(item):
            item = item(request, nonce)
        if isinstance(item, BaseException):
            raise item.with_traceback(None)
        if isinstance(item, str):
            return Reply(item.replace("<nonce>", nonce))
        return evolve(item, text=item.text.replace("<nonce>", nonce))


def says(label: str, reason: str = "Because.") -> str:
    return f"{reason}\nVERDICT-<nonce>: {label}"


def shown(request: Request) -> str:
    """Return all that a judge is told at first."""
    return "\n".join(str(each.content) for each in request.messages[:2])


def outcome_of(grader: Any, **inputs: Any) -> Any:
    return GradingRunner({"judge": {"grader": grader}}).run([inputs])["judge"][0]


def votes_of(grader: Any, **inputs: Any) -> list[dict[str, Any]]:
    return outcome_of(grader, **inputs).metadata["votes"]


TONE = Rubric(
    name="tone",
    about="Judge the tone.",
    inputs=(RubricInput("query"), RubricInput("response"), RubricInput("context", False)),
    mode="pointwise",
    prompt=Prompt("Judge the tone of {response}."),
    levels=tuple(Level(str(each), f"Level {each}.", float(each)) for each in range(6)),
    translations={"zh": Prompt("判断语气。")},
    examples=tuple(
        Example({"query": f"q{at}", "response": f"r{at}"}, str(at % 2), f"why {at}")
        for at in range(6)
    ),
)
POINTS = Rubric(
    name="points",
    about="Go through a list.",
    inputs=(RubricInput("query"), RubricInput("response")),
    mode="checklist",
    prompt=Prompt("Look at each."),
    criteria=(Criterion("a", "Is a.", 3.0), Criterion("b", "Is b."), Criterion("rude", "!", -2.0)),
)
PAIR = Rubric(
    name="pair",
    about="Which is better.",
    inputs=(RubricInput("query"), RubricInput("response_a"), RubricInput("response_b")),
    mode="pairwise",
    prompt=Prompt("Compare."),
)
LIST = Rubric(
    name="list",
    about="Order them.",
    inputs=(RubricInput("query"), RubricInput("responses")),
    mode="listwise",
    prompt=Prompt("Rank."),
)
Tone, Points, Pair, Rank = map(grader_class, (TONE, POINTS, PAIR, LIST))
ABSTAINING = grader_class(evolve(TONE, may_abstain=True))
ANSWER = {"query": "Hi?", "response": "Hello."}
