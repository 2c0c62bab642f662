"""Slow, obvious twins of the numerical kernels: the second implementation that the tests compare against.

Everything here is written from the equations, in high precision (mpmath), with no thought for speed. Where a
kernel uses a closed form, the twin goes one step further back: it integrates the Gaussian density instead of
calling erfc, propagates a chirped field instead of quoting the fading formula, enumerates the 32 points of
the PAM6 constellation, and convolves binomials term by term.

Nothing in this folder imports the packages under test; a test walks the sources and fails if that changes.
"""

from mpmath import mp as _shared

#: A private context: 40 digits here, whatever anybody does to the precision of mpmath's global context.
MP = _shared.clone()
MP.dps = 40

#: SI constants (exact since 2019).
ELEMENTARY_CHARGE_C = MP.mpf("1.602176634e-19")
SPEED_OF_LIGHT_M_PER_S = MP.mpf(299792458)


def relative_error(value, exact):
    """|value / exact - 1| as a float, for a value that is a float and a twin that may be far below the
    doubles."""
    exact = MP.mpf(exact)
    if exact == 0:
        return float(abs(MP.mpf(float(value))))
    return float(abs(MP.mpf(float(value)) / exact - 1))
