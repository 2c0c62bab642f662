"""The normal distribution and its inverse without branches, for loops over a block of draws."""

import math

from ._jit import kernel
from .vector import exp_v, log_v

CENTRAL = 0.425  # |u - 1/2| up to which the central fraction holds
CENTRAL_SQUARE = 0.180625  # exempt: its square
PIVOT = 1.6  # the tail fraction is one of sqrt(-ln u) - PIVOT, which is not negative where the fraction is used

# z = q A(r)/B(r), q = u - 1/2, r = CENTRAL_SQUARE - q^2: the central fraction of M. J. Wichura, "Algorithm AS 241: the percentage points
# of the normal distribution", Applied Statistics 37 (1988), PPND16.  Lowest power first; B begins with 1.
A0, A1, A2, A3 = 3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125
A4, A5, A6, A7 = 45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727
B1, B2, B3, B4 = 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867
B5, B6, B7 = 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610
# z = -C(s)/D(s), s = sqrt(-ln u) - PIVOT: own interpolation at 17 Chebyshev nodes of 1.6 <= sqrt(-ln u) <= 6.1 by 45-digit arithmetic,
# 6.4e-16 relative there.  One fraction in place of AS 241's two, as no draw lies farther out than 2^-53.
C0, C1, C2, C3 = 1.4234371107496844, 4.6477651959417425, 5.853614255172752, 3.801787840612549
C4, C5, C6, C7 = 1.4067026273668033, 0.30390433250261306, 0.036988613196067915, 0.0022428964737538463
C8 = 4.877518642225172e-05
D1, D2, D3, D4 = 2.065434773632943, 1.720790596338193, 0.7456969908637276, 0.18007711054795608
D5, D6, D7, D8 = 0.02380544956682652, 0.0015310436285197425, 3.4487108606940305e-05, 1.5045407983350335e-11
# Chebyshev interpolation at 19 nodes, in 40-digit arithmetic, of (1 + x) e^(x^2/2) Q(x) in t = (x - 4)/(x + 4): 9e-14 relative for all x >= 0.
T0, T1, T2, T3 = 0.47205320650984467, -0.09670347732658144, 0.013999634725160517, 0.02860036405705863
T4, T5, T6, T7 = -0.03219783747231974, 0.01793609741064234, -0.005002377807427051, -0.0002856224441704982
T8, T9, T10, T11 = 0.0006948907667129072, -9.443379776214445e-05, -8.782525800637166e-05, 2.12620083056437e-05
T12, T13, T14, T15 = 1.3553994385631463e-05, -3.4583604756048625e-06, -2.4964531806787387e-06, 4.42027220781907e-07
T16, T17, T18 = 4.387564704817245e-07, -3.337352453375636e-08, -4.7560956718972184e-08
MIDDLE = 4.0


@kernel
def inverse_normal_row(row):
    """Every u of the row replaced by the z with Phi(z) = u, for 1e-16 <= u <= 1 - 1e-16; 2e-15 relative to the true value at that double.

    Written into the loop: as a function of one number it is too long for a compiler to put there, and a loop that calls stays scalar.
    """
    for i in range(row.size):
        u = row[i]
        q = u - 0.5
        r = CENTRAL_SQUARE - q * q
        # Even and odd powers apart: two short chains of dependent steps in place of a long one.
        w = r * r
        above = (((A6 * w + A4) * w + A2) * w + A0) + r * (((A7 * w + A5) * w + A3) * w + A1)
        below = (((B6 * w + B4) * w + B2) * w + 1.0) + r * (((B7 * w + B5) * w + B3) * w + B1)
        s = math.sqrt(-log_v(min(u, 1.0 - u))) - PIVOT
        w = s * s
        outer = ((((C8 * w + C6) * w + C4) * w + C2) * w + C0) + s * (((C7 * w + C5) * w + C3) * w + C1)
        under = ((((D8 * w + D6) * w + D4) * w + D2) * w + 1.0) + s * (((D7 * w + D5) * w + D3) * w + D1)
        # A blend and not a choice, which a compiler may turn into a branch; one division for both.
        inside = 1.0 if abs(q) <= CENTRAL else 0.0
        outside = 1.0 - inside
        row[i] = (inside * (q * above) + outside * math.copysign(outer, q)) / (inside * below + outside * under)


@kernel
def normal_row(row):
    """Every z of the row replaced by Phi(z), 2e-13 relative."""
    for i in range(row.size):
        z = row[i]
        x = abs(z)
        t = (x - MIDDLE) / (x + MIDDLE)
        w = t * t
        v = w * w
        even = (T0 + w * T2) + v * ((T4 + w * T6) + v * ((T8 + w * T10) + v * ((T12 + w * T14) + v * (T16 + w * T18))))
        odd = (T1 + w * T3) + v * ((T5 + w * T7) + v * ((T9 + w * T11) + v * ((T13 + w * T15) + v * T17)))
        tail = exp_v(-0.5 * x * x) * (even + t * odd) / (1.0 + x)
        row[i] = tail if z < 0.0 else 1.0 - tail
