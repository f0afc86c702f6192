"""Where we differ from what was recorded, with the reasons."""

from collections.abc import Mapping

_HALF_OFF = "there 0.5 is taken off when any block has an error; here the share of blocks counts"
_STYLE = (
    "there the mean of names in snake case and of even indentation, of which 1 is best; here the "
    "findings in a thousand lines, of which 0 is best"
)
_NO_FRAMEWORK = "recorded where nothing could run programs, which is 0 there; here they are run"
_EMPTY = "an empty reference is a text as any other there, and an error of the data here"

DIFFERENT: Mapping[str, str] = {
    "openjudge-00153": _HALF_OFF,
    "rm_gallery_rewards-00079": _HALF_OFF,
    "openjudge-00133": _STYLE,
    "openjudge-00138": _STYLE,
    "rm_gallery_rewards-00082": _STYLE,
    "openjudge-00142": _EMPTY,
    "rm_gallery_rewards-00088": _EMPTY,
    "openjudge-00126": "the row has no tests: 0 there, an error here (bad_input)",
    "rm_gallery_rewards-00089": _NO_FRAMEWORK,
    "rm_gallery_rewards-00090": _NO_FRAMEWORK,
}
"""Row → why we differ."""
