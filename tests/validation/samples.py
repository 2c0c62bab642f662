"""Small published cases of our own, and how the tests change, write and judge them."""

import json
import math
from pathlib import Path

from scipy import special

import photonics as ph

OPEN = Path(__file__).parents[1] / "data" / "published_links.json"
TIA = "rx_pam4_112g_16nm_copackaged_tia"


def given(value, unit="1", **more):
    return {"value": value, "unit": unit, "tag": "seen", **more}


def lacking(name, unit, low, nominal, high):
    return {"name": name, "unit": unit, "assumed_low": low, "assumed_nominal": nominal, "assumed_high": high, "tag": "assumed"}


# Thermal noise alone: 1 mA drowns the shot noise, ten times the bandwidth leaves no interference.
THERMAL = {
    "id": "thermal",
    "kind": "rx_sensitivity_nrz",
    "grade": "A",
    "inputs": {
        "rate": given(10, "Gb/s"), "bandwidth": given(100, "GHz"), "noise_rms": given(1000, "uA"), "target_ber": given(1e-9),
        "responsivity": given(0.8, "A/W"), "extinction_ratio": given(10, "dB"), "dark_current": given(0, "nA"),
    },
    "missing": [],
    "reported": {"sensitivity": given(0.0, "dBm OMA")},
    "uncertainty": "none",
    "source": "made up",
    "tag": "derived",
}
LADDER = {
    **THERMAL,
    "id": "ladder",
    "kind": "energy_arithmetic",
    "inputs": {"power": given(16, "W")},
    "missing": [lacking("rate", "Gb/s", 1600, 1700, 2000)],
    "reported": {"efficiency": given(10.0, "pJ/bit")},
}


def changed(case, **changes):
    """A copy of a case with some keys replaced; inputs, missing and reported values are merged, None takes one away."""
    out = json.loads(json.dumps(case))
    for key, value in changes.items():
        if key in ("inputs", "reported"):
            out[key] = {k: v for k, v in (out[key] | value).items() if v is not None}
        else:
            out[key] = value
    return out


APD = changed(
    THERMAL, kind="rx_sensitivity_apd_nrz",
    inputs={"noise_rms": given(1, "uA"), "gain": given(10), "k_eff": given(0.1), "bandwidth": None, "dark_current": given(10, "nA")},
)  # fmt: skip


def write(tmp_path, *cases):
    path = tmp_path / "links.json"
    path.write_text(json.dumps({"schema": 1, "about": "", "cases": list(cases)}, indent=1))
    return path


def judge(tmp_path, case, quantity=None):
    found = ph.validate(write(tmp_path, case)).cases
    return found[0] if quantity is None else next(c for c in found if c.quantity == quantity)


def thermal_oma_dbm(levels, amperes, responsivity, ber):
    """OMA of a receiver whose noise is all its own: 2 (M-1) x i/R with c Q(x) = BER."""
    share = 2 * (levels - 1) / (levels * math.log2(levels))
    x = math.sqrt(2) * special.erfcinv(2 * ber / share)
    return 10 * math.log10(2 * (levels - 1) * x * amperes / responsivity * 1e3)


def swept(tmp_path, case, quantity="sensitivity"):
    found = judge(tmp_path, case, quantity)
    assert found.status != "unsupported", found.why
    return found.got, found.tolerance["swept"]
