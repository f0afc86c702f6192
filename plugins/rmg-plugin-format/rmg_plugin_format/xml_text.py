"""The grader of a response that must be XML."""

from typing import NoReturn
from xml.parsers import expat

from attrs import field, frozen, validators

from rmg_core import GraderScore, grader
from rmg_plugin_format.fences import FENCE, FENCES, Fence, unfenced
from rmg_plugin_format.unreadable import Unreadable, check_characters, quoted

LANGUAGES = ("xml", "svg", "xhtml")


@grader
@frozen(kw_only=True)
class ValidXml:
    """1 when the response is well-formed XML, with the root element asked for, else 0.

    Nothing is loaded and nothing is expanded: a document that declares entities is refused, as is
    one that uses an entity which it does not declare. A document type that names a file or an
    address, such as `<!DOCTYPE a SYSTEM "file:///etc/passwd">`, is well-formed XML and accepted,
    and what it names is never opened. White space around the document is no part of it, and the
    encoding that it declares is that of a text already read.

    Definition: XML 1.0 and Namespaces in XML 1.0, as expat checks them, without validation.

    Example:
        >>> ValidXml(root="note").grade("<note><to>Ada</to></note>").score
        1.0
        >>> ValidXml().grade("<a><b></a>").reason
        'not XML: mismatched tag at line 1 column 9'
    """

    root: str = field(
        default="", metadata={"help": "the local name of the root element; empty: any"}
    )
    fence: Fence = field(default="none", validator=validators.in_(FENCES), metadata=FENCE)

    def grade(self, response: str) -> GraderScore:
        try:
            names = _elements(unfenced(response, self.fence, LANGUAGES))
        except Unreadable as fault:
            return GraderScore(0.0, str(fault))
        root = names[0].rpartition(_SEPARATOR)[2]
        if self.root and root != self.root:
            return GraderScore(0.0, f"the root element is {quoted(root)}, not {quoted(self.root)}")
        return GraderScore(1.0, f"well-formed, with the root element {quoted(root)}")


_SEPARATOR = "\x1f"  # may stand nowhere in XML


def _elements(text: str) -> list[str]:
    text = text.strip()
    if not text:
        raise Unreadable("the response is empty")
    check_characters(text)
    names: list[str] = []
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.StartElementHandler = lambda name, _: names.append(name)
    parser.EntityDeclHandler = _refuse_entity
    parser.SkippedEntityHandler = _refuse_skipped
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as fault:
        what = expat.errors.messages[fault.code]
        place = f"line {fault.lineno} column {fault.offset + 1}"
        raise Unreadable(f"not XML: {what} at {place}") from fault
    return names


def _refuse_entity(name: str, *_: object) -> NoReturn:
    raise Unreadable(f"it declares the entity {quoted(name)}, and declared entities are not read")


def _refuse_skipped(name: str, *_: object) -> NoReturn:
    raise Unreadable(f"it uses the entity {quoted(name)}, which it does not declare")
