"""What a statistical eye says of one lane: sub-eyes at error probabilities, bathtub, taps, noise by kind."""

from dataclasses import dataclass
from typing import Any

from .table import Table, json_number, number, ratio


@dataclass(frozen=True)
class SubEye:
    """One of the M - 1 eyes, between levels ``index`` and ``index + 1``; amplitudes in outer swings."""

    index: int
    threshold: float
    heights: tuple[float, ...]  # at each target, in outer swings; negative where the edges cross
    widths_ui: tuple[float, ...]  # of the opening around the threshold; 0 where there is none


@dataclass(frozen=True)
class EyeResult:
    """The eye of one lane at a received power, equaliser adapted to it.

    Amplitudes are in outer swings at the decision (the outer levels of an undistorted symbol lie 1 apart), times in UI from the sampling
    instant.  ``edges_low[t][n][e]`` and ``edges_high`` bound sub-eye e at offset n for target t: the levels beside it pass them with that
    probability, jitter included, beats of multipath not.
    """

    link: str
    corner: str
    lane: int
    rx_oma_dbm: float
    log10_ber: float
    log10_codeword: float
    levels: tuple[float, ...]
    sub_eyes: tuple[SubEye, ...]
    targets: tuple[float, ...]
    offsets_ui: tuple[float, ...]
    edges_low: tuple[tuple[tuple[float, ...], ...], ...]
    edges_high: tuple[tuple[tuple[float, ...], ...], ...]
    bathtub_offsets_ui: tuple[float, ...]
    bathtub_log10_ber: tuple[float, ...]
    pulse_ui: tuple[float, ...]
    pulse: tuple[float, ...]
    equalised_pulse: tuple[float, ...]
    taps: tuple[float, ...]
    main_tap: int
    taps_per_symbol: int
    feedback_taps: tuple[float, ...]
    detector: str
    noise: tuple[tuple[str, float], ...]  # rms in outer swings at the decision, mean over levels
    isi_rms: float
    burst_errors: float
    continuation: float
    notes: tuple[str, ...] = ()
    status: str = "ok"
    limit_ber: float | None = None  # what the lane may have; None where nothing says it
    outage: tuple[tuple[float, float], ...] = ()  # (probability, log10 BER that the slow beats of multipath exceed with it)

    @property
    def pre_fec_ber(self) -> float:
        return float(10.0**self.log10_ber)

    def table(self) -> Table:
        """Sub-eyes: threshold, height at every target, width at the last."""
        head = ["sub-eye", "threshold", *(f"height at {t:.0e}" for t in self.targets), *(f"width at {t:.0e}, UI" for t in self.targets)]
        rows = [
            [str(e.index), number(e.threshold, 4), *(number(h, 4) for h in e.heights), *(number(w, 3) for w in e.widths_ui)]
            for e in reversed(self.sub_eyes)
        ]
        title = f"{self.link}, lane {self.lane}, {self.corner} corner, {number(self.rx_oma_dbm, 2)} dBm OMA: amplitudes in outer swings"
        return Table(head, rows, title, frozenset(range(1, len(head))))

    def _noise_table(self) -> Table:
        rows = [[name, number(1000.0 * value, 2)] for name, value in (*self.noise, ("interference left", self.isi_rms))]
        return Table(["at the decision", "rms, thousandths of the swing"], rows, "", frozenset({1}))

    def __str__(self) -> str:
        taps = ", ".join(number(w, 3) for w in self.taps)
        lines = [str(self.table()), "", str(self._noise_table()), ""]
        lines.append(f"pre-FEC BER {ratio(self.log10_ber)}, codeword error ratio {ratio(self.log10_codeword)}; {self.detector}")
        lines.append(f"taps ({self.taps_per_symbol} a symbol, main {self.main_tap}): {taps}")
        if self.feedback_taps:
            lines.append(f"feedback: {', '.join(number(b, 3) for b in self.feedback_taps)}; {number(self.burst_errors, 2)} errors a burst")
        if self.outage:
            slow = ", ".join(f"{ratio(b)} in {p:.0e} of the time" for p, b in self.outage)
            lines.append(f"slow beats of multipath exceed: {slow}")
        lines.extend(self.notes)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.table().html()

    def as_dict(self) -> dict[str, Any]:
        """One JSON document; NaN becomes null."""

        def listed(values: Any) -> Any:
            return [listed(v) for v in values] if isinstance(values, tuple) else json_number(values)

        return {
            "link": self.link, "corner": self.corner, "lane": self.lane, "rx_oma_dbm": json_number(self.rx_oma_dbm), "method": "eye",
            "pre_fec_ber": json_number(self.pre_fec_ber), "log10_ber": json_number(self.log10_ber),
            "log10_codeword_error_ratio": json_number(self.log10_codeword), "amplitude_unit": "outer swing at the decision",
            "levels": listed(self.levels), "targets": listed(self.targets),
            "sub_eyes": [
                {
                    "index": e.index, "threshold": json_number(e.threshold), "heights": listed(e.heights),
                    "widths_ui": listed(e.widths_ui),
                }
                for e in self.sub_eyes
            ],
            "offsets_ui": listed(self.offsets_ui), "edges_low": listed(self.edges_low), "edges_high": listed(self.edges_high),
            "bathtub": [
                {"offset_ui": json_number(o), "log10_ber": json_number(b)}
                for o, b in zip(self.bathtub_offsets_ui, self.bathtub_log10_ber, strict=True)
            ],
            "pulse": {"time_ui": listed(self.pulse_ui), "response": listed(self.pulse), "equalised": listed(self.equalised_pulse)},
            "taps": listed(self.taps), "main_tap": self.main_tap, "taps_per_symbol": self.taps_per_symbol,
            "feedback_taps": listed(self.feedback_taps), "detector": self.detector,
            "noise_rms": {name: json_number(value) for name, value in self.noise}, "isi_rms": json_number(self.isi_rms),
            "burst_errors": json_number(self.burst_errors), "burst_continuation": json_number(self.continuation),
            "outage": [{"probability": p, "log10_ber": json_number(b)} for p, b in self.outage],
            "limit_ber": json_number(self.limit_ber), "notes": list(self.notes), "status": self.status,
        }  # fmt: skip
