"""What a fresh clone relies on: the locks, the floors, the starter script, the files of the wheel."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run", "test")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)(?: ; ([^\\]+?))? \\$")


def lock(name):
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def pins(name):
    found = [PIN.match(line) for line in lock(name).splitlines()]
    return {(m[1], m[3]): m[2] for m in found if m}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_host_and_no_path(name):
    text = lock(name)
    assert not re.search(r"://|index-url|find-links|--trusted|\.(com|org|io|net)\b", text)
    assert not re.search(r"(^|\s)[./~]*/\w+/\w+", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes(name):
    requirements = re.split(r"\n(?=[a-z0-9])", re.sub(r"(?m)^#.*\n", "", lock(name)))
    assert len(requirements) == len(pins(name))
    assert all("--hash=sha256:" in requirement for requirement in requirements)


def test_run_is_a_part_of_test():
    assert pins("run").items() <= pins("test").items()


def test_both_numeric_worlds_are_pinned():
    """numpy and scipy of Python 3.11 and of later ones."""
    for package in ("numpy", "scipy"):
        markers = {marker for name, marker in pins("run") if name == package}
        assert markers == {"python_full_version < '3.12'", "python_full_version >= '3.12'"}


def test_every_direct_dependency_is_pinned_at_or_above_its_floor():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = settings["dependency-groups"]
    direct = settings["project"]["dependencies"] + groups["build"] + [r for r in groups["test"] if isinstance(r, str)]
    for requirement in direct:
        name, floor = requirement.split(">=")
        versions = [version for (package, _), version in pins("test").items() if package == name]
        assert versions, f"{name} is not in requirements/test.txt: run `python tools/go.py lock`"
        for version in versions:
            assert _numbers(version) >= _numbers(floor)


def _numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def test_every_floor_says_why():
    bare = [
        line.strip()
        for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if re.search(r'"[\w.\[\]-]+>=[\d.]+"', line) and "#" not in line and not line.startswith(("requires", "build"))
    ]
    assert bare == []


def go():
    spec = importlib.util.spec_from_file_location("go", ROOT / "tools" / "go.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_starter_can_be_read_by_an_old_python():
    """It has to get as far as saying that it needs a newer one."""
    ast.parse((ROOT / "tools" / "go.py").read_text(encoding="utf-8"), feature_version=(3, 4))


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("12 passed in 0.3s", (12, 0, 0)),
        ("1 failed, 11 passed, 2 skipped, 30 deselected in 4.0s", (11, 1, 2)),
        ("2 errors in 1.0s", (0, 2, 0)),
        ("1 failed, 3 passed, 1 error in 1.0s", (3, 2, 0)),
        ("no tests ran in 0.01s", (0, 0, 0)),
    ],
)
def test_reads_the_closing_line_of_pytest(line, counts):
    assert go().counts_of(line) == counts


def test_both_packages_are_typed():
    assert (ROOT / "photonics" / "py.typed").exists()
    assert (ROOT / "kernels" / "photonics_kernels" / "py.typed").exists()


def rooms_on_disk():
    upstairs = {
        path.name + "/" if path.is_dir() else path.stem
        for path in (ROOT / "photonics").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    }
    downstairs = {path.stem for path in (ROOT / "kernels" / "photonics_kernels").glob("*.py")}
    return (upstairs | downstairs) - {"__init__"}


def test_the_architecture_page_names_every_room_that_exists_and_no_other():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = {
        room
        for line in page.splitlines()
        if re.match(r"\| (\d|`)", line)
        for room in re.findall(r"`([\w/]+)`", line.split("|")[2] if re.match(r"\| \d", line) else line.split("|")[1])
    }
    assert named == rooms_on_disk()


def test_no_room_is_missing_from_the_layers():
    """A new room has to find its row before it is imported from anywhere."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    placed = {room for layer in layers for room in re.findall(r"\w+", layer)}
    exist = {path.stem for path in (ROOT / "photonics").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert exist - {"__init__"} <= placed
