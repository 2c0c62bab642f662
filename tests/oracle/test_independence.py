"""The twins must not lean on what they check, and where two of them meet, they must agree."""

import ast
from pathlib import Path

import numpy as np
import pytest

from tests.oracle import MP, pam, path, reflection, relative_error, special

ALLOWED = {"math", "functools", "itertools", "json", "pathlib", "sys", "typing", "mpmath", "numpy"}


@pytest.mark.parametrize("source", sorted(Path(__file__).parent.glob("*.py")), ids=lambda p: p.name)
def test_imports_only_the_standard_library_numpy_and_mpmath(source):
    if source.name.startswith("test_"):
        return
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module]
        outside = {name for name in names if not name.startswith("tests.oracle")}
        assert outside <= ALLOWED, source.name


@pytest.mark.parametrize("x", [0.0, 0.7, 4.69495, 8.7, 30.0])
def test_integrated_tails_agree_with_the_error_function(x):
    exact = MP.erfc(MP.mpf(x) / MP.sqrt(2)) / 2
    assert relative_error(MP.mpf(special.q_tail(x)) / exact, 1) < 1e-15
    two_levels = pam.symbol_error_ratio([-x, x], [1.0, 1.0], [0.0])
    assert abs(two_levels / exact - 1) < MP.mpf("1e-18")


def test_propagated_field_agrees_with_the_fading_formula():
    for alpha in (0.0, 1.0, -0.6):
        for dispersion in (6.6e-3, -11.7e-3):
            field = path.chromatic_response(1.311e-6, dispersion, alpha, 53e9)
            formula = path.fading_formula(1.311e-6, dispersion, alpha, 53e9)
            assert abs(field - formula) < MP.mpf("1e-25")


@pytest.mark.parametrize("amplitudes", [[1.0], [1.0, 0.5], [1.0, 0.8, 0.3], [1.0] * 6])
def test_beat_distribution_agrees_with_random_phases(amplitudes):
    total, draws = sum(amplitudes), 400_000
    edges = np.linspace(-total, total, 22)
    masses = np.array([float(m) for m in reflection.beat_masses(amplitudes, edges)])
    counts = np.histogram(reflection.beat_samples(amplitudes, draws, seed=7), edges)[0]
    # Five standard deviations of a binomial count, in each of 21 bins.
    assert np.all(np.abs(counts - draws * masses) < 5 * np.sqrt(draws * masses) + 5)
    assert masses.sum() == pytest.approx(1.0, abs=1e-9)


def test_fourier_series_agrees_with_the_two_pair_integral():
    amplitudes, edges = [1.0, 0.45], np.linspace(-1.45, 1.45, 18)
    exact = reflection.beat_masses(amplitudes, edges)
    series = reflection._fourier_masses(edges, amplitudes)
    assert max(abs(a - float(b)) for a, b in zip(series, exact, strict=True)) < 1e-9


def test_sensitivity_bisection_finds_the_root_of_the_closed_form():
    """PAM4, equal noise: BER = [3 Q(x) + 2 Q(3x) - Q(5x)] / 4 with x = OMA / (6 sigma); 2.4e-4 at x =
    3.41407."""
    sigma = MP.mpf("4.3e-6")

    def ber(oma):
        levels = [float(k * oma / 3) for k in range(4)]
        return pam.gray_error_ratio(levels, [float(sigma)] * 4, pam.middle_thresholds(levels))

    found = pam.received_oma_dbm(ber, 2.4e-4, -20, 0, tolerance_db=1e-4)
    expected = 10 * MP.log10(6 * sigma * MP.mpf("3.41407") * 1000)
    assert abs(found - expected) < MP.mpf("1.2e-4")
