"""The grader that compares a response and a reference by the embeddings of a model."""

import math
from operator import mul
from typing import Annotated

from rmg_core import CannotGrade, GraderScore, Model, grader
from rmg_plugin_text.references import best


@grader(scale=(-1, 1))
async def embedding_similarity(
    response: str,
    reference: str | list[str],
    *,
    model: Annotated[Model, "the model that makes the embeddings, such as openai/embedding"],
) -> GraderScore:
    """The cosine of the embeddings of response and reference, -1..1; the best of a list.

    What a cosine means depends on the model: compare those of one model alone. Neither side may
    be empty, since providers embed no empty text.

    Definition: the dot product over the product of the Euclidean lengths (Salton and McGill 1983).

    Raises:
        CannotGrade: the list of references, the response or a reference is empty (`bad_input`);
            a vector has no direction (`grader_error`).

    Example:
        >>> import anyio
        >>> from rmg_core.testing import ScriptedModel
        >>> vectors = {"a": (1.0, 0.0), "b": (0.6, 0.8)}
        >>> async def compare():
        ...     model = ScriptedModel("", vector=vectors.__getitem__)
        ...     return await embedding_similarity("a", "b", model=model)
        >>> anyio.run(compare).score
        0.6
    """
    wanted = [reference] if isinstance(reference, str) else list(reference)
    texts = list(dict.fromkeys([response, *wanted]))
    if not all(text.strip() for text in texts):
        raise CannotGrade("an empty text has no embedding", "bad_input")
    made = await model.embed(texts)
    vectors = dict(zip(texts, made.vectors, strict=True))

    def compare(text: str) -> tuple[float, str]:
        return _cosine(vectors[response], vectors[text]), ""

    return GraderScore(*best(compare, reference))


def _cosine(left: tuple[float, ...], right: tuple[float, ...]) -> float:
    # Equal vectors first: rounding would leave their cosine a hair off 1.
    lengths = math.hypot(*left) * math.hypot(*right)
    if not lengths:
        raise CannotGrade("an embedding of the model is all zeros")
    if left == right:
        return 1.0
    return max(-1.0, min(1.0, math.fsum(map(mul, left, right)) / lengths))
