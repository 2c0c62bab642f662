"""Constants of the answers about a link, each found again in an answer and worked out a second time by hand."""

import math

import pytest

import photonics as ph
from photonics.links import limits
from photonics.lower import link as lower
from photonics.spec import link as spec_link
from tests.oracle import fec

#: Levels of a symbol and the bits it carries; PAM6 sends 5 bits on two symbols.
FORMATS = {"NRZ": (2, 1.0), "PAM4": (4, 2.0), "PAM6": (6, 2.5), "PAM8": (8, 3.0)}


def test_levels_and_bits_of_the_formats():
    assert {name: levels for name, (levels, _) in FORMATS.items()} == lower.LEVELS
    assert {name: bits for name, (_, bits) in FORMATS.items()} == spec_link.BITS_PER_SYMBOL


@pytest.mark.parametrize("design", ["1.6T-2xDR4", "800G-2xDR4"])
def test_latency_of_the_code(design):
    """37 cycles of 1 GHz, and the interleaved codewords of 544 x 10 bits at the line rate of their domain."""
    spec = ph.load(design)
    module = ph.budget(spec, corner="typ").module
    found = {t.name: t.value_ns for t in module.latency_terms}["KP4 encode and decode"]
    line_bps = spec.signal.payload_rate.typ / int(spec.fec.domains) * 544 / 512
    received_s = int(spec.fec.interleave) * 544 * 10 / line_bps
    assert found == pytest.approx(37.0 + received_s * 1e9, rel=1e-12)


def test_limit_without_a_code():
    spec = ph.load("1.6T-2xDR4")
    bare = spec.model_copy(update={"fec": spec.fec.model_copy(update={"code": "none"})})
    limit = limits.lane_limit(bare, ph.catalog.phy(spec.phy))
    assert limit.ber == 1e-12
    assert limit.log_limit == pytest.approx(-12 * math.log(10), rel=1e-15)


def test_error_ratios_of_a_port():
    """The mean over its lanes of p + q - 2 p q, q the electrical segments'; a frame is lost with its codeword."""
    found = ph.budget("1.6T-2xDR4", corner="worst")
    interleave = int(ph.load("1.6T-2xDR4").fec.interleave)
    lanes = {lane.lane: lane for lane in found.lanes}
    for port in found.ports:
        total = 0.0
        for index in port.lanes:
            ber = lanes[index].pre_fec_ber
            for segment in port.segments:
                ber += segment.bit_error_ratio * (1 - 2 * ber)
            total += ber / len(port.lanes)
        assert port.log10_ber == pytest.approx(math.log10(total), rel=1e-9)
        frame = fec.log_frame_loss_ratio(port.log10_codeword * math.log(10), interleave) / math.log(10)
        assert port.log10_frame == pytest.approx(float(frame), rel=1e-9)


def test_dispersion_delay_and_loss_of_the_fibre():
    """In ps/nm, ps and dB: D = (S0/4) (lambda - lambda0^4 / lambda^3) in nm, 0.5 km of it."""
    spec = ph.load("1.6T-2xDR4")
    fibre = next(e for e in spec.path if e.kind == "fibre")
    case = lower.lane_case(spec, 0, "typ")
    km = fibre.length.typ / 1000
    assert (fibre.count, km) == (1, 0.5)
    wave, zero = spec.signal.wavelength.typ, fibre.zero_dispersion_wavelength.typ
    expected = fibre.dispersion_slope.typ / 4 * (wave - zero**4 / wave**3) * km
    assert case.distortion.accumulated_ps_nm == pytest.approx(expected, rel=1e-9)
    assert case.distortion.wavelength_nm == wave
    assert case.distortion.dgd_ps == pytest.approx(fibre.dgd.typ * 1e12, rel=1e-12)
    (loss,) = [each.loss_db for each in case.channel if each.name == fibre.name]
    assert loss == pytest.approx(fibre.attenuation.typ * km, rel=1e-12)
