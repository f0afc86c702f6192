"""A pack with one of everything: a function, a coroutine, a class, a text, a mapper, a mean."""

from attrs import frozen

from rmg_core import GraderScore, grader, hookimpl


@grader
def is_short(response: str, *, limit: int = 5) -> GraderScore:
    """1 when the response has at most `limit` words, else 0."""
    words = len(response.split())
    return GraderScore(float(words <= limit), reason=f"{words} words")


@grader
async def is_polite(response: str) -> bool:
    """1 when the response says please."""
    return "please" in response.lower()


@frozen
class Mentions:
    """1 when the response mentions `word`, else 0."""

    word: str

    def grade(self, response: str) -> bool:
        return self.word in response


def answer_of(sample):
    return {"response": sample["answer"]}


@frozen
class Highest:
    """The highest score."""

    def combine(self, outcomes):
        return GraderScore(max(outcome.score for outcome in outcomes.values()))


@hookimpl
def rmg_graders():
    return {
        "is_short": is_short,
        "is_polite": is_polite,
        "mentions": Mentions,
        "heavy": f"{__name__}.heavy:weigh",
    }


@hookimpl
def rmg_mappers():
    return {"answer_of": answer_of}


@hookimpl
def rmg_aggregators():
    return {"highest": Highest}
