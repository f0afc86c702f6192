"""What a grader is, as far as its grades depend on it."""

import inspect
import json
import re
from hashlib import blake2b
from typing import Any, Final

import attrs
from attrs import field, frozen

from rmg_core.connections import Connection
from rmg_core.graders import Grader, GraderSpec
from rmg_core.outcomes import Scale
from rmg_core.plan.canonical import NoForm, canonical
from rmg_core.plan.homes import edited_source, home_of, named_home
from rmg_core.registry import Origin, Resolved

_LARGEST: Final = 2.0**63
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@frozen
class Identity:
    """Everything of a grader that can change a grade, for the fingerprint of its cells.

    `name` is `pack/name`; for code outside packs, the name that the config or the code itself has
    for it. `version` is the grader's own, `release` that of its distribution; `source` is a digest
    of code that has no release. `scale` is a canonical text, `options` are JSON. Not in it: the
    name in the config, paths, limits, time-outs, weights.

    `unknown` says what of the grader cannot be known. If anything is, the grader has no `digest`
    and its cells have no fingerprint: they are graded at every run.
    """

    name: str
    distribution: str = ""
    release: str = ""
    version: str = ""
    source: str = ""
    scale: str = ""
    options: str = "{}"
    unknown: str = ""
    digest: bytes = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        code = [self.name, self.distribution, self.release, self.version, self.source]
        content = canonical([*code, self.scale, self.options]) if self.is_stable else ""
        object.__setattr__(self, "digest", _digest(content))

    @property
    def is_stable(self) -> bool:
        """Another run can tell whether it has the same grader."""
        return not self.unknown


def identity_of(grader: Grader, resolved: Resolved | None) -> Identity:
    """Return the identity of a grader; `resolved` is None for an object given in Python."""
    spec, origin = grader.spec, resolved.origin if resolved is not None else Origin()
    options, source, unknown = "{}", "", ""
    try:
        canonical(spec.declared.version)
        options = _options(grader.options)
        if origin.pack or origin.source:
            source = _source_of(spec.definition, origin)
        else:
            source = _source_of_object(spec)
    except NoForm as fault:
        unknown = str(fault)
    return Identity(
        name=spec.name if resolved is None else _named(resolved),
        distribution=origin.distribution,
        release=origin.version,
        version=spec.declared.version,
        source=source,
        scale=_scale(spec.scale),
        options=options,
        unknown=unknown,
    )


def _named(resolved: Resolved) -> str:
    """Leave out the folder of `./file.toml`, and the file of `./file.py:name`.

    It may lie elsewhere the next time.
    """
    if resolved.origin.pack:
        return resolved.name
    return re.split(r"[:/\\]", resolved.name)[-1]


def _options(options: Any) -> str:
    if not attrs.has(type(options)):
        return _as_json(options)
    made = {}
    for each in attrs.fields(type(options)):
        if each.init:
            value = getattr(options, each.name)
            try:
                made[each.name] = _plain(value)
            except NoForm as fault:
                if value is not each.default:  # else it is what the code says
                    raise NoForm(f"its option {each.name!r} cannot be compared: {fault}") from fault
                made[each.name] = {"form": "default"}
    return _as_json(made)


def _plain(value: Any) -> Any:
    """Return a value of JSON for an option: itself, or else its canonical text in a table.

    Raises:
        NoForm: it has none.
    """
    kind = type(value)
    if kind is Connection:
        return json.loads(value.identity)
    if kind is tuple:
        return [_plain(each) for each in value]
    if kind is dict and set(map(type, value)) <= {str} and set(value) != {"form"}:
        return {key: _plain(each) for key, each in value.items()}
    is_plain = (
        kind in (bool, type(None))
        or (kind is str and not _SURROGATE.search(value))
        or (kind in (int, float) and abs(value) < _LARGEST)  # so that NaN is not
    )
    return value if is_plain else {"form": canonical(value)}


def _as_json(options: Any) -> str:
    return json.dumps(options, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _scale(scale: Scale) -> str:
    ends = [None if end is None else float(end) for end in (scale.low, scale.high)]
    return canonical([*ends, scale.higher_is_better])


def _source_of(definition: object, origin: Origin) -> str:
    """Digest the code of a definition that a config names.

    It need not be in the file that is named, which may have imported it. A pack has a release
    that tells its code, unless it is installed to be edited.
    """
    module = getattr(definition, "__module__", None)
    if origin.pack:
        return edited_source(module)
    home = home_of(module)
    is_elsewhere = home is not None and home.text != origin.source
    return f"{origin.source} {home.text}" if home and is_elsewhere else origin.source


def _source_of_object(spec: GraderSpec) -> str:
    """Digest the code of a definition that was given in Python."""
    form = canonical(spec.definition)
    if named_home(spec.definition):
        return _digest(form).hex()
    # Made at run time, as its types may be, and these tell which inputs it takes.
    types = [inspect.formatannotation(each.annotation) for each in spec.inputs]
    return _digest(canonical([form, *types])).hex()


def _digest(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=16).digest() if content else b""
