"""What a grader is, as far as its grades depend on it."""

import inspect
from hashlib import blake2b
from typing import Any

import attrs
import orjson
from attrs import field, frozen

from rmg_core.graders import Grader
from rmg_core.registry import Resolved


@frozen
class Identity:
    """Everything of a grader that can change a grade, for the fingerprint of its cells.

    `name` is `pack/name`, or what code outside packs calls it. `version` is the grader's own,
    `release` that of its distribution; `source` is a digest of code that has neither. `options`
    are canonical JSON. Not in it: the name in the config, paths, limits, time-outs, weights.
    """

    name: str
    distribution: str = ""
    release: str = ""
    version: str = ""
    source: str = ""
    options: str = "{}"
    digest: bytes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        parts = [self.name, self.distribution, self.release, self.version, self.source]
        content = orjson.dumps([*parts, self.options])
        object.__setattr__(self, "digest", blake2b(content, digest_size=16).digest())


def identity_of(grader: Grader, resolved: Resolved | None) -> Identity:
    """Return the identity of a grader; `resolved` is None for an object given in Python."""
    version = grader.spec.declared.version
    options = _canonical(grader.options)
    if resolved is not None and resolved.origin.pack:
        origin = resolved.origin
        return Identity(
            resolved.name, origin.distribution, origin.version, version, options=options
        )
    source = resolved.origin.source if resolved is not None else ""
    definition = grader.spec.definition
    return Identity(
        name=grader.spec.name,
        version=version,
        source=source or _source_of(definition),
        options=options,
    )


def _canonical(options: Any) -> str:
    values = attrs.asdict(options, filter=_is_option) if attrs.has(type(options)) else {}
    flags = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(values, option=flags, default=_named).decode()


def _is_option(attribute: "attrs.Attribute[Any]", _: Any) -> bool:
    return attribute.init


def _named(value: Any) -> Any:
    """Stand in for what JSON cannot hold: a set by its elements, anything else by its type."""
    if isinstance(value, set | frozenset):
        return sorted(map(repr, value))
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


def _source_of(definition: Any) -> str:
    """Digest the source of a function or class; where there is none, its compiled code."""
    try:
        content = inspect.getsource(definition).encode()
    except (OSError, TypeError):
        code = getattr(definition, "__code__", None)
        content = code.co_code + repr(code.co_consts).encode() if code else b""
    return blake2b(content, digest_size=16).hexdigest()
