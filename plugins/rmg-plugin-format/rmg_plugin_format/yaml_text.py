"""The grader of a response that must be YAML."""

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from attrs import field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence, unfenced
from rmg_plugin_format.unreadable import (
    Unreadable,
    check_characters,
    cut,
    quoted,
    said,
    within_depth,
)

if TYPE_CHECKING:
    from yaml import Node

Kind: TypeAlias = Literal["mapping", "sequence", "scalar"]
KINDS = get_args(Kind)
LANGUAGES = ("yaml", "yml")

# Aliases let nine lines stand for a thousand million values; honest ones repeat a few.
_GROWTH = 10
_SMALL = 10_000


@grader(needs=("rmg-plugin-format[yaml]",))
@frozen(kw_only=True)
class ValidYaml:
    """1 when the response is one YAML document of the kinds asked for, else 0.

    Nearly every sentence is a scalar of YAML: unless `kinds` says otherwise, a mapping or a
    sequence is asked for. Only the tags of the YAML specification are read; a key that stands
    twice in a mapping, an alias inside of what it stands for, aliases that make ten times what is
    written of it (beyond 10,000 values), and nesting more than 100 deep are refused.

    Definition: YAML 1.1, as the safe loader of PyYAML reads it; unique keys as the specification
    demands, which that loader does not check.

    Example:
        >>> ValidYaml().grade("name: Ada").score
        1.0
        >>> ValidYaml().grade("Sorry, I cannot.").reason
        'a scalar, not a mapping or a sequence'
    """

    kinds: tuple[Kind, ...] = field(
        default=("mapping", "sequence"),
        validator=[validators.min_len(1), validators.deep_iterable(validators.in_(KINDS))],
        metadata={"help": "what the document may be"},
    )
    fence: Fence = field(default="none", validator=validators.in_(FENCES), metadata=FENCE)

    def grade(self, response: str) -> GraderScore:
        try:
            kind = _kind(unfenced(response, self.fence, LANGUAGES))
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        if kind not in self.kinds:
            return GraderScore(0.0, f"a {kind}, not {' or '.join(f'a {k}' for k in self.kinds)}")
        return GraderScore(1.0, f"valid YAML: a {kind}")


def _kind(text: str) -> str:
    """Read a text as one document, and return of which kind it is.

    Raises:
        Unreadable: it is none.
    """
    import yaml

    if not text or text.isspace():
        raise Unreadable("the response is empty")
    check_characters(text)
    try:
        _check_depth(text)
        # The loader written in C reads any nesting by recursion: only after its depth is known.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise Unreadable("the document is empty")
            _check_nodes(node)
            loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as fault:
        raise Unreadable(f"not YAML: {cut(str(fault))}") from fault
    # What the loader lets pass where a value does not fit its tag: a 13th month, `!!bool maybe`.
    except (ValueError, LookupError, AttributeError, TypeError, OverflowError) as fault:
        if isinstance(fault, Unreadable):
            raise
        raise Unreadable(f"not YAML: a value cannot be read: {said(fault)}") from fault
    kind: str = node.id
    return kind


def _check_depth(text: str) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            within_depth(depth)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_nodes(root: "Node") -> None:
    """Refuse keys that stand twice, and aliases that grow or have no end."""
    sizes: dict[int, int] = {}
    size = _size(root, sizes)
    if size > max(_SMALL, _GROWTH * len(sizes)):
        raise Unreadable(f"aliases make {size} values of {len(sizes)}, which is not read")


def _size(node: "Node", sizes: dict[int, int]) -> int:
    """Return how many nodes there are once every alias is replaced by what it stands for."""
    from yaml import MappingNode, ScalarNode

    if id(node) in sizes:
        if not sizes[id(node)]:
            raise Unreadable("an alias stands inside of what it stands for")
        return sizes[id(node)]
    sizes[id(node)] = 0
    parts: list[Any] = []
    if isinstance(node, MappingNode):
        _check_keys(node)
        parts = [part for pair in node.value for part in pair]
    elif not isinstance(node, ScalarNode):
        parts = node.value
    sizes[id(node)] = size = 1 + sum(_size(part, sizes) for part in parts)
    return size


def _check_keys(node: Any) -> None:
    seen = set()
    for key, _ in node.value:
        if key.id == "scalar":
            if (key.tag, key.value) in seen and key.tag != "tag:yaml.org,2002:merge":
                line = key.start_mark.line + 1
                raise Unreadable(f"the key {quoted(key.value)} stands twice, again in line {line}")
            seen.add((key.tag, key.value))
