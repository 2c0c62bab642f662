"""The equaliser of a point: solved for its noise, limited, scaled to a main cursor of 1, and what it makes of every noise."""

import math

from ._jit import kernel
from .contour import level_cumulants
from .equalizer import clip_taps, noise_gain, search_phase
from .eye_rows import AMPLIFIER_GAIN, DC_GAIN, EDGE, ERROR, FINE, LIGHT_GAIN, SINGULAR_TAPS, WHITE_GAIN, WRAPS
from .pulse import edge_share, filtered_spectrum, symbol_samples

PHASES = 32
EDGE_LIMIT = 1e-4  # energy share at the window's far edge above which the response wraps around


@kernel
def adapt(rows, i, half_swing_a, scratch):
    """Solve the equaliser of point ``i`` at a half swing; returns (phase in UI, cursor index, status).  Fills taps, spectra and gains."""
    s = rows.which[i]
    size = scratch.twiddles.shape[1] * 2
    level_count = rows.levels.shape[1]
    level_cumulants(rows.levels[i], scratch.centred, scratch.cumulants)
    scratch.about[:] = 0.0  # a point's answer does not depend on the one before it
    taps = rows.tap_count[i]
    per = rows.per_symbol[i]
    scale = 1.0 / (half_swing_a * half_swing_a)
    light = rows.dark_shot_a2[i] * scale
    ride = rows.transmitter_relative[i]
    for k in range(level_count):
        light += (rows.shot_a[i, k] / half_swing_a + rows.rin_relative[i, k]) / level_count
        ride += rows.beat_relative[i, k] / level_count
    amplifier = rows.amplifier_a2[i] * scale
    white = rows.quantisation_relative[i]
    variance = scratch.cumulants[2]
    # Aggressors are unsynchronised: to the equaliser they are white noise of their mean power.
    for a in range(rows.aggressor.shape[1]):
        power = 0.0
        symbol_samples(rows.aggressor[s, a], 0.0, scratch.twiddles, scratch.work[0, :size], scratch.work[1, :size])
        for n in range(size):
            power += scratch.work[0, n] * scratch.work[0, n]
        white += variance * power
    for m in range(taps):
        scratch.noise_acf[m] = amplifier * rows.amplifier_acf[s, m] + light * rows.light_acf[s, m]
    scratch.noise_acf[0] += white
    # Noise that rides on the symbols scales the signal's own autocorrelation; the wanted symbol alone is wanted.
    phase, cursor, error, status = search_phase(
        rows.spectrum[s], PHASES, rows.pre[i], variance, ride, scratch.noise_acf, taps, per, rows.feedback[i], scratch.matrix,
        scratch.twiddles, scratch.work, scratch.taps, scratch.trial,
    )  # fmt: skip
    if status:
        return phase, cursor, SINGULAR_TAPS
    main = rows.pre[i] * per
    if rows.tap_limit[i] < math.inf:
        clip_taps(scratch.taps[:taps], main, rows.tap_limit[i])
    return settle(rows, i, phase, cursor, error, scratch)


@kernel
def settle(rows, i, phase, cursor, error, scratch):
    """With the taps of point ``i`` in ``scratch``: scale them to a main cursor of 1, filter the spectra, find the noise gains."""
    s = rows.which[i]
    size = scratch.twiddles.shape[1] * 2
    taps, per = rows.tap_count[i], rows.per_symbol[i]
    filtered_spectrum(rows.spectrum[s], scratch.taps[:taps], per, size, scratch.filtered)
    symbol_samples(scratch.filtered, phase, scratch.twiddles, scratch.work[0, :size], scratch.work[1, :size])
    gain = scratch.work[0, cursor]
    if not gain > 0.0:
        return phase, cursor, SINGULAR_TAPS
    dc = 0.0
    for m in range(taps):
        scratch.taps[m] /= gain
        dc += scratch.taps[m]
    for k in range(scratch.filtered.shape[0]):
        scratch.filtered[k] = scratch.filtered[k] / gain
    for a in range(rows.aggressor.shape[1]):
        filtered_spectrum(rows.aggressor[s, a], scratch.taps[:taps], per, size, scratch.filtered_aggressor[a])
    gains = scratch.gains
    gains[AMPLIFIER_GAIN] = noise_gain(scratch.taps, taps, rows.amplifier_acf[s])
    gains[LIGHT_GAIN] = noise_gain(scratch.taps, taps, rows.light_acf[s])
    gains[WHITE_GAIN] = 0.0
    for m in range(taps):
        gains[WHITE_GAIN] += scratch.taps[m] * scratch.taps[m]
    gains[DC_GAIN] = dc * rows.spectrum[s, 0].real
    gains[ERROR] = error
    gains[EDGE] = edge_share(scratch.work[0, :size], cursor)
    return phase, cursor, WRAPS if gains[EDGE] > EDGE_LIMIT else FINE
