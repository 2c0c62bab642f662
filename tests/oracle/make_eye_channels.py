"""Computes the answers of ``tests/data/eye/channels.json``: ``python -m tests.oracle.make_eye_channels [FILE]``, some minutes.

Every channel is answered by each method that applies to it; the file keeps the answer of the first, names all, and says how far apart
they are.  A method applies where it ends in reasonable time: ``convolved`` always, the Fourier series always, enumeration up to
65 536 combinations, splitting where the noise is tiny.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np

from tests.oracle import eye
from tests.oracle.eye_channels import channels

FILE = Path(__file__).resolve().parents[1] / "data" / "eye" / "channels.json"
COMBINATIONS = 70_000
DIGITS = 45  # of the Fourier series; DEEP ones where the name of the channel says that it goes below 1e-25
DEEP = 65
ABOUT = (
    "Eyes with intersymbol interference: levels, cursors, Gaussian noise per level, thresholds, beats and jitter as in "
    "tests/oracle/eye_channels.py; amplitudes in half outer swings, times in UI. expected: P(y above / below each threshold) by level "
    "[level][threshold], BER of a Gray code and SER at time 0, and the BER over the jitter. methods: BER found by each; agreement: "
    "largest relative difference between any two of them over every number of expected, those below 1e-32 left out (1e-52 on the two deepest channels). "
    "Made by tests/oracle/make_eye_channels.py."
)


def digits(c):
    """Digits after the point that the Fourier series is asked for."""
    return DEEP if c.name.endswith(("1e-30", "1e-40")) else DIGITS


def methods(c):
    """{name: function of (main, isi)} of all that apply, the most trusted first."""
    rest = c.sigmas, c.thresholds
    beats = len(c.beat[0]) if c.beat else 0
    places = len(c.levels) ** sum(1 for q in c.isi if q) * c.nodes**beats
    applies = {}
    if not beats and places <= COMBINATIONS:
        applies["enumerated"] = lambda main, isi: eye.enumerated(c.levels, main, [q for q in isi if q], *rest)
    elif beats and places <= 5_000_000:
        applies["enumerated"] = lambda main, isi: eye.enumerated(c.levels, main, isi, *rest, beat=c.beat, nodes=c.nodes)
    if beats <= 1:
        applies["convolved"] = lambda main, isi: eye.convolved(
            c.levels, main, isi, *rest, c.digits, c.denominator, beat=c.beat, nodes=c.nodes
        )
    if not beats and max(c.sigmas) < 0.02 and sum(1 for q in c.isi if q) <= 14:
        applies["split"] = lambda main, isi: eye.split(c.levels, main, [q for q in isi if q], *rest)
    applies["inverted"] = lambda main, isi: eye.inverted(c.levels, main, isi, *rest, beat=c.beat, digits=digits(c))
    return applies


def _numbers(found):
    return np.array([float(x) for x in (*np.ravel(found.above), *np.ravel(found.below), found.ber, found.ser)])


def agreement(answers, floor):
    """Largest relative difference between any two eyes over all that they say above a floor."""
    worst, rows = 0.0, [_numbers(a) for a in answers]
    for i, a in enumerate(rows):
        for b in rows[:i]:
            seen = a > floor
            worst = max(worst, float((np.abs(a - b)[seen] / a[seen]).max()))
    return worst


def over_jitter(c):
    """{method: BER over the jitter}: Gauss-Legendre on enumerated eyes, and the trapezoidal rule on split ones."""
    random, dual_dirac, offset = c.jitter

    def by(method):
        return lambda time: method(c.levels, *c.at(time), c.sigmas, c.thresholds).ber

    answers = {"jittered, enumerated": eye.jittered(by(eye.enumerated), random, dual_dirac, offset)}
    if random:
        step = 0.02
        z = step * np.arange(-round(12 / step), round(12 / step) + 1)
        weight = step * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        ber = by(eye.split)
        total = [w * ber(offset + d + random * t) for d in (-dual_dirac, dual_dirac) for t, w in zip(z, weight, strict=True)]
        answers["trapezoid, split"] = math.fsum(total) / 2.0
    return answers


def answer(c):
    """One entry of the file."""
    found = {name: method(*c.at(0.0)) for name, method in methods(c).items()}
    first = next(iter(found.values()))
    numbers = {key: np.array(getattr(first, key), dtype=float).tolist() for key in ("above", "below")}
    expected = {**numbers, "ber": float(first.ber), "ser": float(first.ser)}
    entry = {
        "name": c.name,
        "inputs": {key: value for key, value in c._asdict().items() if key not in ("name", "digits", "denominator", "nodes")},
        "expected": expected,
        "methods": {name: float(value.ber) for name, value in found.items()},
        "agreement": agreement(list(found.values()), 10.0 ** (13 - digits(c))),
    }
    if c.jitter:
        jittered = over_jitter(c)
        values = list(jittered.values())
        expected["ber_over_jitter"] = values[0]
        entry["methods_over_jitter"] = jittered
        entry["agreement_over_jitter"] = max(abs(v / values[0] - 1.0) for v in values)
    return entry


def document(names=None, show=False):
    """The whole file, or the entries of some channels."""
    entries = []
    for name, c in channels().items():
        if names is None or name in names:
            entries.append(answer(c))
            if show:
                last = entries[-1]
                print(name, last["expected"]["ber"], last["agreement"], last.get("agreement_over_jitter", ""), flush=True)
    return {"schema": 1, "about": ABOUT, "channels": entries}


def main(arguments):
    """Write the file."""
    file = Path(arguments[0]) if arguments else FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    made = document(show=True)
    rows = ",\n".join(json.dumps(entry) for entry in made.pop("channels"))
    head = json.dumps(made, indent=1)[:-2]
    file.write_text(f'{head},\n "channels": [\n{rows}\n ]\n}}\n', encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
