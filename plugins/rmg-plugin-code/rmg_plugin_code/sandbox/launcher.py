"""What runs inside: a script that fences its own process in, and then becomes the program.

It is started as `python -I -S -B launcher.py`, imports next to nothing, so that it starts in
milliseconds, and knows nothing that is worth reading: not what is expected, no name, no path of
the dataset. On standard input come a line with three lengths, the orders, the program, the
arguments, and then what the program itself may read. The answer goes to descriptor `ANSWER`.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from types import ModuleType

STACK = 4 << 20
"""Bytes of address space for the stack of a thread: by default it is 8 MB, of which the limit on
memory has no room for many."""

READY = b"ready\n"
"""What the launcher says when every fence is up: before that, nothing of the program is read."""


def read_exactly(size: int) -> bytes:
    pieces = []
    while size:
        piece = os.read(0, min(size, 1 << 16))
        if not piece:
            raise SystemExit("the orders end too early")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def read_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        line += read_exactly(1)
    return line


class Fences:
    """The kernel's fences, put up one by one in the order of the orders; any failure ends it all.

    Each order is a line: the name of a method, then its arguments.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._ruleset = -1

    def obey(self, orders: str) -> None:
        for line in orders.splitlines():
            verb, *arguments = line.split(" ", 2)
            getattr(self, verb)(*arguments)

    def packages(self, *path: str) -> None:
        """Let the program import from a folder, whose name may have spaces."""
        sys.path.append(" ".join(path))

    def apart(self) -> None:
        """Leave being the first process of a namespace, whom signals do not end, to another one.

        That one waits, and ends as the program does; bubblewrap waits for it and buries it.
        """
        child = os.fork()
        if child:
            status = os.waitpid(child, 0)[1]
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)

    def lifeline(self, parent: str) -> None:
        """Die with the parent: PR_SET_PDEATHSIG, SIGKILL; it may have died before."""
        self._call("prctl", 1, 9, 0, 0, 0)
        if os.getppid() != int(parent):
            raise SystemExit("the supervisor is gone")

    def user(self, uid: str, fallback: str) -> None:
        """Become a user without any right, one whom nobody else is where the system has one."""
        os.setgroups([])
        for each in (int(uid), int(fallback)):
            try:
                os.setresgid(each, each, each)
                os.setresuid(each, each, each)
            except OSError:
                continue
            return
        raise SystemExit("cannot become another user")

    def powerless(self) -> None:
        """Give up every capability: an empty `capset`, version 3."""
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        self._call("capset", header, (ctypes.c_uint32 * 6)())

    def limit(self, resource: str, value: str) -> None:
        """Set a limit that cannot be raised again, or leave a lower one."""
        pair = (ctypes.c_uint64 * 2)()
        self._call("getrlimit", int(resource), pair)
        pair[0] = pair[1] = min(int(value), pair[1])
        self._call("setrlimit", int(resource), pair)

    def try_limit(self, resource: str, value: str) -> None:
        """Set a limit if the system has it, where limits are all there is."""
        try:
            self.limit(resource, value)
        except OSError:
            return

    def locked(self) -> None:
        """Gain nothing by running other programs: PR_SET_NO_NEW_PRIVS."""
        self._call("prctl", 38, 1, 0, 0, 0)

    def ruleset(self, attributes: str) -> None:
        made = bytes.fromhex(attributes)
        self._ruleset = self._system(444, ctypes.c_char_p(made), ctypes.c_size_t(len(made)), 0)

    def rule(self, access: str, path: str) -> None:
        """Allow what is beneath a path: LANDLOCK_RULE_PATH_BENEATH."""
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        beneath = int(access).to_bytes(8, "little") + descriptor.to_bytes(4, "little")
        self._system(445, self._ruleset, 1, ctypes.c_char_p(beneath), 0)
        os.close(descriptor)

    def restrict(self) -> None:
        self._system(446, self._ruleset, 0)
        os.close(self._ruleset)

    def filter(self, own_pid: str, program: str) -> None:
        """Install the seccomp filter: SECCOMP_SET_MODE_FILTER, by PR_SET_SECCOMP."""
        placeholder = int(own_pid).to_bytes(4, "little")
        made = bytes.fromhex(program).replace(placeholder, os.getpid().to_bytes(4, "little"))
        array = ctypes.create_string_buffer(made, len(made))
        head = (len(made) // 8).to_bytes(8, "little") + ctypes.addressof(array).to_bytes(
            8, "little"
        )
        self._call("prctl", 22, 2, ctypes.c_char_p(head), 0, 0)

    def _call(self, name: str, *arguments: object) -> None:
        wide = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
        if getattr(self._libc, name)(*wide) != 0:
            raise OSError(ctypes.get_errno(), name)

    def _system(self, number: int, *arguments: object) -> int:
        wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        found = int(self._libc.syscall(ctypes.c_long(number), *wide))
        if found < 0:
            raise OSError(ctypes.get_errno(), f"system call {number}")
        return found


class Opener:
    """`open` where there is no `/proc`, by which the system finds the streams of a process."""

    def __init__(self, plain: Callable[..., object]) -> None:
        self._plain = plain
        self._streams = {f"/dev/{name}": n for n, name in enumerate(("stdin", "stdout", "stderr"))}

    def __call__(  # noqa: PLR0917 - the signature is Python's
        self,
        file: object,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: object = None,
    ) -> object:
        stream = self._streams.get(str(file))
        path = file if stream is None else os.dup(stream)
        return self._plain(path, mode, buffering, encoding, errors, newline, closefd, opener)


def furnish() -> None:
    """Give the program what it would have without the fences: `exit`, streams by name, threads."""
    import _thread
    import builtins
    import io
    import site  # which does nothing by itself under -S

    site.setquit()
    site.setcopyright()
    site.sethelper()
    if not os.path.exists("/dev/stdin"):  # noqa: PTH110 - pathlib is slow to import
        builtins.open = io.open = Opener(io.open)  # type: ignore[assignment]
    _thread.stack_size(STACK)
    with_arenas = getattr(ctypes.CDLL(None), "mallopt", None)
    if with_arenas is not None:
        # M_ARENA_MAX: each thread would reserve 64 MB of the limit on memory for what it allocates.
        with_arenas(-8, 1)


def become(name: str, source: bytes) -> ModuleType:
    """Run the program as a module of this name, and return the module.

    It is text: a line that names another coding says how a file was kept, and there is none.
    """
    module = ModuleType(name)
    module.__dict__["__builtins__"] = __builtins__
    sys.modules[name] = module
    text = source.decode("utf-8", "surrogatepass").removeprefix("\ufeff")
    code = compile(text, "<program>", "exec", dont_inherit=True)
    exec(code, module.__dict__)  # noqa: S102 - the program is what all of this is for
    return module


def call(module: ModuleType, answer: int, arguments: bytes) -> None:
    """Call the function of the program, write what it returns as one line, and end at once.

    What threads or exit handlers would still do is not waited for.
    """
    import json

    asked = json.loads(arguments)
    target: object = module
    for part in asked["function"].split("."):
        target = target() if isinstance(target, type) else target
        target = getattr(target, part)
    returned = target(*asked["args"], **asked["kwargs"])  # type: ignore[operator]
    line = json.dumps(returned, separators=(",", ":")).encode() + b"\n"
    while line:
        line = line[os.write(answer, line) :]
    os._exit(0)


def main() -> None:
    answer = int(sys.argv[1])
    os.closerange(3, answer)
    os.closerange(answer + 1, answer + 64)
    orders, program, arguments = map(int, read_line().split())
    Fences().obey(read_exactly(orders).decode())
    furnish()
    os.write(answer, READY)
    source, rest = read_exactly(program), read_exactly(arguments)
    del sys.argv[1:]
    os.environ.pop("PWD", None)  # bubblewrap sets it
    if not rest:
        os.close(answer)
        become("__main__", source)
    else:
        call(become("program", source), answer, rest)


if __name__ == "__main__":
    main()
