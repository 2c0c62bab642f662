"""What TDECQ says of a waveform: the penalty, the taps and thresholds that gave it, and what each impairment costs."""

from dataclasses import dataclass
from typing import Any

from .table import Table, json_number, number


@dataclass(frozen=True)
class TdecqResult:
    """TDECQ (TECQ, SECQ; TDEC for NRZ) of one period of a waveform; powers in the waveform's unit, watts where it was watts.

    ``center_ui`` is the middle of the two windows, in UI from the beginning of a symbol; ``parts`` add up to the penalty.  ``tdecq_db``
    is None, and ``status`` says why, where no noise leaves the target error ratio.
    """

    metric: str
    tdecq_db: float | None
    ceq: float
    taps: tuple[float, ...]
    main_tap: int
    equalizer: str
    center_ui: float
    center_mode: str
    oma_outer_w: float
    average_power_w: float
    extinction_ratio_db: float | None
    thresholds_w: tuple[float, ...]
    threshold_shifts: tuple[float, ...]  # of OMA
    ser_left: float | None
    ser_right: float | None
    target_ser: float
    sigma_g_w: float | None
    scope_noise_w: float
    reference_bandwidth_ghz: float | None
    symbols: int
    samples_per_ui: int
    periods: int
    shift_samples: int
    parts: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    status: str = "ok"

    def table(self) -> Table:
        """The penalty and what it is made of."""
        rows = [[name, number(value, 3)] for name, value in self.parts]
        rows.append([self.metric, number(self.tdecq_db, 3)])
        title = f"{self.metric} of {self.symbols} symbols, {self.samples_per_ui} samples per UI, SER {self.target_ser:g}"
        return Table(["share", "dB"], rows, title, frozenset({1}))

    def __str__(self) -> str:
        lines = [str(self.table()), ""]
        lines.append(f"OMAouter {self.oma_outer_w:.5g} W, average {self.average_power_w:.5g} W, extinction ratio {number(self.extinction_ratio_db)} dB")
        ser = " and ".join("-" if v is None else f"{v:.3g}" for v in (self.ser_left, self.ser_right))
        lines.append(f"windows about {number(self.center_ui, 4)} UI ({self.center_mode}); SER left and right {ser}")
        lines.append(f"{self.equalizer}, main tap {self.main_tap}: {', '.join(number(w, 4) for w in self.taps)}; Ceq {number(self.ceq, 4)}")
        lines.extend(self.notes)
        if self.status != "ok":
            lines.append(self.status)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.table().html()

    def as_dict(self) -> dict[str, Any]:
        """One JSON document; what does not exist is null."""
        return {
            "metric": self.metric, "tdecq_db": json_number(self.tdecq_db), "ceq": json_number(self.ceq), "taps": list(self.taps),
            "main_tap": self.main_tap, "equalizer": self.equalizer, "center_ui": json_number(self.center_ui), "center_mode": self.center_mode,
            "oma_outer_w": json_number(self.oma_outer_w), "average_power_w": json_number(self.average_power_w),
            "extinction_ratio_db": json_number(self.extinction_ratio_db), "thresholds_w": list(self.thresholds_w),
            "threshold_shifts_oma": list(self.threshold_shifts), "ser_left": json_number(self.ser_left),
            "ser_right": json_number(self.ser_right), "target_ser": self.target_ser, "sigma_g_w": json_number(self.sigma_g_w),
            "scope_noise_w": self.scope_noise_w, "reference_bandwidth_ghz": json_number(self.reference_bandwidth_ghz),
            "symbols": self.symbols, "samples_per_ui": self.samples_per_ui, "periods": self.periods, "shift_samples": self.shift_samples,
            "parts_db": {name: json_number(value) for name, value in self.parts}, "notes": list(self.notes), "status": self.status,
        }  # fmt: skip
