"""Quadrature of the multipath beat for a block of points: a few states and their weights from sums of powers of the pair amplitudes.

The beat x = sum a_p cos(phi_p), phases uniform and independent, has even cumulants k_2n = c_2n sum a_p^2n with c_2n those of cos(phi);
they give its moments, the moments its Gauss rule (nodes and weights that integrate every polynomial up to degree 15 exactly).
x is symmetric, so a rule of four nodes in y = x^2 gives eight states, of three six, of two four.  For a smooth function of x they replace
hundreds of bins; for one that changes by many powers of e over the beat they fail, and optimistically so.  ``strength`` therefore
estimates that change, and the caller takes four states, six, eight, or the binned density:

    ln ratio(x) is about ln ratio(0) + T x/S, T = errors x 2 Q^2 (shift of the top level at x = S)/(its eye), S = sum a_p

because a level that moves by a part d of its distance Q to the threshold changes its ln BER by Q^2 d, and a codeword fails with
``errors`` = 16 wrong symbols.  Measured against I0 products (what exp(T x/S) averages to): the tests say how far.
"""

import math

from ._jit import kernel
from .block import GAP2, PAIRS, SHIFT3, STRENGTH, WIDTH

# Cumulants of cos(phi) for a uniform phase, orders 2 to 14: ln I0(t) = sum c_2n t^2n/(2n)!.
CUMULANTS = (1.0 / 2.0, -3.0 / 8.0, 5.0 / 4.0, -1155.0 / 128.0, 3591.0 / 32.0, -546315.0 / 256.0, 7368075.0 / 128.0)


@kernel
def _step4(y, c0, c1, c2, c3):
    """Laguerre's step on y^4 + c3 y^3 + c2 y^2 + c1 y + c0 from above its largest root, all roots real: cubic convergence."""
    f = (((y + c3) * y + c2) * y + c1) * y + c0
    f1 = ((4.0 * y + 3.0 * c3) * y + 2.0 * c2) * y + c1
    f2 = (12.0 * y + 6.0 * c3) * y + 2.0 * c2
    return y - 4.0 * f / (f1 + math.sqrt(max(9.0 * f1 * f1 - 12.0 * f * f2, 0.0)))


@kernel
def _step3(y, d0, d1, d2):
    """As ``_step4`` for y^3 + d2 y^2 + d1 y + d0."""
    f = ((y + d2) * y + d1) * y + d0
    f1 = (3.0 * y + 2.0 * d2) * y + d1
    f2 = 6.0 * y + 2.0 * d2
    return y - 3.0 * f / (f1 + math.sqrt(max(4.0 * f1 * f1 - 6.0 * f * f2, 0.0)))


@kernel
def _weight(y, a0, a1, a2, b1, b2, h1, h2, h3):
    """Gauss weight 1/sum p_n(y)^2/h_n, n = 0..3, of monic orthogonal polynomials with squared norms h_n."""
    p1 = y - a0
    p2 = (y - a1) * p1 - b1
    p3 = (y - a2) * p2 - b2 * p1
    return 1.0 / (1.0 + p1 * p1 / h1 + p2 * p2 / h2 + p3 * p3 / h3)


@kernel
def strength(b, q, errors):
    """Row STRENGTH, T of the module's text for a Q of ``q`` at the decision; returns the largest of the block (a NaN counts for nothing: its point has a status)."""
    most = 0.0
    for i in range(WIDTH):
        b[STRENGTH + i] = errors * 2.0 * q * q * b[PAIRS + i] * b[SHIFT3 + i] / b[GAP2 + i]
    for i in range(WIDTH):
        most = max(most, b[STRENGTH + i])
    return most


@kernel
def four_states(b, beat):
    """Nodes and weights of four states in ``beat``: rows of nodes, then as many of weights; exact to degree 7 in x."""
    for i in range(WIDTH):
        variance = 0.5 * b[PAIRS + 1 * WIDTH + i]
        some = variance > 0.0
        inverse = (1.0 if some else 0.0) / (variance if some else 1.0)
        k4 = CUMULANTS[1] * b[PAIRS + 2 * WIDTH + i] * inverse * inverse
        k6 = CUMULANTS[2] * b[PAIRS + 3 * WIDTH + i] * inverse * inverse * inverse
        m2 = 3.0 + k4
        m3 = 5.0 * m2 + 10.0 * k4 + k6
        b1 = m2 - 1.0
        a1 = (m3 - m2) / b1 - 1.0
        # p_2 = (y - 1)(y - a1) - b1
        half = 0.5 * (1.0 + a1)
        split = math.sqrt(half * half - a1 + b1)
        y1 = half + split
        y0 = max(half - split, 0.0)
        w0 = 0.5 / (1.0 + (y0 - 1.0) * (y0 - 1.0) / b1)
        w1 = 0.5 - w0
        x0, x1 = math.sqrt(variance * y0), math.sqrt(variance * y1)
        beat[i], beat[WIDTH + i], beat[2 * WIDTH + i], beat[3 * WIDTH + i] = x0, -x0, x1, -x1
        beat[4 * WIDTH + i], beat[5 * WIDTH + i], beat[6 * WIDTH + i], beat[7 * WIDTH + i] = w0, w0, w1, w1


@kernel
def six_states(b, beat):
    """As ``four_states`` with six: exact to degree 11 in x."""
    for i in range(WIDTH):
        variance = 0.5 * b[PAIRS + 1 * WIDTH + i]
        some = variance > 0.0
        inverse = (1.0 if some else 0.0) / (variance if some else 1.0)
        inverse2 = inverse * inverse
        k4 = CUMULANTS[1] * b[PAIRS + 2 * WIDTH + i] * inverse2
        k6 = CUMULANTS[2] * b[PAIRS + 3 * WIDTH + i] * inverse2 * inverse
        k8 = CUMULANTS[3] * b[PAIRS + 4 * WIDTH + i] * inverse2 * inverse2
        k10 = CUMULANTS[4] * b[PAIRS + 5 * WIDTH + i] * inverse2 * inverse2 * inverse
        m2 = 3.0 + k4
        m3 = 5.0 * m2 + 10.0 * k4 + k6
        m4 = 7.0 * m3 + 35.0 * k4 * m2 + 21.0 * k6 + k8
        m5 = 9.0 * m4 + 84.0 * k4 * m3 + 126.0 * k6 * m2 + 36.0 * k8 + k10
        s11, s12, s13, s14 = m2 - 1.0, m3 - m2, m4 - m3, m5 - m4
        b1 = s11
        a1 = s12 / s11 - 1.0
        s22 = s13 - a1 * s12 - b1 * m2
        s23 = s14 - a1 * s13 - b1 * m3
        b2 = s22 / s11
        a2 = s23 / s22 - s12 / s11
        e1 = -(1.0 + a1)
        e0 = a1 - b1
        d2, d1, d0 = e1 - a2, e0 - a2 * e1 - b2, b2 - a2 * e0
        y2 = _step3(_step3(-d2, d0, d1, d2), d0, d1, d2)
        y2 = _step3(_step3(_step3(y2, d0, d1, d2), d0, d1, d2), d0, d1, d2)
        g1 = d2 + y2
        g0 = d1 + g1 * y2
        half = -0.5 * g1
        split = math.sqrt(max(half * half - g0, 0.0))
        y1 = half + split
        y0 = max(half - split, 0.0)
        h1, h2 = b1, b1 * b2
        p0, p1, p2 = y0 - 1.0, y1 - 1.0, y2 - 1.0
        q0, q1, q2 = (y0 - a1) * p0 - b1, (y1 - a1) * p1 - b1, (y2 - a1) * p2 - b1
        w0 = 0.5 / (1.0 + p0 * p0 / h1 + q0 * q0 / h2)
        w1 = 0.5 / (1.0 + p1 * p1 / h1 + q1 * q1 / h2)
        w2 = 0.5 / (1.0 + p2 * p2 / h1 + q2 * q2 / h2)
        x0, x1, x2 = math.sqrt(variance * y0), math.sqrt(variance * y1), math.sqrt(variance * y2)
        beat[i], beat[WIDTH + i], beat[2 * WIDTH + i] = x0, -x0, x1
        beat[3 * WIDTH + i], beat[4 * WIDTH + i], beat[5 * WIDTH + i] = -x1, x2, -x2
        beat[6 * WIDTH + i], beat[7 * WIDTH + i], beat[8 * WIDTH + i] = w0, w0, w1
        beat[9 * WIDTH + i], beat[10 * WIDTH + i], beat[11 * WIDTH + i] = w1, w2, w2


@kernel
def eight_states(b, beat):
    """Nodes and weights of eight states in ``beat``, from rows PAIRS (sums of a, a^2, a^4 ... a^14); all zero without reflections."""
    for i in range(WIDTH):
        p1 = b[PAIRS + 1 * WIDTH + i]
        variance = 0.5 * p1
        some = variance > 0.0
        inverse = (1.0 if some else 0.0) / (variance if some else 1.0)
        # Cumulants of x / sigma.
        k4 = CUMULANTS[1] * b[PAIRS + 2 * WIDTH + i] * inverse**2
        k6 = CUMULANTS[2] * b[PAIRS + 3 * WIDTH + i] * inverse**3
        k8 = CUMULANTS[3] * b[PAIRS + 4 * WIDTH + i] * inverse**4
        k10 = CUMULANTS[4] * b[PAIRS + 5 * WIDTH + i] * inverse**5
        k12 = CUMULANTS[5] * b[PAIRS + 6 * WIDTH + i] * inverse**6
        k14 = CUMULANTS[6] * b[PAIRS + 7 * WIDTH + i] * inverse**7
        # Moments of y = (x/sigma)^2: m_n = sum_j C(2n-1, 2j-1) k_2j m_(n-j).
        m1 = 1.0
        m2 = 3.0 * m1 + k4
        m3 = 5.0 * m2 + 10.0 * k4 * m1 + k6
        m4 = 7.0 * m3 + 35.0 * k4 * m2 + 21.0 * k6 * m1 + k8
        m5 = 9.0 * m4 + 84.0 * k4 * m3 + 126.0 * k6 * m2 + 36.0 * k8 * m1 + k10
        m6 = 11.0 * m5 + 165.0 * k4 * m4 + 462.0 * k6 * m3 + 330.0 * k8 * m2 + 55.0 * k10 * m1 + k12
        m7 = 13.0 * m6 + 286.0 * k4 * m5 + 1287.0 * k6 * m4 + 1716.0 * k8 * m3 + 715.0 * k10 * m2 + 78.0 * k12 * m1 + k14
        # Chebyshev's algorithm: recursion p_(n+1) = (y - a_n) p_n - b_n p_(n-1) of the orthogonal polynomials.
        a0 = m1
        s11, s12, s13, s14, s15, s16 = (
            m2 - a0 * m1, m3 - a0 * m2, m4 - a0 * m3, m5 - a0 * m4, m6 - a0 * m5, m7 - a0 * m6,
        )
        b1 = s11
        a1 = s12 / s11 - a0
        s22 = s13 - a1 * s12 - b1 * m2
        s23 = s14 - a1 * s13 - b1 * m3
        s24 = s15 - a1 * s14 - b1 * m4
        s25 = s16 - a1 * s15 - b1 * m5
        b2 = s22 / s11
        a2 = s23 / s22 - s12 / s11
        s33 = s24 - a2 * s23 - b2 * s13
        s34 = s25 - a2 * s24 - b2 * s14
        b3 = s33 / s22
        a3 = s34 / s33 - s23 / s22
        # p_4 in powers of y, from p_2 = y^2 + e1 y + e0 and p_3 = y^3 + f2 y^2 + f1 y + f0.
        e1 = -(a0 + a1)
        e0 = a0 * a1 - b1
        f2 = e1 - a2
        f1 = e0 - a2 * e1 - b2
        f0 = a0 * b2 - a2 * e0
        c3 = f2 - a3
        c2 = f1 - a3 * f2 - b3
        c1 = f0 - a3 * f1 - b3 * e1
        c0 = -a3 * f0 - b3 * e0
        # Every root is below the sum of them all.
        # Steps are written out: a loop here would keep the loop over points scalar.
        y3 = _step4(_step4(-c3, c0, c1, c2, c3), c0, c1, c2, c3)
        y3 = _step4(_step4(_step4(y3, c0, c1, c2, c3), c0, c1, c2, c3), c0, c1, c2, c3)
        d2 = c3 + y3
        d1 = c2 + d2 * y3
        d0 = c1 + d1 * y3
        y2 = _step3(_step3(y3, d0, d1, d2), d0, d1, d2)
        y2 = _step3(_step3(_step3(y2, d0, d1, d2), d0, d1, d2), d0, d1, d2)
        g1 = d2 + y2
        g0 = d1 + g1 * y2
        half = -0.5 * g1
        split = math.sqrt(max(half * half - g0, 0.0))
        y1 = half + split
        y0 = max(half - split, 0.0)
        h1, h2, h3 = b1, b1 * b2, b1 * b2 * b3
        sigma = math.sqrt(variance)
        w0 = _weight(y0, a0, a1, a2, b1, b2, h1, h2, h3)
        w1 = _weight(y1, a0, a1, a2, b1, b2, h1, h2, h3)
        w2 = _weight(y2, a0, a1, a2, b1, b2, h1, h2, h3)
        w3 = _weight(y3, a0, a1, a2, b1, b2, h1, h2, h3)
        x0, x1, x2, x3 = sigma * math.sqrt(y0), sigma * math.sqrt(y1), sigma * math.sqrt(y2), sigma * math.sqrt(y3)
        beat[0 * WIDTH + i], beat[1 * WIDTH + i] = x0, -x0
        beat[2 * WIDTH + i], beat[3 * WIDTH + i] = x1, -x1
        beat[4 * WIDTH + i], beat[5 * WIDTH + i] = x2, -x2
        beat[6 * WIDTH + i], beat[7 * WIDTH + i] = x3, -x3
        beat[8 * WIDTH + i], beat[9 * WIDTH + i] = 0.5 * w0, 0.5 * w0
        beat[10 * WIDTH + i], beat[11 * WIDTH + i] = 0.5 * w1, 0.5 * w1
        beat[12 * WIDTH + i], beat[13 * WIDTH + i] = 0.5 * w2, 0.5 * w2
        beat[14 * WIDTH + i], beat[15 * WIDTH + i] = 0.5 * w3, 0.5 * w3
