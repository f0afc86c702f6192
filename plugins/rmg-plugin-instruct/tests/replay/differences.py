"""What of the recorded rows this pack does not offer, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

RETIRED = (
    "the code of IFEval has it and its registry does not: no prompt of the data set asks for it, "
    "and it is none of the 25 types of the paper"
)

DIFFERENT: Mapping[str, str] = MappingProxyType({})
"""Row → why we differ."""

NOT_OFFERED: Mapping[str, str] = MappingProxyType(
    {
        "multi-turn:constrained_start": RETIRED,
        "keywords:key_sentences": RETIRED,
        "detectable_format:rephrasing": RETIRED,
        "detectable_content:rephrase_paragraph": RETIRED,
    }
)
"""Instruction → why this pack does not offer it."""

RENAMED: Mapping[str, str] = MappingProxyType(
    {
        "keywords:include_keywords": "keywords:existence",
        "keywords:keyword_frequency": "keywords:frequency",
        "length_constraint:number_words": "length_constraints:number_words",
        "length_constraint:number_paragraphs": "length_constraints:number_paragraphs",
    }
)
"""What the rows call an instruction → what the data set and the registry call it."""
