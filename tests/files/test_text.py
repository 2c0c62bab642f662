"""Files that nobody should have to read: refused before parsing, in words."""

import os

import pytest

from photonics.errors import InputError
from photonics.files.text import LIMIT_BYTES, read_text


def refusal(path, **more):
    with pytest.raises(InputError) as error:
        read_text(path, **more)
    (problem,) = error.value.problems
    assert str(path).replace("\0", "\\0") in problem.where
    assert error.value.exit_code == 3
    return problem


def test_text_is_read_without_its_mark(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfname = 1\r\n")
    assert read_text(path) == "name = 1\r\n"
    assert read_text(str(path)) == "name = 1\r\n"


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (b"", "an empty file"),
        (b" \n\t\n", "blanks only"),
        ("name = 1".encode("utf-16"), "UTF-16"),
        ("name = 1".encode("utf-16-be"), "null byte"),
        (b"a = 1\nb = \x00", "null byte"),
        (b"a = 1\nb = '\xff'", "0xff"),
        (b"\x80", "0x80"),
        (b"a = '\xed\xa0\x80'", "0xed"),
    ],
)
def test_what_is_no_text(tmp_path, content, read):
    path = tmp_path / "a.toml"
    path.write_bytes(content)
    assert read in refusal(path).read


def test_binary_names_the_line(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(b"a = 1\nb = 2\nc = \xfe")
    assert refusal(path).where == f"{path}:3"


def test_a_large_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "large.toml"
    with open(path, "wb") as stream:
        stream.truncate(100 << 20)
    problem = refusal(path)
    assert str(100 << 20) in problem.read and str(LIMIT_BYTES) in problem.allowed


def test_the_limit_itself_is_allowed(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a" * 10)
    assert read_text(path, limit_bytes=10) == "a" * 10
    refusal(path, limit_bytes=9)


def test_what_is_no_file(tmp_path):
    assert "no such file" in refusal(tmp_path / "missing.toml").read
    assert "a directory" in refusal(tmp_path).read
    assert "null character" in refusal("a\0b").read
    assert refusal("x" * 5000).read
    os.mkfifo(tmp_path / "pipe")
    assert "pipe" in refusal(tmp_path / "pipe").read
    assert "device" in refusal("/dev/zero").read
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(tmp_path / "loop").read


def test_unreadable(tmp_path, monkeypatch):
    path = tmp_path / "a.toml"
    path.write_text("a = 1")
    path.chmod(0)
    if os.geteuid() == 0:
        # Root reads everything, so the refusal is played.
        def refuse(*args, **kwargs):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", refuse)
    assert "permission" in refusal(path).read
