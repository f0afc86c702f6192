"""Python as it stands in responses: what of it can be parsed, and why the rest cannot."""

import ast
import warnings

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_code.blocks import code_in

TAGS = ("python", "py", "python3", "py3", "ipython")
MOST_CHARACTERS = 1_000_000  # a parser needs some hundred bytes of memory for each
MOST_WALKED = 200_000  # of which bandit visits some thirty thousand in a second


class Unparsable(ValueError):
    """Python cannot parse a text, for the reason that it gives."""


@frozen
class Source:
    """A block of Python, without the mark of a byte order that it may begin with."""

    text: str

    def tree(self) -> ast.Module:
        """Parse it.

        Raises:
            Unparsable: it is not Python, or is nested deeper than Python can parse.
        """
        try:
            with warnings.catch_warnings():
                # Of escapes that Python will refuse one day; today they are no errors.
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as fault:
            raise Unparsable(f"{fault.msg} (line {fault.lineno or 1})") from fault
        except (RecursionError, MemoryError) as fault:
            raise Unparsable("it is nested deeper than Python can parse") from fault
        except ValueError as fault:  # null bytes, and halves of characters
            raise Unparsable(str(fault)) from fault


def refuse_long(text: str, most: int = MOST_CHARACTERS) -> None:
    """Refuse a text that would take too long.

    Raises:
        CannotGrade: it is longer than `most` characters (`bad_input`).
    """
    if len(text) > most:
        raise CannotGrade(
            f"response has {len(text)} characters, and at most {most} are read",
            "bad_input",
        )


def source(text: str) -> Source:
    return Source(text.removeprefix("\ufeff"))


def sources_in(response: str) -> tuple[Source, ...]:
    """Return the Python of a response: its fences of Python and those without a tag, or all of it.

    Raises:
        CannotGrade: as `refuse_long`.
    """
    refuse_long(response)
    return tuple(source(block.text) for block in code_in(response, TAGS))


def parsed(response: str) -> list[tuple[Source, ast.Module]]:
    """Return the Python of a response with its trees, which are walked; there is at least one.

    Raises:
        Unparsable: there is no code, or a block of it cannot be parsed.
        CannotGrade: it is longer than 200,000 characters (`bad_input`).
    """
    refuse_long(response, MOST_WALKED)
    found = sources_in(response)
    if not found:
        raise Unparsable("the response has no Python")
    return [(each, each.tree()) for each in found]
