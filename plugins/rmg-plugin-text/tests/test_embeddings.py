import math

import anyio
import pytest

from rmg_core import CannotGrade, GraderScore, GradingRunner, connect
from rmg_core.testing import ScriptedModel
from rmg_plugin_text.embeddings import embedding_similarity

VECTORS = {"sun": (1.0, 0.0), "moon": (0.0, 2.0), "both": (3.0, 3.0), "dark": (-1.0, 0.0)}
MODEL = ScriptedModel("", vector=lambda text: VECTORS.get(text, (0.0, 0.0)))


def graded(response: str, reference: str | list[str]) -> GraderScore:
    async def ask() -> GraderScore:
        return await embedding_similarity(response, reference, model=MODEL)

    return anyio.run(ask)


@pytest.mark.parametrize(
    ("response", "reference", "score"),
    [
        ("sun", "sun", 1.0),
        ("sun", "moon", 0.0),
        ("sun", "both", math.sqrt(0.5)),
        ("sun", "dark", -1.0),
        ("sun", ["dark", "both", "moon"], math.sqrt(0.5)),
    ],
)
def test_it_is_the_cosine_of_the_embeddings(response, reference, score):
    assert graded(response, reference).score == pytest.approx(score)


def test_response_and_references_are_embedded_in_one_call():
    model = ScriptedModel("", vector=lambda _: (1.0, 0.0))
    runner = GradingRunner(
        {"near": {"grader": embedding_similarity, "options": {"model": connect(model)}}}
    )
    results = runner.run([{"response": "a", "reference": ["b", "a", "c"]}])
    assert results["near"][0].score == 1.0
    assert [request.texts for request in model.embedded] == [("a", "b", "c")]


@pytest.mark.parametrize(("response", "reference"), [("", "sun"), ("sun", " "), ("sun", ["", "a"])])
def test_an_empty_text_has_no_embedding(response, reference):
    with pytest.raises(CannotGrade, match="an empty text has no embedding"):
        graded(response, reference)


def test_a_vector_without_a_direction_is_no_score():
    with pytest.raises(CannotGrade, match="all zeros"):
        graded("sun", "nothing")
