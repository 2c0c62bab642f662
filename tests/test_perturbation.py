"""The perturbation study: its choice of numbers here, the study itself as a slow test."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from photonics.quantity import parse

ROOT = Path(__file__).resolve().parent.parent
SOURCE = '''
"""Text with 3.0 in it."""
import math
LN10_OVER_10 = math.log(10.0) / 20.0
TOL_DB = 1e-6
MAX_STEPS = 40
FIRST, SECOND = 1, 2
TABLE = (0.25, np.array([1.5, -2.5]))
LIMITS = field(7.0)


def model(x, n=4, y=0.0):
    out = np.zeros(5)
    for i in range(2 * n + 1):
        out[i + 1] = 0.0
    if x > 3.0 * y:
        return -1
    z = 6.0
    z += 8 * x**9  # exempt: shown here
    shape = call(11, 12.0)
    bits = n << 2
    return 13.0 if z else math.pow(x, 14)
'''


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("coefficients", ROOT / "tools" / "coefficients.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # dataclasses look their module up
    try:
        spec.loader.exec_module(loaded)
        yield loaded
    finally:
        del sys.modules[spec.name]


def test_what_is_a_coefficient(module):
    found = module.coefficients(SOURCE, "a.py")
    assert [each.value for each in found] == [10, 20, 0.25, 1.5, 2.5, 6, 8, 9, 13, 14]
    assert [each.value for each in found if each.exempt] == [8, 9]
    assert {each.exempt for each in found} == {None, "shown here"}


def test_of_the_design_layer_constants_only(module):
    found = module.coefficients(SOURCE, "a.py", only_constants=True)
    assert [each.value for each in found] == [10, 20, 0.25, 1.5, 2.5]


def test_one_number_changes(module):
    for each in module.coefficients(SOURCE, "a.py"):
        changed = each.applied_to(SOURCE)
        before, after = SOURCE.splitlines(), changed.splitlines()
        assert [i + 1 for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [each.line]
        values = [again.value for again in module.coefficients(changed, "a.py")]
        assert each.value * 1.01 in values


def test_units_of_every_dimension(module):
    entries = [eval(each.code) for each in module.units(ROOT)]
    assert ("length", "km") in entries
    assert ("level", "mW") in entries


def test_a_perturbed_unit_is_off_by_one_per_cent(module):
    """The change is appended to the source; it must reach that unit and no other dimension that shares its table."""
    table = ROOT / module.UNIT_TABLE
    entry = next(each for each in module.units(ROOT) if eval(each.code) == ("loss", "dB"))
    name = "photonics.quantity.perturbed_table"
    spec = importlib.util.spec_from_file_location(name, table)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    try:
        exec(compile(entry.applied_to(table.read_text(encoding="utf-8")), str(table), "exec"), loaded.__dict__)
        assert parse("2 dB", loaded.DIMENSIONS["loss"]) == pytest.approx(2.02)
        assert parse("20 dB", loaded.DIMENSIONS["return_loss"]) == 20.0
    finally:
        del sys.modules[name]


@pytest.mark.slow
def test_every_coefficient_is_noticed():
    tool = [sys.executable, str(ROOT / "tools" / "perturb.py")]
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
