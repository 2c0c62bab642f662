"""Every lowered row against the rooms of one point each, on random values: 64 points a block, several lanes."""

import math

import numpy as np
import pytest
from photonics_kernels import block, lower_block, path, receiver, reflection, roles, scale, transmitter

from tests.oracle import path as slow

W = block.WIDTH
NM, PS_NM2_KM = 1e-9, 1e3
# (kind, count, stated loss, reflects, pdl, splits) of the elements in the order light meets them.
INSIDE = [(roles.BEFORE_MODULATOR, 1, True, False, False, True), (roles.BEFORE_MODULATOR, 1, False, False, False, False)]
INSIDE += [(roles.AFTER_MODULATOR, 1, True, False, False, False)]
CONNECTOR, SPLICES = (roles.CHANNEL, 1, True, True, True, False), (roles.CHANNEL, 3, True, False, False, False)
PANELS, FIBRE = (roles.CHANNEL, 2, True, True, True, False), (roles.FIBRE, 1, False, False, False, False)
SPANS, MEASURED = (roles.FIBRE, 2, False, True, True, False), (roles.FIBRE, 1, True, False, False, False)
LANES = {
    "back to back": [],
    "short": [*INSIDE, CONNECTOR, FIBRE, CONNECTOR],
    "long": [*INSIDE, CONNECTOR, SPANS, PANELS, SPLICES, MEASURED, CONNECTOR],
}


def program(elements, **changes):
    columns = list(zip(*elements, strict=True)) if elements else [()] * 6
    kind, count = (np.array(c, dtype=np.int64) for c in columns[:2])
    flags = [np.array(c, dtype=np.bool_) for c in columns[2:]]
    rest = dict(
        cooled=False, rin_average=True, by_drive=False, eml=True, avalanche=False, converter=True, optimal=True, tecq=False,
        worst_polarisation=True, mpi=roles.QUASI_STATIC, bound=reflection.STATISTICAL, wavelengths=1, alphas=1, zeros=1, worse=1,
    )
    return roles.LaneProgram(kind, count, *flags, **{**rest, **changes})


def at(element, field):
    return (roles.NAMED + element * roles.ELEMENT_ROWS) * W + field


def rows(elements, seed):
    """Named rows and elements, drawn over what designs hold."""
    rng = np.random.default_rng(seed)
    r = np.full((roles.NAMED + len(elements) * roles.ELEMENT_ROWS) * W, math.nan)

    def put(row, low, high):
        r[row : row + W] = rng.uniform(low, high, W)

    for row, low, high in (
        (roles.SYMBOL_RATE, 20e9, 113e9), (roles.WAVELENGTH_LOW_NM, 1290.0, 1311.0), (roles.WAVELENGTH_HIGH_NM, 1311.0, 1330.0),
        (roles.CASE_C, -5.0, 85.0), (roles.RIN_AVG_DB_HZ, -160.0, -135.0), (roles.RIN_OMA_DB_HZ, -155.0, -132.0), (roles.ER_DB, 2.0, 9.0),
        (roles.V_PI, 3.0, 8.0), (roles.RLM, 0.85, 1.0), (roles.ALPHA_LOW, -0.7, 0.0), (roles.ALPHA_HIGH, 0.0, 0.7), (roles.SNDR_DB, 28.0, 45.0),
        (roles.LAUNCH_RETURN_DB, 20.0, 40.0), (roles.RECEIVER_RETURN_DB, 20.0, 40.0), (roles.COUPLING_LOSS_DB, 0.0, 4.0),
        (roles.RESPONSIVITY, 0.5, 1.1), (roles.GAIN, 1.0, 12.0), (roles.IONISATION, 0.0, 1.0), (roles.DARK_25C_A, 1e-9, 1e-6),
        (roles.DENSITY_25C, 8e-12, 30e-12), (roles.BANDWIDTH, 10e9, 70e9), (roles.ENOB, 4.0, 7.0), (roles.FULL_SCALE, 1.0, 2.0),
        (roles.PENALTY_DB, 0.0, 3.0),
    ):  # fmt: skip
        put(row, low, high)
    r[roles.SWING_V : roles.SWING_V + W] = r[roles.V_PI : roles.V_PI + W] * rng.uniform(0.05, 0.99, W)
    for e in range(len(elements)):
        for field, low, high in (
            (roles.LOSS, 0.05, 1.5), (roles.LENGTH, 100.0, 1500.0), (roles.ATTENUATION, 0.3, 0.5), (roles.RETURN, 26.0, 60.0),
            (roles.PDL, 0.0, 0.4), (roles.ZERO_LOW, 1300.0, 1312.0), (roles.ZERO_HIGH, 1312.0, 1324.0), (roles.DISPERSION_SLOPE, 0.07, 0.093),
            (roles.DGD, 0.0, 1.5e-12), (roles.WAYS, 1.0, 8.0),
        ):  # fmt: skip
            put(at(e, field), low, high)
    return r


def lowered(elements, seed, **changes):
    """Rows, named rows and program after everything is lowered as the fused pass does it."""
    plan, r, b = program(elements, **changes), rows(elements, seed), np.zeros(block.ROWS * W)
    lower_block.lower_losses(r, b, plan)
    lower_block.lower_dispersion(r, b, plan)
    lower_block.lower_receiver(r, b, plan)
    lower_block.lower_levels(r, b, plan, 4)
    return b, r, plan


def close(got, exact, rel=2e-13):
    assert got == pytest.approx(exact, rel=rel, abs=0.0)


def loss_of(r, plan, e, i):
    if plan.element_by_loss[e]:
        return r[at(e, roles.LOSS) + i]
    return r[at(e, roles.LENGTH) + i] * 1e-3 * r[at(e, roles.ATTENUATION) + i]


def channel(r, plan, i):
    """(loss, fibre length, positions and return losses of the faces) of a point, PDL and faces placed one by one."""
    before, length, pdl = 0.0, 0.0, 0.0
    faces = [(0.0, r[roles.LAUNCH_RETURN_DB + i])]
    for e, kind in enumerate(plan.element_kind):
        if kind < roles.CHANNEL:
            continue
        for _ in range(plan.element_count[e]):
            each = loss_of(r, plan, e, i)
            if plan.element_reflects[e]:
                faces.append((before + each / 2.0, r[at(e, roles.RETURN) + i]))
            before += each
            length += r[at(e, roles.LENGTH) + i] if kind == roles.FIBRE else 0.0
            pdl += r[at(e, roles.PDL) + i] if plan.element_pdl[e] else 0.0
    if plan.worst_polarisation:
        before -= scale.ratio_to_db(path.pdl_worst_transmission(scale.db_to_ratio(pdl)))
    faces.append((before, r[roles.RECEIVER_RETURN_DB + i]))
    return before, length, faces


def amplitudes(faces):
    place, loss = np.array(faces).T
    out = np.empty(len(faces) * (len(faces) - 1) // 2)
    reflection.pair_amplitudes(10.0 ** (-loss / 10.0), 10.0 ** (-np.diff(place) / 10.0), out)
    return out


@pytest.mark.parametrize("worst", [True, False])
@pytest.mark.parametrize("name", LANES)
def test_losses_and_pairs(name, worst):
    b, r, plan = lowered(LANES[name], 31, worst_polarisation=worst)
    for i in range(W):
        loss, length, faces = channel(r, plan, i)
        assert b[block.LOSS_DB + i] == pytest.approx(loss, rel=1e-13, abs=1e-14)
        assert b[block.FIBRE_M + i] == pytest.approx(length, rel=1e-14)
        a = amplitudes(faces)
        close(b[block.PAIRS + i], a.sum())
        for k in range(1, 8):
            close(b[block.PAIRS + k * W + i], (a ** (2 * k)).sum(), 1e-12)


def test_losses_inside_the_module():
    b, r, plan = lowered(LANES["short"], 32)
    for i in range(W):
        split = r[at(0, roles.LOSS) + i] + 10.0 * math.log10(r[at(0, roles.WAYS) + i])
        close(b[block.BEFORE_DB + i], split + loss_of(r, plan, 1, i))
        close(b[block.AFTER_DB + i], r[at(2, roles.LOSS) + i])


def accumulated(r, plan, i, wave_nm, side):
    total = 0.0
    for e, kind in enumerate(plan.element_kind):
        if kind == roles.FIBRE:
            zero = r[at(e, (roles.ZERO_LOW, roles.ZERO_HIGH)[side]) + i]
            per_m2 = path.dispersion_s_per_m2(wave_nm * NM, zero * NM, r[at(e, roles.DISPERSION_SLOPE) + i] * PS_NM2_KM)
            total += per_m2 * plan.element_count[e] * r[at(e, roles.LENGTH) + i]
    return total


def penalties(r, plan, i):
    """Mean of 1/H^2 at every combination of open ends, by 64 nodes."""
    found = []
    for wave in (roles.WAVELENGTH_LOW_NM, roles.WAVELENGTH_HIGH_NM)[: plan.wavelengths]:
        for alpha in (roles.ALPHA_LOW, roles.ALPHA_HIGH)[: plan.alphas]:
            for side in range(plan.zeros):
                nm = r[wave + i]
                total = accumulated(r, plan, i, nm, side)
                found.append(path.equalised_penalty(nm * NM, total, r[alpha + i], 0.0, r[roles.SYMBOL_RATE + i] / 2.0)[0] ** 2)
    return found


@pytest.mark.parametrize("worse", [1, -1])
@pytest.mark.parametrize("ends", [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2), (2, 2, 2)])
@pytest.mark.parametrize("name", LANES)
def test_dispersion(name, ends, worse):
    b, r, plan = lowered(LANES[name], 33, wavelengths=ends[0], alphas=ends[1], zeros=ends[2], worse=worse)
    pick = max if worse > 0 else min
    fibres = [e for e, kind in enumerate(plan.element_kind) if kind == roles.FIBRE]
    spread = 0.0
    for i in range(W):
        dgd = math.sqrt(sum(plan.element_count[e] * r[at(e, roles.DGD) + i] ** 2 for e in fibres))
        ratio, status = path.equalised_penalty(1.3e-6, 0.0, 0.0, dgd, r[roles.SYMBOL_RATE + i] / 2.0)
        assert status == 0
        close(b[block.DGD_GAIN + i], ratio**2, 1e-12)
        found = penalties(r, plan, i)
        spread = max(spread, max(found) - 1.0)
        close(b[block.CHROMATIC + i], pick(found), 1e-11)
    assert not fibres or spread > 0.02


def phase_rows(theta, alpha):
    """A block whose one fibre gives the phase ``theta`` at the band's edge, one point each."""
    r = rows([FIBRE], 34)
    r[roles.SYMBOL_RATE : roles.SYMBOL_RATE + W] = 2.0 * 53.125e9
    r[roles.WAVELENGTH_LOW_NM : roles.WAVELENGTH_LOW_NM + W] = 1330.0
    zero = at(0, roles.ZERO_LOW)
    r[zero : zero + W] = np.where(theta >= 0.0, 1300.0, 1360.0)
    r[at(0, roles.LENGTH) : at(0, roles.LENGTH) + W] = 1.0
    plan = program([FIBRE])
    unit = np.array([path.dispersion_phase(1330e-9, accumulated(r, plan, i, 1330.0, 0), 53.125e9) for i in range(W)])
    r[at(0, roles.LENGTH) : at(0, roles.LENGTH) + W] = theta / unit
    r[roles.ALPHA_LOW : roles.ALPHA_LOW + W] = alpha
    r[at(0, roles.DGD) : at(0, roles.DGD) + W] = 0.0
    return r, plan


@pytest.mark.parametrize("alpha", [0.0, 0.6, -0.6, 2.0, -2.0])
@pytest.mark.parametrize(("furthest", "allowed"), [(0.5, 2e-12), (0.9, 2e-10), (1.2, 1e-8), (2.0, 1e-8), (3.1, 3e-6)])
def test_quadrature_up_to_where_the_band_closes(furthest, allowed, alpha):
    """Phases at the band's edge up to half a turn, one point a block each, so that its own phase chooses the nodes."""
    compared = 0
    for theta in np.linspace(-furthest, furthest, 26):
        r, plan = phase_rows(np.full(W, theta), alpha)
        b = np.zeros(block.ROWS * W)
        lower_block.lower_dispersion(r, b, plan)
        ratio, status = path.equalised_penalty(1330e-9, accumulated(r, plan, 0, 1330.0, 0), alpha, 0.0, 53.125e9)
        edge = math.cos(theta) - alpha * math.sin(theta)
        if status:
            assert math.isnan(b[block.CHROMATIC])
        elif edge > 0.101:
            compared += 1
            close(b[block.CHROMATIC], ratio**2, allowed)
    assert compared >= 7


def test_a_closed_end_counts_in_the_worst_corner_and_is_passed_over_in_the_best():
    theta = np.full(W, 1.45)
    for worse in (1, -1):
        r, _ = phase_rows(theta, 0.5)  # closes the band
        r[roles.ALPHA_HIGH : roles.ALPHA_HIGH + W] = -0.5  # opens it
        b = np.zeros(block.ROWS * W)
        lower_block.lower_dispersion(r, b, program([FIBRE], alphas=2, worse=worse))
        lone = np.zeros(block.ROWS * W)
        r[roles.ALPHA_LOW : roles.ALPHA_LOW + W] = -0.5
        lower_block.lower_dispersion(r, lone, program([FIBRE]))
        got = b[block.CHROMATIC : block.CHROMATIC + W]
        assert np.all(np.isnan(got)) if worse > 0 else np.array_equal(got, lone[block.CHROMATIC : block.CHROMATIC + W])


def test_a_band_that_closes_is_nan():
    r, plan = phase_rows(np.linspace(1.48, 4.0, W), 0.0)
    b = np.zeros(block.ROWS * W)
    lower_block.lower_dispersion(r, b, plan)
    assert np.all(np.isnan(b[block.CHROMATIC : block.CHROMATIC + W]))
    r, plan = phase_rows(np.zeros(W), 0.0)
    # A response of 0.1 at the band's edge: 1.4706 rad. Below it stands a number, above none.
    r[at(0, roles.DGD) : at(0, roles.DGD) + W] = np.where(np.arange(W) % 2, 1.4700, 1.4712) / (math.pi * 53.125e9)
    lower_block.lower_dispersion(r, b, plan)
    gain = b[block.DGD_GAIN : block.DGD_GAIN + W]
    assert np.all(np.isnan(gain[0::2]))
    assert gain[1::2] == pytest.approx(math.tan(1.47) / 1.47, rel=1e-10)


def test_against_propagated_fields():
    """One point of the whole lowering against the slow twin, which knows no fading formula."""
    r, plan = phase_rows(np.full(W, 0.4), 0.3)
    b = np.zeros(block.ROWS * W)
    lower_block.lower_dispersion(r, b, plan)
    total = accumulated(r, plan, 0, 1330.0, 0)
    nodes, weights = np.polynomial.legendre.leggauss(24)
    exact = 0.0
    for node, weight in zip(nodes, weights, strict=True):
        h = slow.chromatic_response(1330e-9, total, 0.3, 53.125e9 * (1.0 + node) / 2.0)
        exact += weight / 2.0 / float(h) ** 2
    close(b[block.CHROMATIC], exact, 1e-12)


@pytest.mark.parametrize("avalanche", [True, False])
def test_receiver(avalanche):
    b, r, _ = lowered(LANES["short"], 35, avalanche=avalanche)
    for i in range(W):
        case = r[roles.CASE_C + i]
        gain = r[roles.GAIN + i] if avalanche else 1.0
        close(b[block.DARK_A + i], receiver.dark_current_a(r[roles.DARK_25C_A + i], case))
        close(b[block.DENSITY + i], receiver.noise_density_a_rthz(r[roles.DENSITY_25C + i], case) / gain)
        close(b[block.EXCESS + i], receiver.excess_noise_factor(gain, r[roles.IONISATION + i]) if avalanche else 1.0)
        close(b[block.COUPLING + i], 10.0 ** (-r[roles.COUPLING_LOSS_DB + i] / 10.0))
        close(b[block.RESPONSIVITY_A_W + i], r[roles.RESPONSIVITY + i])
        close(b[block.BAND + i], r[roles.BANDWIDTH + i])
        close(b[block.SNDR + i], 10.0 ** (r[roles.SNDR_DB + i] / 10.0))
        close(b[block.ER + i], 10.0 ** (r[roles.ER_DB + i] / 10.0))
        isi = 10.0 ** (2.0 * r[roles.PENALTY_DB + i] / 10.0)
        close(b[block.NOISE_GAIN + i], isi * b[block.CHROMATIC + i] * b[block.DGD_GAIN + i])


def test_laser_noise_has_one_reference_and_a_converter_may_be_absent():
    average, r, _ = lowered([], 36, rin_average=True)
    oma, _, _ = lowered([], 36, rin_average=False, converter=False)
    span = slice(0, W)
    assert average[block.RIN_AVG :][span] == pytest.approx(10.0 ** (r[roles.RIN_AVG_DB_HZ :][span] / 10.0), rel=1e-13, abs=0.0)
    assert oma[block.RIN_OMA :][span] == pytest.approx(10.0 ** (r[roles.RIN_OMA_DB_HZ :][span] / 10.0), rel=1e-13, abs=0.0)
    for i in range(W):
        step = receiver.quantisation_variance_a2(r[roles.FULL_SCALE + i], r[roles.ENOB + i])
        close(average[block.QUANTISATION + i], step)
    for row in (oma[block.RIN_AVG :], average[block.RIN_OMA :], oma[block.QUANTISATION :]):
        assert np.all(row[span] == 0.0)


def test_drive_of_a_mach_zehnder():
    b, r, _ = lowered([], 37, by_drive=True)
    for i in range(W):
        close(b[block.ER + i], transmitter.mzm_quadrature(r[roles.SWING_V + i], r[roles.V_PI + i])[1], 1e-11)
    assert np.all(b[block.PROBLEM : block.PROBLEM + W] == 0.0)


@pytest.mark.parametrize("part", [1e-4, 0.5, 0.97, 0.999])
def test_drive_near_the_ends_of_its_range(part):
    r, plan, b = rows([], 38), program([], by_drive=True), np.zeros(block.ROWS * W)
    r[roles.SWING_V : roles.SWING_V + W] = part * r[roles.V_PI : roles.V_PI + W]
    lower_block.lower_dispersion(r, b, plan)
    lower_block.lower_receiver(r, b, plan)
    # (1 + sin t)/(1 - sin t) = cot^2 of a half of what t lacks to a quarter turn, which keeps its digits there.
    exact = float(1 / slow.MP.tan(slow.MP.pi / 4 * (1 - slow.MP.mpf(part))) ** 2)
    assert b[block.ER : block.ER + W] == pytest.approx(exact, rel=1e-11)
    assert np.all(b[block.PROBLEM : block.PROBLEM + W] == 0.0)


@pytest.mark.parametrize("part", [0.0, -0.1, 1.0, 1.2])
def test_no_drive_and_a_full_one_are_impossible(part):
    r, plan, b = rows([], 38), program([], by_drive=True), np.zeros(block.ROWS * W)
    r[roles.SWING_V : roles.SWING_V + W] = part * r[roles.V_PI : roles.V_PI + W]
    lower_block.lower_receiver(r, b, plan)
    assert np.all(b[block.PROBLEM : block.PROBLEM + W] == lower_block.IMPOSSIBLE)


@pytest.mark.parametrize("rin_average", [True, False])
@pytest.mark.parametrize("mpi", [roles.QUASI_STATIC, roles.UPPER_BOUND])
def test_levels_and_their_noise(mpi, rin_average):
    """Powers at the photodiode over P, and sigma^2 = alpha + beta P + gamma P^2 there, term by term at two powers."""
    b, r, _ = lowered(LANES["long"], 39, mpi=mpi, rin_average=rin_average, avalanche=True)
    levels = np.empty(4)
    for i in range(W):
        rlm, responsivity, band = r[roles.RLM + i], r[roles.RESPONSIVITY + i], r[roles.BANDWIDTH + i]
        square = b[block.PAIRS + W + i] if mpi == roles.QUASI_STATIC else 0.0
        assert b[block.BEAT_SQUARE + i] == square
        gain = b[block.NOISE_GAIN + i]
        for power in (2e-5, 8e-4):
            transmitter.fill_levels_w(power, b[block.ER + i], rlm, levels)
            roots = np.sqrt(levels)
            swing = responsivity * power
            for k in range(4):
                close(power * b[block.LEVEL0 + k * W + i], levels[k], 1e-12)
                current = responsivity * levels[k]
                a2 = gain * receiver.thermal_variance_a2(b[block.DENSITY + i], band)
                a2 += gain * b[block.EXCESS + i] * receiver.shot_variance_a2(current + b[block.DARK_A + i], band)
                a2 += receiver.rin_average_variance_a2(current, b[block.RIN_AVG + i], band)
                a2 += receiver.rin_oma_variance_a2(swing, b[block.RIN_OMA + i], band)
                a2 += receiver.transmitter_variance_a2(swing, b[block.SNDR + i])
                a2 += gain * receiver.quantisation_variance_a2(r[roles.FULL_SCALE + i] * swing, r[roles.ENOB + i])
                a2 += 4.0 * responsivity**2 * levels[k] * (levels.mean() - roots.mean() ** 2) * square
                got = b[block.ALPHA + i] + power * (b[block.BETA0 + k * W + i] + power * b[block.GAMMA0 + k * W + i])
                close(got, a2 / responsivity**2, 1e-12)
                close(power * b[block.SHIFT0 + k * W + i], 2.0 * roots[k] * roots.mean(), 1e-12)
            for k in range(3):
                close(power * b[block.GAP0 + k * W + i], b[block.OPENING + i] * (levels[k + 1] - levels[k]), 1e-11)


@pytest.mark.parametrize("bound", [reflection.SIMPLE, reflection.IMPROVED, reflection.STATISTICAL])
def test_bounds_of_the_multipath_closure(bound):
    b, _, _ = lowered(LANES["long"], 40, mpi=roles.UPPER_BOUND, bound=bound)
    levels = np.empty(4)
    open_ones = 0
    for i in range(W):
        transmitter.fill_levels_w(1.0, b[block.ER + i], 1.0, levels)
        closure = reflection.mpi_closure(bound, levels, b[block.PAIRS + i])
        close(b[block.OPENING + i], 1.0 - closure, 1e-11)
        assert b[block.PROBLEM + i] == (lower_block.EYE_CLOSED if closure >= 1.0 else 0.0)
        open_ones += closure < 1.0
    assert W / 2 < open_ones
