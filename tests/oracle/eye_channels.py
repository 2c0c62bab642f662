"""Channels on which an eye's error ratio is computed: each has its own way of breaking a method.

Every cursor is a whole multiple of 10^-digits and every level one of 1/denominator, so that ``eye.convolved`` is exact on them.
Amplitudes in units of half the outer swing, times in UI.
"""

import itertools
from typing import NamedTuple

import numpy as np


class Channel(NamedTuple):
    """One channel: levels l_k, cursor of the decided symbol, the others, noise per level, thresholds, beat amplitudes (a row per level).

    nodes: phases at which a beat is enumerated.  jitter: (random, dual_dirac, offset) in UI; at a time t every cursor is
    q + t slope + t^2 curvature/2, the main one first in both.
    """

    name: str
    levels: tuple
    main: float
    isi: tuple
    sigmas: tuple
    thresholds: tuple
    digits: int = 4
    denominator: int = 3
    beat: tuple = ()
    nodes: int = 64
    jitter: tuple = ()
    slopes: tuple = ()
    curvatures: tuple = ()

    def at(self, time):
        """(main, isi) at a sampling time."""
        if not self.slopes:
            return self.main, self.isi
        moved = [
            q + time * s + 0.5 * time * time * c for q, s, c in zip((self.main, *self.isi), self.slopes, self.curvatures, strict=True)
        ]
        return moved[0], tuple(moved[1:])


def pam(count):
    """Evenly spaced levels from -1 to 1."""
    return tuple((2 * k - count + 1) / (count - 1) for k in range(count))


PAM2, PAM4, PAM8 = pam(2), pam(4), pam(8)
INWARD = (-1.0, -0.25, 0.25, 1.0)
OUTWARD = (-1.0, -0.4, 0.4, 1.0)
LOPSIDED = (-1.0, -0.45, 0.25, 1.0)


def middles(levels, main=1.0):
    """Thresholds half-way between neighbouring levels as received."""
    return tuple(main * (a + b) / 2 for a, b in itertools.pairwise(levels))


def _make(name, levels, isi, sigma, main=1.0, thresholds=None, **more):
    sigmas = tuple(sigma) if np.ndim(sigma) else (sigma,) * len(levels)
    isi = tuple(float(q) for q in isi)
    return Channel(name, levels, main, isi, sigmas, middles(levels, main) if thresholds is None else thresholds, **more)


def drawn(seed, count, size, digits=4):
    """``count`` normal cursors of standard deviation ``size``, rounded."""
    return tuple(float(q) for q in np.round(np.random.default_rng(seed).normal(0.0, size, count), digits))


def tail(first, ratio, count, digits=4):
    """A geometric tail, rounded: what one slow pole leaves."""
    return tuple(round(first * ratio**n, digits) for n in range(count))


def _reflection(delay, height, count=64):
    """Small cursors of a well equalised pulse, and an echo of three symbols ``delay`` UI later."""
    cursors = [0.02, -0.015, 0.01, -0.008, 0.005] + [0.0] * (count - 5)
    for n, share in enumerate((0.5, 1.0, 0.4)):
        cursors[delay - 1 + n] += round(height * share, 4)
    return tuple(cursors)


def channels():
    """All of them, by name."""
    found = [*_noise_alone(), *_short(), *_plateaus(), *_long(), *_levels(), *_beats(), *_jitter()]
    assert len({c.name for c in found}) == len(found)
    return {c.name: c for c in found}


SHORT = (0.05, -0.04, 0.03, 0.02, -0.015, 0.01)


def _noise_alone():
    return [
        _make("no_isi_pam4_1e-3", PAM4, (), 0.11097),
        _make("no_isi_pam4_1e-15", PAM4, (), 0.04216),
        _make("no_isi_pam2_1e-12", PAM2, (), 0.14216, denominator=1),
        _make("no_isi_pam8_1e-6", PAM8, (), 0.03077, denominator=7),
        _make("noise_beyond_the_swing", PAM4, SHORT, 2.0),
    ]


def _short():
    """A handful of cursors, depth after depth."""
    alternating = tuple(round(0.06 * (-0.8) ** n, 4) for n in range(8))
    return [
        _make("short_1e-2", PAM4, SHORT, 0.13953),
        _make("short_1e-4", PAM4, SHORT, 0.07446),
        _make("short_1e-9", PAM4, SHORT, 0.03649),
        _make("short_1e-15", PAM4, SHORT, 0.02466),
        _make("short_1e-30", PAM4, SHORT, 0.01574),
        _make("main_cursor_below_one", PAM4, SHORT, 0.01255, main=0.62),
        _make("thresholds_off_the_middle", PAM4, SHORT, 0.04693, thresholds=(-0.7, -0.01, 0.64)),
        _make("alternating_signs", PAM4, alternating, 0.03641),
        _make("cursors_that_are_zero", PAM4, (0.0, 0.03, 0.0, 0.0, -0.02, 0.0, 0.03), 0.045),
        _make("ten_equal_cursors", PAM4, (0.012,) * 10, 0.035),
    ]


def _plateaus():
    """One dominant cursor and tiny noise: the error ratio falls in steps with the noise, and its characteristic function hardly decays.

    A half eye of PAM4 is 1/3: 0.3 leaves a gap of 0.0333 that the small cursors close only where nearly all of them conspire.
    """
    few, many, most = (0.3, *[0.008] * 6), (0.3, *[0.0032] * 13), (0.3, *[0.0021] * 20)
    return [
        _make("dominant_1e-4", PAM4, (0.3,), 0.01),
        _make("dominant_1e-12", PAM4, (0.3,), 0.005),
        _make("dominant_1e-15", PAM4, (0.3,), 0.0042),
        _make("plateau_1e-3", PAM4, few, 1e-3),
        _make("plateau_1e-3_in_the_limit", PAM4, few, 1e-4),
        _make("plateau_6e-6", PAM4, many, 2e-3),
        _make("plateau_2e-6", PAM4, many, 3e-4),
        _make("plateau_1e-7", PAM4, most, 2e-3),
        _make("plateau_4e-8", PAM4, most, 5e-4),
        _make("dominant_beyond_the_eye", PAM4, (0.45, 0.02, 0.01), 1e-3),
        _make("dominant_on_the_edge", PAM4, (0.3333, 0.002), 2e-3),
        _make("dominant_pam2", PAM2, (0.8, 0.1, 0.05, 0.04, 0.02), 4e-3, denominator=1),
    ]


def _long():
    """Sixty to eighty cursors."""
    slow_alternating = tuple(round(0.022 * (-0.93) ** n, 4) for n in range(64))
    near, far = _reflection(25, 0.05), _reflection(40, -0.06)
    two_echoes = (*near[:5], *(round(a + b, 4) for a, b in zip(near[5:], far[5:], strict=True)))
    return [
        _make("echo_at_40_ui_1e-5", PAM4, _reflection(40, 0.05), 0.06553),
        _make("echo_at_40_ui_1e-10", PAM4, _reflection(40, 0.09), 0.02274),
        _make("echoes_at_25_and_40_ui_1e-12", PAM4, two_echoes, 0.0146),
        _make("slow_alternating_1e-12", PAM4, slow_alternating, 0.02675),
        _make("80_small_1e-8", PAM4, drawn(3, 80, 0.005), 0.04826),
        _make("60_small_1e-3", PAM4, drawn(4, 60, 0.012), 0.08781),
        _make("80_equal_1e-10", PAM4, (0.006,) * 80, 0.03508),
        _make("80_equal_alone_1e-3", PAM4, (0.015,) * 80, 0.004),
        _make("closed_at_peak_yet_1e-6", PAM4, drawn(11, 80, 0.0075), 0.05676),
        _make("closed_2e-2", PAM4, drawn(5, 64, 0.025), 0.09843),
        _make("closed_2e-1", PAM4, drawn(12, 64, 0.08), 0.05),
        _make("closed_3e-1", PAM4, drawn(13, 40, 0.2), 0.02),
        _make("tail_1e-4", PAM4, tail(0.025, 0.93, 60), 0.0765),
        _make("tail_1e-12", PAM4, tail(0.02, 0.95, 78), 0.02072),
        _make("pam2_40_cursors_1e-12", PAM2, drawn(6, 40, 0.02), 0.08986, denominator=1),
        _make("pam2_40_cursors_1e-40", PAM2, drawn(6, 40, 0.01), 0.05822, denominator=1),
        _make("pam8_10_cursors_1e-5", PAM8, drawn(7, 10, 0.012), 0.03045, denominator=7),
        _make("pam8_60_cursors_1e-9", PAM8, drawn(8, 60, 0.004), 0.00987, denominator=7),
    ]


def _levels():
    """Levels that are not evenly spaced, noise that is not the same on them."""
    small = drawn(9, 60, 0.004)
    grows = (0.6, 0.8, 1.1, 1.5)
    return [
        _make("inward_1e-6", INWARD, SHORT, 0.03204, denominator=4),
        _make("outward_1e-6", OUTWARD, SHORT, 0.04384, denominator=5),
        _make("lopsided_1e-6", LOPSIDED, SHORT, 0.03912, denominator=20),
        _make("inward_60_cursors_1e-12", INWARD, small, 0.02958, denominator=4),
        _make("outward_60_cursors_1e-12", OUTWARD, small, 0.03695, denominator=5),
        _make("lopsided_60_cursors_1e-12", LOPSIDED, small, 0.03354, denominator=20),
        _make("unequal_noise_1e-6", PAM4, SHORT, [0.03902 * g for g in grows]),
        _make("unequal_noise_60_cursors_1e-12", PAM4, drawn(10, 60, 0.004), [0.03039 * g for g in grows]),
        _make("one_quiet_level", PAM4, SHORT, [0.001, 0.03, 0.03, 0.06], thresholds=(-0.82, -0.02, 0.6)),
        _make("lopsided_and_unequal", LOPSIDED, SHORT, [0.02, 0.025, 0.03, 0.035], thresholds=(-0.75, -0.11, 0.6), denominator=20),
    ]


def _beats():
    """Beats whose amplitude grows with the level's field, sqrt of the power over an extinction ratio of 4 dB."""
    power = [1.0 + (v + 1.0) / 2.0 * (10**0.4 - 1.0) for v in PAM4]
    field = [(p / power[-1]) ** 0.5 for p in power]

    def rows(*amplitudes):
        return tuple(tuple(round(a * f, 6) for a in amplitudes) for f in field)

    return [
        _make("one_beat", PAM4, SHORT[:4], 0.04, beat=rows(0.04)),
        _make("one_beat_larger_than_the_noise", PAM4, SHORT[:4], 0.01, beat=rows(0.15), nodes=256),
        _make("three_beats", PAM4, SHORT[:3], 0.035, beat=rows(0.03, 0.02, 0.01), nodes=20),
        _make("six_beats", PAM4, SHORT[:2], 0.04, beat=rows(0.012, 0.01, 0.008, 0.006, 0.005, 0.004), nodes=8),
        _make("beat_with_60_cursors", PAM4, drawn(14, 60, 0.004), 0.035, beat=rows(0.03)),
    ]


def _jitter():
    """Neighbours on the flanks of the pulse: steep, one up and one down; the main one on its top."""
    cursors, slopes, curvatures = (0.03, -0.02, 0.01, 0.008), (0.0, 0.9, -1.1, 0.1, -0.05), (-4.0, 1.0, 3.0, 0.0, -0.5)
    flank = {"slopes": slopes, "curvatures": curvatures}
    straight = {"slopes": slopes, "curvatures": (0.0,) * 5}
    steep = {"slopes": (0.2, 1.6, -1.4, 0.2, -0.1), "curvatures": (-6.0, 2.0, 2.0, 1.0, 0.0)}
    return [
        _make("jitter_random_light", PAM4, cursors, 0.045, jitter=(0.01, 0.0, 0.0), **flank),
        _make("jitter_random_1e-14", PAM4, cursors, 0.03, jitter=(0.012, 0.0, 0.0), **flank),
        _make("jitter_both", PAM4, cursors, 0.04, jitter=(0.015, 0.02, 0.0), **flank),
        _make("jitter_dual_dirac_alone", PAM4, cursors, 0.035, jitter=(0.0, 0.04, 0.0), **flank),
        _make("jitter_off_centre", PAM4, cursors, 0.035, jitter=(0.012, 0.01, 0.03), **flank),
        _make("jitter_heavy", PAM4, cursors, 0.008, jitter=(0.03, 0.02, 0.0), **steep),
        _make("jitter_heavy_tiny_noise", PAM4, cursors, 0.002, jitter=(0.025, 0.0, 0.01), **steep),
        _make("jitter_straight_flanks", PAM4, cursors, 0.02, jitter=(0.02, 0.01, 0.0), **straight),
        _make("jitter_pam2", PAM2, cursors, 0.1, jitter=(0.03, 0.05, 0.0), denominator=1, **steep),
        _make("jitter_unequal_noise", PAM4, cursors, [0.025, 0.03, 0.036, 0.043], jitter=(0.015, 0.01, 0.0), **flank),
    ]
