"""Whether a directory can hold a store, before anything runs."""

import errno
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rmg_core.errors import StoreError

ROOM: Final = 256 * 2**20
"""Bytes: a million scores without reasons, or 50,000 with the words of a judge."""

MOUNTS: Final = Path("/proc/self/mounts")

_NETWORK: Final = (
    "9p afs afpfs beegfs ceph cifs davfs fuse.ceph fuse.davfs2 fuse.gcsfuse fuse.glusterfs "
    "fuse.mountpoint-s3 fuse.rclone fuse.s3fs fuse.sshfs glusterfs gpfs lustre ncpfs nfs nfs4 "
    "orangefs pvfs2 smb2 smb3 smbfs virtiofs"
)

_REASONS: Final[Mapping[int, str | None]] = {
    errno.EACCES: "may not be written",
    errno.EPERM: "may not be written",
    errno.EROFS: "is on a read-only file system",
    errno.ENOSPC: "is on a disk that is full",
    errno.EDQUOT: "is on a disk of which you have used your share",
    errno.ENOTDIR: "is not a directory",
}


def preflight(directory: Path, *, room: int = ROOM, mounts: Path = MOUNTS) -> list[str]:
    """Return what to warn of before a store is made in a directory, which may not exist yet.

    Args:
        directory: where the store is going to be.
        room: bytes of free space below which the user is warned.
        mounts: what is mounted where, as Linux tells; where there is no such file, no network
            file system is found.

    Raises:
        StoreError: nothing can be written there.
    """
    place = directory.absolute()
    try:
        while not place.exists():
            place = place.parent
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"\0")
        free = shutil.disk_usage(place).free
    except OSError as fault:
        said = f"cannot be made: {str(place)!r} {_REASONS.get(fault.errno or 0, fault.strerror)}"
        raise StoreError(str(directory), said, "choose another run directory") from fault
    warnings = []
    if free < room:
        warnings.append(f"only {free / 2**20:,.0f} MB are free in {str(directory)!r}")
    kind = _file_system_of(place.resolve(), mounts)
    if kind in _NETWORK.split():
        warnings.append(
            f"{str(directory)!r} is on a network file system ({kind}): one machine at a time may "
            "use it, and a local disk is faster and safer"
        )
    return warnings


def _file_system_of(place: Path, mounts: Path) -> str:
    """Return the type of the file system that a directory is on; "" where that is not known."""
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    found, depth = "", 0
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        top = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point))
        if place.is_relative_to(top) and len(top.parts) >= depth:
            found, depth = kind, len(top.parts)
    return found
