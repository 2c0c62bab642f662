"""Error ratios of pulse-amplitude modulation by integrating Gaussian densities.

    P(k -> j) = int over decision region j of exp(-(x - level_k)^2 / (2 sigma_k^2)) / (sigma_k sqrt(2 pi)) dx
    SER = (1/M) sum_k sum_{j != k} P(k -> j)
    BER = 1/(M log2 M) sum_k sum_j P(k -> j) hamming(gray(k), gray(j))
No error function is called: the density is integrated with tanh-sinh quadrature in 25 digits, in pieces laid
from the edge of the region nearest to the mean, and each piece's own error estimate is asserted.
Source: maximum-likelihood slicing of an additive-Gaussian channel (any digital communications text).
"""

import functools
import itertools

from tests.oracle import MP

#: A region whose nearest edge is this much (in z^2 / 2) further out than the nearest edge of all cannot
#: matter.
_NEGLIGIBLE = 50

#: Digits of the integrals. Their own error estimates are held to 1e-18, the truncated tails to exp(-60) =
#: 1e-26.
_DIGITS = 25


@functools.cache
def _normal_mass(a, b):
    """int_a^b of the standard normal density; a and b may be infinite, a < b."""
    if b <= 0:
        return _normal_mass(-b, -a)
    if a < 0:
        return _one_sided_mass(MP.mpf(0), -a) + _one_sided_mass(MP.mpf(0), b)
    return _one_sided_mass(a, b)


def _one_sided_mass(a, b):
    """The same for 0 <= a < b: pieces over each of which the exponent falls by at most 30."""
    norm = 1 / MP.sqrt(2 * MP.pi)
    total = errors = MP.mpf(0)
    left = a
    # The density at the near edge is taken out, so that quadrature works on numbers of order one at any
    # depth.
    while left < b and (left * left - a * a) / 2 < 60:
        right = min(b, MP.sqrt(left * left + 60))
        piece, error = MP.quad(lambda z: MP.exp((a - z) * (a + z) / 2), [left, right], error=True)
        total += piece
        errors += error
        left = right
    assert errors < MP.mpf("1e-18") * total
    return norm * MP.exp(-a * a / 2) * total


def transition_matrix(levels, sigmas, thresholds):
    """P(k -> j) [k][j], j counted from the lowest decision region; levels and thresholds ascending."""
    with MP.workdps(_DIGITS):
        return _transition_matrix(levels, sigmas, thresholds)


def _transition_matrix(levels, sigmas, thresholds):
    means = [MP.mpf(float(v)) for v in levels]
    widths = [MP.mpf(float(v)) for v in sigmas]
    edges = [MP.ninf, *(MP.mpf(float(v)) for v in thresholds), MP.inf]
    count = len(means)
    nearest = min(
        ((edge - mean) / width) ** 2 / 2
        for mean, width in zip(means, widths, strict=True)
        for edge in edges[1:-1]
    )
    matrix = []
    for mean, width in zip(means, widths, strict=True):
        row = []
        for j in range(count):
            a, b = (edges[j] - mean) / width, (edges[j + 1] - mean) / width
            distance = a if a > 0 else (-b if b < 0 else MP.mpf(0))
            row.append(MP.mpf(0) if distance**2 / 2 - nearest > _NEGLIGIBLE else _normal_mass(a, b))
        matrix.append(row)
    return matrix


def gray(index):
    """Reflected binary code of an index, built by reflection rather than by exclusive or."""
    words = [0]
    bit = 1
    while len(words) <= index:
        words = words + [bit | word for word in reversed(words)]
        bit <<= 1
    return words[index]


def hamming(a, b):
    """Number of binary digits in which two words differ."""
    return bin(a ^ b).count("1")


def middle_thresholds(levels):
    """Midpoints of neighbouring levels."""
    values = [MP.mpf(float(v)) for v in levels]
    return [(a + b) / 2 for a, b in itertools.pairwise(values)]


def optimal_thresholds(levels, sigmas, priors):
    """(thresholds, number of eyes kept at the midpoint).

    Between two neighbours the logarithm of the ratio of prior times density falls steadily from the lower
    level to the upper one; its zero is bisected. Where it has the same sign at both levels there is no
    crossing between them.
    """
    result, kept = [], 0
    for k in range(len(levels) - 1):
        a, b = MP.mpf(float(levels[k])), MP.mpf(float(levels[k + 1]))
        sa, sb = MP.mpf(float(sigmas[k])), MP.mpf(float(sigmas[k + 1]))
        pa, pb = MP.mpf(float(priors[k])), MP.mpf(float(priors[k + 1]))

        def advantage(x, a=a, b=b, sa=sa, sb=sb, pa=pa, pb=pb):
            lower = MP.log(pa / sa) - ((x - a) / sa) ** 2 / 2
            upper = MP.log(pb / sb) - ((x - b) / sb) ** 2 / 2
            return lower - upper

        low, high = a, b
        if advantage(low) <= 0 or advantage(high) >= 0:
            kept += 1
            result.append((a + b) / 2)
            continue
        for _ in range(120):
            middle = (low + high) / 2
            if advantage(middle) > 0:
                low = middle
            else:
                high = middle
        result.append((low + high) / 2)
    return result, kept


def symbol_error_ratio(levels, sigmas, thresholds):
    """Mean over equiprobable levels of the probability to decide another one."""
    matrix = transition_matrix(levels, sigmas, thresholds)
    count = len(matrix)
    return MP.fsum(matrix[k][j] for k in range(count) for j in range(count) if j != k) / count


def gray_error_ratio(levels, sigmas, thresholds):
    """Bit error ratio of Gray-labelled equiprobable levels, M = 2, 4, 8."""
    matrix = transition_matrix(levels, sigmas, thresholds)
    count = len(matrix)
    bits = {2: 1, 4: 2, 8: 3}[count]
    wrong = MP.fsum(
        matrix[k][j] * hamming(gray(k), gray(j)) for k in range(count) for j in range(count) if j != k
    )
    return wrong / (count * bits)


def pam6_constellation():
    """{(x, y): 5-bit label} of the 32 points; x and y odd from -5 to 5, the four corners of the grid are
    empty.

    An 8 x 4 rectangle with three Gray bits along u and two along v; its columns u = +-7 are folded onto the
    empty rows y = +-5: x = sign(u) (4 - |v|), y = sign(v) 5.
    """
    points = {}
    for column, u in enumerate(range(-7, 8, 2)):
        for row, v in enumerate(range(-3, 4, 2)):
            label = gray(column) * 4 + gray(row)
            if abs(u) == 7:
                x = (1 if u > 0 else -1) * (4 - abs(v))
                y = (1 if v > 0 else -1) * 5
            else:
                x, y = u, v
            assert (x, y) not in points
            points[x, y] = label
    assert len(points) == 32
    return points


def pam6_priors():
    """Probability of each of the six levels, counted over the first symbol of the 32 points."""
    counts = [0] * 6
    for x, _ in pam6_constellation():
        counts[(x + 5) // 2] += 1
    return [MP.mpf(n) / 32 for n in counts]


def pam6_error_ratio(levels, sigmas, thresholds):
    """Bit error ratio over the 32 sent points and the 36 pairs of decisions; a corner is read as (sign x 3,
    sign y 5)."""
    matrix = transition_matrix(levels, sigmas, thresholds)
    points = pam6_constellation()
    coordinates = [-5, -3, -1, 1, 3, 5]
    wrong = MP.mpf(0)
    for (x, y), label in points.items():
        row_x, row_y = matrix[coordinates.index(x)], matrix[coordinates.index(y)]
        for i, seen_x in enumerate(coordinates):
            for j, seen_y in enumerate(coordinates):
                if abs(seen_x) == 5 and abs(seen_y) == 5:
                    decided = points[3 if seen_x > 0 else -3, seen_y]
                else:
                    decided = points[seen_x, seen_y]
                wrong += row_x[i] * row_y[j] * hamming(label, decided)
    return wrong / (32 * 5)


def received_oma_dbm(ber_of_oma_w, target_ber, low_dbm, high_dbm, tolerance_db=1e-9):
    """Sensitivity: the OMA [dBm] at which ber_of_oma_w(oma in watts) has fallen to target_ber, by
    bisection."""
    low, high = MP.mpf(low_dbm), MP.mpf(high_dbm)
    target = MP.mpf(target_ber)

    def ber(oma_dbm):
        return ber_of_oma_w(MP.mpf(10) ** (oma_dbm / 10) / 1000)

    assert ber(low) > target > ber(high), "the target is not between the two ends"
    while high - low > tolerance_db:
        middle = (low + high) / 2
        if ber(middle) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
