"""What a kind of experiment needs and a case may neither give nor list as missing: one setting per mechanism, for every case.

These are hypotheses about laboratories, swept over their ranges like any other missing input.  Nothing here may be moved to make one
case pass: a change is judged by all cases together.
"""

from dataclasses import dataclass

from .published import Axis


@dataclass(frozen=True)
class Default:
    """One assumed input: its range in the unit the model takes, and on whose word."""

    name: str
    low: float
    nominal: float
    high: float
    unit: str
    source: str
    confidence: str
    levels: int = 2
    ratio: bool = False

    @property
    def axis(self) -> Axis:
        return Axis(self.name, self.low, self.nominal, self.high, self.levels, self.ratio)


_TABLE = (
    Default(
        "band_over_baud", 0.5, 0.7, 0.75, "1",
        "3 dB bandwidth of a receiver over its symbol rate: the 802.3 reference receiver at half, binary practice at 0.7 to 0.75", "assumed",
        levels=4,
    ),
    Default(
        "tx_error_floor", 4e-6, 2e-5, 1e-4, "1",
        "error floors that published PAM4 laboratory links imply, whole chain; the nominal value is the geometric middle", "derived",
        ratio=True,
    ),
    Default(
        "extinction_ratio_2", 8.0, 11.0, 15.0, "dB", "laboratory lithium niobate and electro-absorption transmitters, binary", "assumed"
    ),
    Default(
        "extinction_ratio_4", 4.0, 6.0, 8.0, "dB", "laboratory PAM4 transmitters; the DR4 clause asks for 3.5 dB at least", "assumed"
    ),
    Default("responsivity", 0.6, 0.8, 1.0, "A/W", "PIN diodes of the O and C band, coupling included", "assumed"),
    Default("target_ber_2", 1e-12, 1e-12, 1e-9, "1", "binary receivers are reported at 1e-9 (before about 2005) or 1e-12", "assumed", ratio=True),
    Default("target_ber_4", 2.4e-4, 2.4e-4, 3.8e-3, "1", "KP4 or hard-decision thresholds, the two usual ones", "assumed", ratio=True),
    Default(
        "dark_current", 1e-9, 1e-8, 1e-7, "A", "germanium and InGaAs diodes near room temperature, primary current", "assumed", ratio=True
    ),
)
DEFAULTS = {default.name: default for default in _TABLE}

# Pre-FEC error ratios behind the names of codes, as papers use them.
THRESHOLDS = {"KP4": 2.4e-4, "HD-FEC": 3.8e-3, "SD-FEC": 2e-2}
