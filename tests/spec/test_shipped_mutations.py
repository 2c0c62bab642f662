"""Every scalar of every file that is shipped, spoilt in every way: one problem each, and it names the line."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

import photonics.catalog
from photonics.errors import InputError
from photonics.files.toml import loads
from photonics.spec.load import parse
from photonics.spec.scalar import Scalar
from tests.spec.mutate import mutations, spots

_DATA = Path(photonics.catalog.__file__).parent / "data"
FILES = sorted(
    path
    for folder in ("designs", "cables", "switches", "clusters")
    for path in (_DATA / folder).glob("*.toml")
)


# A part is read once, not a thousand times.
lookup_part = cache(photonics.catalog.lookup_part)
lookup_base = cache(photonics.catalog.lookup_base)


def read(text: str, path: str, **more):
    return parse(loads(text, path), lookup_part=lookup_part, lookup_base=lookup_base, **more)


def test_there_is_something_to_spoil():
    assert len(FILES) >= 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_slip_is_one_problem_on_its_line(path):
    text = path.read_text(encoding="utf-8")
    wrong, tried = [], 0
    for mutation in mutations(text):
        tried += 1
        try:
            read(mutation.text, "design.toml")
        except InputError as error:
            lines = [problem.where for problem in error.problems]
            if lines != [f"design.toml:{mutation.line}"]:
                wrong.append(f"{mutation}: line {mutation.line}, but\n{error}")
        else:
            wrong.append(f"{mutation}: accepted")
    assert not wrong, f"{len(wrong)} of {tried}:\n" + "\n".join(wrong[:5])
    assert tried > 3 * len(spots(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_file_is_read_without_a_warning(path):
    warnings = []
    spec = read(path.read_text(encoding="utf-8"), path.name, warnings=warnings)
    assert not warnings, "\n".join(map(str, warnings))
    for keys, scalar, kind in spec.scalars():
        assert isinstance(scalar, Scalar) and scalar.unit == kind.dimension.unit, keys
        assert scalar.low <= scalar.typ <= scalar.high, keys
        assert scalar.source, keys


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_any_misspelt_key_is_one_problem_on_its_line(path):
    """Not scalars only: names, kinds, parts and whole tables too."""
    text = path.read_text(encoding="utf-8")
    document = loads(text, "design.toml")
    wrong = []
    for keys, place in document.places().items():
        start, end = place.key
        if isinstance(keys[-1], int) or keys == ("schema",) or not text[start].isalpha():
            continue
        spoilt = text[:start] + text[start] + text[start:]
        line = document.line_of(keys)
        try:
            tomllib.loads(spoilt)
        except tomllib.TOMLDecodeError:
            # A misspelt [[lane]] leaves its [lane.signal] behind: that is no TOML any more, and the parser names its own line.
            assert keys == ("lane",), keys
            continue
        try:
            read(spoilt, "design.toml")
        except InputError as error:
            if len(error.problems) != 1 or error.problems[0].where != f"design.toml:{line}":
                wrong.append(f"{keys}: line {line}, but\n{error}")
        else:
            wrong.append(f"{keys}: accepted")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:5])
