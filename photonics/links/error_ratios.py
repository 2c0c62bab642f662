"""The error ratio of a lane against received power, by the closed form."""

from collections.abc import Sequence
from dataclasses import replace

from photonics_kernels import link as kernels

from photonics import catalog
from photonics.lower.link import LEVELS, lane_case, link_rows
from photonics.results import BerCurve, BerPoint
from photonics.spec.link import LinkSpec

from .limits import Limit, lane_limit
from .sensitivity import full_row, sensitivity

LOWEST_DBM, HIGHEST_DBM = -60.0, 30.0  # as far as the sensitivity's search goes


def closed_form_curve(
    spec: LinkSpec, corner: str, lane: int, powers: Sequence[float] | None, target_ber: float | None
) -> BerCurve:
    """BER of one lane at given powers, or around its sensitivity, and the sensitivity itself; ``ber`` is its public face."""
    case = lane_case(spec, lane, corner)
    clause = lane_limit(spec, catalog.phy(spec.phy))
    # A target is a plain bit error ratio: it is compared with the mean BER, not with a mean over codewords.
    limit = Limit(clause.ber if target_ber is None else target_ber, clause.source, False)
    sense = sensitivity(case, limit, detail=False)
    if powers is None:
        centre = sense.oma_dbm if sense.oma_dbm is not None else -5.0
        powers = [min(max(centre - 5.0 + 0.5 * i, LOWEST_DBM), HIGHEST_DBM) for i in range(21)]
    row, _, _ = full_row(case, limit)
    answers = kernels.closed_form(
        link_rows([replace(row, rx_oma_dbm=p) for p in powers], LEVELS[spec.signal.format]), False
    )
    points = tuple(BerPoint(p, float(value)) for p, value in zip(powers, answers.log10_mean_ber, strict=True))
    cost = "the statistical eye's penalty at its sensitivity" if spec.chain is not None else "the design's equalised_penalty"
    note = f"closed form: no intersymbol interference but {cost}; no sampling error, so no interval"
    return BerCurve(spec.name, "closed-form", corner, lane, points, limit.ber, sense.oma_dbm, sense.status, note)
