"""What is wrong with the place of a store is said before anything runs."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from rmg_core.errors import StoreError
from rmg_core.store import preflight

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /dev/shm tmpfs rw 0 0
server:/export /net/our\\040data nfs4 rw,hard 0 0
/dev/sdb1 /net/our\\040data/local xfs rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path):
    def write(text: str) -> Path:
        file = tmp_path / "mounts"
        file.write_text(text)
        return file

    return write


def refusal(place: Path) -> str:
    with pytest.raises(StoreError) as refused:
        preflight(place)
    return str(refused.value)


def test_a_good_place_needs_no_warning(tmp_path: Path, mounts):
    assert preflight(tmp_path, room=1, mounts=mounts(MOUNTS)) == []


def test_a_place_that_is_not_there_yet_is_judged_by_what_is_above(tmp_path: Path, mounts):
    place = tmp_path / "runs" / "qa"
    assert preflight(place, room=1, mounts=mounts(MOUNTS)) == []
    assert not place.parent.exists()


def test_nothing_is_left_in_the_place(tmp_path: Path):
    (tmp_path / "qa").mkdir()
    preflight(tmp_path / "qa")
    assert list((tmp_path / "qa").iterdir()) == []


def test_little_room_is_warned_of(tmp_path: Path, mounts):
    [warning] = preflight(tmp_path, room=10**18, mounts=mounts(MOUNTS))
    free, said = warning.removeprefix("only ").split(" MB ")
    assert float(free.replace(",", "")) > 0
    assert said == f"are free in '{tmp_path}'"


def test_a_network_file_system_is_warned_of(tmp_path: Path, mounts):
    text = MOUNTS.replace("/net/our\\040data/local", "/elsewhere")
    text = text.replace("/net/our\\040data", str(tmp_path))
    [warning] = preflight(tmp_path / "qa", room=1, mounts=mounts(text))
    assert warning == (
        f"'{tmp_path / 'qa'}' is on a network file system (nfs4): one machine at a time may use "
        "it, and a local disk is faster and safer"
    )


def test_of_nested_file_systems_the_inner_one_counts(tmp_path: Path, mounts):
    (tmp_path / "our data" / "local").mkdir(parents=True)
    text = MOUNTS.replace("/net", str(tmp_path))
    assert preflight(tmp_path / "our data" / "local", room=1, mounts=mounts(text)) == []
    assert len(preflight(tmp_path / "our data", room=1, mounts=mounts(text))) == 1


def test_where_mounts_are_not_told_there_is_no_warning(tmp_path: Path):
    assert preflight(tmp_path, room=1, mounts=tmp_path / "none") == []


def test_a_file_in_the_way_is_refused(tmp_path: Path):
    (tmp_path / "runs").write_text("")
    assert refusal(tmp_path / "runs" / "qa") == (
        f"the store '{tmp_path / 'runs' / 'qa'}' cannot be made: '{tmp_path / 'runs'}' "
        "is not a directory; choose another run directory"
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "may not be written"),
        (errno.EPERM, "may not be written"),
        (errno.EROFS, "is on a read-only file system"),
        (errno.ENOSPC, "is on a disk that is full"),
        (errno.EDQUOT, "is on a disk of which you have used your share"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch, number, said):
    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert refusal(tmp_path) == (
        f"the store '{tmp_path}' cannot be made: '{tmp_path}' {said}; choose another run directory"
    )


@pytest.mark.skipif(os.name != "posix" or not os.geteuid(), reason="root may write anywhere")
def test_a_directory_without_the_right_to_write_is_refused(tmp_path: Path):
    tmp_path.chmod(0o500)
    assert "may not be written" in refusal(tmp_path)


def test_a_read_only_place_is_refused_where_there_is_one():
    place = Path("/sys")
    if not place.is_dir():
        pytest.skip("there is no /sys")
    assert refusal(place / "qa").startswith("the store '/sys/qa' cannot be made: '/sys' ")
