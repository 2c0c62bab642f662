"""Writing: all or nothing, and never over an existing file by accident."""

import os

import pytest

from photonics.errors import InputError
from photonics.files.write import write_text


def test_new_file(tmp_path):
    assert write_text(tmp_path / "a.toml", "ä = 1\n") == tmp_path / "a.toml"
    assert (tmp_path / "a.toml").read_bytes() == "ä = 1\n".encode()
    assert os.listdir(tmp_path) == ["a.toml"]
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "a.toml").stat().st_mode & 0o777 == 0o666 & ~mask


def test_existing_file_is_kept_unless_told(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(InputError, match="exists already"):
        write_text(path, "new")
    assert path.read_text() == "old"
    write_text(path, "new", overwrite=True)
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.toml"]


@pytest.mark.parametrize("name", ["no/such/folder/a.toml", "."])
def test_places_that_cannot_be_written(tmp_path, name):
    with pytest.raises(InputError):
        write_text(tmp_path / name, "x", overwrite=True)


def test_a_failure_leaves_nothing(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("old")
    with pytest.raises(InputError):
        write_text(path, "\udc80", overwrite=True)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.toml"]
