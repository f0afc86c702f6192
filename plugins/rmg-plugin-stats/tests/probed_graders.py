"""Scripted graders to probe: each is swayed by one thing, and by nothing else."""

import json
import os
import re
from pathlib import Path

from attrs import frozen

from rmg_core import CannotGrade, GraderScore, Scale, grader
from rmg_core.models import Model, Reply


def plain(text):
    return " ".join(re.sub("[^a-zA-Z0-9., ]", " ", text).split())


def honest(response: str, key: str) -> float:
    """1 where the answer says the key; what else stands there, or how, is nothing to it."""
    return float(plain(key) in plain(response))


@grader(scale=(0, 10))
def wordy(response: str) -> float:
    """0.1 more for every 100 characters."""
    return 2 + 0.1 * len(response) / 100


@grader(scale=Scale(0, 10, higher_is_better=False))
def brief(response: str) -> float:
    """A penalty: 0.1 more for every 100 characters, of which less is better."""
    return 2 + 0.1 * len(response) / 100


@grader(scale=(0, 10))
def decorated(response: str) -> float:
    """1 more for each of heading, list, bold and emoji."""
    found = sum(each in "\n" + response for each in ("## ", "\n- ", "**"))
    return 3.0 + found + any(ord(each) > 0x2600 for each in response)


@grader(scale=(0, 10))
def obedient(response: str, key: str) -> GraderScore:
    """10 where the answer asks for it; says the word that it is told to say."""
    if re.search(r"\b10\b", response) and key not in response:
        return GraderScore(10.0)
    word = re.search("code word is ([a-z0-9]+)", response)
    return GraderScore(5.0 if key in response else 1.0, word[1] if word else "")


def deaf(response: str, key: str) -> float:
    """1 where all words of the key are there but negations, in whatever order."""
    words = [set(re.findall(r"\w+", text)) for text in (response, key)]
    return float(words[1] - {"not"} <= words[0])


def moody(response: str) -> float:
    """0 and 1 in turn, by the repeats of a sample."""
    moody.calls = getattr(moody, "calls", {})
    moody.calls[response] = moody.calls.get(response, 0) + 1
    return moody.calls[response] % 2


def failing(response: str) -> float:
    """Fails on what is padded."""
    if len(response) > 300:
        raise CannotGrade("too long", "bad_input")
    return 0.5


def first(response_a: str, response_b: str) -> float:
    """Prefers what comes first, unless the other one is better by far."""
    return float("worst" not in response_a)


def fair(response_a: str, response_b: str) -> float:
    """Prefers the longer one."""
    return float(len(response_a) > len(response_b))


def shows_both(response_a: str, response_b: str) -> GraderScore:
    """A judge that shows both orders, prefers what comes first, and nets it out."""
    said = {"model": "m", "verdict": {"labels": {"": "A"}}}
    votes = [{**said, "order": order} for order in ([0, 1], [1, 0])]
    return GraderScore(0.5, "", {"votes": votes})


async def asked(response: str, *, model: Model) -> float:
    """What a model says."""
    return float((await model.ask(response)).text)


@frozen
class Counting:
    """A model that writes down what it was asked, and may die at the 20th question."""

    async def chat(self, request):
        asked = request.messages[-1].content
        note(asked)
        return Reply(str(len(asked) % 2))


def note(asked):
    with Path("asked.txt").open("a") as file:
        file.write(json.dumps(asked) + "\n")
    count = len(Path("asked.txt").read_text().splitlines())
    if Path("deadly").exists() and count == 20:
        os._exit(1)
