"""Searches that end: by RE2, whose time is linear, else by `re` in a process with a deadline."""

import atexit
import contextlib
import functools
import importlib
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, cast

from attrs import frozen

from rmg_core import CannotGrade
from rmg_plugin_text import search_child

# Where RE2 and `re` differ: `{,3}`, which RE2 takes literally, in every text …
_ALWAYS = re.compile(r"\{,")
# … these classes and the folding of case in texts beyond ASCII …
_BEYOND_ASCII = re.compile(r"\\[bBdDsSwW]|\(\?[a-zA-Z-]*i")
# … and `\s` for these characters, and `$` before a line break at the end.
_ODD_SPACE = re.compile(r"[\x0b\x1c-\x1f]|\n\Z")


@frozen
class Search:
    """What is looked for, and how."""

    pattern: str
    group: int | str = 0
    ignore_case: bool = False
    full: bool = False
    last: bool = False

    def run(self, text: str, deadline: float) -> list[str | None] | None:
        """Return what the whole match and the group took, or None where nothing matches.

        The result is that of the stdlib's `re`, whoever searches.

        Raises:
            CannotGrade: the search took longer than `deadline` seconds (`timeout`).
        """
        engine = None if self.last else _re2(self.pattern, ignore_case=self.ignore_case)
        if engine is not None and self._is_alike_in(text):
            found = engine.fullmatch(text) if self.full else engine.search(text)
            return None if found is None else [found.group(), found.group(self.group)]
        request = {
            "pattern": self.pattern,
            "text": text,
            "group": self.group,
            "ignore_case": self.ignore_case,
            "full": self.full,
            "last": self.last,
        }
        with _slots:
            return _exchange(request, deadline)

    def _is_alike_in(self, text: str) -> bool:
        if text.isascii():
            return _ODD_SPACE.search(text) is None
        # RE2 reads UTF-8, in which a lone surrogate cannot be written.
        return not (
            self.ignore_case
            or _BEYOND_ASCII.search(self.pattern)
            or text.endswith("\n")
            or re.search(r"[\ud800-\udfff]", text)
        )


@functools.lru_cache(maxsize=64)
def _re2(pattern: str, *, ignore_case: bool) -> Any | None:
    """Compile by RE2, or return None where it is not installed or cannot express the pattern."""
    try:
        re2 = importlib.import_module("re2")
    except ModuleNotFoundError:
        return None
    if _ALWAYS.search(pattern):
        return None
    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError):
        return None


class _Process:
    """A running `search_child`, for one thread at a time."""

    def __init__(self) -> None:
        # -I and -S: no site-packages, no user's start-up code, and never the user's main script.
        self._popen = subprocess.Popen(  # noqa: S603 - this Python, and a script of this pack
            [sys.executable, "-I", "-S", str(Path(search_child.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )
        self._requests = cast(IO[str], self._popen.stdin)
        self._replies = cast(IO[str], self._popen.stdout)
        if self._replies.readline() != "ready\n":
            self.close()
            raise CannotGrade("the process that searches did not start")

    def ask(self, request: dict[str, Any], deadline: float) -> str:
        """Return the reply.

        Raises:
            CannotGrade: it did not come in time (`timeout`), or the process broke off.
        """
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            self._popen.kill()

        timer = threading.Timer(deadline, expire)
        timer.start()
        reply = ""
        try:
            self._requests.write(json.dumps(request) + "\n")
            self._requests.flush()
            reply = self._replies.readline()
        except BrokenPipeError:
            pass  # It was killed while it read.
        finally:
            timer.cancel()
            timer.join()
        if reply.endswith("\n"):
            return reply
        size = len(request["text"])
        if expired.is_set():
            raise CannotGrade(
                f"the pattern took longer than {deadline:g} s on a response of {size} characters",
                "timeout",
            )
        raise CannotGrade(f"the search broke off on a response of {size} characters")

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    def close(self) -> None:
        self._popen.kill()
        self._replies.close()
        # What was not written when the process was killed cannot be flushed.
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        self._popen.wait()


# Searching keeps a core busy: more processes than cores would only make deadlines pass.
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)
_idle: list[_Process] = []


def _exchange(request: dict[str, Any], deadline: float) -> list[str | None] | None:
    process = _taken()
    try:
        reply = process.ask(request, deadline)
    except BaseException:
        process.close()
        raise
    _idle.append(process)
    found: list[str | None] | None = json.loads(reply)
    return found


def _taken() -> _Process:
    """Take an idle process or start one, outside of any deadline."""
    while _idle:
        process = _idle.pop()
        if process.is_running:
            return process
        process.close()
    return _Process()


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


if hasattr(os, "register_at_fork"):
    # A child that wrote to its parent's processes would get answers to the parent's questions.
    os.register_at_fork(after_in_child=_idle.clear)
