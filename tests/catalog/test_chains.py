"""Chains of the shipped designs: whole, of the module's kind, and true to the facts that they quote."""

import math

import pytest

from photonics import catalog
from photonics.files.toml import load

DESIGNS = [entry.name for entry in catalog.list("link")]
CHAINS = [entry.name for entry in catalog.list("part") if entry.name.startswith("chain-")]
RESPONSES = [entry.name for entry in catalog.list("part") if entry.name.startswith("response-")]


def number(name):
    return float(catalog.fact(name))


def stage(design, name):
    return next(response for response in catalog.load_link(design).chain.response if response.name == name)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_has_a_chain_of_its_kind(name):
    spec = catalog.load_link(name)
    kinds = [response.kind for response in spec.chain.response]
    assert "photodiode" in kinds and "tia" in kinds and not {"measured", "raised_cosine"} & set(kinds)
    modulator = {"eam": "EML", "ring": "ring", "mzm": "Mach-Zehnder"}[spec.modulator.kind]
    assert modulator in [response.name for response in spec.chain.response]
    hosts = {side for side in ("transmit", "receive") if any(r.side == side and r.electrical for r in spec.chain.response)}
    linear = {"both": set(), "transmit": {"receive"}, "none": {"transmit", "receive"}}[spec.electronics.retiming]
    # A slicer beside the optics has no host channel of its own: the engine's interface is digital.
    assert hosts == (set() if spec.signal.format == "NRZ" else linear)
    host = 28 if spec.signal.symbol_rate.typ > 1e11 else 24
    assert spec.ffe_taps == (1 if spec.signal.format == "NRZ" else 21 if spec.electronics.retiming == "both" else host)
    assert spec.chain.equalizer.given("transmit_taps") == (spec.signal.format != "NRZ")


@pytest.mark.parametrize("name", DESIGNS)
def test_what_has_no_worse_side_has_no_range(name):
    """A corner knows one end of every scalar: a range without a worse side would leave it nothing to choose."""
    for keys, scalar, kind in catalog.load_link(name).scalars():
        if keys[0] == "chain" and kind.worst == "either":
            assert scalar.single, keys


def test_each_chain_and_each_response_is_used():
    used = {catalog.load_link(name).chain.part for name in DESIGNS}
    assert used == set(CHAINS) and len(CHAINS) == 11
    text = "".join(catalog.design_text(name) for name in CHAINS)
    for name in RESPONSES:
        assert f'part = "{name}"' in text, name


def test_lines_and_die_are_those_of_the_draft():
    """Class A package and the die's ladder of P802.3dj as the facts have them."""
    spec = catalog.load_link("1.6T-2xDR4-lpo")
    by_name = {response.name: response for response in spec.chain.response}
    neper_cm = 200.0 / math.log(10.0)  # 1/mm in dB/cm
    for end in ("transmitter", "receiver"):
        die = [by_name[f"host {end} die {i}"] for i in (1, 2, 3)]
        assert [d.input_capacitance.typ for d in die] == pytest.approx([1e-9 * c for c in catalog.fact("die_dj_cd").value])
        assert [d.inductance.typ for d in die] == pytest.approx([1e-9 * x for x in catalog.fact("die_dj_ls").value])
        assert die[2].output_capacitance.typ == pytest.approx(1e-9 * number("die_dj_cb"))
        assert [bool(d.reversed) for d in die] == [end == "receiver"] * 3
        assert by_name[f"host {end} ball"].input_capacitance.typ == pytest.approx(1e-9 * number("die_dj_cp"))
        line = by_name[f"host {end} package"]
        assert line.skin_loss.typ == pytest.approx(neper_cm * number("pkg_dj_a_a1"))
        assert line.dielectric_loss.typ == pytest.approx(neper_cm * number("pkg_dj_a_a2"))
        assert line.dc_loss.typ / 1e5 == pytest.approx(neper_cm * number("pkg_dj_gamma0"), rel=1e-4)
        assert line.delay.typ == pytest.approx(1e-6 * number("pkg_dj_delay"))
        assert line.impedance.typ == catalog.fact("pkg_dj_a_impedance").value[0]
    for name in ("host board to module", "module to host board"):
        board = by_name[name]
        assert board.skin_loss.typ == pytest.approx(neper_cm * number("host_dj_a1"))
        assert board.dielectric_loss.typ == pytest.approx(neper_cm * number("host_dj_a2"))
        assert board.delay.typ == pytest.approx(1e-6 * number("host_dj_delay"))
        assert board.impedance.typ == number("host_dj_impedance")
    assert by_name["host transmitter die 1"].source_resistance.typ == 2.0 * number("die_dj_rd")
    equalizer = spec.chain.equalizer
    assert (equalizer.ffe_pre.typ, equalizer.tap_limit.typ) == (number("dj_rx_taps_c2m_pre"), number("dj_rx_fixed_limit"))
    assert (equalizer.dfe_taps.typ, equalizer.dfe_limit.typ) == (number("dj_dfe_taps"), number("dj_dfe_b_max"))
    assert by_name["host CTLE"].zero.typ == 1e9 * number("dj_ctle_fz")
    assert by_name["host CTLE"].pole_2.typ == 1e9 * number("dj_ctle_fp2")


def db_at_nyquist(line, symbol_rate):
    """Loss of a line at half the symbol rate, apart from reflections; lengths in cm, frequencies in GHz."""
    if line.loss is not None:
        return line.loss.typ
    f = 0.5 * symbol_rate / 1e9
    per_cm = line.skin_loss.typ * math.sqrt(f) + line.dielectric_loss.typ * f
    return 100.0 * line.length.typ * (per_cm + (0.0 if line.dc_loss is None else line.dc_loss.typ / 1e5))


@pytest.mark.parametrize(
    ("name", "sides", "low", "high"),
    [
        ("1.6T-2xDR4-lpo", ("transmit", "receive"), 18.0, 23.0),  # 22 dB from switch chip to module
        ("1.6T-2xDR4-lro", ("receive",), 18.0, 23.0),
        ("1.6T-2xDR4-npo", ("transmit", "receive"), 13.0, 18.0),  # what talks give for a near-package engine
        ("1.6T-CPO-ring", ("transmit", "receive"), 3.0, 5.0),
        ("800G-2xDR4-lpo", ("transmit", "receive"), 10.6, 13.0),  # medians of a switch of 51.2T
        ("800G-CPO-mzm", ("transmit", "receive"), 1.5, 3.5),
    ],
)
def test_a_linear_host_loses_what_is_told_of_its_class(name, sides, low, high):
    spec = catalog.load_link(name)
    for side in sides:
        lines = [r for r in spec.chain.response if r.kind == "trace" and r.side == side]
        assert low <= sum(db_at_nyquist(line, spec.signal.symbol_rate.typ) for line in lines) <= high


@pytest.mark.parametrize(
    ("design", "name", "field", "low", "high"),
    [
        ("1.6T-2xDR4", "driver", "bandwidth", catalog.fact("driver_bandwidth").low, catalog.fact("driver_bandwidth").high),
        ("1.6T-2xDR4", "EML", "bandwidth", catalog.fact("eml_bandwidth").low, catalog.fact("eml_bandwidth_2026").high),
        ("1.6T-2xDR4-sipho", "Mach-Zehnder", "bandwidth", catalog.fact("si_mzm_bandwidth").low, catalog.fact("si_mzm_bandwidth_2026").high),
        ("1.6T-2xDR4", "photodiode", "rc_bandwidth", number("ge_pd_priel_bandwidth"), number("ge_pd_shi_bandwidth")),
        ("1.6T-2xDR4", "TIA", "bandwidth", catalog.fact("tia_200g_bandwidth").low, catalog.fact("tia_200g_bandwidth").high),
        ("800G-2xDR4", "TIA", "bandwidth", number("tia_16nm_bandwidth"), number("tia_sg13s_bandwidth")),
        ("800G-2xDR4", "photodiode", "rc_bandwidth", catalog.fact("pd_bandwidth").low, catalog.fact("pd_bandwidth").high),
        ("800G-2xDR4", "DAC", "bandwidth", catalog.fact("dac_bandwidth").low, catalog.fact("dac_bandwidth").high),
    ],
)
def test_bandwidths_lie_within_the_facts(design, name, field, low, high):
    scalar = getattr(stage(design, name), field)
    assert low <= scalar.low / 1e9 and scalar.high / 1e9 <= high


def test_devices_have_the_bandwidth_that_is_told_of_them():
    """Half the power, from the equations themselves: the ring at 70 GHz (ST), lithium niobate from 67 to 110 GHz."""

    def half(response):
        f = 1e9
        while abs(response(f)) > math.sqrt(0.5):
            f += 0.1e9
        return f / 1e9

    ring = stage("1.6T-CPO-ring", "ring")
    wavelength = 1e-9 * catalog.load_link("1.6T-CPO-ring").signal.wavelength.typ
    rate = math.pi * 299792458.0 / (ring.quality_factor.typ * wavelength)  # decay of the amplitude in 1/s
    detuned = 2.0 * math.pi * ring.detuning.typ

    def of_ring(f):
        w = 2.0j * math.pi * f
        slope = (1 + w / (2 * ring.intrinsic_share.typ * rate)) * (rate**2 + detuned**2) / ((rate + w) ** 2 + detuned**2)
        return slope / (1 + 1j * f / ring.rc_bandwidth.typ)

    assert half(of_ring) == pytest.approx(number("st_ring_bandwidth"), rel=0.03)
    assert 2.0 * detuned == pytest.approx(2.0 * rate, rel=0.05)  # half the width of the line

    electrode = stage("1.6T-2xDR4-tfln", "Mach-Zehnder")

    def of_electrode(f):
        loss = electrode.skin_loss.typ * math.sqrt(f / 1e9) * 100.0 * electrode.electrode_length.typ / (20.0 / math.log(10.0))
        z = loss + 2.0j * math.pi * f * electrode.index_mismatch.typ * electrode.electrode_length.typ / 299792458.0
        return (1 - cexp(-z)) / z

    assert 67.0 <= half(of_electrode) <= 110.0
    low, high = catalog.fact("tfln_vpi_length").low, catalog.fact("tfln_vpi_length").high
    v_pi = catalog.load_link("1.6T-2xDR4-tfln").modulator.v_pi.typ
    assert electrode.electrode_length.low == pytest.approx(1e-2 * low / v_pi, rel=0.01)
    assert electrode.electrode_length.high == pytest.approx(1e-2 * high / v_pi, rel=0.01)


def cexp(z):
    return math.exp(z.real) * complex(math.cos(z.imag), math.sin(z.imag))


def test_jitter_of_the_clocks():
    jitter = catalog.load_link("1.6T-2xDR4").chain.jitter.random
    assert jitter.low == pytest.approx(1e-15 * catalog.fact("clock_jitter_106gbd").low)
    assert jitter.high == pytest.approx(1e-15 * catalog.fact("clock_jitter_106gbd").high)
    assert jitter.typ == pytest.approx(1e-15 * number("clock_jitter_001ui"))


def test_one_value_over_a_shipped_chain(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('schema = "photonics/link/1"\nbase = "1.6T-2xDR4-lpo"\nname = "mine"\n[chain.equalizer]\nhost_taps = 32\n', encoding="utf-8")
    spec = catalog.load_link(path)
    assert spec.ffe_taps == 32 and spec.chain.response == catalog.load_link("1.6T-2xDR4-lpo").chain.response
    assert load(str(path)).data["chain"] == {"equalizer": {"host_taps": 32}}
