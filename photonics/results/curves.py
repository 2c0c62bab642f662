"""BER against received power, and post-FEC figures."""

import math
from dataclasses import dataclass
from typing import Any

from .table import Table, json_number, number, ratio


@dataclass(frozen=True)
class BerPoint:
    """BER at one received outer OMA; the interval is None where the method has no sampling error."""

    rx_oma_dbm: float
    log10_ber: float
    ci95_low: float | None = None
    ci95_high: float | None = None

    @property
    def pre_fec_ber(self) -> float:
        return 10.0**self.log10_ber

    def as_dict(self) -> dict[str, Any]:
        return {
            "rx_oma_dbm": json_number(self.rx_oma_dbm),
            "pre_fec_ber": json_number(self.pre_fec_ber),
            "log10_ber": json_number(self.log10_ber),
            "ci95_low": json_number(self.ci95_low),
            "ci95_high": json_number(self.ci95_high),
        }


@dataclass(frozen=True)
class BerCurve:
    """BER of one lane of a link against received outer OMA at TP3, by one method."""

    link: str
    method: str
    corner: str
    lane: int
    points: tuple[BerPoint, ...]
    target_ber: float | None = None
    sensitivity_oma_dbm: float | None = None
    status: str = "ok"
    note: str = ""

    def table(self) -> Table:
        title = f"{self.link}, lane {self.lane}, {self.corner} corner, method {self.method}"
        heads = ["rx OMA dBm", "pre-FEC BER", "log10 BER"]
        rows = [[number(p.rx_oma_dbm), ratio(p.log10_ber), number(p.log10_ber, 3)] for p in self.points]
        if any(p.ci95_high is not None for p in self.points):
            heads += ["95 % from", "to"]
            for row, p in zip(rows, self.points, strict=True):
                row += ["" if end is None else ratio(math.log10(end) if end > 0.0 else -math.inf) for end in (p.ci95_low, p.ci95_high)]
        return Table(heads, rows, title, frozenset(range(len(heads))))

    def __str__(self) -> str:
        lines = [str(self.table())]
        if self.target_ber is not None:
            where = f"{number(self.sensitivity_oma_dbm, 3)} dBm" if self.status == "ok" else f"none: {self.status}"
            lines.append(f"sensitivity at BER {self.target_ber:.3g}: {where}")
        if self.note:
            lines.append(self.note)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.table().html()

    def as_dict(self) -> dict[str, Any]:
        return {
            "link": self.link,
            "method": self.method,
            "corner": self.corner,
            "lane": self.lane,
            "points": [p.as_dict() for p in self.points],
            "target_ber": json_number(self.target_ber),
            "sensitivity_oma_dbm": json_number(self.sensitivity_oma_dbm),
            "status": self.status,
            "note": self.note,
        }


@dataclass(frozen=True)
class FecResult:
    """What a code makes of a pre-FEC BER; logarithms beside the plain numbers, which end at 1e-308."""

    code: str
    pre_fec_ber: float
    interleave: int
    log10_symbol: float
    log10_codeword: float
    log10_frame: float
    errors: str = "random"

    @property
    def rs_symbol_error_ratio(self) -> float:
        return 10.0**self.log10_symbol

    @property
    def codeword_error_ratio(self) -> float:
        return 10.0**self.log10_codeword

    @property
    def frame_loss_ratio_64b(self) -> float:
        return 10.0**self.log10_frame

    def table(self) -> Table:
        rows = [
            ["pre-FEC BER", f"{self.pre_fec_ber:.4g}"],
            ["RS symbol error ratio", ratio(self.log10_symbol)],
            ["codeword error ratio", ratio(self.log10_codeword)],
            ["frame loss ratio, 64-octet frames", ratio(self.log10_frame)],
        ]
        return Table(["figure", "value"], rows, f"{self.code}, {self.interleave}-way interleaved, {self.errors} errors")

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().html()

    def as_dict(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "code": self.code,
            "pre_fec_ber": json_number(self.pre_fec_ber),
            "interleave": self.interleave,
            "errors": self.errors,
        }
        for name, logarithm in (
            ("rs_symbol_error_ratio", self.log10_symbol),
            ("codeword_error_ratio", self.log10_codeword),
            ("frame_loss_ratio_64b", self.log10_frame),
        ):
            out[name] = json_number(10.0**logarithm)
            out[f"log10_{name}"] = json_number(logarithm)
        return out
