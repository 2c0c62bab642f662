"""Test patterns bit by bit, from the recurrences of their polynomials: b(n) is the sum of earlier bits modulo two."""

GRAY = {(0, 0): 0, (0, 1): 1, (1, 1): 2, (1, 0): 3}


def prbs(delays, start, count):
    """``count`` bits after the bits ``start`` (oldest first)."""
    bits = list(start)
    for _ in range(count):
        bits.append(sum(bits[-d] for d in delays) % 2)
    return bits[len(start) :]


def seeded(seed, width):
    """The register's bits, oldest first: the lowest place holds the last."""
    return [(seed >> (width - 1 - i)) & 1 for i in range(width)]


def pam4(bits):
    return [GRAY[(bits[2 * j], bits[2 * j + 1])] for j in range(len(bits) // 2)]


def prbs13q(seed=1):
    return pam4(prbs((1, 2, 12, 13), seeded(seed, 13), 2 * 8191))


def prbs31q(count, seed=2**31 - 1):
    return pam4([1 - b for b in prbs((28, 31), seeded(seed, 31), 2 * count)])


def ssprq():
    """As the notes have it; the order of inversion and of the dropped bits is our reading, unverified."""
    chunks = ((0x00000002, 10924), (0x34013FF7, 10922), (0x0CCCCCCC, 10922))
    a = [bit for seed, count in chunks for bit in prbs((28, 31), seeded(seed, 31), count)]
    inverted = [1 - b for b in a]
    return pam4(a + a[:-1] + inverted + inverted[:-1])
