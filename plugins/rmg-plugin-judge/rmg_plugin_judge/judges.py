"""Who a judge is: its name in votes, the model behind it, and the family of that."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from attrs import define, field

FAMILIES: Final[Mapping[str, str]] = {
    "chatgpt": "openai",
    "claude": "anthropic",
    "command": "cohere",
    "deepseek": "deepseek",
    "gemini": "google",
    "gemma": "google",
    "glm": "zhipu",
    "gpt": "openai",
    "grok": "xai",
    "kimi": "moonshot",
    "llama": "meta",
    "ministral": "mistral",
    "mistral": "mistral",
    "mixtral": "mistral",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "phi": "microsoft",
    "qwen": "qwen",
    "qwq": "qwen",
}
"""The family of a model by the start of its name; the option `families` comes before it."""

THINKING: Final = (
    "deepseek-r",
    "deepseek-reasoner",
    "gpt-5",
    "magistral",
    "o1",
    "o3",
    "o4",
    "qwq",
)
"""How the names of models begin that think before they answer, whatever they are told."""


def name_of(judge: Any) -> str:
    """Return what a judge is called in votes."""
    if isinstance(judge, str):  # a model that could not be made, and has its mistake elsewhere
        return judge
    return str(getattr(judge, "name", "") or type(judge).__name__)


def model_of(judge: Any) -> str:
    """Return the provider's name of a judge's model, as far as it is known."""
    try:
        made = json.loads(judge.identity)
        return str(made["options"].get("model", "")) or name_of(judge)
    except (AttributeError, KeyError, TypeError, ValueError):
        return name_of(judge)


def family_of(model: str, families: Mapping[str, str]) -> str:
    """Return the family of a model by the start of its name, with or without a provider's.

    It is "" for one that is not known. Of several starts the longest counts.
    """
    known = {**FAMILIES, **{start.casefold(): family for start, family in families.items()}}
    found = [start for start in known if any(each.startswith(start) for each in _names(model))]
    return known[max(found, key=len)] if found else ""


def thinks(judge: Any) -> bool:
    """Tell by its name whether a judge thinks before it answers."""
    return any(each.startswith(THINKING) for each in _names(model_of(judge)))


def _names(model: str) -> tuple[str, ...]:
    """Return a name and what of it follows a provider's, a region's or a maker's, each with a sign.

    Such as `claude-3` of `bedrock/us.anthropic.claude-3`.
    """
    whole = model.casefold()
    return whole, *(whole[found.end() :] for found in re.finditer(r"[/.:]", whole))


@define(eq=False)
class Memory:
    """Words about models, for as long as each model lives."""

    _words: "WeakKeyDictionary[Any, dict[str, str]]" = field(
        init=False, factory=WeakKeyDictionary, repr=False
    )

    def of(self, judge: Any) -> dict[str, str]:
        """Return what is kept of a model; of one that cannot be told from others, nothing is."""
        try:
            return self._words.setdefault(judge, {})
        except TypeError:  # it has no hash, or no weak reference
            return {}


_LEARNED: Final = Memory()


def learned(judge: Any) -> Mapping[str, str]:
    """Return what was learned of a model: what its provider refuses, with what it says.

    A connection keeps it with the replies of a run.
    """
    recall = getattr(judge, "learned", None)
    known: Mapping[str, str] = _LEARNED.of(judge) if recall is None else recall()
    return known


async def learn(judge: Any, words: Mapping[str, str]) -> None:
    """Keep what was learned of a model."""
    keep = getattr(judge, "learn", None)
    if keep is None:
        _LEARNED.of(judge).update(words)
    else:
        await keep(words)
