"""The seccomp filter, run by an interpreter of its machine: what it lets through, and what not."""

import errno
import struct

import pytest

from rmg_plugin_code.sandbox.filters import OWN_PID, seccomp_filter
from rmg_plugin_code.sandbox.syscalls import AUDIT_ARCHITECTURES, allowed, decided

ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSED, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
MACHINES = sorted(AUDIT_ARCHITECTURES)


def verdict(machine, number, *arguments, architecture=None):
    """Run the filter on a call, as linux/filter.h defines its instructions."""
    program = list(struct.iter_unpack("<HBBI", seccomp_filter(machine)))
    arch = AUDIT_ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    place = accumulator = 0
    while True:
        code, if_true, if_false, value = program[place]
        place += 1
        match code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, value)[0]
            case 0x15:
                place += if_true if accumulator == value else if_false
            case 0x45:
                place += if_true if accumulator & value else if_false
            case 0x54:
                accumulator &= value
            case 0x06:
                return value
            case _:
                raise AssertionError(code)


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


def test_what_is_listed_is_allowed_and_nothing_else(machine):
    listed = {*allowed(machine), *decided(machine).values()}
    found = {number for number in range(600) if verdict(machine, number) == ALLOW}
    assert found <= listed
    assert set(allowed(machine)) <= found
    assert {verdict(machine, each) for each in set(range(600)) - listed} == {REFUSED}


def test_a_call_by_the_numbers_of_another_machine_kills(machine):
    number = allowed(machine)[0]
    for other in {0x40000003, 0x40000028, *AUDIT_ARCHITECTURES.values()}:  # i386 and arm
        if other != AUDIT_ARCHITECTURES[machine]:
            assert verdict(machine, number, architecture=other) == KILL


def test_the_numbers_of_x32_are_refused():
    assert verdict("x86_64", 0x40000000 | 39) == REFUSED


# CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD, _SYSVSEM, _SETTLS, _PARENT_SETTID, _CHILD_CLEARTID
THREAD = 0x3D0F00


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (THREAD,), ALLOW),
        ("clone", (17,), REFUSED),
        ("clone", (0x4111,), REFUSED),
        *(("clone", (THREAD | new,), REFUSED) for new in (0x80, 0x20000, 0x10000000, 0x40000000)),
        ("clone3", (0, 88), UNKNOWN),
        ("openat2", (), UNKNOWN),
        ("fcntl", (3, 1), ALLOW),
        ("fcntl", (3, 6), REFUSED),
        ("fcntl", (3, 8), REFUSED),
        ("fcntl", (3, 10), REFUSED),
        ("fcntl", (3, 1031), REFUSED),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x5412), REFUSED),
        ("kill", (OWN_PID, 15), ALLOW),
        ("kill", (1, 15), REFUSED),
        ("kill", (0, 15), REFUSED),
        ("kill", (0xFFFFFFFF, 15), REFUSED),
        ("tgkill", (OWN_PID, 7, 6), ALLOW),
        ("tgkill", (1, 1, 6), REFUSED),
        ("prlimit64", (0, 9), ALLOW),
        ("prlimit64", (1, 9), REFUSED),
        ("prctl", (15,), ALLOW),
        ("prctl", (22, 2), REFUSED),
        ("sendto", (3, 0, 0, 0, 0), ALLOW),
        ("sendto", (3, 0, 0, 0, 0x7F00_0000_0000), REFUSED),
        ("sendto", (3, 0, 0, 0, 1), REFUSED),
        ("socketpair", (1, 1 | 0o2000000), ALLOW),
        ("socketpair", (1, 2), REFUSED),
        ("socketpair", (2, 1), REFUSED),
    ],
)
def test_arguments_decide(machine, name, arguments, expected):
    assert verdict(machine, decided(machine)[name], *arguments) == expected


def test_a_filter_is_short_enough_for_the_kernel(machine):
    assert len(seccomp_filter(machine)) // 8 <= 4096
