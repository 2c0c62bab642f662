"""Error ratios of PAM4 by counting everything: Gaussian tails for the noise, every pattern of symbols for the interference."""

import math
from itertools import product


def gray_ratio(means, sigmas, thresholds):
    """Bit error ratio of equally likely levels with Gaussian noise, decided by thresholds, Gray code 0, 1, 3, 2; one mean per level."""
    gray, edges, total = (0, 1, 3, 2), [-math.inf, *thresholds, math.inf], 0.0
    for sent, (mean, sigma) in enumerate(zip(means, sigmas, strict=True)):
        for got in range(4):
            if got == sent:
                continue
            low, high = (edges[got] - mean) / sigma, (edges[got + 1] - mean) / sigma
            # from the side where both tails are small
            share = 0.5 * (math.erfc(low / math.sqrt(2)) - math.erfc(high / math.sqrt(2))) if got > sent else 0.5 * (
                math.erfc(-high / math.sqrt(2)) - math.erfc(-low / math.sqrt(2))
            )
            total += share * (gray[sent] ^ gray[got]).bit_count()
    return total / 8.0


def enumerated_ratio(levels, main, cursors, sigmas, thresholds):
    """The same with intersymbol interference: mean over every pattern of the other symbols.

    z = main level + sum_j cursors[j] levels[a_j] + noise of the sent level's deviation.
    """
    ratios = []
    for pattern in product(levels, repeat=len(cursors)):
        shift = sum(h * a for h, a in zip(cursors, pattern, strict=True))
        ratios.append(gray_ratio([main * a + shift for a in levels], sigmas, thresholds))
    return math.fsum(ratios) / len(ratios)
