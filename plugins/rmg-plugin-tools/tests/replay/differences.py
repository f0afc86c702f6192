"""Where we differ from what was recorded, with the reasons."""

from collections.abc import Mapping
from types import MappingProxyType

DIFFERENT: Mapping[str, str] = MappingProxyType({})
"""Row → why we differ."""

NOT_OFFERED: Mapping[str, str] = MappingProxyType(
    {
        "ReasoningToolCallFormatReward": (
            "checks the tags of a response: tool_call_format of the pack format"
        ),
    }
)
"""Operation about tools → what it is, and where it belongs."""
