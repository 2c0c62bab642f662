"""Dispersion, chirp, differential group delay and polarisation-dependent loss against propagated fields."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photonics_kernels import path

from tests.oracle import path as slow
from tests.oracle import relative_error

SLOPE = 0.092e-12 / (1e-9**2 * 1e3)  # 0.092 ps/(nm^2 km) in s/m^3
PS_PER_NM = 1e-3  # 1 ps/nm in s/m


def db_electrical(response):
    return 20.0 * math.log10(abs(response))


@pytest.mark.parametrize("zero_nm", [1300.0, 1324.0])
@pytest.mark.parametrize("wavelength_nm", [1264.5, 1304.5, 1317.5, 1337.5])
def test_dispersion(wavelength_nm, zero_nm):
    got = path.dispersion_s_per_m2(wavelength_nm * 1e-9, zero_nm * 1e-9, SLOPE)
    assert relative_error(got, slow.dispersion_s_per_m2(wavelength_nm * 1e-9, zero_nm * 1e-9, SLOPE)) < 1e-12


# Length [km], band [nm], extreme accumulated dispersion [ps/nm] with lambda0 of 1300 and 1324 nm: computed
# independently for the reaches of IEEE 802.3 (its tables print +0.8 and -0.93 for DR).
@pytest.mark.parametrize(
    ("length_km", "shortest_nm", "longest_nm", "positive", "negative"),
    [
        (0.5, 1304.5, 1317.5, 0.789, -0.917),
        (2.0, 1304.5, 1317.5, 3.156, -3.669),
        (10.0, 1304.5, 1317.5, 15.78, -18.35),
        (2.0, 1264.5, 1337.5, 6.615, -11.745),
        (0.5, 1264.5, 1337.5, 1.654, -2.936),
        (0.5, 1308.0, 1335.0, 1.55, -0.75),
    ],
)
def test_dispersion_table(length_km, shortest_nm, longest_nm, positive, negative):
    length_m = length_km * 1e3
    most = path.dispersion_s_per_m2(longest_nm * 1e-9, 1300e-9, SLOPE) * length_m / PS_PER_NM
    least = path.dispersion_s_per_m2(shortest_nm * 1e-9, 1324e-9, SLOPE) * length_m / PS_PER_NM
    assert most == pytest.approx(positive, rel=1e-3, abs=5.1e-3)
    assert least == pytest.approx(negative, rel=1e-3, abs=5.1e-3)


@pytest.mark.parametrize("dispersion", [0.8, 6.6, -11.7, 28.0])
@pytest.mark.parametrize("frequency_ghz", [10.0, 53.125, 106.25])
def test_phase(dispersion, frequency_ghz):
    got = path.dispersion_phase(1.311e-6, dispersion * PS_PER_NM, frequency_ghz * 1e9)
    exact = slow.dispersion_phase(1.311e-6, dispersion * PS_PER_NM, frequency_ghz * 1e9)
    assert relative_error(got, exact) < 1e-14


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.7, 3.0])
@pytest.mark.parametrize("dispersion", [0.0, 0.8, 6.6, -11.7])
@pytest.mark.parametrize("frequency_ghz", [0.0, 21.0, 56.7])
def test_chirped_response(alpha, dispersion, frequency_ghz):
    args = (1.3375e-6, dispersion * PS_PER_NM, alpha, frequency_ghz * 1e9)
    assert float(abs(path.chromatic_response(*args) - slow.chromatic_response(*args))) < 2e-15 * (
        1 + abs(alpha)
    )


def test_sign_of_chirp():
    """alpha = +1, +6.6 ps/nm at 1337.5 nm, 56.7 GHz: -5.4 dB; the other sign of j would make it +2.3 dB."""
    fade = db_electrical(path.chromatic_response(1.3375e-6, 6.615e-3, 1.0, 56.7e9))
    wrong = db_electrical(path.chromatic_response(1.3375e-6, -6.615e-3, 1.0, 56.7e9))
    assert fade == pytest.approx(-5.4, abs=0.1)
    assert wrong == pytest.approx(2.3, abs=0.1)


def test_statements_about_fading():
    """2 km of CWDM at 1310 nm and 53 GHz, computed apart: 0.33 and 0.59 rad, 0.50 and 1.6 dB; DR 0.007 dB."""
    assert path.dispersion_phase(1.31e-6, 6.6e-3, 53e9) == pytest.approx(0.333, abs=1e-3)
    assert path.dispersion_phase(1.31e-6, 11.7e-3, 53e9) == pytest.approx(0.591, abs=1e-3)
    assert db_electrical(path.chromatic_response(1.31e-6, 6.6e-3, 0.0, 53e9)) == pytest.approx(
        -0.50, abs=0.01
    )
    assert db_electrical(path.chromatic_response(1.31e-6, 11.7e-3, 0.0, 53e9)) == pytest.approx(
        -1.6, abs=0.03
    )
    assert db_electrical(path.chromatic_response(1.31e-6, 0.8e-3, 0.0, 53e9)) == pytest.approx(
        -0.0071, abs=1e-4
    )


def test_first_null():
    """Chirp-free first null at f = sqrt(c / (2 lambda^2 |D L|))."""
    wavelength, dispersion = 1.311e-6, 8e-3
    null = math.sqrt(299792458.0 / (2 * wavelength**2 * dispersion))
    assert path.chromatic_response(wavelength, dispersion, 0.0, null) == pytest.approx(0.0, abs=1e-14)
    assert path.chromatic_response(wavelength, dispersion, 0.0, 0.99 * null) > 0
    assert path.chromatic_response(wavelength, dispersion, 0.0, 1.01 * null) < 0


@pytest.mark.parametrize("dgd_ps", [0.0, 2.24, 2.3, 5.0])
@pytest.mark.parametrize("frequency_ghz", [0.0, 26.5, 53.125])
def test_dgd(dgd_ps, frequency_ghz):
    exact = slow.dgd_response(dgd_ps * 1e-12, frequency_ghz * 1e9)
    assert float(abs(path.dgd_response(dgd_ps * 1e-12, frequency_ghz * 1e9) - exact)) < 1e-15


@pytest.mark.parametrize(
    ("dispersion", "alpha", "dgd_ps", "nyquist_ghz"),
    [
        (0.0, 0.0, 0.0, 53.125),
        (-0.917, 0.5, 2.24, 53.125),
        (6.615, 0.0, 2.3, 53.125),
        (-11.745, 0.0, 2.3, 56.71875),
        (6.615, 1.0, 1.0, 53.125),
        (-11.745, 1.0, 0.0, 53.125),  # the chirp compresses: a gain
        (0.0, 0.0, 8.8, 53.125),  # close to the limit: |H| = 0.102 at the band edge
    ],
)
def test_equalised_penalty(dispersion, alpha, dgd_ps, nyquist_ghz):
    args = (1.311e-6, dispersion * PS_PER_NM, alpha, dgd_ps * 1e-12, nyquist_ghz * 1e9)
    got, status = path.equalised_penalty(*args)
    exact, slow_status = slow.equalised_penalty(*args)
    assert status == slow_status == 0
    assert relative_error(got, exact) < 1e-10


def test_equalised_penalty_of_dgd_alone():
    """1/cos^2 integrates to a tangent: sqrt(tan(x)/x), x = pi f_N tau; 0.105 dB at 2.24 ps and 53.125 GHz."""
    x = math.pi * 53.125e9 * 2.24e-12
    got, status = path.equalised_penalty(1.311e-6, 0.0, 0.0, 2.24e-12, 53.125e9)
    assert status == 0
    assert got == pytest.approx(math.sqrt(math.tan(x) / x), rel=1e-13)
    assert 10 * math.log10(got) == pytest.approx(0.1046, abs=1e-4)


@pytest.mark.parametrize(("edge", "expected"), [(0.1015, 0), (0.1005, 0), (0.0985, 1), (0.05, 1), (-0.9, 1)])
def test_equalised_penalty_gives_up_below_a_tenth(edge, expected):
    dgd_s = math.acos(edge) / (math.pi * 53.125e9)
    got, status = path.equalised_penalty(1.311e-6, 0.0, 0.0, dgd_s, 53.125e9)
    assert status == expected
    assert math.isnan(got) == (expected == 1)
    assert slow.equalised_penalty(1.311e-6, 0.0, 0.0, dgd_s, 53.125e9)[1] == expected


@pytest.mark.parametrize("pdl_db", [0.0, 0.1, 0.5, 3.0])
def test_polarisation_dependent_loss(pdl_db):
    ratio = 10 ** (pdl_db / 10)
    assert relative_error(path.pdl_worst_transmission(ratio), slow.pdl_worst_transmission(ratio)) < 1e-14


@settings(max_examples=200)
@given(
    wavelength=st.floats(1.26e-6, 1.36e-6),
    alpha=st.floats(-4.0, 4.0),
    frequency=st.floats(0.0, 2e11),
    dispersion=st.floats(-3e-2, 3e-2),
    dgd=st.floats(0.0, 1e-11),
)
def test_passive_fibre(wavelength, alpha, frequency, dispersion, dgd):
    """No dispersion, no change; no chirp, no gain; with chirp at most the peak sqrt(1 + alpha^2)."""
    assert path.chromatic_response(wavelength, 0.0, alpha, frequency) == pytest.approx(1.0, abs=1e-14)
    assert path.chromatic_response(wavelength, dispersion, alpha, 0.0) == pytest.approx(1.0, abs=1e-14)
    assert abs(path.chromatic_response(wavelength, dispersion, 0.0, frequency)) <= 1.0
    peak = math.sqrt(1 + alpha**2) * (1 + 1e-15)
    assert abs(path.chromatic_response(wavelength, dispersion, alpha, frequency)) <= peak
    assert abs(path.dgd_response(dgd, frequency)) <= 1.0
    assert path.dgd_response(0.0, frequency) == 1.0


@settings(max_examples=100)
@given(dispersion=st.floats(-6e-3, 6e-3), dgd=st.floats(0.0, 5e-12), pdl=st.floats(1.0, 10.0))
def test_passive_penalties(dispersion, dgd, pdl):
    got, status = path.equalised_penalty(1.311e-6, dispersion, 0.0, dgd, 53.125e9)
    assert status == 0
    assert got >= 1.0 - 1e-14
    assert 0.0 < path.pdl_worst_transmission(pdl) <= 1.0
