"""Attempts to get out, which run inside: each returns what it got through with, or None.

Bombs are small enough for a machine that others use: whatever comes through is far below what
would hurt, and far above what is allowed.
"""
# Attempts do on purpose, and by the shortest way, what the lint warns of.
# ruff: noqa: PTH101, PTH108, PTH123, PTH208, S103, S108, S606

import ctypes
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
MEGABYTE = 1 << 20
IS_INTEL = os.uname().machine == "x86_64"


def call(name, *arguments):
    """Make a system call by its numbers on x86_64 and aarch64; raise what it fails with."""
    number = NUMBERS[name][0 if IS_INTEL else 1]
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    found = LIBC.syscall(ctypes.c_long(number), *wide)
    if found < 0:
        raise OSError(ctypes.get_errno(), name)
    return found


NUMBERS = {
    "bpf": (321, 280),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fsopen": (430, 430),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "mount": (165, 40),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "process_vm_readv": (310, 270),
    "ptrace": (101, 117),
    "setns": (308, 268),
    "shmget": (29, 194),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}


def open_and_read(path):
    return os.read(os.open(path, os.O_RDONLY), 100).decode("utf-8", "replace")


def read_passwords(_):
    return open_and_read("/etc/passwd")


def read_a_file_of_the_user(facts):
    return open_and_read(facts["canary"])


def read_the_environment_of_another(facts):
    return open_and_read(f"/proc/{facts['victim']}/environ")


def read_the_memory_of_another(facts):
    return open_and_read(f"/proc/{facts['victim']}/mem")


def read_by_another_way(facts):
    for root in ("/proc/self/root", f"/proc/{facts['victim']}/root", "/proc/self/cwd/.."):
        try:
            return open_and_read(root + facts["canary"])
        except OSError:
            continue
    return None


def list_a_folder_of_the_user(facts):
    return os.listdir(facts["folder"])


def write_outside(facts):
    os.open(facts["folder"] + "/written", os.O_WRONLY | os.O_CREAT)
    return "a file was written"


def overwrite_a_file_of_the_user(facts):
    os.truncate(facts["canary"], 0)
    return "a file was emptied"


def delete_a_file_of_the_user(facts):
    os.unlink(facts["canary"])
    return "a file was deleted"


def change_the_rights_of_a_file(facts):
    os.chmod(facts["canary"], 0o777)
    return "a file was opened to all"


def write_beside_itself(_):
    for folder in ("/", "/usr/lib", "/dev/shm", "/var/tmp", "/launcher"):
        try:
            os.open(f"{folder}/rmg-written", os.O_WRONLY | os.O_CREAT)
        except OSError:
            continue
        return folder
    return None


def connect_by_tcp(facts):
    socket.create_connection(("127.0.0.1", facts["port"]), timeout=2)
    return "connected"


def send_by_udp(facts):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", facts["port"]))
    return "sent"


def connect_to_a_unix_socket(facts):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(facts["unix"])
    return "connected"


def connect_to_an_abstract_socket(facts):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect("\0" + facts["abstract"])
    return "connected"


def send_over_a_pair_to_a_unix_socket(facts):
    """A pair of datagram sockets could send elsewhere, had it been allowed."""
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", facts["unix"])
    return "sent"


def fork_bomb(_):
    children = 0
    for _each in range(300):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        children += 1
    return f"{children} processes"


def daemonise(_):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    return "a daemon"


def fork_by_other_calls(_):
    for name, arguments in (("clone", (17, 0, 0, 0, 0)), ("clone", (0x4000 | 0x100, 0, 0, 0, 0))):
        try:
            made = call(name, *arguments)
        except OSError:
            continue
        if made == 0:
            os._exit(0)
        return name
    block = ctypes.create_string_buffer(88)
    if call("clone3", block, 88) == 0:
        os._exit(0)
    return "clone3"


def run_another_program(_):
    return subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).args


def become_another_program(_):
    os.execv("/bin/sh", ["sh", "-c", "echo"])


def memory_by_one(facts):
    blocks, most = [], facts["memory"] + 64 * MEGABYTE
    while len(blocks) * 16 * MEGABYTE < most:
        blocks.append(bytearray(16 * MEGABYTE))
    return f"{len(blocks) * 16} MB"


def memory_by_many(facts):
    """Each takes a part that is allowed; together they would take too much."""
    many = 8
    for _each in range(many):
        if os.fork() == 0:
            block = bytearray(facts["memory"] // 2)
            time.sleep(30)
            os._exit(len(block) % 2)
    return f"{many} halves"


def memory_in_a_file_without_a_name(facts):
    descriptor = call("memfd_create", b"x", 0)
    os.ftruncate(descriptor, facts["memory"] * 2)
    return "a file in memory"


def memory_that_is_shared_with_all(_):
    return f"segment {call('shmget', 4711, MEGABYTE, 0o1666)}"


def disk_by_one_file(facts):
    return fill(facts, 1)


def disk_by_many_files(facts):
    return fill(facts, 60)


def memory_by_empty_files(_):
    for number in range(300_000):
        os.close(os.open(f"{os.environ['TMPDIR']}/{number}", os.O_CREAT | os.O_WRONLY))
    return "300000 files"


def memory_by_locks(_):
    import fcntl

    with open(os.__file__) as file:
        for place in range(100_000):
            fcntl.lockf(file, fcntl.LOCK_SH, 1, 2 * place)
    return "100000 locks"


def fill(facts, files):
    """Write twice of what is allowed to where it is allowed."""
    piece, written = bytes(MEGABYTE), 0
    try:
        for number in range(files):
            with open(f"{os.environ['TMPDIR']}/{number}", "wb", buffering=0) as file:
                for _ in range(2 * facts["disk"] // MEGABYTE // files):
                    written += file.write(piece)
    except OSError:
        pass
    return f"{written} bytes" if written > facts["disk"] else None


def endless_loop(_):
    while True:
        pass


def endless_loop_that_ignores_signals(_):
    for each in (signal.SIGXCPU, signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(each, signal.SIG_IGN)
    while True:
        pass


def endless_sleep(_):
    while True:
        time.sleep(1)


def endless_loop_in_c(_):
    return sum(range(10**12))


def kill_another(facts):
    os.kill(facts["victim"], signal.SIGKILL)
    return "a signal was sent"


def kill_the_supervisor(facts):
    os.kill(facts["supervisor"], signal.SIGTERM)
    return "a signal was sent"


def kill_all(_):
    os.kill(-1, signal.SIGTERM)
    return "signals were sent"


def kill_the_group(_):
    os.killpg(0, signal.SIGTERM)
    return "a signal was sent"


def kill_by_a_descriptor(facts):
    target = call("pidfd_open", facts["victim"], 0)
    call("pidfd_send_signal", target, signal.SIGKILL, 0, 0)
    return "a signal was sent"


def kill_by_a_pipe(facts):
    """F_SETOWN and F_SETSIG: the kernel would send the signal."""
    import fcntl

    read, write = os.pipe()
    fcntl.fcntl(read, 8, facts["victim"])
    fcntl.fcntl(read, 10, signal.SIGKILL)
    fcntl.fcntl(read, fcntl.F_SETFL, os.O_ASYNC)
    os.write(write, b"x")
    return "a signal was asked for"


def trace_another(facts):
    call("ptrace", 16, facts["victim"], 0, 0)
    return "attached"


def read_the_memory_by_a_call(facts):
    space = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(space), 8)
    call("process_vm_readv", facts["victim"], vector, 1, vector, 1, 0)
    return "read"


def nest_a_namespace_of_users(_):
    call("unshare", 0x10000000)
    return "a namespace"


def enter_a_namespace_of_another(facts):
    call("setns", os.open(f"/proc/{facts['victim']}/ns/mnt", os.O_RDONLY), 0)
    return "a namespace"


def mount_something(_):
    for name, arguments in (
        ("mount", (b"none", b"/tmp", b"tmpfs", 0, 0)),
        ("fsopen", (b"tmpfs", 0)),
        ("open_by_handle_at", (0, 0, 0)),
    ):
        try:
            call(name, *arguments)
        except OSError as fault:
            if fault.errno != 1:
                raise
            continue
        return name
    return None


def ask_for_odd_interfaces(_):
    for name, arguments in (
        ("bpf", (0, 0, 0)),
        ("io_uring_setup", (1, 0)),
        ("keyctl", (0, -3, 1)),
        ("perf_event_open", (0, 0, -1, -1, 0)),
        ("userfaultfd", (0,)),
    ):
        try:
            call(name, *arguments)
        except PermissionError:
            continue
        except OSError as fault:
            return f"{name} answered {fault.errno}"
        return name
    return None


def a_gigabyte_of_output(_):
    for _each in range(1024):
        os.write(1, bytes(MEGABYTE))
    return "all of it was taken"


def a_gigabyte_of_answers(_):
    """Write to whatever else is open, of which one is what answers go to."""
    import stat

    for descriptor in range(3, 1024):
        try:
            is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
        except OSError:
            continue
        for _each in range(1024 if is_pipe else 0):
            os.write(descriptor, bytes(MEGABYTE))
    return "all of it was taken"


def thread_bomb(facts):
    threading.stack_size(64 << 10)
    made = 0
    for _each in range(4 * facts["threads"]):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
    time.sleep(60)
    return f"{made} threads"


def raise_its_own_limits(facts):
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "the limit is off"


def limit_another(facts):
    resource.prlimit(facts["victim"], resource.RLIMIT_CPU, (1, 1))
    return "another is limited"


def type_into_a_terminal(_):
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSTI, b"x")
    return "typed"


def call_as_another_machine(_):
    """Int 0x80 and the numbers of x32 are other doors to the same kernel."""
    if not IS_INTEL:
        return None
    NUMBERS["x32"] = (0x40000000 + 39, 0)
    return f"x32 answered {call('x32')}"


def call_as_an_older_machine(_):
    """Open a socket as 32-bit code does: eax 359, ebx 2, ecx 1, edx 0, int 0x80."""
    if not IS_INTEL:
        return None
    code = bytes.fromhex("53b867010000bb02000000b90100000031d2cd805bc3")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    found = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    return f"a socket {found}" if found >= 0 else None


ENDED = {
    "endless_loop": "cpu wall",
    "endless_loop_that_ignores_signals": "cpu wall",
    "endless_loop_in_c": "cpu wall",
    "endless_sleep": "wall",
    "a_gigabyte_of_output": "output",
    "a_gigabyte_of_answers": "output",
    "thread_bomb": "exit threads",  # whichever comes first, its limit or the watchdog
    "memory_by_empty_files": "exit files",
    "call_as_an_older_machine": "exit signal",
}
"""How attempts end that do not end by themselves."""

_TOOLS = {"call", "fill", "open_and_read", "attempt"}
NAMES = sorted(
    name
    for name, made in list(globals().items())
    if callable(made) and getattr(made, "__module__", "") == __name__ and name not in _TOOLS
)


def attempt(name, facts):
    try:
        return globals()[name](facts)
    except (OSError, MemoryError, ValueError, RuntimeError):
        return None
