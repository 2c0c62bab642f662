"""Decision feedback behind the time-domain link: symbol by symbol, each decision taken off the samples that follow, errors included.

    x_n = z_n - sum_k taps_k a(d_{n-1-k}),    d_n = the level whose thresholds x_n lies between

z being the equalised samples, a(d) the current of level d.  A loop that no vector unit speeds up: about 3 ns a symbol.
"""

import numpy as np

from ._jit import kernel


@kernel
def decide_with_feedback(z, sent, thresholds, currents, taps, warm, answer):
    """Count the errors of ``z[warm:]``; the ``warm`` samples before them let what came earlier be forgotten.

    :param z: equalised samples, one a symbol.
    :param sent: symbols 0..3 of the same places, int32; those before the first sample are taken as decided rightly, and as level 0
        where there are none: ``warm`` of ten times the taps or more forgets that.
    :param currents: what each level adds to a sample per unit of a tap.
    :param answer: int64[4], zeroed here: symbols, symbol errors, bit errors, runs of wrong symbols (an error right behind another is one run).
    """
    answer[:] = 0
    count = taps.size
    past = np.zeros(count)
    last_wrong = False
    for n in range(z.size):
        x = z[n]
        for k in range(count):
            x -= taps[k] * past[k]
        level = 0
        for t in range(thresholds.size):
            if x > thresholds[t]:
                level = t + 1
        wrong = level != sent[n]
        if n >= warm:
            answer[0] += 1
            if wrong:
                differ = (level ^ (level >> 1)) ^ (sent[n] ^ (sent[n] >> 1))
                answer[1] += 1
                answer[2] += (differ & 1) + (differ >> 1)
                if not last_wrong:
                    answer[3] += 1
        last_wrong = wrong
        for k in range(count - 1, 0, -1):
            past[k] = past[k - 1]
        past[0] = currents[level]
    return 0
